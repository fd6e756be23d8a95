/*
 * engine: one call handed on (RFC 5589): by us, or because its far end asks us to call somebody
 * else. What becomes of other calls by that is calls_refer.c.
 *
 * To somebody who still rings a call is handed on by number: ours there is cancelled, and REFER
 * follows without Replaces (a semi-attended transfer). Nobody can take the place of a call that
 * has not been answered (RFC 3891 section 3: 481), and to wait for the answer would have the one
 * pick up to silence and the other hear no ringing. So any PBX understands it, what is set there
 * for busy and no answer holds, and we are free at once; the telephone there rings a second time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/loop.h>
#include <ars/sip_transfer.h>
#include <ars/str.h>

#include "call_priv.h"
#include "call_transfer.h"
#include "event.h"
#include "number.h"

/* The PBX hangs up by itself, or does not (Asterisk): so long it is given for it. */
#define BYE_WAIT_MS 500
/* Nothing is known of how it went: a BYE within this time says that it went well. */
#define UNSURE_MS 4000

static const char *const names[CALL_TRANSFERS] = {
    [CALL_TRANSFER_NONE] = "none",       [CALL_TRANSFER_HOLDING] = "holding",
    [CALL_TRANSFER_ASKED] = "asked",     [CALL_TRANSFER_UNSURE] = "unsure",
    [CALL_TRANSFER_LEAVING] = "leaving",
};

static const uint32_t edges[CALL_TRANSFERS] = {
    [CALL_TRANSFER_NONE] = ARS_TO(CALL_TRANSFER_HOLDING) | ARS_TO(CALL_TRANSFER_LEAVING),
    [CALL_TRANSFER_HOLDING] = ARS_TO(CALL_TRANSFER_ASKED) | ARS_TO(CALL_TRANSFER_NONE),
    [CALL_TRANSFER_ASKED] =
        ARS_TO(CALL_TRANSFER_UNSURE) | ARS_TO(CALL_TRANSFER_LEAVING) | ARS_TO(CALL_TRANSFER_NONE),
    [CALL_TRANSFER_UNSURE] = ARS_TO(CALL_TRANSFER_NONE),
    [CALL_TRANSFER_LEAVING] = 0,
};

const struct ars_fsm call_transfer_fsm = {
    .name = "call transfer",
    .states = names,
    .edges = edges,
    .count = CALL_TRANSFERS,
};

static bool go(struct call *c, enum call_transfer to)
{
    return !ars_fsm_go(&call_transfer_fsm, &c->transfer, (int)to);
}

static void start_timer(struct call *c, uint32_t ms, ars_timer_fn *fn)
{
    ars_timer_start(ars_loop_timers(c->env.loop), &c->transfer_timer, ms, fn, c);
}

/* ---- ours ---- */

static void let_go_of_other(struct call *c)
{
    struct call *other = c->env.find(c->transfer_other, c->env.arg);

    if (other)
        other->joined = false;
}

/* The call is as it was before, and the user hears why. */
static void failed(struct call *c, const struct ars_reason *why)
{
    bool resume = c->transfer_held && c->focus;

    if (!go(c, CALL_TRANSFER_NONE))
        return;
    let_go_of_other(c);
    c->transfer_held = false;
    if (resume)
        (void)call_set_hold(c, false, 0);
    call_tell_transfer(c, ARS_EV_TRANSFER_FAILED, why);
}

static void on_unsure_timer(void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_SERVER_ERROR, 0, "the far end did not say what came of it");
    failed(c, &why);
}

static void on_leave_timer(void *arg)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_TRANSFERRED, 0, "%s", "");
    call_hang_up_for(arg, 0, &why);
}

void call_leave_now(struct call *c)
{
    on_leave_timer(c);
}

void call_leave(struct call *c, uint32_t ms)
{
    if (c->state == ARS_CALL_ESTABLISHED && go(c, CALL_TRANSFER_LEAVING))
        start_timer(c, ms, on_leave_timer);
}

bool call_was_transferred(const struct call *c, const struct ars_reason *why,
                          struct ars_reason *ret_why)
{
    bool bye = why->code == ARS_REASON_REMOTE_HANGUP;
    bool expected = c->transfer == CALL_TRANSFER_UNSURE || c->joined;

    if (c->transfer != CALL_TRANSFER_LEAVING && (!expected || !bye))
        return false;
    ars_reason_set(ret_why, ARS_REASON_TRANSFERRED, 0, "%s", "");
    return true;
}

