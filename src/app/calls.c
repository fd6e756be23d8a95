/* app: the calls as the face sees them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/str.h>

#include "core.h"

#define VOLUME_FULL 100
#define RING_S      30 /* the engine's own, when the account says nothing */

/* ---- the list ---- */

static void call_free(struct call *c)
{
    if (!c)
        return;
    free(c->number);
    free(c->name);
    free(c->wire);
    free(c->account_id);
    free(c->peer_number);
    free(c->peer_name);
    calls_together_free(c);
    recording_free(c);
    free(c);
}

struct call *app_calls_find(const struct calls *cs, ars_id id)
{
    for (size_t i = 0; id && i < cs->n; i++)
        if (cs->list[i]->view.id == id)
            return cs->list[i];
    return NULL;
}

static void remove_call(struct calls *cs, struct call *c)
{
    for (size_t i = 0; i < cs->n; i++) {
        if (cs->list[i] != c)
            continue;
        memmove(&cs->list[i], &cs->list[i + 1], (cs->n - i - 1) * sizeof(cs->list[0]));
        cs->n--;
        call_free(c);
        return;
    }
}

static int append(struct calls *cs, struct call *c)
{
    struct call **list = realloc(cs->list, (cs->n + 1) * sizeof(*list));

    if (!list)
        return ENOMEM;
    cs->list = list;
    cs->list[cs->n++] = c;
    return 0;
}

/* RFC 3323 section 4.1.1.3: who does not want to be known. "" in its place. */
static const char *known(const char *text)
{
    return text && strcasecmp(text, "anonymous") != 0 ? text : "";
}

/* Of a number that the rules have changed. */
static const char *wire_of(const struct ars_event *ev)
{
    bool other = ev->type == ARS_EV_DIALING && ev->text && !ars_streq(ev->text, ev->peer_number);

    return other ? ev->text : "";
}

static struct call *call_new(struct ars_app *app, const struct ars_event *ev)
{
    const struct line *l = lines_find_engine(app, ev->account);
    struct call *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->wire = ars_strdup(wire_of(ev));
    c->account_id = ars_strdup(l && l->account_id ? l->account_id : "");
    c->number = ars_strdup(known(ev->peer_number));
    c->name = ars_strdup(known(ev->peer_name));
    if (!c->number || !c->name || !c->wire || !c->account_id) {
        call_free(c);
        return NULL;
    }
    c->start_us = (int64_t)ars_clock_wall_us();
    c->view = (struct ars_app_call){
        .id = ev->call,
        .state = ev->call_state,
        .incoming = ev->type == ARS_EV_INCOMING || ev->type == ARS_EV_REPLACED,
        .volume = VOLUME_FULL,
        .number = c->number,
        .name = c->name,
        .wire = c->wire,
        .account_id = c->account_id,
        .transfer_to = "",
        .refer_to = "",
        .refer_by = "",
        .record_path = "",
        .record_problem = "",
        .begun_ms = ev->t_us / 1000,
        .result = ARS_HISTORY_RUNNING,
    };
    return c;
}

static uint32_t ring_ms(struct ars_app *app, const struct ars_event *ev)
{
    const struct line *l = lines_find_engine(app, ev->account);
    const struct ars_account_conf *conf = l ? l->conf : NULL;

    return 1000 * (conf && conf->ring_s ? conf->ring_s : RING_S);
}

static void add_call(struct ars_app *app, const struct ars_event *ev)
{
    struct call *c = call_new(app, ev);

    if (!c || append(&app->calls, c)) {
        /* a call that nobody can see must not go on */
        ars_log(ARS_LOG_ERROR, "app", "no memory for a call");
        (void)app_post(app, ars_command_call(ARS_CMD_HANGUP, ev->call, 0, NULL), 0);
        call_free(c);
        return;
    }
    if (ev->type == ARS_EV_REPLACED)
        calls_together_succeed(&app->calls, c, (ars_id)ev->number);
    else if (c->view.incoming)
        c->view.ring_ms = ring_ms(app, ev);
    journal_put(app, c, 0);
    if (app->handlers.call_added)
        app->handlers.call_added(&c->view, app->arg);
}

/* ---- dials ---- */

static bool take_dial(struct calls *cs, uint32_t tag, struct dial *ret)
{
    for (size_t i = 0; tag && i < cs->dials_n; i++) {
        if (cs->dials[i].tag != tag)
            continue;
        *ret = cs->dials[i];
        cs->dials[i] = cs->dials[--cs->dials_n];
        return true;
    }
    return false;
}

static void dial_failed(struct ars_app *app, struct dial *d, const struct ars_reason *why)
{
    problems_add(&app->problems, &(struct ars_app_problem){
                                     .kind = ARS_APP_DIAL, .text = d->number, .reason = *why});
    if (why->code != ARS_REASON_BAD_NUMBER)
        journal_put_failed_dial(app, d, why);
    free(d->number);
}

