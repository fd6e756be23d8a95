/* engine: the states of a call, and what the face is told of it. */
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/str.h>

#include "call_priv.h"
#include "event.h"

static const char *const state_names[ARS_CALL_STATES] = {
    [ARS_CALL_PREPARING] = "preparing", [ARS_CALL_DIALING] = "dialing",
    [ARS_CALL_PROGRESS] = "progress",   [ARS_CALL_INCOMING] = "incoming",
    [ARS_CALL_ANSWERING] = "answering", [ARS_CALL_ESTABLISHED] = "established",
    [ARS_CALL_ENDING] = "ending",       [ARS_CALL_ENDED] = "ended",
};

static const uint32_t edges[ARS_CALL_STATES] = {
    [ARS_CALL_PREPARING] = ARS_TO(ARS_CALL_DIALING) | ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_DIALING] = ARS_TO(ARS_CALL_PROGRESS) | ARS_TO(ARS_CALL_ESTABLISHED) |
                         ARS_TO(ARS_CALL_PREPARING) | ARS_TO(ARS_CALL_ENDING) |
                         ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_PROGRESS] = ARS_TO(ARS_CALL_ESTABLISHED) | ARS_TO(ARS_CALL_PREPARING) |
                          ARS_TO(ARS_CALL_ENDING) | ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_INCOMING] =
        ARS_TO(ARS_CALL_ANSWERING) | ARS_TO(ARS_CALL_ENDING) | ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_ANSWERING] =
        ARS_TO(ARS_CALL_ESTABLISHED) | ARS_TO(ARS_CALL_ENDING) | ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_ESTABLISHED] = ARS_TO(ARS_CALL_ENDING) | ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_ENDING] = ARS_TO(ARS_CALL_ENDED),
    [ARS_CALL_ENDED] = 0,
};

const struct ars_fsm engine_call_fsm = {
    .name = "call",
    .states = state_names,
    .edges = edges,
    .count = ARS_CALL_STATES,
};

static const char *const hold_names[CALL_HOLDS] = {
    [CALL_TALKING] = "talking",
    [CALL_HOLDING] = "holding",
    [CALL_HELD] = "held",
    [CALL_RESUMING] = "resuming",
};

static const uint32_t hold_edges[CALL_HOLDS] = {
    [CALL_TALKING] = ARS_TO(CALL_HOLDING),
    [CALL_HOLDING] = ARS_TO(CALL_HELD) | ARS_TO(CALL_TALKING),
    [CALL_HELD] = ARS_TO(CALL_RESUMING),
    [CALL_RESUMING] = ARS_TO(CALL_TALKING) | ARS_TO(CALL_HELD),
};

const struct ars_fsm call_hold_fsm = {
    .name = "call hold",
    .states = hold_names,
    .edges = hold_edges,
    .count = CALL_HOLDS,
};

static struct ars_event *call_event(const struct call *c, enum ars_event_type type)
{
    struct ars_event *ev = event_new(type);

    if (!ev)
        return NULL;
    ev->account = account_id(c->account);
    ev->call = c->id;
    ev->call_state = (enum ars_call_state)c->state;
    ev->setup_ms = c->setup_ms;
    ev->first_audio_ms = c->first_audio_ms;
    return ev;
}

static void put(const struct call *c, struct ars_event *ev)
{
    outbox_put(c->env.outbox, ev);
}

bool call_go(struct call *c, enum ars_call_state to)
{
    if (ars_fsm_go(&engine_call_fsm, &c->state, (int)to))
        return false;
    ars_log(ARS_LOG_DEBUG, "engine", "call %u: %s", c->id, state_names[to]);
    return true;
}

bool call_hold_go(struct call *c, enum call_hold to)
{
    enum call_hold from = (enum call_hold)c->hold;

    if (ars_fsm_go(&call_hold_fsm, &c->hold, (int)to))
        return false;
    if (to == CALL_HELD && from == CALL_HOLDING)
        call_tell(c, ARS_EV_HELD);
    if (to == CALL_TALKING && from == CALL_RESUMING)
        call_tell(c, ARS_EV_RESUMED);
    return true;
}

void call_tell(const struct call *c, enum ars_event_type type)
{
    put(c, call_event(c, type));
}

void call_tell_number(const struct call *c, enum ars_event_type type, int number)
{
    struct ars_event *ev = call_event(c, type);

    if (ev)
        ev->number = number;
    put(c, ev);
}

