/* Tests of the views: several accounts, what few accounts need, dial rules. */
#include <string.h>

#include <ars/reason.h>
#include <ars/secret.h>

#include "stage.h"

#define SERVER   "Server", "Сервер"
#define PORT     "Port", "Порт"
#define LOGIN    "Login", "Логин"
#define PASSWORD "Password", "Пароль"
#define SAVE     "Save and connect", "Сохранить и подключиться"
#define ADD      "Add another account", "Добавить учётную запись"
#define RING     "Ring for, seconds", "Звонить, секунд"
#define RULES    "Dial rules", "Правила набора"
#define TRY      "Try a number", "Проверить номер"
#define HEADERS  "Additional headers", "Дополнительные заголовки"
#define PROXY    "Outbound proxy", "Исходящий прокси"
#define CODECS   "Codecs, in order", "Кодеки, по порядку"

static void open_settings(void)
{
    struct ars_command *cmd;

    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    key("ctrl+comma");
    button(SAVE, TRUE);
}

static void expand(const char *english, const char *russian)
{
    GtkWidget *row = find(ADW_TYPE_EXPANDER_ROW, say(english, russian));

    if (row)
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(row), TRUE);
    else
        fail("no row \"%s\"", english);
    settle();
}

static void play_details(void)
{
    struct ars_command *cmd;

    open_settings();
    expand("Details of the server", "Подробности сервера");
    fill(PROXY, "edge.example.com:0");
    fill(CODECS, "opus, gsm");
    fill(HEADERS, "X-Team: support\nVia: somewhere");
    sees("Line 2: this header is the phone's own",
         "Строка 2: этот заголовок телефон указывает сам");
    press(SAVE);
    must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
    sees("A name or an address, and a port if need be: edge.example.com:443",
         "Имя или адрес, при необходимости с портом: edge.example.com:443");
    sees("Out of those of the phone, with commas: opus, g722, pcmu, pcma",
         "Из тех, что есть в телефоне, через запятую: opus, g722, pcmu, pcma");
    look("account-details-bad");
    fill(PROXY, "edge.example.com:443");
    fill(CODECS, "pcmu, opus");
    fill(HEADERS, "X-Team: support");
    look("account-details");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && g_strcmp0(cmd->conf->outbound_host, "edge.example.com") == 0 &&
         cmd->conf->outbound_port == 443 && g_strcmp0(cmd->conf->codecs, "pcmu, opus") == 0 &&
         g_strcmp0(cmd->conf->headers, "X-Team: support") == 0);
    ars_command_free(cmd);
}

/* Of the next caller on: no connection is touched. */
static void play_ring(void)
{
    struct ars_command *cmd;

    open_settings();
    fill(RING, "0");
    press(SAVE);
    must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
    sees("A number of seconds, from 1 to 3600.", "Число секунд от 1 до 3600.");
    look("account-ring-bad");
    fill(RING, "45");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && cmd->account == 1 && cmd->conf->ring_s == 45);
    ars_command_free(cmd);
    must(ars_app_settings(stage_app())->accounts[0].ring_s == 45);
}

static void play_relay(void)
{
    struct ars_command *cmd;

    open_settings();
    expand("Relay (TURN)", "Ретранслятор (TURN)");
    fill("TURN server", "Сервер TURN", "turn.example.com/x");
    press(SAVE);
    must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
    sees("A name or an address, and a port if need be: turn.example.com:3478",
         "Имя или адрес, при необходимости с портом: turn.example.com:3478");
    fill("TURN server", "Сервер TURN", "turn.example.com:443");
    adw_combo_row_set_selected(
        ADW_COMBO_ROW(find(ADW_TYPE_COMBO_ROW, say("Way to the relay", "Связь с ретранслятором"))),
        2);
    fill("Login at the relay", "Логин ретранслятора", "anna");
    fill("Password at the relay", "Пароль ретранслятора", "tief");
    look("account-relay");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && g_strcmp0(cmd->conf->turn, "turns:turn.example.com:443") == 0 &&
         g_strcmp0(cmd->conf->turn_user, "anna") == 0 && cmd->conf->turn_password &&
         strcmp(ars_secret_text(cmd->conf->turn_password), "tief") == 0);
    ars_command_free(cmd);
    open_settings();
    must(find(GTK_TYPE_EDITABLE, say("TURN server", "Сервер TURN")) != NULL);
    fill("TURN server", "Сервер TURN", "");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && !cmd->conf->turn);
    ars_command_free(cmd);
}