/* ---- events ---- */

static void on_ended(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    c->view.state = ARS_CALL_ENDED;
    c->view.reason = ev->reason;
    c->view.by_remote = ev->by_remote;
    c->view.result = journal_result(&c->view, c->answered);
    c->changed = false;
    journal_put(app, c, ev->number);
    if (app->handlers.call_ended)
        app->handlers.call_ended(&c->view, app->arg);
    remove_call(&app->calls, c);
}

/* What it says about a wish of the user that the view had granted already. */
static void on_error(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    if (ev->tag && ev->tag == c->mute_tag) {
        c->view.muted = !c->view.muted;
        c->view.talks_muted = false;
    } else if (ev->tag && ev->tag == c->volume_tag) {
        c->view.volume = c->volume_was;
    } else if (ev->tag) {
        calls_together_refused(c, ev->tag);
    }
    problems_add(
        &app->problems,
        &(struct ars_app_problem){.kind = ARS_APP_COMMAND, .call = ev->call, .reason = ev->reason});
}

static void on_established(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    c->view.established_ms = c->since_ms ? c->since_ms : ev->t_us / 1000;
    c->view.early_media = false;
    c->view.result = ARS_HISTORY_TALKING;
    journal_put(app, c, 0);
}

/* The journal keeps whom the call was for; the name is news for it as long as that is the same. */
static void on_peer(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    char *number = ars_strdup(ev->peer_number ? ev->peer_number : "");
    char *name = ars_strdup(ev->peer_name ? ev->peer_name : "");
    char *kept = number && strcmp(number, c->number) == 0 ? ars_strdup(name) : NULL;

    if (!number || !name) {
        free(number);
        free(name);
        free(kept);
        return;
    }
    free(c->peer_number);
    free(c->peer_name);
    c->view.number = c->peer_number = number;
    c->view.name = c->peer_name = name;
    if (kept) {
        free(c->name);
        c->name = kept;
        journal_put(app, c, 0);
    }
}

static void take_event(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    struct ars_app_call *v = &c->view;

    if (ev->type != ARS_EV_ERROR)
        v->state = ev->call_state;
    if (ev->has_stats) {
        v->has_stats = true;
        v->stats = ev->stats;
    }
    if (ev->type != ARS_EV_STATS || levels_event(app, c, ev))
        c->changed = true;
    switch (ev->type) {
    case ARS_EV_STATS:
        break;
    case ARS_EV_AUTO_ANSWERED:
        v->state = ARS_CALL_ANSWERING;
        c->answered = true;
        break;
    case ARS_EV_PEER:
        on_peer(app, c, ev);
        break;
    case ARS_EV_RINGING:
        v->ringing = true;
        break;
    case ARS_EV_EARLY_MEDIA:
        v->early_media = true;
        break;
    case ARS_EV_ESTABLISHED:
        on_established(app, c, ev);
        break;
    case ARS_EV_HELD:
    case ARS_EV_RESUMED:
        v->held = ev->type == ARS_EV_HELD;
        break;
    case ARS_EV_REMOTE_HELD:
    case ARS_EV_REMOTE_RESUMED:
        v->remote_held = ev->type == ARS_EV_REMOTE_HELD;
        break;
    case ARS_EV_RECONNECTING:
    case ARS_EV_RECONNECTED:
        v->reconnecting = ev->type == ARS_EV_RECONNECTING;
        break;
    case ARS_EV_RECORDING:
        recording_event(c, ev);
        journal_put(app, c, 0);
        break;
    case ARS_EV_UNHEARD:
        v->unheard = (enum ars_sound_cause)ev->number;
        break;
    case ARS_EV_SILENT:
        v->silent = (enum ars_sound_cause)ev->number;
        break;
    case ARS_EV_TALKS_MUTED:
        v->talks_muted = ev->number && v->muted;
        break;
    case ARS_EV_MEDIA:
        v->connected = true;
        break;
    case ARS_EV_DTMF:
        if (app->handlers.dtmf && ev->text && ev->text[0])
            app->handlers.dtmf(v->id, ev->text[0], app->arg);
        break;
    case ARS_EV_ERROR:
        on_error(app, c, ev);
        break;
    case ARS_EV_ENDED:
        on_ended(app, c, ev);
        break;
    default:
        calls_together_event(app, c, ev);
        break;
    }
}

