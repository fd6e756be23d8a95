/* Tests of the views: several calls, and calls that come in. */
#include <math.h>
#include <string.h>

#include <ars/reason.h>

#include "stage.h"

#define NUMBER    "84951234567"
#define FORMATTED "+7 (495) 123-45-67"
#define LONG_NAME                                                                                  \
    "Konstantinopolskaya-Preobrazhenskaya Aleksandra Vladimirovna, second-line support"

static GtkWidget *incoming_window(void)
{
    return find(g_type_from_name("ArsIncomingWindow"), "");
}

static void asked(enum ars_command_type type, ars_id call)
{
    struct ars_command *cmd = fake_find_command(type);

    if (!cmd || cmd->call != call)
        fail("command %d was not given for call %u", (int)type, call);
    ars_command_free(cmd);
}

/* ---- several ---- */

static ars_id dial_beside(ars_id held, const char *number)
{
    fake_push(fake_call_event(ARS_EV_HELD, held, ARS_CALL_ESTABLISHED));
    return dial(number);
}

static void play_two(void)
{
    ars_id first = dial(NUMBER), second = dial_beside(first, "101");

    sees("101", "101");
    sees("00:00", "00:00");
    sees(FORMATTED, FORMATTED);
    sees("On hold", "На удержании");
    button("Swap", "Переключить", TRUE);
    button("Hang up this call", "Завершить этот вызов", TRUE);
    look("calls-two");
    press("Swap", "Переключить");
    asked(ARS_CMD_RESUME, first);
    press("Hang up this call", "Завершить этот вызов");
    asked(ARS_CMD_HANGUP, second);
    sees_not("101", "101");
    sees(FORMATTED, FORMATTED);
}

static void play_three(void)
{
    ars_id first = dial(NUMBER), second = dial_beside(first, "101");

    dial_beside(second, "102");
    fake_incoming(LONG_NAME, "74957654321");
    settle();
    may_be_cut(LONG_NAME);
    sees("102", "102");
    press("Answer", "Принять");
    look("calls-three");
}

/* Who rings does not push the one aside who is talked to. */
static void play_knock(void)
{
    ars_id talking = dial(NUMBER), knocks = fake_incoming("Reception", "101");

    settle();
    sees("Reception", "Reception");
    gtk_window_close(GTK_WINDOW(incoming_window()));
    settle();
    must(incoming_window() == NULL);
    sees("Incoming call", "Входящий вызов");
    button("Decline", "Отклонить", TRUE);
    look("calls-knock");
    press("Decline", "Отклонить");
    asked(ARS_CMD_REJECT, knocks);
    press("Hang up", "Завершить");
    asked(ARS_CMD_HANGUP, talking);
}

static const struct scene calls_scenes[] = {
    {"two", play_two},
    {"three", play_three},
    {"knock", play_knock},
};

const struct group calls_group = {
    .name = "calls", .scenes = calls_scenes, .n = G_N_ELEMENTS(calls_scenes)};

/* ---- incoming ---- */

static void tall(const char *english, const char *russian)
{
    GtkWidget *w = find(GTK_TYPE_BUTTON, say(english, russian));

    if (!w || gtk_widget_get_height(w) < 48)
        fail("\"%s\" is less than 48 px high", english);
}

static void play_named(void)
{
    ars_id id = fake_incoming("Reception", NUMBER);

    settle();
    sees("Reception", "Reception");
    sees(FORMATTED, FORMATTED);
    must(incoming_window() != NULL);
    tall("Decline", "Отклонить");
    tall("Answer", "Принять");
    look("incoming-named");
    press("Answer", "Принять");
    asked(ARS_CMD_ANSWER, id);
    must(incoming_window() == NULL);
    button("Hang up", "Завершить", TRUE);
    sees("00:00", "00:00");
}

static void play_number(void)
{
    ars_id id = fake_incoming("", NUMBER);

    settle();
    sees(FORMATTED, FORMATTED);
    look("incoming-number");
    press("Decline", "Отклонить");
    asked(ARS_CMD_REJECT, id);
    must(incoming_window() == NULL);
}

static void play_anonymous(void)
{
    ars_id id = fake_incoming("", "");

    settle();
    sees("Unknown caller", "Неизвестный номер");
    look("incoming-anonymous");
    fake_end(id, ARS_REASON_CANCELLED, 487, "Request Terminated", true, 0);
    settle();
    must(incoming_window() == NULL);
}

static void play_long(void)
{
    fake_incoming(LONG_NAME, "sip:a.very.long.user.name@a.very.long.host.name.example.com");
    settle();
    may_be_cut(LONG_NAME);
    may_be_cut("sip:a.very.long.user.name@a.very.long.host.name.example.com");
    look("incoming-long");
}

/* The line that runs out, and the window that goes by itself. */
static void play_time_out(void)
{
    ars_id id = fake_incoming("", "101");
    GtkWidget *bar;

    clock_forward(15000);
    settle();
    run_for(1100);
    bar = find(GTK_TYPE_PROGRESS_BAR, "");
    must(bar && fabs(gtk_progress_bar_get_fraction(GTK_PROGRESS_BAR(bar)) - 0.5) < 0.01);
    fake_end(id, ARS_REASON_NO_ANSWER, 480, "", false, 0);
    settle();
    must(incoming_window() == NULL);
}

static void play_elsewhere(void)
{
    ars_id id = fake_incoming("", "101");

    settle();
    fake_end(id, ARS_REASON_ANSWERED_ELSEWHERE, 487, "Call completed elsewhere", true, 0);
    settle();
    must(incoming_window() == NULL);
    sees("Ready · 100", "Готов · 100");
}

/* The settings make room for who answers, and are there again afterwards as they were. */
static void play_over_settings(void)
{
    ars_id id;

    key("ctrl+comma");
    fill("Login", "Логин", "777");
    press("Remove this account", "Удалить эту учётную запись");
    id = fake_incoming("", "101");
    settle();
    press("Answer", "Принять");
    must(stage_top() == stage_window());
    button("Hang up", "Завершить", TRUE);
    sees("00:00", "00:00");
    fake_end(id, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
    must(stage_top() != stage_window());
    sees("Login", "Логин");
    must(find(GTK_TYPE_EDITABLE, say("Login", "Логин")) &&
         strcmp(gtk_editable_get_text(GTK_EDITABLE(find(GTK_TYPE_EDITABLE, say("Login", "Логин")))),
                "777") == 0);
}

static const struct scene incoming_scenes[] = {
    {"named", play_named},
    {"number", play_number},
    {"anonymous", play_anonymous},
    {"long", play_long},
    {"time-out", play_time_out},
    {"elsewhere", play_elsewhere},
    {"over-settings", play_over_settings},
};

const struct group incoming_group = {
    .name = "incoming", .scenes = incoming_scenes, .n = G_N_ELEMENTS(incoming_scenes)};