static void play_dial_rules(void)
{
    struct ars_command *cmd;

    open_settings();
    expand("Dialled numbers", "Набор номеров");
    fill(RULES, "^8([0-9]{10})$ -> +7\\1\n^([0-9 -> 9");
    sees("Rule 2, character 1: a [ is not closed", "Правило 2, символ 1: скобка [ не закрыта");
    look("dial-rules-bad");
    press(SAVE);
    must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
    sees("Something above is not right yet.", "Выше ещё есть ошибка.");
    fill(RULES, "^8([0-9]{10})$ -> +7\\1");
    fill(TRY, "8 916 123 45 67");
    sees("8 916 123 45 67 → +79161234567, by rule 1",
         "8 916 123 45 67 → +79161234567, по правилу 1");
    look("dial-rules");
    fill(TRY, "two words");
    sees("This is not a number to dial", "Это не номер");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && g_strcmp0(cmd->conf->dial_rules, "^8([0-9]{10})$ -> +7\\1") == 0);
    ars_command_free(cmd);
    type("89161234567");
    sees("Sent as +79161234567", "Отправляется как +79161234567");
    look("dial-sent-as");
}

static void play_second(void)
{
    struct ars_command *cmd;

    open_settings();
    press(ADD);
    sees("New account", "Новая учётная запись");
    fill(SERVER, "other.example.com");
    fill(LOGIN, "200");
    fill(PASSWORD, "secret200");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && cmd->account == 0 && strcmp(cmd->conf->login, "200") == 0);
    ars_command_free(cmd);
    must(stage_top() == stage_window());
    sees("Ready · 100", "Готов · 100"); /* as before: it dials */
    look("dial-two-accounts");
    press("Ready · 100", "Готов · 100");
    sees("200 at other.example.com: Ready · 200", "200 на other.example.com: Готов · 200");
    key("Escape");
}

static void play_list(void)
{
    struct ars_command *cmd;
    GtkWidget *on;

    open_settings();
    sees("The marked one dials. Choose one to see its fields.",
         "Звонит отмеченная. Выберите запись, чтобы увидеть её поля.");
    sees("200 at other.example.com", "200 на other.example.com");
    look("accounts");
    on = find(GTK_TYPE_SWITCH, say("Connect this account: 200 at other.example.com",
                                   "Подключать эту учётную запись: 200 на other.example.com"));
    must(on != NULL);
    if (on)
        gtk_switch_set_active(GTK_SWITCH(on), FALSE);
    settle();
    cmd = fake_find_command(ARS_CMD_ACCOUNT_OFF);
    must(cmd && cmd->account == 2);
    ars_command_free(cmd);
    sees("Switched off", "Отключена");
    look("accounts-one-off");
    if (on)
        gtk_switch_set_active(GTK_SWITCH(on), TRUE);
    settle();
    sees("Ready · 200", "Готов · 200");
    close_top();
}

static void play_incoming(void)
{
    fake_speak_of(2);
    (void)fake_incoming("Anna", "300");
    settle();
    sees("For 200 at other.example.com", "Для 200 на other.example.com");
    look("incoming-two-accounts");
}

static void play_off_during_a_call(void)
{
    struct ars_command *cmd;
    GtkWidget *on;

    fake_speak_of(2);
    (void)fake_incoming("Anna", "300");
    settle();
    close_top();
    open_settings();
    on = find(GTK_TYPE_SWITCH, say("Connect this account: 200 at other.example.com",
                                   "Подключать эту учётную запись: 200 на other.example.com"));
    must(on != NULL);
    if (on)
        gtk_switch_set_active(GTK_SWITCH(on), FALSE);
    settle();
    must(fake_find_command(ARS_CMD_ACCOUNT_OFF) == NULL);
    sees("The calls of this account end.", "Вызовы этой учётной записи завершатся.");
    look("accounts-off-in-call");
    press("Hang up and switch off", "Завершить и отключить");
    cmd = fake_find_command(ARS_CMD_ACCOUNT_OFF);
    must(cmd && cmd->account == 2);
    ars_command_free(cmd);
}

static void play_other_dials(void)
{
    struct ars_command *cmd;
    GtkWidget *list =
        find(GTK_TYPE_DROP_DOWN, say("Dial with this account", "Звонить с этой учётной записи"));

    must(list != NULL);
    type("89161234567");
    sees("Sent as +79161234567", "Отправляется как +79161234567");
    if (list)
        gtk_drop_down_set_selected(GTK_DROP_DOWN(list), 1);
    settle();
    sees("Ready · 200", "Готов · 200");
    sees_not("Sent as +79161234567", "Отправляется как +79161234567"); /* it has no rules */
    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    key("Return");
    cmd = fake_find_command(ARS_CMD_DIAL);
    must(cmd && cmd->account == 2);
    ars_command_free(cmd);
}

/* Called again is by the account that had the call, whichever dials now. */
static void play_again(void)
{
    struct ars_command *cmd;
    ars_id id;

    fake_speak_of(1);
    id = fake_incoming("Anna", "300");
    settle();
    press("Answer", "Принять");
    fake_end(id, ARS_REASON_CONNECTION_LOST, 0, "", false, 30000);
    settle();
    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    press("Call again", "Позвонить снова");
    cmd = fake_find_command(ARS_CMD_DIAL);
    must(cmd && cmd->account == 1 && g_strcmp0(cmd->text, "300") == 0);
    ars_command_free(cmd);
    key("ctrl+d");
    fake_speak_of(2);
}

