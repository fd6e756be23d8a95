/* app: the mailbox and the watched lines. */
#include <errno.h>
#include <stdlib.h>

#include <ars/str.h>

#include "core.h"
#include "watching.h"

struct watched {
    enum ars_watch_state state;
    char *peer_name;
    char *peer_number;
    bool called;
    bool pick_up; /* the server says how */
};

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static void clear(struct watched *w)
{
    free(w->peer_name);
    free(w->peer_number);
    *w = (struct watched){0};
}

static size_t find(const struct ars_settings *s, const char *number)
{
    size_t i = 0;

    while (i < s->line_count && !ars_streq(s->lines[i].number, number))
        i++;
    return i;
}

/* ---- the engine ---- */

static void post(struct ars_app *app, enum ars_command_type type, const char *number)
{
    struct ars_command *cmd = ars_command_call(type, 0, 0, number);

    if (cmd)
        cmd->account = app->watching.engine_id;
    (void)app_post(app, cmd, 0); /* a full queue leaves it unknown */
}

/* Another account has another mailbox, and is asked for the lines. */
static void follow_account(struct ars_app *app)
{
    const struct line *l = lines_main(app);
    struct watching *w = &app->watching;
    bool there = lines_find_engine(app, w->engine_id) != NULL;

    if (w->engine_id == l->engine_id)
        return;
    for (size_t i = 0; there && i < w->n; i++)
        post(app, ARS_CMD_UNWATCH, app->settings->lines[i].number);
    w->engine_id = l->engine_id;
    for (size_t i = 0; i < w->n; i++) {
        clear(&w->list[i]);
        if (w->engine_id)
            post(app, ARS_CMD_WATCH, app->settings->lines[i].number);
    }
    w->changed = true;
}

/* Some servers name the account itself there (RFC 3842 section 3.5), which nobody can call. */
static void on_mailbox(struct ars_app *app, const struct ars_event *ev)
{
    struct line *l = lines_find_engine(app, ev->account);

    if (!l)
        return;
    l->mailbox.told = true;
    l->mailbox.fresh = ev->number > 0 ? (unsigned)ev->number : 0;
    if (ev->text && *ev->text && !ars_streq(ev->text, l->view.login)) {
        free(l->mailbox.number);
        l->mailbox.number = ars_strdup(ev->text);
    }
    app->watching.changed = true;
}

static void on_watch(struct ars_app *app, const struct ars_event *ev)
{
    size_t i = find(app->settings, ev->peer_number);
    struct watched *w;

    if (i == app->settings->line_count)
        return;
    w = &app->watching.list[i];
    clear(w);
    w->state = (enum ars_watch_state)ev->number;
    w->peer_name = ars_strdup(ev->peer_name);
    w->peer_number = ars_strdup(ev->text);
    w->called = ev->by_remote;
    w->pick_up = ev->pick_up;
    app->watching.changed = true;
}

bool watching_event(struct ars_app *app, const struct ars_event *ev)
{
    if (ev->type != ARS_EV_MAILBOX && ev->type != ARS_EV_WATCH)
        return false;
    follow_account(app);
    if (ev->type == ARS_EV_MAILBOX)
        on_mailbox(app, ev);
    else if (ev->account == app->watching.engine_id)
        on_watch(app, ev);
    return true;
}

void watching_flush(struct ars_app *app)
{
    struct watching *w = &app->watching;

    follow_account(app);
    if (!w->changed)
        return;
    w->changed = false;
    if (app->handlers.watched)
        app->handlers.watched(app->arg);
}

int watching_start(struct ars_app *app)
{
    struct watching *w = &app->watching;

    w->list = calloc(app->settings->line_count + 1, sizeof(*w->list));
    w->n = w->list ? app->settings->line_count : 0;
    return w->list ? 0 : ENOMEM;
}

void watching_close(struct watching *w)
{
    for (size_t i = 0; i < w->n; i++)
        clear(&w->list[i]);
    free(w->list);
    *w = (struct watching){0};
}

/* ---- public ---- */

struct ars_app_mailbox ars_app_get_mailbox(const struct ars_app *app)
{
    const struct ars_stored_account *a = ars_app_account(app);
    const struct mailbox *m = &lines_main((struct ars_app *)(uintptr_t)app)->mailbox;
    const char *number = a && a->mailbox_number ? a->mailbox_number : m->number;

    return (struct ars_app_mailbox){
        .known = m->told || number,
        .fresh = m->fresh,
        .number = or_empty(number),
    };
}

size_t ars_app_watched_count(const struct ars_app *app)
{
    return app->watching.n;
}

struct ars_app_watched ars_app_watched_at(const struct ars_app *app, size_t i)
{
    const struct ars_stored_line *line = &app->settings->lines[i];
    const struct ars_stored_account *a = ars_app_account(app);
    const struct watched *w = &app->watching.list[i];

    return (struct ars_app_watched){
        .number = line->number,
        .name = or_empty(line->name),
        .parking = line->parking,
        .state = w->state,
        .peer_name = or_empty(w->peer_name),
        .peer_number = or_empty(w->peer_number),
        .called = w->called,
        .can_pick_up = w->state == ARS_WATCH_RINGING && (w->pick_up || (a && a->pickup_code)),
    };
}

/* What was known of a line stays with it; who is new is asked for. */
static void adopt(struct ars_app *app, struct ars_settings *old, struct watched *list)
{
    struct watching *w = &app->watching;
    const struct ars_settings *now = app->settings;

    for (size_t i = 0; i < now->line_count; i++) {
        size_t was = find(old, now->lines[i].number);

        if (was < old->line_count) {
            list[i] = w->list[was];
            w->list[was] = (struct watched){0};
        } else if (w->engine_id) {
            post(app, ARS_CMD_WATCH, now->lines[i].number);
        }
    }
    for (size_t i = 0; i < old->line_count; i++) {
        clear(&w->list[i]);
        if (w->engine_id && find(now, old->lines[i].number) == now->line_count)
            post(app, ARS_CMD_UNWATCH, old->lines[i].number);
    }
    free(w->list);
    w->list = list;
    w->n = now->line_count;
    w->changed = true;
}

int ars_app_set_watched(struct ars_app *app, const struct ars_stored_line *lines, size_t n)
{
    struct watched *list = calloc(n + 1, sizeof(*list));
    struct ars_settings *s = ars_settings_dup(app->settings);
    struct ars_settings *old = app->settings;
    int err = list && s ? ars_settings_set_lines(s, lines, n) : ENOMEM;

    if (err) {
        ars_settings_free(s);
        free(list);
        return err;
    }
    app->settings = s;
    adopt(app, old, list);
    ars_settings_free(old);
    app_save_settings(app);
    app_ring(app);
    return 0;
}

int ars_app_pick_up(struct ars_app *app, const char *number)
{
    struct ars_command *cmd;

    if (!app->watching.engine_id)
        return ENOTCONN;
    cmd = ars_command_call(ARS_CMD_PICKUP, 0, 0, number);
    if (cmd)
        cmd->account = app->watching.engine_id;
    return app_calls_post_dial(app, cmd, number);
}

bool ars_app_can_park(const struct ars_app *app)
{
    const struct ars_stored_account *a = ars_app_account(app);

    return a && a->park_code;
}
