/* media: ICE candidate pairs, their checks and the nomination (RFC 8445 sections 6.1, 7 and 8). */
#include <errno.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/str.h>

#include "transport/ice_agent.h"
#include "transport/ice_consent.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"

#define SEND_MAX         4    /* of one request: at 0, 500, 1500 and 3500 ms; failed at 7500 */
#define PATIENCE_MS      5000 /* RFC 8863: checks of the peer may still open a path */
#define CODE_CONFLICT    487
#define CODE_SERVER_FAIL 500

static const char *const pair_names[] = {"frozen", "waiting", "in-progress", "succeeded", "failed"};

/*
 * succeeded to in-progress: the nominating check; to waiting: the path in use has gone silent.
 * failed to waiting: that, or the peer's check came after all.
 */
static const uint32_t pair_edges[] = {
    [ICE_PAIR_FROZEN] = ARS_TO(ICE_PAIR_WAITING) | ARS_TO(ICE_PAIR_FAILED),
    [ICE_PAIR_WAITING] = ARS_TO(ICE_PAIR_IN_PROGRESS) | ARS_TO(ICE_PAIR_FAILED),
    [ICE_PAIR_IN_PROGRESS] =
        ARS_TO(ICE_PAIR_SUCCEEDED) | ARS_TO(ICE_PAIR_FAILED) | ARS_TO(ICE_PAIR_WAITING),
    [ICE_PAIR_SUCCEEDED] =
        ARS_TO(ICE_PAIR_IN_PROGRESS) | ARS_TO(ICE_PAIR_FAILED) | ARS_TO(ICE_PAIR_WAITING),
    [ICE_PAIR_FAILED] = ARS_TO(ICE_PAIR_WAITING),
};

const struct ars_fsm icecheck_pair_fsm = {"ice pair", pair_names, pair_edges, 5};

static void on_pace(void *arg);
static void on_nominate(void *arg);
static void on_give_up(void *arg);

static void pair_go(struct ice_pair *p, enum ice_pair_state to)
{
    if (p->state != (int)to)
        (void)ars_fsm_go(&icecheck_pair_fsm, &p->state, to);
}

/* RFC 8445 6.1.2.3 */
static uint64_t pair_prio(const struct ice_agent *a, uint32_t local, uint32_t remote)
{
    uint64_t g = a->controlling ? local : remote;
    uint64_t d = a->controlling ? remote : local;

    return ((g < d ? g : d) << 32) + 2 * (g > d ? g : d) + (g > d ? 1 : 0);
}

static bool same_foundation(const struct ice_pair *p, const struct ice_pair *q)
{
    const struct ice_candidate *remotev = p->ice->remotev;

    return p->base == q->base &&
           strcmp(remotev[p->remote].foundation, remotev[q->remote].foundation) == 0;
}

static bool is_path(const struct ice_pair *p)
{
    const struct ice_agent *a = p->ice;

    return a->path.set && a->path.base == p->base &&
           ars_addr_eq(&a->path.addr, &a->remotev[p->remote].addr);
}

static void request_stop(struct ice_pair *p)
{
    ars_timer_stop(&p->req.timer);
    p->req.active = false;
}

static bool is_pending(const struct ice_pair *p)
{
    return p->state != ICE_PAIR_SUCCEEDED && p->state != ICE_PAIR_FAILED;
}

static size_t count_pending(const struct ice_agent *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_pairs; i++)
        n += is_pending(&a->pairv[i]);
    return n;
}

static void pair_fail(struct ice_pair *p)
{
    struct ice_agent *a = p->ice;
    bool was_nominating = p->req.active && p->req.nominating;
    uint64_t gone = ars_clock_ms() - a->started_ms;
    uint64_t wait = a->times.give_up_ms < PATIENCE_MS ? a->times.give_up_ms : PATIENCE_MS;

    request_stop(p);
    p->valid = false;
    p->nominated = false;
    p->triggered = 0;
    pair_go(p, ICE_PAIR_FAILED);
    if (was_nominating && a->state == ICE_USABLE)
        ars_timer_start(a->timers, &a->nominate_timer, 0, on_nominate, a);
    if (a->state == ICE_CHECKING && count_pending(a) == 0)
        ars_timer_start(a->timers, &a->give_up_timer, gone < wait ? wait - gone : 0, on_give_up, a);
}

