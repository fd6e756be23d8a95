/*
 * media: consent to send (RFC 7675): a binding request each 5 s, each sent once only. 30 s after
 * the last answer nothing is sent any more but those, and a turn later the call ends: the far end
 * may have gone right after that answer, or right before the next. Long before, the other pairs are
 * tried again: one that works takes over. Its traffic keeps NAT bindings alive too.
 */
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>

#include "transport/ice_agent.h"
#include "transport/ice_consent.h"
#include "transport/ice_stun.h"

#define SILENT_TURNS 2 /* requests without an answer: one alone may be lost */
/* A NAT that never keeps a mapping is not followed for ever. */
#define REMAP_PAUSE_MS 10000

static void on_timer(void *arg);

/* RFC 7675 5.1: randomised between 0.8 and 1.2 of the interval */
static void schedule(struct ice_agent *a, uint64_t left_ms)
{
    uint64_t ms = a->times.consent_ms;

    ms = ms * 8 / 10 + ars_rand_below((uint32_t)(ms * 4 / 10) + 1);
    ars_timer_start(a->timers, &a->consent_timer, ms < left_ms ? ms : left_ms, on_timer, a);
}

/* The longest turn is 1.2 of the interval. */
static uint64_t give_up_ms(const struct ice_agent *a)
{
    return a->times.expiry_ms + (uint64_t)a->times.consent_ms * 6 / 5;
}

static void tell(struct ice_agent *a, bool silent)
{
    if (a->silent == silent)
        return;
    a->silent = silent;
    if (a->handlers.heard)
        a->handlers.heard(!silent, a->arg);
}

static void ask(struct ice_agent *a)
{
    uint8_t *tid = a->consent_tidv[a->consent_asked++ % ICE_CONSENT_ASKED];

    ars_rand_bytes(tid, ICE_TID_LEN);
    (void)icestun_check(a, a->path.base, &a->path.addr, tid, iceagent_prio(ICE_TYPE_PRFLX, 0),
                        false);
}

static bool is_asked(const struct ice_agent *a, const uint8_t *tid)
{
    for (unsigned i = 0; i < ICE_CONSENT_ASKED && i < a->consent_asked; i++) {
        if (memcmp(tid, a->consent_tidv[i], ICE_TID_LEN) == 0)
            return true;
    }
    return false;
}

static void on_timer(void *arg)
{
    struct ice_agent *a = arg;
    uint64_t silent = ars_clock_ms() - a->consent_ms;

    if (silent >= give_up_ms(a)) {
        iceagent_fail(a, "the far end stopped answering (no consent for 30 s)");
        return;
    }
    if (iceconsent_is_silent(a)) {
        tell(a, true);
        icecheck_search(a);
    }
    ask(a);
    schedule(a, give_up_ms(a) - silent);
}

void iceconsent_ask(struct ice_agent *a)
{
    if (ars_timer_running(&a->consent_timer))
        ars_timer_start(a->timers, &a->consent_timer, 0, on_timer, a);
}

void iceconsent_stop(struct ice_agent *a)
{
    ars_timer_stop(&a->consent_timer);
}

void iceconsent_given(struct ice_agent *a)
{
    a->consent_ms = ars_clock_ms();
    if (!ars_timer_running(&a->consent_timer))
        schedule(a, give_up_ms(a));
    tell(a, false);
}

bool iceconsent_is_expired(const struct ice_agent *a)
{
    return !a->no_ice && ars_clock_ms() - a->consent_ms >= a->times.expiry_ms;
}

bool iceconsent_is_silent(const struct ice_agent *a)
{
    return ars_clock_ms() - a->consent_ms >= SILENT_TURNS * (uint64_t)a->times.consent_ms;
}

/*
 * Where the request came from, as the peer saw it. Another address than that of the check: the NAT
 * has forgotten the mapping that the peer sends to (it was restarted, or the way is another one).
 */
static void note_mapped(struct ice_agent *a, const struct stun_msg *msg)
{
    const struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
    uint64_t now = ars_clock_ms();
    struct ars_addr mapped;

    if (a->remapped || a->path.mapped.family == ARS_AF_NONE || !attr ||
        ars_addr_from_sockaddr(&attr->v.xor_mapped_addr.u.sa, &mapped) ||
        ars_addr_eq(&mapped, &a->path.mapped) ||
        (a->remapped_ms && now - a->remapped_ms < REMAP_PAUSE_MS))
        return;
    ars_log(ARS_LOG_INFO, "media", "ice: the NAT has another address for us");
    a->remapped = true;
    a->remapped_ms = now;
    if (a->handlers.remapped)
        a->handlers.remapped(a->arg);
}

bool iceconsent_response(struct ice_base *b, const struct ars_addr *src, const struct stun_msg *msg)
{
    struct ice_agent *a = b->ice;

    if (!ars_timer_running(&a->consent_timer) || !is_asked(a, stun_msg_tid(msg)))
        return false;
    /* RFC 7675 5.1: it is given for the addresses that it comes over */
    if (stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP && a->path.base == b &&
        ars_addr_eq(&a->path.addr, src) &&
        stun_msg_chk_mi(msg, (const uint8_t *)a->remote_pwd, strlen(a->remote_pwd)) == 0) {
        iceconsent_given(a);
        note_mapped(a, msg);
    }
    return true;
}