/* An account that does not dial may lose calls, too: said where it is seen. */
static void play_other_in_trouble(void)
{
    fake_speak_of(1);
    fake_account_fails(ARS_REASON_WRONG_PASSWORD);
    settle();
    sees("Ready · 200", "Готов · 200");
    sees("100 at pbx.example.com: Wrong password", "100 на pbx.example.com: Неверный пароль");
    look("accounts-other-in-trouble");
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_READY);
    settle();
    sees_not("100 at pbx.example.com: Wrong password", "100 на pbx.example.com: Неверный пароль");
    fake_speak_of(2);
}

/* What concerns no connection is saved without a word; a call goes on. */
static void play_saved_in_a_call(void)
{
    struct ars_command *cmd;

    fake_speak_of(2);
    (void)fake_incoming("Anna", "300");
    settle();
    press("Answer", "Принять");
    open_settings();
    expand("Details of the server", "Подробности сервера");
    fill(CODECS, "pcma");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && g_strcmp0(cmd->conf->codecs, "pcma") == 0);
    ars_command_free(cmd);
    key("ctrl+d");
    settle();
}

/* Calls back by the account that was called, whichever dials. */
static void play_journal(void)
{
    ars_id call;
    struct ars_command *cmd;

    must(ars_app_set_default(stage_app(), ars_app_line_at(stage_app(), 0)->account_id) == 0);
    fake_speak_of(2);
    call = fake_incoming("Anna", "301");
    settle();
    close_top();
    key("ctrl+r");
    sees("For 200 at other.example.com", "Для 200 на other.example.com"); /* on its page */
    look("call-two-accounts");
    fake_end(call, ARS_REASON_CANCELLED, 487, "", true, 0);
    settle();
    key("ctrl+j");
    sees("For 200 at other.example.com", "Для 200 на other.example.com");
    look("journal-two-accounts");
    press("Call back Anna", "Перезвонить: Anna");
    cmd = fake_find_command(ARS_CMD_DIAL);
    must(cmd && cmd->account == 2 && g_strcmp0(cmd->text, "301") == 0);
    ars_command_free(cmd);
    sees("From 200 at other.example.com", "Через 200 на other.example.com");
}

/* Calls of two accounts can be put together, here and by the far ends, once both are answered. */
static void play_together(void)
{
    struct ars_command *cmd;
    struct ars_event *ev;
    ars_id first, second;

    must(ars_app_set_default(stage_app(), ars_app_line_at(stage_app(), 0)->account_id) == 0);
    fake_speak_of(1);
    first = dial("101");
    fake_push(fake_call_event(ARS_EV_HELD, first, ARS_CALL_ESTABLISHED));
    fake_manners.answers = false;
    fake_speak_of(2);
    must(ars_app_dial_from(stage_app(), ars_app_line_at(stage_app(), 1)->account_id, "102") == 0);
    settle();
    second = first + 1;
    button("Transfer", "Перевести", FALSE); /* there is nobody yet whom one of them could name */
    fake_push(fake_call_event(ARS_EV_ESTABLISHED, second, ARS_CALL_ESTABLISHED));
    settle();
    button("Merge", "Объединить", TRUE);
    key("ctrl+t");
    button("Connect with 101", "Соединить с 101", TRUE);
    look("accounts-together");
    press("Connect with 101", "Соединить с 101");
    cmd = fake_find_command(ARS_CMD_CONNECT);
    must(cmd && cmd->call == first && cmd->number == (int)second);
    ars_command_free(cmd);
    /* the other server does not know that call: both are there, and why is said */
    fake_speak_of(1);
    ev = fake_call_event(ARS_EV_TRANSFER_FAILED, first, ARS_CALL_ESTABLISHED);
    ars_reason_set(&ev->reason, ARS_REASON_NOT_FOUND, 404, "%s", "");
    fake_push(ev);
    settle();
    sees("102: There is no such number. The call was not transferred, and goes on.",
         "102: Такого номера нет. Вызов не переведён и продолжается.");
    must(ars_app_call_count(stage_app()) == 2);
    look("accounts-connect-failed");
    fake_speak_of(2);
}

static const struct scene accounts_scenes[] = {
    {"details", play_details},
    {"ring", play_ring},
    {"relay", play_relay},
    {"dial-rules", play_dial_rules},
    {"second", play_second},
    {"list", play_list},
    {"incoming", play_incoming},
    {"other-dials", play_other_dials},
    {"again", play_again},
    {"other-in-trouble", play_other_in_trouble},
    {"saved-in-a-call", play_saved_in_a_call},
    {"journal", play_journal},
    {"together", play_together},
    {"off-during-a-call", play_off_during_a_call},
};

const struct group accounts_group = {
    .name = "accounts", .scenes = accounts_scenes, .n = G_N_ELEMENTS(accounts_scenes)};
