/* Tests of the views: calls that have to do with each other. */
#include <string.h>

#include <ars/reason.h>
#include <ars/str.h>

#include "stage.h"

#define NUMBER    "84951234567"
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
    ars_id call = dial("101");

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
    call = dial("101");
    refer(call, ARS_CALL_DIALING, "102", "");
    sees("101 is not there, and sends you on to 102.", "101 не отвечает и направляет вас на 102.");
    look("together-redirected");
    press("No", "Нет");
    asked(ARS_CMD_FOLLOW, call, 0, NULL);
}

/* Who asks is gone: there is nothing to answer. */
static void play_question_over(void)
{
    ars_id call = dial("101");

    refer(call, ARS_CALL_ESTABLISHED, "102", "");
    must(stage_top() != stage_window());
    fake_end(call, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
    must(stage_top() == stage_window());
    not_asked(ARS_CMD_FOLLOW);
}

static const struct scene together_scenes[] = {
    {"referred", play_referred},
    {"redirected", play_redirected},
    {"question-over", play_question_over},
};

const struct group together_group = {
    .name = "together", .scenes = together_scenes, .n = G_N_ELEMENTS(together_scenes)};
