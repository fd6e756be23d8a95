/* media: the checks of an ICE agent and the nomination (RFC 8445 sections 6.1.4, 7 and 8). */
#include <errno.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/str.h>

#include "transport/ice_agent.h"
#include "transport/ice_gather.h"
#include "transport/ice_consent.h"
#include "transport/ice_pairs.h"
#include "transport/ice_stun.h"

#define SEND_MAX         4    /* of one request: at 0, 500, 1500 and 3500 ms; failed at 7500 */
#define PATIENCE_MS      5000 /* RFC 8863: checks of the peer may still open a path */
#define CODE_CONFLICT    487
#define CODE_SERVER_FAIL 500

static void on_pace(void *arg);
static void on_nominate(void *arg);
static void on_give_up(void *arg);

static void pair_fail(struct ice_pair *p)
{
    struct ice_agent *a = p->ice;
    bool was_nominating = p->req.active && p->req.nominating;
    uint64_t gone = ars_clock_ms() - a->started_ms;
    uint64_t wait = a->times.give_up_ms < PATIENCE_MS ? a->times.give_up_ms : PATIENCE_MS;

    icepair_stop(p);
    p->valid = false;
    p->nominated = false;
    p->triggered = 0;
    icepair_go(p, ICE_PAIR_FAILED);
    if (was_nominating && a->state == ICE_USABLE)
        ars_timer_start(a->timers, &a->nominate_timer, 0, on_nominate, a);
    if (a->state == ICE_CHECKING && icepairs_pending(a) == 0)
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
    size_t ms = a->times.pace_ms * icepairs_pending(a);

    return ms > a->times.rto_ms ? (unsigned)ms : a->times.rto_ms;
}

/* An error: nothing has left, the next pair need not wait. */
static int check(struct ice_pair *p, bool nominating)
{
    struct ice_agent *a = p->ice;
    int err;

    icepair_stop(p);
    ars_rand_bytes(p->req.tid, sizeof(p->req.tid));
    p->req.active = true;
    p->req.sent = 0;
    p->req.wait_ms = initial_rto(a);
    p->req.controlling = a->controlling;
    p->req.nominating = nominating;
    p->triggered = 0;
    icepair_go(p, ICE_PAIR_IN_PROGRESS);
    err = transmit(p);
    if (err == EINVAL) /* from loopback to elsewhere: never */
        pair_fail(p);
    return err;
}

/*
 * RFC 8445 6.1.4.2. Frozen pairs do not wait for their foundation's check to end: with one
 * component there is nothing to save, and a peer that gives all its candidates one foundation
 * would hold them.
 */
static struct ice_pair *next_pair(struct ice_agent *a)
{
    struct ice_pair *p = icepairs_triggered(a);

    if (p || a->state == ICE_COMPLETED)
        return p;
    p = icepairs_best(a, ICE_PAIR_WAITING);
    if (!p) {
        p = icepairs_best(a, ICE_PAIR_FROZEN);
        if (p)
            icepair_go(p, ICE_PAIR_WAITING);
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
    icepair_go(p, ICE_PAIR_WAITING);
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
            icepair_stop(p);
            icepair_go(p, p->valid ? ICE_PAIR_SUCCEEDED : ICE_PAIR_FAILED);
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

    if (gone < a->times.give_up_ms && icepairs_pending(a) > 0) {
        ars_timer_start(a->timers, &a->give_up_timer, a->times.give_up_ms - gone, on_give_up, a);
        return;
    }
    iceagent_fail(a, "no path to the far end was found");
}

void icecheck_add_remote(struct ice_agent *a, const struct ice_candidate *c)
{
    size_t r;

    if (icepairs_find_remote(a, &c->addr, &r)) {
        if (a->remotev[r].type == ICE_TYPE_PRFLX) { /* its check was faster than its description */
            a->remotev[r] = *c;
            icepairs_recompute(a);
        }
        return;
    }
    if (a->n_remotes >= ICE_MAX_REMOTE)
        return;
    r = a->n_remotes++;
    a->remotev[r] = *c;
    for (size_t i = 0; i < a->n_bases; i++) {
        struct ice_base *b = &a->basev[i];

        if (b->addr.family == c->addr.family && !icepairs_find(a, b, &c->addr))
            (void)icepairs_add(a, b, r);
    }
    if (a->state == ICE_CHECKING || a->state == ICE_USABLE)
        pace_kick(a);
}

void icecheck_start(struct ice_agent *a)
{
    a->started_ms = ars_clock_ms();
    icepairs_recompute(a);
    icepairs_thaw(a);
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

        if (p->req.active || icepair_is_path(p))
            continue;
        p->nominated = false;
        trigger(p);
    }
}

void icecheck_stop(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++)
        icepair_stop(&a->pairv[i]);
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
    struct ice_pair *p = icepairs_find(a, b, src);
    size_t r;

    if (a->no_ice)
        return;
    if (!p) {
        if (!icepairs_find_remote(a, src, &r)) { /* RFC 8445 7.3.1.3 */
            if (a->n_remotes >= ICE_MAX_REMOTE)
                return;
            r = a->n_remotes++;
            a->remotev[r] = (struct ice_candidate){
                .type = ICE_TYPE_PRFLX, .prio = prio, .addr = *src, .foundation = "prflx"};
        }
        p = icepairs_add(a, b, r);
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
    struct ice_pair *p = icepairs_find(b->ice, b, peer);

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
    icepair_stop(p);
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

    icepair_stop(p);
    p->valid = true;
    p->mapped = *mapped;
    p->local_type = type_of(a, p->base, mapped);
    icepair_go(p, ICE_PAIR_SUCCEEDED);
    for (size_t i = 0; i < a->n_pairs; i++) { /* RFC 8445 7.2.5.3.3 */
        if (a->pairv[i].state == ICE_PAIR_FROZEN && icepair_same_foundation(p, &a->pairv[i]))
            icepair_go(&a->pairv[i], ICE_PAIR_WAITING);
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
    if (a->state == ICE_COMPLETED && a->controlling && icepair_is_path(p) && !p->nominated)
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
    icepairs_recompute(a);
    ars_timer_stop(&a->nominate_timer);
    if (controlling)
        consider_nomination(a);
}
