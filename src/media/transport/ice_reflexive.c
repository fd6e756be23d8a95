/* media: server-reflexive candidates (RFC 8445 5.1.1.2). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/rand.h>
#include <ars/resolver.h>

#include "transport/ice_gather.h"
#include "transport/ice_reflexive.h"
#include "transport/ice_stun.h"
#include "transport/stun_list.h"

#define RTO_MS   100 /* gathering has 500 ms in all */
#define SEND_MAX 3
/* RFC 8445 5.1.1.4: bindings are kept while a call rings; consent does it later */
#define REFRESH_MS 15000

static void stop(struct ice_probe *p)
{
    p->req.active = false;
    ars_timer_stop(&p->req.timer);
}

/* A base that knows its other address waits for no other server. */
static bool is_pending(const struct ice_agent *a, const struct ice_base *b)
{
    if (b->relay || b->reflexive || b->addr.family != ARS_AF_INET)
        return false;
    for (size_t i = 0; i < a->n_stuns; i++) {
        if (a->stunv[i].query || b->probev[i].req.active)
            return true;
    }
    return false;
}

bool icereflexive_pending(const struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_bases; i++) {
        if (is_pending(a, &a->basev[i]))
            return true;
    }
    return false;
}

static void on_timer(void *arg)
{
    struct ice_probe *p = arg;
    struct ice_agent *a = p->base->ice;
    const struct ice_stun_server *s = &a->stunv[p - p->base->probev];

    if (p->req.sent < SEND_MAX && icestun_plain(p->base, &s->addr, p->req.tid) == 0) {
        p->req.sent++;
        ars_timer_start(a->timers, &p->req.timer, p->req.wait_ms, on_timer, p);
        p->req.wait_ms *= 2;
        return;
    }
    stop(p);
    icegather_given_up(a);
}

/* The transaction id is new for each server (RFC 8489 section 5). */
static void ask(struct ice_probe *p)
{
    ars_rand_bytes(p->req.tid, sizeof(p->req.tid));
    p->req.active = true;
    p->req.sent = 0;
    p->req.wait_ms = RTO_MS;
    on_timer(p);
}

static void on_refresh(void *arg)
{
    struct ice_agent *a = arg;

    ars_timer_start(a->timers, &a->refresh_timer, REFRESH_MS, on_refresh, a);
    for (size_t i = 0; i < a->n_bases; i++) {
        if (a->basev[i].reflexive)
            ask(a->basev[i].reflexive);
    }
}

static void on_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct ice_stun_server *s = arg;
    struct ice_agent *a = s->ice;
    size_t server = (size_t)(s - a->stunv);

    s->query = NULL;
    /* IPv4 ones come first; an IPv6 address is not translated, so there is nothing to ask for */
    if (err || addrv[0].family != ARS_AF_INET) {
        ars_log(ARS_LOG_WARN, "media", "ice: no address of a STUN server");
        icegather_given_up(a);
        return;
    }
    s->addr = addrv[0];
    for (size_t i = 0; i < a->n_bases; i++) {
        struct ice_base *b = &a->basev[i];

        if (!b->relay && !b->reflexive && b->addr.family == ARS_AF_INET &&
            ars_addr_is_loopback(&b->addr) == ars_addr_is_loopback(&s->addr))
            ask(&b->probev[server]);
    }
    icegather_given_up(a); /* where none was asked */
}

static int look_up(struct ice_agent *a, const char *host, uint16_t port)
{
    struct ice_stun_server *s = &a->stunv[a->n_stuns];
    int err;

    *s = (struct ice_stun_server){.ice = a};
    err = ars_resolver_query(a->resolver, &s->query, host, port, on_resolved, s);
    if (!err)
        a->n_stuns++;
    return err == ENOMEM ? err : 0;
}

int icereflexive_start(struct ice_agent *a)
{
    const char *list = a->conf.stun;
    uint16_t port;
    char *host;
    int err = 0;

    a->n_stuns = 0;
    for (size_t i = 0; i < a->n_bases; i++) {
        for (size_t j = 0; j < ARS_STUN_SERVERS; j++)
            a->basev[i].probev[j].base = &a->basev[i];
    }
    while (!err && a->n_stuns < ARS_STUN_SERVERS && !stun_list_next(&list, &host, &port)) {
        err = look_up(a, host, port);
        free(host);
    }
    return err;
}

void icereflexive_stop(struct ice_agent *a)
{
    ars_timer_stop(&a->refresh_timer);
    for (size_t i = 0; i < a->n_stuns; i++) {
        ars_query_cancel(a->stunv[i].query);
        a->stunv[i].query = NULL;
    }
    for (size_t i = 0; i < a->n_bases; i++) {
        for (size_t j = 0; j < ARS_STUN_SERVERS; j++)
            stop(&a->basev[i].probev[j]);
    }
}

/* An address learned twice is one candidate (RFC 8445 5.1.3). */
static void learn(struct ice_probe *p, const struct stun_msg *msg)
{
    const struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
    struct ice_base *b = p->base;
    struct ice_agent *a = b->ice;
    struct ars_addr mapped;

    if (a->state != ICE_GATHERING || b->reflexive || !attr ||
        stun_msg_class(msg) != STUN_CLASS_SUCCESS_RESP ||
        ars_addr_from_sockaddr(&attr->v.xor_mapped_addr.u.sa, &mapped) ||
        mapped.family != b->addr.family || ars_addr_eq(&mapped, &b->addr))
        return;
    icegather_add(a, b, ICE_TYPE_SRFLX, &mapped);
    b->reflexive = p;
    for (size_t i = 0; i < ARS_STUN_SERVERS; i++)
        stop(&b->probev[i]);
    if (!ars_timer_running(&a->refresh_timer))
        ars_timer_start(a->timers, &a->refresh_timer, REFRESH_MS, on_refresh, a);
}

bool icereflexive_response(struct ice_base *b, const struct ars_addr *src,
                           const struct stun_msg *msg)
{
    struct ice_agent *a = b->ice;

    for (size_t i = 0; i < a->n_stuns; i++) {
        struct ice_probe *p = &b->probev[i];

        if (!p->req.active || memcmp(p->req.tid, stun_msg_tid(msg), ICE_TID_LEN) != 0 ||
            !ars_addr_eq(src, &a->stunv[i].addr))
            continue;
        stop(p);
        learn(p, msg);
        icegather_answered(a);
        return true;
    }
    return false;
}
