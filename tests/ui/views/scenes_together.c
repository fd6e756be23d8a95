/* Tests of the views: calls that have to do with each other. */
#include <string.h>

#include <ars/reason.h>
#include <ars/str.h>

#include "stage.h"

#define NUMBER    "84951234567"
#define TRANSFER  "Transfer", "Перевести"
#define FORMATTED "+7 (495) 123-45-67"

/* The next command of that type was about this call, with that number and text. */
static void asked(enum ars_command_type type, ars_id call, int number, const char *text)
{
    struct ars_command *cmd = fake_find_command(type);

    if (!cmd || cmd->call != call || cmd->number != number || !ars_streq(cmd->text, text))
        fail("command %d was not given for call %u with %d and %s", (int)type, call, number,
             text ? text : "nothing");
    ars_command_free(cmd);
}

/* A call, and nothing asked for yet. */
static ars_id begin(const char *number)
{
    ars_id call = dial(number);
    struct ars_command *cmd;

    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    return call;
}

static void press_toggle(const char *english, const char *russian)
{
    GtkWidget *w = find(GTK_TYPE_TOGGLE_BUTTON, say(english, russian));

    if (!w || !gtk_widget_is_sensitive(w))
        fail("\"%s\" cannot be pressed", english);
    else
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(w),
                                     !gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(w)));
    settle();
}

static gboolean has_no_button(void *name)
{
    return find(GTK_TYPE_BUTTON, name) == NULL;
}

static void no_button(const char *english, const char *russian)
{
    const char *name = say(english, russian);

    if (!until(has_no_button, (void *)name))
        fail("there is a button \"%s\"", name);
}

static void not_asked(enum ars_command_type type)
{
    struct ars_command *cmd = fake_find_command(type);

    if (cmd)
        fail("command %d was given", (int)type);
    ars_command_free(cmd);
}

/* ---- whom the far end, or a redirection, sends us to ---- */

static void refer(ars_id call, enum ars_call_state state, const char *to, const char *by)
{
    struct ars_event *ev = fake_call_event(ARS_EV_REFERRED, call, state);

    ev->peer_number = ars_strdup(to);
    ev->text = ars_strdup(by);
    fake_push(ev);
    settle();
}

static void play_referred(void)
{
    ars_id call = begin("101");

    refer(call, ARS_CALL_ESTABLISHED, NUMBER, "Reception");
    sees("Call " FORMATTED "?", "Позвонить на " FORMATTED "?");
    sees("Reception asks you to call " FORMATTED ". Your call with 101 ends once you are through.",
         "Reception просит вас позвонить на " FORMATTED
         ". Разговор с 101 закончится, когда там ответят.");
    not_asked(ARS_CMD_FOLLOW);
    look("together-referred");
    press("Yes, call", "Да, позвонить");
    asked(ARS_CMD_FOLLOW, call, 1, NULL);
    must(stage_top() == stage_window());
    refer(call, ARS_CALL_ESTABLISHED, "102", "");
    sees("101 asks you to call 102. Your call with 101 ends once you are through.",
         "101 просит вас позвонить на 102. Разговор с 101 закончится, когда там ответят.");
    key("Escape");
    asked(ARS_CMD_FOLLOW, call, 0, NULL);
    must(stage_top() == stage_window());
}

static void play_redirected(void)
{
    ars_id call;

    fake_manners.answers = false;
    call = begin("101");
    refer(call, ARS_CALL_DIALING, "102", "");
    sees("101 is not there, and sends you on to 102.", "101 не отвечает и направляет вас на 102.");
    look("together-redirected");
    press("No", "Нет");
    asked(ARS_CMD_FOLLOW, call, 0, NULL);
}