bool call_answers_itself(const struct call *c)
{
    return c->answers_itself;
}

void call_tell_auto_answered(const struct call *c)
{
    call_tell(c, ARS_EV_AUTO_ANSWERED);
}

void call_tell_dialing(const struct call *c)
{
    struct ars_event *ev = call_event(c, ARS_EV_DIALING);

    if (ev) {
        ev->tag = c->tag;
        ev->peer_number = ars_strdup(c->dialled);
        ev->text = ars_strdup(c->target);
    }
    put(c, ev);
}

void call_tell_peer(const struct call *c, enum ars_event_type type)
{
    struct ars_event *ev = call_event(c, type);

    if (ev) {
        ev->peer_name = ars_strdup(c->peer_name);
        ev->peer_number = ars_strdup(c->peer_number);
    }
    put(c, ev);
}

void call_tell_stats(const struct call *c, enum ars_event_type type, uint32_t tag)
{
    struct ars_event *ev = call_event(c, type);

    if (ev) {
        ev->tag = tag;
        ev->has_stats = true;
        ev->stats = c->stats;
    }
    put(c, ev);
}

void call_tell_transfer(const struct call *c, enum ars_event_type type,
                        const struct ars_reason *why)
{
    struct ars_event *ev = call_event(c, type);

    if (ev) {
        ev->tag = c->transfer_tag;
        ev->reason = *why;
    }
    put(c, ev);
}

void call_tell_replaced(const struct call *c)
{
    struct ars_event *ev = call_event(c, ARS_EV_REPLACED);

    if (ev) {
        ev->number = (int)c->replaces;
        ev->peer_name = ars_strdup(c->peer_name);
        ev->peer_number = ars_strdup(c->peer_number);
    }
    put(c, ev);
}

void call_tell_referred(const struct call *c, const struct call_referral *r)
{
    struct ars_event *ev = call_event(c, ARS_EV_REFERRED);

    if (ev) {
        ev->peer_number = ars_strdup(r->number);
        ev->text = ars_strdup(r->by);
    }
    put(c, ev);
}

void call_tell_redirected(const struct call *c, const char *number)
{
    struct ars_event *ev = call_event(c, ARS_EV_REFERRED);

    if (ev) {
        ev->peer_number = ars_strdup(number);
        ev->text = ars_strdup("");
    }
    put(c, ev);
}

void call_tell_recording(const struct call *c, bool on, const char *why)
{
    struct ars_event *ev = call_event(c, ARS_EV_RECORDING);

    if (ev) {
        ev->number = on;
        ev->text = ars_strdup(c->record_path);
        ars_reason_set(&ev->reason, ARS_REASON_NONE, 0, "%s", why);
    }
    put(c, ev);
}

void call_tell_dtmf(const struct call *c, char digit, unsigned duration_ms)
{
    struct ars_event *ev = call_event(c, ARS_EV_DTMF);

    if (ev) {
        ev->text = ars_strndup(&digit, 1);
        ev->number = (int)duration_ms;
    }
    put(c, ev);
}

void call_tell_error(const struct call *c, uint32_t tag, const struct ars_reason *why)
{
    struct ars_event *ev = call_event(c, ARS_EV_ERROR);

    if (ev) {
        ev->tag = tag;
        ev->reason = *why;
    }
    put(c, ev);
}

void call_tell_ended(const struct call *c, const struct ars_reason *why, bool by_remote)
{
    struct ars_event *ev = call_event(c, ARS_EV_ENDED);

    if (ev) {
        ev->reason = *why;
        ev->by_remote = by_remote;
        ev->number = c->talk_ms ? (int)(ars_clock_ms() - c->talk_ms) : 0;
        ev->has_stats = c->connected;
        ev->stats = c->stats;
    }
    put(c, ev);
}

ars_id call_id(const struct call *c)
{
    return c->id;
}

struct account *call_account(const struct call *c)
{
    return c->account;
}

enum ars_call_state call_state(const struct call *c)
{
    return (enum ars_call_state)c->state;
}

bool call_merged(const struct call *c)
{
    return c->merged;
}

bool call_on_hold(const struct call *c)
{
    return c->want_hold || c->hold != CALL_TALKING;
}

bool call_wants_ringback(const struct call *c)
{
    return c->ringback;
}
