/* app: calls that are recorded: where to, and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ars/clock.h>
#include <ars/folders.h>
#include <ars/str.h>

#include "core.h"

#define PATH_SIZE   4096
#define NUMBER_SIZE 40

/* What of a number can stand in the name of a file, wherever that is copied to. */
static void plain_number(const char *number, char out[NUMBER_SIZE])
{
    size_t n = 0;

    for (; *number && n + 1 < NUMBER_SIZE; number++)
        if ((*number >= '0' && *number <= '9') || (*number >= 'a' && *number <= 'z') ||
            (*number >= 'A' && *number <= 'Z') || *number == '+' || *number == '-')
            out[n++] = *number;
    out[n] = '\0';
}

/* "2026-03-12 10.02.33 out +74951234567.opus" */
static int new_path(const struct ars_app_call *call, char path[PATH_SIZE])
{
    char *folder = ars_folder_recordings();
    time_t now = (time_t)(ars_clock_wall_us() / 1000000);
    char number[NUMBER_SIZE];
    char when[32] = "";
    struct tm tm;
    int n;

    if (!folder)
        return ENOMEM;
    plain_number(call->number, number);
    if (localtime_r(&now, &tm))
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H.%M.%S", &tm);
    n = snprintf(path, PATH_SIZE, "%s/%s %s%s%s.opus", folder, when, call->incoming ? "in" : "out",
                 number[0] ? " " : "", number);
    free(folder);
    return n < 0 || n >= PATH_SIZE ? ENAMETOOLONG : 0;
}

int ars_app_record(struct ars_app *app, ars_id id, bool on)
{
    struct call *c = app_calls_find(&app->calls, id);
    char path[PATH_SIZE];
    int err = c ? 0 : ENOENT;

    if (!err && on)
        err = new_path(&c->view, path);
    if (err)
        return err;
    return ars_app_call_command(app, ARS_CMD_RECORD, id, on && app->settings->record_tone,
                                on ? path : NULL);
}

void recording_event(struct call *c, const struct ars_event *ev)
{
    char *path = ars_strdup(ev->text ? ev->text : "");
    char *problem = ars_strdup(ev->reason.text);

    c->view.recording = ev->number != 0;
    if (!c->view.recording && c->recorded) { /* another one that did not begin leaves the first */
        free(path);
        path = c->record_path;
        c->record_path = NULL;
    }
    recording_free(c);
    c->record_path = path;
    c->record_problem = problem;
    c->recorded = c->recorded || c->view.recording;
    c->view.record_path = path ? path : "";
    c->view.record_problem = problem ? problem : "";
}

void recording_free(struct call *c)
{
    free(c->record_path);
    free(c->record_problem);
}