static void on_resend(void *arg);

static int transmit(struct ice_pair *p)
{
    struct ice_agent *a = p->ice;

    p->req.sent++;
    ars_timer_start(a->timers, &p->req.timer, p->req.wait_ms, on_resend, p);
    p->req.wait_ms *= 2;
    return icestun_check(a, p->base, &a->remotev[p->remote].addr, p->req.tid, p->local_prio,
                         p->req.nominating);
}

static void on_resend(void *arg)
{
    struct ice_pair *p = arg;

    if (p->req.sent >= SEND_MAX)
        pair_fail(p);
    else
        (void)transmit(p);
}

/* RFC 8445 14.3 */
static unsigned initial_rto(const struct ice_agent *a)
{
    size_t ms = a->times.pace_ms * count_pending(a);

    return ms > a->times.rto_ms ? (unsigned)ms : a->times.rto_ms;
}

/* An error: nothing has left, the next pair need not wait. */
static int check(struct ice_pair *p, bool nominating)
{
    struct ice_agent *a = p->ice;
    int err;

    request_stop(p);
    ars_rand_bytes(p->req.tid, sizeof(p->req.tid));
    p->req.active = true;
    p->req.sent = 0;
    p->req.wait_ms = initial_rto(a);
    p->req.controlling = a->controlling;
    p->req.nominating = nominating;
    p->triggered = 0;
    pair_go(p, ICE_PAIR_IN_PROGRESS);
    err = transmit(p);
    if (err == EINVAL) /* from loopback to elsewhere: never */
        pair_fail(p);
    return err;
}

static struct ice_pair *best_in(struct ice_agent *a, enum ice_pair_state state)
{
    struct ice_pair *best = NULL;

    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->state == (int)state && (!best || p->prio > best->prio))
            best = p;
    }
    return best;
}

static struct ice_pair *first_triggered(struct ice_agent *a)
{
    struct ice_pair *first = NULL;

    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->triggered && (!first || p->triggered < first->triggered))
            first = p;
    }
    return first;
}

/*
 * RFC 8445 6.1.4.2. Frozen pairs do not wait for their foundation's check to end: with one
 * component there is nothing to save, and a peer that gives all its candidates one foundation
 * would hold them.
 */
static struct ice_pair *next_pair(struct ice_agent *a)
{
    struct ice_pair *p = first_triggered(a);

    if (p || a->state == ICE_COMPLETED)
        return p;
    p = best_in(a, ICE_PAIR_WAITING);
    if (!p) {
        p = best_in(a, ICE_PAIR_FROZEN);
        if (p)
            pair_go(p, ICE_PAIR_WAITING);
    }
    return p;
}

static void on_pace(void *arg)
{
    struct ice_agent *a = arg;
    struct ice_pair *p;

    while ((p = next_pair(a)) != NULL) {
        if (check(p, false) == 0) {
            ars_timer_start(a->timers, &a->pace_timer, a->times.pace_ms, on_pace, a);
            return;
        }
    }
}

static void pace_kick(struct ice_agent *a)
{
    if (!ars_timer_running(&a->pace_timer))
        ars_timer_start(a->timers, &a->pace_timer, 0, on_pace, a);
}

static void trigger(struct ice_pair *p)
{
    if (!p->triggered)
        p->triggered = ++p->ice->trigger_count;
    pair_go(p, ICE_PAIR_WAITING);
    pace_kick(p->ice);
}