static void on_progress(struct ars_sip_call *sc, int status, bool final,
                        const struct ars_reason *why, void *arg)
{
    struct call *c = arg;

    if (c->transfer != CALL_TRANSFER_ASKED)
        return;
    if (!final) {
        call_tell_transfer(c, ARS_EV_TRANSFERRING, why);
    } else if (!status) {
        go(c, CALL_TRANSFER_UNSURE);
        start_timer(c, UNSURE_MS, on_unsure_timer);
    } else if (status < 300) {
        call_tell_transfer(c, ARS_EV_TRANSFERRED, why);
        call_leave(c, BYE_WAIT_MS);
        if (c->transfer_other)
            c->env.connected(c, c->transfer_other, c->env.arg);
    } else {
        failed(c, why);
    }
}

/* REFER to a number, or to the far end of another call. ESRCH: that has ended meanwhile. */
static int send_refer(struct call *c)
{
    struct call *other;

    if (!c->transfer_other)
        return ars_sip_call_refer(c->sip, c->transfer_target);
    other = c->env.find(c->transfer_other, c->env.arg);
    return other && other->sip ? ars_sip_call_refer_call(c->sip, other->sip) : ESRCH;
}

static void ask(struct call *c)
{
    struct ars_reason why = {0};
    int err = send_refer(c);

    if (!err) {
        go(c, CALL_TRANSFER_ASKED);
        call_tell_transfer(c, ARS_EV_TRANSFERRING, &why);
        return;
    }
    if (err == EINVAL)
        ars_reason_set(&why, ARS_REASON_BAD_NUMBER, 0, "%s", "");
    else if (err == ESRCH)
        ars_reason_set(&why, ARS_REASON_NOT_NOW, 0, "the other call has ended");
    else
        ars_reason_set(&why, err == ENOTCONN ? ARS_REASON_NO_CONNECTION : ARS_REASON_INTERNAL, 0,
                       "cannot transfer: %s", strerror(err));
    failed(c, &why);
}

void call_transfer_step(struct call *c)
{
    bool settled = c->hold == CALL_HELD || (c->hold == CALL_TALKING && !c->want_hold);

    if (c->transfer == CALL_TRANSFER_HOLDING && c->state == ARS_CALL_ESTABLISHED && settled &&
        !c->env.find(c->transfer_after, c->env.arg))
        ask(c);
}

static int can_transfer(const struct call *c)
{
    if (c->state != ARS_CALL_ESTABLISHED || c->asked || c->follower)
        return EPROTO;
    if (c->transfer != CALL_TRANSFER_NONE || c->joined)
        return EALREADY;
    if (c->link != CALL_LINK_GOOD)
        return ENOTCONN;
    return account_state(c->account) == ARS_ACCOUNT_READY ? 0 : ENOTCONN;
}

static void begin(struct call *c, ars_id other, uint32_t tag)
{
    c->transfer_other = other;
    c->transfer_tag = tag;
    c->transfer_held = !call_on_hold(c);
    go(c, CALL_TRANSFER_HOLDING);
    if (c->transfer_held)
        (void)call_set_hold(c, true, 0);
    call_transfer_step(c);
}

static int transfer_after(struct call *c, const char *target, ars_id after, uint32_t tag)
{
    int err = can_transfer(c);
    char *copy = err ? NULL : ars_strdup(target);

    if (err)
        return err;
    if (!copy)
        return ENOMEM;
    free(c->transfer_target);
    c->transfer_target = copy;
    c->transfer_after = after;
    begin(c, 0, tag);
    return 0;
}

int call_transfer(struct call *c, const char *target, uint32_t tag)
{
    return transfer_after(c, target, 0, tag);
}

/* We ring somebody whom a REFER can name: not in another's place, and no digits are to follow. */
static bool rings_there(const struct call *c)
{
    return c->state < ARS_CALL_INCOMING && !c->referral && !c->digits.later;
}

/* A number of one server is somebody else's, or nobody's, at another. */
static bool same_server(const struct call *a, const struct call *b)
{
    return strcasecmp(account_conf(a->account)->server, account_conf(b->account)->server) == 0;
}

int call_connect(struct call *c, struct call *other, uint32_t tag)
{
    int err;

    if (c == other)
        return EINVAL;
    if (rings_there(c) && other->state == ARS_CALL_ESTABLISHED)
        return call_connect(other, c, tag);
    if (rings_there(other)) {
        if (!same_server(c, other))
            return EXDEV;
        err = transfer_after(c, other->target, other->id, tag);
        if (!err)
            call_leave_now(other);
        return err;
    }
    err = can_transfer(c);
    if (!err)
        err = can_transfer(other);
    if (err)
        return err;
    other->joined = true;
    begin(c, other->id, tag);
    return 0;
}

void call_transfer_moved(struct call *c)
{
    struct ars_reason why;

    call_transfer_watch(c);
    if (c->transfer != CALL_TRANSFER_HOLDING && c->transfer != CALL_TRANSFER_ASKED)
        return;
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "the connection was lost meanwhile");
    failed(c, &why);
}

bool call_in_transfer(const struct call *c)
{
    return c->transfer != CALL_TRANSFER_NONE;
}

/* ---- theirs ---- */

