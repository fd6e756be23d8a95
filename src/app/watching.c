/* app: the mailbox and the watched lines. */
#include <errno.h>
#include <stdlib.h>

#include <ars/str.h>

#include "core.h"
#include "watching.h"

struct watched {
    ars_id engine_id; /* who watches it, as the engine knows it; 0: nobody yet */
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
    *w = (struct watched){.engine_id = w->engine_id};
}

/* Who watches it: its account, or in want of that the one that dials. */
static struct line *line_of(struct ars_app *app, const char *account_id)
{
    struct line *l = lines_find(app, account_id);

    return l ? l : lines_main(app);
}

static const struct ars_stored_account *account_of(const struct ars_app *app, const struct line *l)
{
    return ars_settings_account(app->settings, l->account_id);
}

/* ---- the engine ---- */

static void post(struct ars_app *app, enum ars_command_type type, ars_id engine_id,
                 const char *number)
{
    struct ars_command *cmd = ars_command_call(type, 0, 0, number);

    if (cmd)
        cmd->account = engine_id;
    (void)app_post(app, cmd, 0); /* a full queue leaves it unknown */
}

/* How many rows show that: with an account gone, two may be the same to the one that is left. */
static size_t rows_of(const struct ars_app *app, ars_id engine_id, const char *number)
{
    const struct watching *w = &app->watching;
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        n += w->list[i].engine_id == engine_id && ars_streq(app->settings->lines[i].number, number);
    return n;
}

static void unwatch(struct ars_app *app, ars_id engine_id, const char *number)
{
    if (lines_find_engine(app, engine_id) && !rows_of(app, engine_id, number))
        post(app, ARS_CMD_UNWATCH, engine_id, number);
}

/* Another account is asked for the line. */
static void move_to(struct ars_app *app, size_t i, ars_id engine_id)
{
    struct watched *w = &app->watching.list[i];
    const char *number = app->settings->lines[i].number;
    ars_id before = w->engine_id;

    if (before == engine_id)
        return;
    if (engine_id && !rows_of(app, engine_id, number))
        post(app, ARS_CMD_WATCH, engine_id, number);
    w->engine_id = engine_id;
    clear(w);
    unwatch(app, before, number);
    app->watching.changed = true;
}

/* What nobody watched yet stays with the account that is the first to. */
static void settle(struct ars_app *app, struct ars_stored_line *stored)
{
    const char *id = lines_main(app)->account_id;
    const struct ars_settings *s = app->settings;

    if (stored->account || !id)
        return;
    for (size_t i = 0; i < s->line_count; i++)
        if (ars_streq(s->lines[i].account, id) && ars_streq(s->lines[i].number, stored->number))
            return;
    (void)ars_settings_set_text(&stored->account, id);
}

static void follow_accounts(struct ars_app *app)
{
    for (size_t i = 0; i < app->watching.n; i++) {
        settle(app, &app->settings->lines[i]);
        move_to(app, i, line_of(app, app->settings->lines[i].account)->engine_id);
    }
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
    for (size_t i = 0; i < app->watching.n; i++) {
        struct watched *w = &app->watching.list[i];

        if (w->engine_id != ev->account ||
            !ars_streq(app->settings->lines[i].number, ev->peer_number))
            continue;
        clear(w);
        w->state = (enum ars_watch_state)ev->number;
        w->peer_name = ars_strdup(ev->peer_name);
        w->peer_number = ars_strdup(ev->text);
        w->called = ev->by_remote;
        w->pick_up = ev->pick_up;
        app->watching.changed = true;
    }
}

bool watching_event(struct ars_app *app, const struct ars_event *ev)
{
    if (ev->type != ARS_EV_MAILBOX && ev->type != ARS_EV_WATCH)
        return false;
    follow_accounts(app);
    if (ev->type == ARS_EV_MAILBOX)
        on_mailbox(app, ev);
    else
        on_watch(app, ev);
    return true;
}

void watching_flush(struct ars_app *app)
{
    struct watching *w = &app->watching;

    follow_accounts(app);
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

struct ars_app_mailbox ars_app_mailbox_at(const struct ars_app *app, size_t i)
{
    const struct line *l = app->lines.list[i];
    const struct ars_stored_account *a = account_of(app, l);
    const char *number = a && a->mailbox_number ? a->mailbox_number : l->mailbox.number;

    return (struct ars_app_mailbox){
        .account_id = l->view.account_id,
        .known = l->mailbox.told || number,
        .fresh = l->mailbox.fresh,
        .number = or_empty(number),
    };
}

size_t ars_app_watched_count(const struct ars_app *app)
{
    return app->watching.n;
}

struct ars_app_watched ars_app_watched_at(const struct ars_app *app, size_t i)
{
    const struct ars_stored_line *stored = &app->settings->lines[i];
    const struct line *l = line_of((struct ars_app *)(uintptr_t)app, stored->account);
    const struct ars_stored_account *a = account_of(app, l);
    const struct watched *w = &app->watching.list[i];

    return (struct ars_app_watched){
        .account_id = l->view.account_id,
        .number = stored->number,
        .name = or_empty(stored->name),
        .parking = stored->parking,
        .state = stored->parking && w->state == ARS_WATCH_CLOSED ? ARS_WATCH_IDLE : w->state,
        .peer_name = or_empty(w->peer_name),
        .peer_number = or_empty(w->peer_number),
        .called = w->called,
        .can_pick_up = w->state == ARS_WATCH_RINGING && (w->pick_up || (a && a->pickup_code)),
    };
}

/* What was known of a line stays with it; who is new is asked for. */
static void adopt(struct ars_app *app, const struct ars_settings *old, struct watched *list)
{
    struct watching *w = &app->watching;
    const struct ars_settings *now = app->settings;
    struct watching before = *w;

    for (size_t i = 0; i < now->line_count; i++) {
        ars_id id = line_of(app, now->lines[i].account)->engine_id;

        for (size_t was = 0; was < before.n; was++) {
            if (before.list[was].engine_id != id ||
                !ars_streq(old->lines[was].number, now->lines[i].number))
                continue;
            list[i] = before.list[was];
            before.list[was] = (struct watched){0};
            break;
        }
    }
    w->list = list;
    w->n = now->line_count;
    follow_accounts(app);
    for (size_t i = 0; i < before.n; i++)
        unwatch(app, before.list[i].engine_id, old->lines[i].number);
    watching_close(&before);
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

int ars_app_pick_up(struct ars_app *app, const char *account_id, const char *number)
{
    const struct line *l = line_of(app, account_id);
    struct ars_command *cmd;

    if (!l->engine_id)
        return ENOTCONN;
    cmd = ars_command_call(ARS_CMD_PICKUP, 0, 0, number);
    if (cmd)
        cmd->account = l->engine_id;
    return app_calls_post_dial(app, cmd, number);
}

bool ars_app_can_park(const struct ars_app *app, const char *account_id)
{
    const struct ars_stored_account *a = ars_settings_account(app->settings, account_id);

    return a && a->park_code;
}