/* RFC 8445 8.1.2: what is left of the check list is not needed. */
static void complete(struct ice_agent *a, const struct ice_pair *chosen)
{
    ars_timer_stop(&a->nominate_timer);
    ars_timer_stop(&a->give_up_timer);
    iceagent_go(a, ICE_COMPLETED);
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p != chosen && p->req.active) {
            request_stop(p);
            pair_go(p, p->valid ? ICE_PAIR_SUCCEEDED : ICE_PAIR_FAILED);
        }
    }
    icegather_stop(a);
}

static void nominated(struct ice_pair *p)
{
    p->nominated = true;
    p->nominate_later = false;
    complete(p->ice, p);
    iceagent_take_path(p->ice, p);
}

/* Regular nomination (RFC 8445 8.1.1): at once when no better pair can come, else soon. */
static void consider_nomination(struct ice_agent *a)
{
    struct ice_pair *best = NULL;
    struct ice_pair *top = NULL;

    if (!a->controlling || a->state != ICE_USABLE)
        return;
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->req.active && p->req.nominating)
            return;
        if (p->valid && (!best || p->prio > best->prio))
            best = p;
        if (p->state != ICE_PAIR_FAILED && (!top || p->prio > top->prio))
            top = p;
    }
    if (best && best == top) {
        ars_timer_stop(&a->nominate_timer);
        (void)check(best, true);
    } else if (!ars_timer_running(&a->nominate_timer)) {
        ars_timer_start(a->timers, &a->nominate_timer, a->times.nominate_ms, on_nominate, a);
    }
}

static void on_nominate(void *arg)
{
    struct ice_agent *a = arg;
    struct ice_pair *best = NULL;

    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->valid && (!best || p->prio > best->prio))
            best = p;
    }
    if (best && a->controlling && a->state == ICE_USABLE)
        (void)check(best, true);
}

static void on_give_up(void *arg)
{
    struct ice_agent *a = arg;
    uint64_t gone = ars_clock_ms() - a->started_ms;

    if (gone < a->times.give_up_ms && count_pending(a) > 0) {
        ars_timer_start(a->timers, &a->give_up_timer, a->times.give_up_ms - gone, on_give_up, a);
        return;
    }
    iceagent_fail(a, "no path to the far end was found");
}

static struct ice_pair *find_pair(struct ice_agent *a, const struct ice_base *b,
                                  const struct ars_addr *remote)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->base == b && ars_addr_eq(&a->remotev[p->remote].addr, remote))
            return p;
    }
    return NULL;
}

/* A place for a pair: a new one, or that of the least one when all are taken (RFC 8445 6.1.2.5). */
static struct ice_pair *pair_slot(struct ice_agent *a, uint64_t prio)
{
    struct ice_pair *least = NULL;

    if (a->n_pairs < ICE_MAX_PAIRS)
        return &a->pairv[a->n_pairs++];
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (!p->valid && !p->heard && p->prio < prio && (!least || p->prio < least->prio))
            least = p;
    }
    if (least)
        request_stop(least);
    return least;
}

static struct ice_pair *add_pair(struct ice_agent *a, struct ice_base *b, size_t remote)
{
    uint64_t prio = pair_prio(a, b->prio, a->remotev[remote].prio);
    struct ice_pair *p = pair_slot(a, prio);

    if (!p)
        return NULL;
    *p = (struct ice_pair){.ice = a, .state = ICE_PAIR_FROZEN, .base = b, .remote = remote};
    p->prio = prio;
    p->local_prio = iceagent_check_prio(b);
    if (b->relay)
        icerelay_permit(b->relay, &a->remotev[remote].addr);
    return p;
}

