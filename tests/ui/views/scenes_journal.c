/* Tests of the views: the journal. */
#include <string.h>

#include <glib/gstdio.h>

#include <ars/reason.h>
#include <ars/str.h>

#include "stage.h"

static const struct {
    gboolean incoming, seen;
    enum ars_history_result result;
    enum ars_reason_code reason;
    const char *details, *number, *name;
    int talk_ms;
    const char *english, *russian; /* the second line of its row */
} past[] = {
    {TRUE, FALSE, ARS_HISTORY_MISSED, ARS_REASON_CANCELLED, "", "84951234567", "Reception", 0,
     "Missed · +7 (495) 123-45-67", "Пропущенный · +7 (495) 123-45-67"},
    {TRUE, TRUE, ARS_HISTORY_ANSWERED, ARS_REASON_NONE, "", "101", "", 161000, "Incoming · 02:41",
     "Входящий · 02:41"},
    {FALSE, TRUE, ARS_HISTORY_ANSWERED, ARS_REASON_NONE, "", "600", "Echo", 3721000,
     "Outgoing · 1:02:01 · 600", "Исходящий · 1:02:01 · 600"},
    {TRUE, TRUE, ARS_HISTORY_ELSEWHERE, ARS_REASON_ANSWERED_ELSEWHERE, "", "102", "", 0,
     "Answered elsewhere", "Принят на другом телефоне"},
    {TRUE, TRUE, ARS_HISTORY_DECLINED, ARS_REASON_DECLINED, "", "103", "", 0, "Declined by you",
     "Отклонён вами"},
    {FALSE, TRUE, ARS_HISTORY_DECLINED, ARS_REASON_DECLINED, "603 Decline", "104", "", 0,
     "Declined", "Отклонён"},
    {FALSE, TRUE, ARS_HISTORY_CANCELLED, ARS_REASON_CANCELLED, "", "105", "", 0, "Cancelled",
     "Отменён"},
    {FALSE, TRUE, ARS_HISTORY_BUSY, ARS_REASON_BUSY, "486 Busy Here", "605", "", 0, "Busy",
     "Занято"},
    {FALSE, TRUE, ARS_HISTORY_NO_ANSWER, ARS_REASON_NO_ANSWER, "480 Temporarily Unavailable", "106",
     "", 0, "No answer", "Нет ответа"},
    {FALSE, TRUE, ARS_HISTORY_FAILED, ARS_REASON_NOT_FOUND, "404 Not Found", "606", "", 0,
     "There is no such number", "Такого номера нет"},
    {TRUE, TRUE, ARS_HISTORY_MISSED, ARS_REASON_CANCELLED, "", "", "", 0, "Missed", "Пропущенный"},
};

/* Yesterday at 10:02. */
static gint64 yesterday_us(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autoptr(GDateTime) day = g_date_time_add_days(now, -1);
    g_autoptr(GDateTime) at =
        g_date_time_new_local(g_date_time_get_year(day), g_date_time_get_month(day),
                              g_date_time_get_day_of_month(day), 10, 2, 33);

    return g_date_time_to_unix(at) * G_USEC_PER_SEC;
}

static void on_bell(void *arg)
{
    (void)arg;
}

static void prepare(const char *config_dir, const char *data_dir)
{
    static const struct ars_history_handlers handlers;
    g_autofree char *file = g_build_filename(data_dir, "history.sqlite", NULL);
    struct ars_history_conf conf = {.file = file, .bell = on_bell, .handlers = &handlers};
    struct ars_history *h = NULL;

    (void)config_dir;
    if (ars_history_open(&h, &conf))
        g_error("no journal");
    for (guint i = G_N_ELEMENTS(past); i-- > 0;) { /* oldest first */
        struct ars_history_entry e = {
            .incoming = past[i].incoming,
            .seen = past[i].seen,
            .result = past[i].result,
            .reason = past[i].reason ? (char *)ars_reason_name(past[i].reason) : (char *)"",
            .details = (char *)past[i].details,
            .number = (char *)past[i].number,
            .name = (char *)past[i].name,
            .start_us = yesterday_us() - (gint64)i * G_USEC_PER_SEC,
            .duration_ms = past[i].talk_ms,
        };

        if (ars_history_put(h, i + 1, &e))
            g_error("the journal takes no call");
    }
    ars_history_close(h);
}

/* Rows are made as they come into sight. */
static void scroll_to(guint row)
{
    GtkWidget *list = find(GTK_TYPE_LIST_VIEW, say("Calls", "Вызовы"));

    if (!list || !gtk_widget_activate_action(list, "list.scroll-to-item", "u", row))
        fail("the list does not scroll to row %u", row);
    settle();
}

static void play_list(void)
{
    key("ctrl+j");
    for (guint i = 0; i < G_N_ELEMENTS(past); i++) {
        scroll_to(i + 1); /* the call that was missed just now is above */
        sees(past[i].english, past[i].russian);
    }
    sees("Unknown caller", "Неизвестный номер");
    button("Call back Unknown caller", "Перезвонить: Неизвестный номер", FALSE);
    scroll_to(0);
    sees("Reception", "Reception");
    sees("Yesterday, 10:02", "Вчера, 10:02");
    button("Call back Reception", "Перезвонить: Reception", TRUE);
    look("journal-list");
}

static void play_search(void)
{
    key("ctrl+f");
    type("recep");
    sees("Reception", "Reception");
    sees_not("101", "101");
    look("journal-search");
    key("Escape");
    sees("101", "101");
    fill("Search", "Поиск", "(495) 123");
    sees("Reception", "Reception");
    sees_not("Echo", "Echo");
    fill("Search", "Поиск", "nobody");
    sees("Nothing found", "Ничего не найдено");
    sees("No call has this name or number.", "Нет вызовов с таким именем или номером.");
    look("journal-none");
}