bool calls_event(struct ars_app *app, const struct ars_event *ev)
{
    struct call *c = app_calls_find(&app->calls, ev->call);
    struct dial d;

    if (ev->type == ARS_EV_DIALING || ev->type == ARS_EV_INCOMING || ev->type == ARS_EV_REPLACED) {
        if (ev->type == ARS_EV_DIALING && take_dial(&app->calls, ev->tag, &d))
            free(d.number);
        if (!c)
            add_call(app, ev);
        return true;
    }
    if (ev->type == ARS_EV_ERROR && take_dial(&app->calls, ev->tag, &d)) {
        dial_failed(app, &d, &ev->reason);
        return true;
    }
    if (ev->type == ARS_EV_REFUSED)
        journal_put_refused(app, ev);
    if (c)
        take_event(app, c, ev);
    return ev->call != 0; /* of a call that has gone: no news any more */
}

void calls_flush(struct ars_app *app)
{
    for (size_t i = 0; i < app->calls.n; i++) {
        struct call *c = app->calls.list[i];

        if (!c->changed)
            continue;
        c->changed = false;
        if (app->handlers.call_changed)
            app->handlers.call_changed(&c->view, app->arg);
    }
}

void app_calls_close(struct calls *cs)
{
    for (size_t i = 0; i < cs->n; i++)
        call_free(cs->list[i]);
    free(cs->list);
    for (size_t i = 0; i < cs->dials_n; i++)
        free(cs->dials[i].number);
    *cs = (struct calls){0};
}

/* ---- what the user does ---- */

int app_calls_post_dial(struct ars_app *app, struct ars_command *cmd, const char *number)
{
    struct calls *cs = &app->calls;
    uint32_t tag = app_next_tag(app);
    ars_id account = cmd ? cmd->account : 0;
    char *copy = ars_strdup(number);
    int err;

    if (!copy || cs->dials_n >= CALLS_DIALS_MAX) {
        ars_command_free(cmd);
        free(copy);
        return copy ? EAGAIN : ENOMEM;
    }
    err = app_post(app, cmd, tag);
    if (err) {
        free(copy);
        return err;
    }
    cs->dials[cs->dials_n++] = (struct dial){.tag = tag, .account = account, .number = copy};
    return 0;
}

/* ENOTCONN: the engine has not got this account yet; no other one is to call instead. */
static int dial(struct ars_app *app, const struct line *l, const char *number)
{
    if (!l->engine_id)
        return ENOTCONN;
    return app_calls_post_dial(app, ars_command_dial(l->engine_id, number), number);
}

int ars_app_dial(struct ars_app *app, const char *number)
{
    return dial(app, lines_main(app), number);
}

int ars_app_dial_from(struct ars_app *app, const char *account_id, const char *number)
{
    const struct line *l = lines_find(app, account_id);

    return l ? dial(app, l, number) : ENOENT;
}

/* What the engine does not tell of; it tells when it could not. */
static void expect(struct ars_app *app, struct call *c, enum ars_command_type type, int number,
                   const char *text, uint32_t tag)
{
    c->changed = true;
    calls_together_expect(app, c, type, number, text, tag);
    switch (type) {
    case ARS_CMD_ANSWER:
        c->answered = true;
        if (c->view.state == ARS_CALL_INCOMING)
            c->view.state = ARS_CALL_ANSWERING;
        break;
    case ARS_CMD_REJECT:
    case ARS_CMD_HANGUP:
        c->view.state = ARS_CALL_ENDING;
        break;
    case ARS_CMD_MUTE:
        if (c->view.muted == (number != 0))
            return;
        c->mute_tag = tag;
        c->view.muted = number != 0;
        c->view.talks_muted = false;
        break;
    case ARS_CMD_VOLUME:
        c->volume_tag = tag;
        c->volume_was = c->view.volume;
        c->view.volume = (unsigned)(number < 0 ? 0 : number > VOLUME_FULL ? VOLUME_FULL : number);
        break;
    default:
        break;
    }
}

int ars_app_call_command(struct ars_app *app, enum ars_command_type type, ars_id call, int number,
                         const char *text)
{
    struct calls *cs = &app->calls;
    uint32_t tag = app_next_tag(app);
    int err = app_post(app, ars_command_call(type, call, number, text), tag);

    if (err)
        return err;
    for (size_t i = 0; i < cs->n; i++)
        if (call == 0 || cs->list[i]->view.id == call)
            expect(app, cs->list[i], type, number, text, tag);
    app_ring(app);
    return 0;
}

size_t ars_app_call_count(const struct ars_app *app)
{
    return app->calls.n;
}

const struct ars_app_call *ars_app_call_at(const struct ars_app *app, size_t i)
{
    return i < app->calls.n ? &app->calls.list[i]->view : NULL;
}

const struct ars_app_call *ars_app_find_call(const struct ars_app *app, ars_id id)
{
    const struct call *c = app_calls_find(&app->calls, id);

    return c ? &c->view : NULL;
}