static bool find_remote(const struct ice_agent *a, const struct ars_addr *addr, size_t *ret)
{
    for (size_t i = 0; i < a->n_remotes; i++) {
        if (ars_addr_eq(&a->remotev[i].addr, addr)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static void recompute(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        p->prio = pair_prio(a, p->base->prio, a->remotev[p->remote].prio);
    }
}

void icecheck_add_remote(struct ice_agent *a, const struct ice_candidate *c)
{
    size_t r;

    if (find_remote(a, &c->addr, &r)) {
        if (a->remotev[r].type == ICE_TYPE_PRFLX) { /* its check was faster than its description */
            a->remotev[r] = *c;
            recompute(a);
        }
        return;
    }
    if (a->n_remotes >= ICE_MAX_REMOTE)
        return;
    r = a->n_remotes++;
    a->remotev[r] = *c;
    for (size_t i = 0; i < a->n_bases; i++) {
        struct ice_base *b = &a->basev[i];

        if (b->addr.family == c->addr.family && !find_pair(a, b, &c->addr))
            (void)add_pair(a, b, r);
    }
    if (a->state == ICE_CHECKING || a->state == ICE_USABLE)
        pace_kick(a);
}

/* RFC 8445 6.1.2.6: of each foundation the best pair waits, the others are frozen. */
static void thaw_first(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];
        bool first = true;

        for (size_t k = 0; k < a->n_pairs && first; k++)
            first = k == i || !same_foundation(p, &a->pairv[k]) || a->pairv[k].prio < p->prio ||
                    (a->pairv[k].prio == p->prio && k > i);
        if (first && p->state == ICE_PAIR_FROZEN)
            pair_go(p, ICE_PAIR_WAITING);
    }
}

void icecheck_start(struct ice_agent *a)
{
    a->started_ms = ars_clock_ms();
    recompute(a);
    thaw_first(a);
    for (size_t i = 0; i < a->n_pairs; i++) {
        if (a->pairv[i].heard)
            trigger(&a->pairv[i]);
    }
    ars_timer_start(a->timers, &a->give_up_timer, a->times.give_up_ms, on_give_up, a);
    ars_timer_stop(&a->pace_timer);
    on_pace(a);
}

void icecheck_search(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->req.active || is_path(p))
            continue;
        p->nominated = false;
        trigger(p);
    }
}

void icecheck_stop(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++)
        request_stop(&a->pairv[i]);
    ars_timer_stop(&a->pace_timer);
    ars_timer_stop(&a->nominate_timer);
    ars_timer_stop(&a->give_up_timer);
}

void icecheck_reset(struct ice_agent *a)
{
    icecheck_stop(a);
    a->n_pairs = 0;
    a->n_remotes = 0;
    a->path.prio = 0; /* kept until a pair of the new generation is valid */
    a->path.nominated = false;
    iceconsent_stop(a); /* the checks ask from here on, and the first answer begins it anew */
}

void icecheck_on_request(struct ice_base *b, const struct ars_addr *src, uint32_t prio,
                         bool use_candidate)
{
    struct ice_agent *a = b->ice;
    struct ice_pair *p = find_pair(a, b, src);
    size_t r;

    if (a->no_ice)
        return;
    if (!p) {
        if (!find_remote(a, src, &r)) { /* RFC 8445 7.3.1.3 */
            if (a->n_remotes >= ICE_MAX_REMOTE)
                return;
            r = a->n_remotes++;
            a->remotev[r] = (struct ice_candidate){
                .type = ICE_TYPE_PRFLX, .prio = prio, .addr = *src, .foundation = "prflx"};
        }
        p = add_pair(a, b, r);
        if (!p)
            return;
    }
    p->heard = true;
    if (use_candidate && !a->controlling) {
        if (p->valid)
            nominated(p);
        else
            p->nominate_later = true;
    }
    if (a->state < ICE_CHECKING || p->state == ICE_PAIR_SUCCEEDED)
        return;
    if (p->state != ICE_PAIR_IN_PROGRESS)
        trigger(p);
    else if (p->req.sent < SEND_MAX) /* RFC 8445 7.3.1.4: ours may have met a closed NAT */
        (void)transmit(p);
}

void icecheck_on_permitted(struct ice_base *b, const struct ars_addr *peer)
{
    struct ice_pair *p = find_pair(b->ice, b, peer);

    if (p && p->state == ICE_PAIR_IN_PROGRESS && p->req.sent < SEND_MAX)
        (void)transmit(p);
}