static void open_row(const char *title)
{
    GtkWidget *row = find(GTK_TYPE_LABEL, title);

    while (row && !gtk_widget_activate(row))
        row = gtk_widget_get_parent(row);
    settle();
}

static void play_details(void)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(yesterday_us() / G_USEC_PER_SEC - 2);
    g_autofree char *when = g_date_time_format(at, "%A, %-d %B %Y, %H:%M:%S");
    struct ars_command *cmd;

    key("ctrl+j");
    open_row("Echo");
    sees("Answered", "Состоялся");
    sees("1 hour 2 minutes", "1 час 2 минуты");
    sees(when, when);
    button("Copy the number", "Копировать номер", TRUE);
    look("journal-details");
    press("Call back", "Перезвонить");
    cmd = fake_find_command(ARS_CMD_DIAL);
    must(cmd && strcmp(cmd->text, "600") == 0);
    ars_command_free(cmd);
}

/* The programs of this desktop that open things: one, which notes what it was given. */
static void install_opener(void)
{
    const char *data = g_get_user_data_dir();
    g_autofree char *folder = g_build_filename(data, "applications", NULL);
    g_autofree char *entry = g_build_filename(folder, "opener.desktop", NULL);
    g_autofree char *list = g_build_filename(folder, "mimeapps.list", NULL);
    g_autofree char *program = g_build_filename(data, "opener", NULL);
    g_autofree char *script = g_strdup_printf("#!/bin/sh\necho \"$1\" >> '%s/opened'\n", data);
    g_autofree char *desktop =
        g_strdup_printf("[Desktop Entry]\nType=Application\nName=Opener\nExec=%s %%f\n", program);

    must(g_mkdir_with_parents(folder, 0700) == 0);
    must(g_file_set_contents_full(program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    must(g_file_set_contents(entry, desktop, -1, NULL));
    must(g_file_set_contents(list,
                             "[Default Applications]\ninode/directory=opener.desktop\n"
                             "audio/x-opus+ogg=opener.desktop\naudio/ogg=opener.desktop\n"
                             "application/octet-stream=opener.desktop\n",
                             -1, NULL));
}

/* arg: a path that was to be opened. */
static gboolean is_opened(void *arg)
{
    g_autofree char *file = g_build_filename(g_get_user_data_dir(), "opened", NULL);
    g_autofree char *line = g_strconcat(arg, "\n", NULL);
    g_autofree char *opened = NULL;

    return g_file_get_contents(file, &opened, NULL, NULL) && strstr(opened, line);
}

static gboolean is_said_gone(void *arg)
{
    (void)arg;
    return shown(say("call.opus\nIt is not there any more.", "call.opus\nФайла больше нет."));
}

static void play_recording(void)
{
    g_autofree char *folder = g_strdup(g_get_user_data_dir());
    g_autofree char *path = g_build_filename(folder, "call.opus", NULL);
    ars_id call = dial("608");
    struct ars_event *ev = fake_call_event(ARS_EV_RECORDING, call, ARS_CALL_ESTABLISHED);

    install_opener();
    must(g_file_set_contents(path, "x", 1, NULL));
    ev->number = 1;
    ev->text = ars_strdup(path);
    fake_push(ev);
    fake_end(call, ARS_REASON_LOCAL_HANGUP, 0, "", false, 1000);
    settle();
    key("ctrl+j");
    scroll_to(0);
    sees("608", "608");
    open_row("608");
    sees("call.opus", "call.opus");
    look("journal-details-recording");
    press("Play the recording", "Прослушать запись");
    must(until(is_opened, path));
    press("Open the folder of the recording", "Открыть папку с записью");
    must(until(is_opened, folder));
    close_top();
    must(g_remove(path) == 0);
    open_row("608");
    must(until(is_said_gone, NULL));
    button("Play the recording", "Прослушать запись", FALSE);
}

static void play_failed(void)
{
    key("ctrl+f");
    type("606");
    sees_not("Reception", "Reception");
    open_row("606");
    sees("404 Not Found", "404 Not Found");
    look("journal-details-failed");
    press("Delete", "Удалить");
    sees_not("606", "606");
}

static gboolean no_missed(void *arg)
{
    return ars_app_missed(stage_app()) == 0;
}

/* Whoever looks at the journal has seen what was missed. */
static void play_missed(void)
{
    ars_id id = fake_incoming("", "107");

    settle();
    fake_end(id, ARS_REASON_CANCELLED, 487, "", true, 0);
    sees("1", "1");
    look("journal-badge");
    key("ctrl+j");
    must(until(no_missed, NULL));
    key("ctrl+l");
}

static void play_empty(void)
{
    key("ctrl+j");
    press("Delete all calls", "Удалить все вызовы");
    sees("Delete the whole journal?", "Удалить весь журнал?");
    look("journal-delete");
    press("Delete all", "Удалить все");
    sees("No calls yet", "Вызовов пока нет");
    button("Delete all calls", "Удалить все вызовы", FALSE);
    look("journal-empty");
    press("Dial a number", "Набрать номер");
    button("Call", "Позвонить", TRUE);
}

static const struct scene journal_scenes[] = {
    {"missed", play_missed},   {"list", play_list},           {"search", play_search},
    {"details", play_details}, {"recording", play_recording}, {"failed", play_failed},
    {"empty", play_empty},
};

const struct group journal_group = {.name = "journal",
                                    .scenes = journal_scenes,
                                    .n = G_N_ELEMENTS(journal_scenes),
                                    .prepare = prepare};
