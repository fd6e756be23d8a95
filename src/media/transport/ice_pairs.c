/* media: the check list of an ICE agent, as it is (RFC 8445 6.1.2); ice_check.c works it off. */
#include <string.h>

#include <ars/fsm.h>

#include "transport/ice_pairs.h"
#include "transport/ice_relay.h"

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

const struct ars_fsm icepair_fsm = {"ice pair", pair_names, pair_edges, 5};

void icepair_go(struct ice_pair *p, enum ice_pair_state to)
{
    if (p->state != (int)to)
        (void)ars_fsm_go(&icepair_fsm, &p->state, to);
}

/* RFC 8445 6.1.2.3 */
static uint64_t pair_prio(const struct ice_agent *a, uint32_t local, uint32_t remote)
{
    uint64_t g = a->controlling ? local : remote;
    uint64_t d = a->controlling ? remote : local;

    return ((g < d ? g : d) << 32) + 2 * (g > d ? g : d) + (g > d ? 1 : 0);
}

bool icepair_same_foundation(const struct ice_pair *p, const struct ice_pair *q)
{
    const struct ice_candidate *remotev = p->ice->remotev;

    return p->base == q->base &&
           strcmp(remotev[p->remote].foundation, remotev[q->remote].foundation) == 0;
}

bool icepair_is_path(const struct ice_pair *p)
{
    const struct ice_agent *a = p->ice;

    return a->path.set && a->path.base == p->base &&
           ars_addr_eq(&a->path.addr, &a->remotev[p->remote].addr);
}

void icepair_stop(struct ice_pair *p)
{
    ars_timer_stop(&p->req.timer);
    p->req.active = false;
}

static bool is_pending(const struct ice_pair *p)
{
    return p->state != ICE_PAIR_SUCCEEDED && p->state != ICE_PAIR_FAILED;
}

size_t icepairs_pending(const struct ice_agent *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_pairs; i++)
        n += is_pending(&a->pairv[i]);
    return n;
}

struct ice_pair *icepairs_best(struct ice_agent *a, enum ice_pair_state state)
{
    struct ice_pair *best = NULL;

    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->state == (int)state && (!best || p->prio > best->prio))
            best = p;
    }
    return best;
}

struct ice_pair *icepairs_triggered(struct ice_agent *a)
{
    struct ice_pair *first = NULL;

    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        if (p->triggered && (!first || p->triggered < first->triggered))
            first = p;
    }
    return first;
}

struct ice_pair *icepairs_find(struct ice_agent *a, const struct ice_base *b,
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
        icepair_stop(least);
    return least;
}

struct ice_pair *icepairs_add(struct ice_agent *a, struct ice_base *b, size_t remote)
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

bool icepairs_find_remote(const struct ice_agent *a, const struct ars_addr *addr, size_t *ret)
{
    for (size_t i = 0; i < a->n_remotes; i++) {
        if (ars_addr_eq(&a->remotev[i].addr, addr)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

void icepairs_recompute(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];

        p->prio = pair_prio(a, p->base->prio, a->remotev[p->remote].prio);
    }
}

void icepairs_thaw(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_pairs; i++) {
        struct ice_pair *p = &a->pairv[i];
        bool first = true;

        for (size_t k = 0; k < a->n_pairs && first; k++)
            first = k == i || !icepair_same_foundation(p, &a->pairv[k]) ||
                    a->pairv[k].prio < p->prio || (a->pairv[k].prio == p->prio && k > i);
        if (first && p->state == ICE_PAIR_FROZEN)
            icepair_go(p, ICE_PAIR_WAITING);
    }
}