static void on_error(struct ice_pair *p, const struct stun_msg *msg)
{
    struct ice_agent *a = p->ice;
    const struct stun_attr *ec = stun_msg_attr(msg, STUN_ATTR_ERR_CODE);

    if (!ec || ec->v.err_code.code >= CODE_SERVER_FAIL) /* a retransmission may fare better */
        return;
    if (ec->v.err_code.code != CODE_CONFLICT) {
        ars_log(ARS_LOG_DEBUG, "media", "ice: check refused with %u", ec->v.err_code.code);
        pair_fail(p);
        return;
    }
    /* RFC 8445 7.2.5.1 */
    if (p->req.controlling == a->controlling) {
        icecheck_switch_role(a, !a->controlling);
        ars_rand_bytes(&a->tie_breaker, sizeof(a->tie_breaker));
    }
    request_stop(p);
    trigger(p);
}

static enum ice_type type_of(const struct ice_agent *a, const struct ice_base *b,
                             const struct ars_addr *mapped)
{
    for (size_t i = 0; i < a->n_locals; i++) {
        if (a->localv[i].base == b && ars_addr_eq(&a->localv[i].c.addr, mapped))
            return a->localv[i].c.type;
    }
    return ICE_TYPE_PRFLX;
}

static void on_success(struct ice_pair *p, const struct ars_addr *mapped)
{
    struct ice_agent *a = p->ice;
    bool nominating = p->req.nominating && p->req.controlling && a->controlling;

    request_stop(p);
    p->valid = true;
    p->local_type = type_of(a, p->base, mapped);
    pair_go(p, ICE_PAIR_SUCCEEDED);
    for (size_t i = 0; i < a->n_pairs; i++) { /* RFC 8445 7.2.5.3.3 */
        if (a->pairv[i].state == ICE_PAIR_FROZEN && same_foundation(p, &a->pairv[i]))
            pair_go(&a->pairv[i], ICE_PAIR_WAITING);
    }
    if (nominating || (p->nominate_later && !a->controlling)) {
        nominated(p);
        return;
    }
    if (a->state == ICE_CHECKING) {
        ars_timer_stop(&a->give_up_timer);
        iceagent_go(a, ICE_USABLE);
    }
    iceagent_take_path(a, p);
    consider_nomination(a);
    /* it has taken a silent one's place: the peer is told to follow */
    if (a->state == ICE_COMPLETED && a->controlling && is_path(p) && !p->nominated)
        (void)check(p, true);
}

void icecheck_on_response(struct ice_base *b, const struct ars_addr *src,
                          const struct stun_msg *msg)
{
    struct ice_agent *a = b->ice;
    const struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
    struct ice_pair *p = NULL;
    struct ars_addr mapped;

    for (size_t i = 0; i < a->n_pairs && !p; i++) {
        struct ice_pair *q = &a->pairv[i];

        if (q->req.active && q->base == b &&
            memcmp(q->req.tid, stun_msg_tid(msg), ICE_TID_LEN) == 0)
            p = q;
    }
    if (!p)
        return;
    if (stun_msg_class(msg) == STUN_CLASS_ERROR_RESP) {
        on_error(p, msg);
        return;
    }
    if (stun_msg_chk_mi(msg, (const uint8_t *)a->remote_pwd, strlen(a->remote_pwd)) || !attr ||
        ars_addr_from_sockaddr(&attr->v.xor_mapped_addr.u.sa, &mapped))
        return;
    if (!ars_addr_eq(src, &a->remotev[p->remote].addr)) /* RFC 8445 7.2.5.2.1 */
        pair_fail(p);
    else
        on_success(p, &mapped);
}

void icecheck_switch_role(struct ice_agent *a, bool controlling)
{
    ars_log(ARS_LOG_INFO, "media", "ice: role conflict, now %s",
            controlling ? "controlling" : "controlled");
    a->controlling = controlling;
    recompute(a);
    ars_timer_stop(&a->nominate_timer);
    if (controlling)
        consider_nomination(a);
}
