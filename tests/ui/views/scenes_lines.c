/* Tests of the views: the mailbox, the lines of others, parking. */
#include <string.h>

#include <ars/app_watched.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "stage.h"

static void asked(enum ars_command_type type, const char *text)
{
    struct ars_command *cmd = fake_find_command(type);

    if (!cmd || g_strcmp0(cmd->text, text) != 0)
        fail("command %d was not given with %s", (int)type, text ? text : "nothing");
    ars_command_free(cmd);
}

/* The account of the tests, with codes. */
static void with_codes(void)
{
    struct ars_stored_account a = {0};

    account_on();
    must(ars_stored_account_copy(&a, ars_app_account(stage_app())) == 0);
    (void)ars_settings_set_text(&a.pickup_code, "*8");
    (void)ars_settings_set_text(&a.park_code, "700");
    must(ars_app_save_account(stage_app(), &a, NULL, NULL) == 0);
    ars_stored_account_clear(&a);
    settle();
}

static void asked_by(ars_id account, enum ars_command_type type, const char *text)
{
    struct ars_command *cmd = fake_find_command(type);

    if (!cmd || cmd->account != account || g_strcmp0(cmd->text, text) != 0)
        fail("command %d was not given with %s to account %u", (int)type, text, account);
    ars_command_free(cmd);
}

static ars_id second_id = 1; /* as the engine calls it */

/* Another account beside that of the tests; caller frees, and removes it. */
static char *second_account(void)
{
    struct ars_stored_account a = {.server = (char *)(uintptr_t) "other.example.com",
                                   .login = (char *)(uintptr_t) "200",
                                   .pickup_code = (char *)(uintptr_t) "**"};
    struct ars_secret *password = ars_secret_new("secret200", 9);
    char *id = NULL;

    must(ars_app_save_account(stage_app(), &a, password, &id) == 0);
    ars_secret_free(password);
    settle();
    second_id++;
    return id;
}

static void one_account(char *second)
{
    must(ars_app_remove_account(stage_app(), second) == 0);
    free(second);
    settle();
}

static void watch_at(ars_id account, const char *number, enum ars_watch_state state,
                     const char *peer, gboolean called)
{
    struct ars_event *ev = fake_event(ARS_EV_WATCH);

    ev->account = account;
    ev->peer_number = ars_strdup(number);
    ev->number = (int)state;
    ev->text = ars_strdup(peer);
    ev->by_remote = called;
    fake_push(ev);
    settle();
}

static void watch(const char *number, enum ars_watch_state state, const char *peer, gboolean called)
{
    watch_at(1, number, state, peer, called);
}

static void mailbox_at(ars_id account, int fresh, const char *number)
{
    struct ars_event *ev = fake_event(ARS_EV_MAILBOX);

    ev->account = account;
    ev->number = fresh;
    ev->text = ars_strdup(number);
    fake_push(ev);
    settle();
}

static void mailbox(int fresh)
{
    mailbox_at(1, fresh, "*97");
}

static void no_lines(void)
{
    must(ars_app_set_watched(stage_app(), NULL, 0) == 0);
    key("alt+3");
}

static void play_empty(void)
{
    no_lines();
    sees("No lines yet", "Линий пока нет");
    look("lines-empty");
}

static void reads_number(const char *text)
{
    GtkWidget *field = find(GTK_TYPE_EDITABLE, say("Number", "Номер"));

    must(field && strcmp(gtk_editable_get_text(GTK_EDITABLE(field)), text) == 0);
}

static void play_edit(void)
{
    no_lines();
    press("Edit the list", "Изменить список");
    button("Add", "Добавить", FALSE);
    fill("Number", "Номер", "104");
    fill("Name", "Имя", "Anna");
    press("Add", "Добавить");
    asked(ARS_CMD_WATCH, "104");
    fill("Number", "Номер", "105");
    press("Add", "Добавить");
    fill("Number", "Номер", "104");
    press("Add", "Добавить");
    sees("This number is in the list already.", "Этот номер уже есть в списке.");
    look("lines-edit");
    fill("Number", "Номер", "10"); /* half of it */
    press("Move up: 105", "Выше: 105");
    must(strcmp(ars_app_watched_at(stage_app(), 0).number, "105") == 0);
    press("Remove: Anna", "Убрать: Anna");
    asked(ARS_CMD_UNWATCH, "104");
    reads_number("10");
    press("Edit the list", "Изменить список");
    must(ars_app_watched_count(stage_app()) == 1);
}

static void play_states(void)
{
    struct ars_stored_line list[] = {
        {.number = (char *)(uintptr_t) "101", .name = (char *)(uintptr_t) "Anna"},
        {.number = (char *)(uintptr_t) "102", .name = (char *)(uintptr_t) "Boris"},
        {.number = (char *)(uintptr_t) "103"},
        {.number = (char *)(uintptr_t) "104", .name = (char *)(uintptr_t) "Vera"},
        {.number = (char *)(uintptr_t) "105"},
        {.number = (char *)(uintptr_t) "741", .parking = true},
        {.number = (char *)(uintptr_t) "742", .parking = true},
    };

    with_codes();
    no_lines();
    must(ars_app_set_watched(stage_app(), list, G_N_ELEMENTS(list)) == 0);
    watch("101", ARS_WATCH_IDLE, NULL, FALSE);
    watch("102", ARS_WATCH_BUSY, "84951234567", FALSE);
    watch("104", ARS_WATCH_RINGING, "600", TRUE);
    watch("105", ARS_WATCH_CLOSED, NULL, FALSE);
    watch("741", ARS_WATCH_BUSY, NULL, FALSE);
    watch("742", ARS_WATCH_IDLE, NULL, FALSE);
    sees("101 · Free", "101 · Свободно");
    sees("102 · Busy, has called +7 (495) 123-45-67", "102 · Занято, вызывает: +7 (495) 123-45-67");
    sees("103 · State not known", "103 · Состояние неизвестно");
    sees("104 · Rings, called by 600", "104 · Звонит, звонок от: 600");
    sees("105 · Not reachable", "105 · Недоступен");
    sees("741 · A parked call waits", "741 · Ждёт звонок");
    sees("742 · No call waits here", "742 · Вызовов нет");
    look("lines-states");
    press("Pick up: Vera", "Взять: Vera");
    asked(ARS_CMD_PICKUP, "104");
    fake_manners.answers = FALSE;
    press("Take back the call: 741", "Забрать звонок: 741");
    asked(ARS_CMD_DIAL, "741");
    fresh();
    no_lines();
}