void call_referral_free(struct call_referral *r)
{
    if (!r)
        return;
    free(r->target);
    free(r->number);
    free(r->replaces);
    free(r->referred_by);
    free(r->by);
    free(r);
}

static struct call_referral *referral_new(const struct ars_sip_referral *from)
{
    struct call_referral *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->target = ars_strdup(from->target);
    r->number = ars_strdup(from->number);
    r->replaces = ars_strdup(from->replaces);
    r->referred_by = ars_strdup(from->referred_by);
    r->by = ars_strdup(from->by);
    if (r->target && r->number && (r->by || !from->by) && (r->replaces || !from->replaces) &&
        (r->referred_by || !from->referred_by))
        return r;
    call_referral_free(r);
    return NULL;
}

struct call_referral *call_referral_dup(const struct call_referral *r)
{
    return referral_new(&(struct ars_sip_referral){.target = r->target,
                                                   .number = r->number,
                                                   .replaces = r->replaces,
                                                   .referred_by = r->referred_by,
                                                   .by = r->by});
}

size_t call_referral_headers(const struct call *c, struct ars_sip_header *headers)
{
    const struct call_referral *r = c->referral;
    size_t n = 0;

    if (r && r->referred_by)
        headers[n++] = (struct ars_sip_header){"Referred-By", r->referred_by};
    if (r && r->replaces)
        headers[n++] = (struct ars_sip_header){"Replaces", r->replaces};
    return n;
}

static void on_follow_timer(void *arg)
{
    struct call *c = arg;

    c->env.follow(c, c->env.arg);
}

/* A telephone number is dialled as one that was typed. EINVAL, ENOMEM. */
static int apply_rules(const struct call *c, struct call_referral *r)
{
    char *number;
    char *wire;
    int err;

    if (strncasecmp(r->target, "tel:", 4) != 0)
        return 0;
    err = number_for(account_conf(c->account)->dial_rules, r->target, &number, &wire, NULL);
    if (err)
        return err;
    free(r->target);
    free(r->number);
    r->target = wire;
    r->number = number;
    return 0;
}

static int on_referred(struct ars_sip_call *sc, const struct ars_sip_referral *r, void *arg)
{
    struct call *c = arg;
    enum ars_refer_policy policy = account_conf(c->account)->refer;
    int err;

    if (c->state != ARS_CALL_ESTABLISHED || c->transfer != CALL_TRANSFER_NONE || c->asked ||
        c->follower || policy == ARS_REFER_REFUSE)
        return 603;
    c->asked = referral_new(r);
    err = c->asked ? apply_rules(c, c->asked) : ENOMEM;
    if (err) {
        call_referral_free(call_take_referral(c));
        return err == ENOMEM ? 500 : 400;
    }
    call_tell_referred(c, c->asked);
    /* not before our 202 is out */
    if (policy == ARS_REFER_FOLLOW)
        ars_timer_start(ars_loop_timers(c->env.loop), &c->follow_timer, 0, on_follow_timer, c);
    return 0;
}

struct call_referral *call_take_referral(struct call *c)
{
    struct call_referral *r = c->asked;

    ars_timer_stop(&c->follow_timer);
    c->asked = NULL;
    return r;
}

void call_set_follower(struct call *c, ars_id follower, bool held)
{
    c->follower = follower;
    c->transfer_held = held;
}

void call_set_origin(struct call *c, ars_id origin)
{
    c->origin = origin;
}

bool call_is(const struct call *c, const struct ars_sip_call *sc)
{
    return c->sip && c->sip == sc;
}

ars_id call_successor_of(const struct call *c)
{
    return c->replaces;
}

void call_followed(struct call *c, int status)
{
    bool resume = status >= 300 && c->transfer_held && c->focus;

    if (c->sip)
        (void)ars_sip_call_refer_tell(c->sip, status, NULL);
    if (status < 200)
        return;
    c->follower = 0;
    c->transfer_held = false;
    if (resume)
        (void)call_set_hold(c, false, 0);
}

void call_tell_origin(struct call *c, int status)
{
    ars_id origin = c->origin;

    if (!origin)
        return;
    if (status >= 200)
        c->origin = 0;
    c->env.followed(c, origin, status, c->env.arg);
}

/* ---- for call.c ---- */

void call_transfer_watch(struct call *c)
{
    static const struct ars_sip_transfer_handlers handlers = {
        .progress = on_progress,
        .referred = on_referred,
    };

    ars_sip_call_set_transfer_handlers(c->sip, &handlers);
}

void call_transfer_close(struct call *c)
{
    ars_timer_stop(&c->transfer_timer);
    ars_timer_stop(&c->follow_timer);
    if (c->transfer == CALL_TRANSFER_HOLDING || c->transfer == CALL_TRANSFER_ASKED)
        let_go_of_other(c);
    call_referral_free(c->asked);
    c->asked = NULL;
}