/* Who asks is gone: there is nothing to answer. */
static void play_question_over(void)
{
    ars_id call = begin("101");

    refer(call, ARS_CALL_ESTABLISHED, "102", "");
    must(stage_top() != stage_window());
    fake_end(call, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
    must(stage_top() == stage_window());
    not_asked(ARS_CMD_FOLLOW);
}

/* ---- transfer ---- */

/* Enter must not end the call: what had the focus has gone. */
static void harmless(void)
{
    GtkWidget *hang_up = find(GTK_TYPE_BUTTON, say("Hang up", "Завершить"));

    must(hang_up && gtk_window_get_focus(stage_window()) != hang_up);
}

static void tell(enum ars_event_type type, ars_id call, enum ars_reason_code code, int status)
{
    struct ars_event *ev = fake_call_event(type, call, ARS_CALL_ESTABLISHED);

    ars_reason_set(&ev->reason, code, status, "%s", "");
    fake_push(ev);
    settle();
}

static ars_id dial_beside(ars_id held, const char *number)
{
    fake_push(fake_call_event(ARS_EV_HELD, held, ARS_CALL_ESTABLISHED));
    return dial(number);
}

static void play_transfer(void)
{
    ars_id call = begin("101");

    button(TRANSFER, TRUE);
    press_toggle(TRANSFER);
    button("Transfer now", "Перевести сразу", FALSE);
    button("Ask first", "Сначала спросить", FALSE);
    look("together-transfer-empty");
    fill("Transfer to", "Кому", NUMBER);
    button("Ask first", "Сначала спросить", TRUE);
    look("together-transfer");
    press("Transfer now", "Перевести сразу");
    asked(ARS_CMD_TRANSFER, call, 0, NUMBER);
    sees("Transferring to " FORMATTED "…", "Перевод на " FORMATTED "…");
    harmless();
    button(TRANSFER, FALSE);
    button("Hold", "Удержать", FALSE);
    button("Hang up", "Завершить", TRUE);
    tell(ARS_EV_TRANSFERRING, call, ARS_REASON_NONE, 180);
    sees("Transferring to " FORMATTED ": it rings there", "Перевод на " FORMATTED ": идёт вызов");
    look("together-transferring");
    tell(ARS_EV_TRANSFERRED, call, ARS_REASON_NONE, 200);
    fake_end(call, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    settle();
    sees("Transferred to " FORMATTED, "Переведён на " FORMATTED);
    sees("Ready · 100", "Готов · 100");
    look("together-transferred");
}

/* It was read on the other's page: at the end of that one it is no news any more. */
static void play_transferred_is_said_once(void)
{
    ars_id call = begin("101"), other = dial_beside(call, "102");

    must(ars_app_call_command(stage_app(), ARS_CMD_TRANSFER, call, 0, NUMBER) == 0);
    tell(ARS_EV_TRANSFERRED, call, ARS_REASON_NONE, 200);
    fake_end(call, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    settle();
    sees("Transferred to " FORMATTED, "Переведён на " FORMATTED);
    fake_end(other, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
    sees("The other side hung up", "Собеседник завершил вызов");
    sees_not("Transferred to " FORMATTED, "Переведён на " FORMATTED);
}

static void play_transfer_failed(void)
{
    ars_id call = begin("101");

    key("ctrl+t");
    type("102");
    key("Return");
    asked(ARS_CMD_TRANSFER, call, 0, "102");
    tell(ARS_EV_TRANSFER_FAILED, call, ARS_REASON_BUSY, 486);
    sees("102: Busy. The call was not transferred, and goes on.",
         "102: Занято. Вызов не переведён и продолжается.");
    button(TRANSFER, TRUE);
    look("together-transfer-failed");
    press("Hold", "Удержать"); /* has been seen */
    sees_not("102: Busy. The call was not transferred, and goes on.",
             "102: Занято. Вызов не переведён и продолжается.");
    key("ctrl+t");
    button("Transfer now", "Перевести сразу", FALSE);
    key("Escape"); /* the panel, not the page */
    no_button("Transfer now", "Перевести сразу");
    button(TRANSFER, TRUE);
}

/* The other is called first; once it has answered, one click connects the two. */
static void play_ask_first(void)
{
    ars_id call = begin("101"), other;

    press_toggle(TRANSFER);
    fill("Transfer to", "Кому", "102");
    press("Ask first", "Сначала спросить");
    asked(ARS_CMD_DIAL, 0, 0, "102");
    other = call + 1;
    fake_push(fake_call_event(ARS_EV_HELD, call, ARS_CALL_ESTABLISHED));
    settle();
    sees("102", "102");
    button("Connect with 101", "Соединить с 101", TRUE);
    look("together-ask-first");
    fake_media(other, "opus"); /* figures come each second: what has the focus keeps it */
    settle();
    must(gtk_window_get_focus(stage_window()) ==
         find(GTK_TYPE_BUTTON, say("Connect with 101", "Соединить с 101")));
    press("Connect with 101", "Соединить с 101");
    asked(ARS_CMD_CONNECT, call, (int)other, NULL);
    sees("Transferring to 102…", "Перевод на 102…");
    tell(ARS_EV_TRANSFERRED, call, ARS_REASON_NONE, 200);
    fake_end(call, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    fake_end(other, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    settle();
    sees("Transferred to 102", "Переведён на 102");
    sees("Ready · 100", "Готов · 100");
}

/* Nobody there to ask: the first call comes back to the page, and why is said. */
static void play_ask_in_vain(void)
{
    ars_id call = begin("101");

    press_toggle(TRANSFER);
    fill("Transfer to", "Кому", "102");
    fake_manners.answers = false;
    press("Ask first", "Сначала спросить");
    fake_push(fake_call_event(ARS_EV_HELD, call, ARS_CALL_ESTABLISHED));
    settle();
    no_button("Connect with 101", "Соединить с 101");
    fake_end(call + 1, ARS_REASON_BUSY, 486, "Busy Here", true, 0);
    settle();
    sees("102: Busy", "102: Занято");
    sees("101", "101");
    button("Resume", "Продолжить", TRUE);
    harmless();
    look("together-ask-in-vain");
}

/* It still rings there: the first call can be handed on all the same, and only that. */
static void play_connect_ringing(void)
{
    ars_id call = begin("101"), other = call + 1;

    press_toggle(TRANSFER);
    fill("Transfer to", "Кому", "102");
    fake_manners.answers = false;
    press("Ask first", "Сначала спросить");
    fake_push(fake_call_event(ARS_EV_HELD, call, ARS_CALL_ESTABLISHED));
    settle();
    press_toggle(TRANSFER);
    no_button("Transfer now", "Перевести сразу");
    button("Connect with 101", "Соединить с 101", TRUE);
    look("together-connect-ringing");
    press("Connect with 101", "Соединить с 101");
    asked(ARS_CMD_CONNECT, call, (int)other, NULL);
    fake_end(other, ARS_REASON_TRANSFERRED, 487, "", false, 0);
    settle();
    sees("Transferring to 102…", "Перевод на 102…");
    harmless();
}

/* ---- conference ---- */

static void play_merge(void)
{
    ars_id first = begin("101"), second = dial_beside(first, "102");

    button("Swap", "Переключить", TRUE);
    key("ctrl+s");
    asked(ARS_CMD_RESUME, first, 0, NULL);
    fake_push(fake_call_event(ARS_EV_HELD, second, ARS_CALL_ESTABLISHED));
    settle();
    key("ctrl+g");
    asked(ARS_CMD_MERGE, second, 0, NULL);
    press("Swap", "Переключить");
    fake_push(fake_call_event(ARS_EV_HELD, first, ARS_CALL_ESTABLISHED));
    settle();
    press("Merge", "Объединить");
    asked(ARS_CMD_MERGE, first, 0, NULL);
    tell(ARS_EV_MERGED, first, ARS_REASON_NONE, 0);
    tell(ARS_EV_MERGED, second, ARS_REASON_NONE, 0);
    tell(ARS_EV_RESUMED, first, ARS_REASON_NONE, 0);
    sees("Conference", "Конференция");
    sees("You and 2 others", "Вы и ещё 2 собеседника");
    sees("101", "101");
    sees("102", "102");
    button(TRANSFER, FALSE);
    button("Keypad", "Клавиши", FALSE);
    no_button("Merge", "Объединить");
    look("together-conference");
    press_toggle("Silence", "Заглушить");
    asked(ARS_CMD_SILENCE, first, 1, NULL);
    sees("Silenced", "Заглушён");
    look("together-silence");
    press_toggle("Silence", "Заглушить");
    asked(ARS_CMD_SILENCE, first, 0, NULL);
    press_toggle("Mute", "Без звука"); /* for all */
    asked(ARS_CMD_MUTE, first, 1, NULL);
    asked(ARS_CMD_MUTE, second, 1, NULL);
    press("Take out", "Вывести");
    asked(ARS_CMD_SPLIT, first, 0, NULL);
    tell(ARS_EV_SPLIT, first, ARS_REASON_NONE, 0);
    tell(ARS_EV_HELD, first, ARS_REASON_NONE, 0);
    tell(ARS_EV_SPLIT, second, ARS_REASON_NONE, 0);
    sees_not("Conference", "Конференция");
    button("Swap", "Переключить", TRUE);
    button("Merge", "Объединить", TRUE);
}

static void play_five(void)
{
    ars_id call = 0;

    for (int i = 0; i < 5; i++) {
        g_autofree char *number = g_strdup_printf("10%d", i + 1);

        call = dial(number);
        tell(ARS_EV_MERGED, call, ARS_REASON_NONE, 0);
    }
    (void)begin("109");
    settle();
    sees("109", "109");
    no_button("Merge", "Объединить"); /* there is no room */
    press("Hang up", "Завершить");
    asked(ARS_CMD_HANGUP, call + 1, 0, NULL);
    sees("You and 5 others", "Вы и ещё 5 собеседников");
    look("together-five");
    press("Hang up", "Завершить"); /* all of it */
    sees("Ready · 100", "Готов · 100");
    must(ars_app_call_count(stage_app()) == 0);
}

/* Another comes in the place of the one that is talked to, and later of one that waits. */
#define THIRD  60
#define FOURTH 61

static void replace(ars_id old, ars_id id, const char *number)
{
    struct ars_event *ev = fake_call_event(ARS_EV_REPLACED, id, ARS_CALL_ANSWERING);

    ev->number = (int)old;
    ev->peer_number = ars_strdup(number);
    fake_push(ev);
    settle();
}

static void play_replaced(void)
{
    ars_id first = begin("101"), second;

    clock_forward(61000);
    replace(first, THIRD, "102");
    sees("102", "102");
    sees_not("101", "101");
    tell(ARS_EV_ESTABLISHED, THIRD, ARS_REASON_NONE, 0);
    fake_end(first, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    settle();
    sees("01:01", "01:01");
    button("Hang up", "Завершить", TRUE);
    second = fake_incoming("", "103");
    settle();
    press("Answer", "Принять");
    tell(ARS_EV_HELD, THIRD, ARS_REASON_NONE, 0);
    sees("103", "103");
    replace(THIRD, FOURTH, "104");
    tell(ARS_EV_ESTABLISHED, FOURTH, ARS_REASON_NONE, 0);
    tell(ARS_EV_HELD, FOURTH, ARS_REASON_NONE, 0);
    fake_end(THIRD, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    settle();
    sees("104", "104");
    sees("103", "103");
    press("Hang up", "Завершить"); /* of the page: it is still 103's */
    asked(ARS_CMD_HANGUP, second, 0, NULL);
    fake_end(FOURTH, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
}

static const struct scene together_scenes[] = {
    {"referred", play_referred},
    {"redirected", play_redirected},
    {"question-over", play_question_over},
    {"transfer", play_transfer},
    {"transferred-is-said-once", play_transferred_is_said_once},
    {"transfer-failed", play_transfer_failed},
    {"ask-first", play_ask_first},
    {"ask-in-vain", play_ask_in_vain},
    {"connect-ringing", play_connect_ringing},
    {"merge", play_merge},
    {"five", play_five},
    {"replaced", play_replaced},
};

const struct group together_group = {
    .name = "together", .scenes = together_scenes, .n = G_N_ELEMENTS(together_scenes)};