static void play_mailbox(void)
{
    mailbox(0);
    button("Mailbox: no new messages", "Голосовая почта: новых сообщений нет", TRUE);
    mailbox(2);
    look("mailbox");
    press("Mailbox: 2 new messages", "Голосовая почта: 2 новых сообщения");
    asked(ARS_CMD_DIAL, "*97");
}

/* The lines of each account below its name; each is asked for, called and picked up there. */
static void play_two_accounts(void)
{
    struct ars_stored_line list[] = {
        {.number = (char *)(uintptr_t) "101", .name = (char *)(uintptr_t) "Anna"},
        {.number = (char *)(uintptr_t) "101", .name = (char *)(uintptr_t) "Boris"},
        {.number = (char *)(uintptr_t) "102", .name = (char *)(uintptr_t) "Clara"},
    };
    char *second = second_account();
    GtkWidget *choice;

    list[1].account = second;
    no_lines();
    must(ars_app_set_watched(stage_app(), list, G_N_ELEMENTS(list)) == 0);
    settle();
    watch_at(1, "101", ARS_WATCH_BUSY, NULL, FALSE);
    watch_at(second_id, "101", ARS_WATCH_RINGING, "600", TRUE);
    sees("100 at pbx.example.com", "100 на pbx.example.com");
    sees("200 at other.example.com", "200 на other.example.com");
    sees("101 · Busy", "101 · Занято");
    sees("101 · Rings, called by 600", "101 · Звонит, звонок от: 600");
    look("lines-two-accounts");
    press("Pick up: Boris", "Взять: Boris");
    asked_by(second_id, ARS_CMD_PICKUP, "101");
    watch_at(second_id, "101", ARS_WATCH_IDLE, NULL, FALSE);
    fake_manners.answers = FALSE;
    press("Call: Boris", "Позвонить: Boris");
    asked_by(second_id, ARS_CMD_DIAL, "101");
    fresh();
    key("alt+3");
    press("Edit the list", "Изменить список");
    press("Move up: Clara", "Выше: Clara"); /* past Anna: Boris is another account's */
    must(strcmp(ars_app_watched_at(stage_app(), 0).name, "Clara") == 0);
    fill("Number", "Номер", "101");
    choice = find(ADW_TYPE_COMBO_ROW, say("Account", "Учётная запись"));
    must(choice != NULL);
    press("Add", "Добавить");
    sees("This number is in the list already.", "Этот номер уже есть в списке.");
    fill("Number", "Номер", "102");
    if (choice)
        adw_combo_row_set_selected(ADW_COMBO_ROW(choice), 1);
    look("lines-two-accounts-edit");
    press("Add", "Добавить");
    asked_by(second_id, ARS_CMD_WATCH, "102");
    press("Remove: Boris", "Убрать: Boris");
    asked_by(second_id, ARS_CMD_UNWATCH, "101");
    press("Edit the list", "Изменить список");
    must(ars_app_enable_account(stage_app(), second, FALSE) == 0);
    settle();
    sees_not("200 at other.example.com", "200 на other.example.com");
    no_lines();
    one_account(second);
}

static void play_mailboxes(void)
{
    char *second = second_account();

    mailbox(2);
    button("Mailbox: 2 new messages", "Голосовая почта: 2 новых сообщения", TRUE);
    mailbox_at(second_id, 3, "*98");
    press("Mailboxes: 5 new messages", "Вся голосовая почта: 5 новых сообщений");
    sees("100 at pbx.example.com: 2 new messages", "100 на pbx.example.com: 2 новых сообщения");
    look("mailboxes");
    press("200 at other.example.com: 3 new messages",
          "200 на other.example.com: 3 новых сообщения");
    asked_by(second_id, ARS_CMD_DIAL, "*98");
    fresh();
    must(ars_app_enable_account(stage_app(), second, FALSE) == 0);
    settle();
    button("Mailbox: 2 new messages", "Голосовая почта: 2 новых сообщения", TRUE);
    one_account(second);
}

static void play_park(void)
{
    ars_id call;

    with_codes();
    call = dial("600");
    look("call-park");
    press("Park", "Парковать");
    must(call != 0);
    asked(ARS_CMD_PARK, NULL);
}

static const struct scene lines_scenes[] = {
    {"empty", play_empty},         {"edit", play_edit}, {"states", play_states},
    {"mailbox", play_mailbox},     {"park", play_park}, {"two-accounts", play_two_accounts},
    {"mailboxes", play_mailboxes},
};

const struct group lines_group = {
    .name = "lines", .scenes = lines_scenes, .n = G_N_ELEMENTS(lines_scenes)};
