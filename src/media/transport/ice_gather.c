/*
 * media: ICE gathering (RFC 8445 5.1): sockets at the local addresses, and what becomes of them.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>

#include "transport/ice_agent.h"
#include "transport/ice_gather.h"
#include "transport/ice_hosts.h"
#include "transport/ice_reflexive.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"

#define TOS_EF     0xb8 /* DSCP 46, RFC 4594 4.1 */
#define PORT_TRIES 64
/* for other addresses and servers, when one has been answered: some lead nowhere */
#define SETTLE_MS 100
/* a relay over TCP or TLS is six round trips away, and there is nothing else where it is needed */
#define RELAY_MS 2000
/* RFC 8445 5.1.2.1: local preference, one step an address */
#define LOCAL_PREF_MAX 65535u

static void on_gather_cap(void *arg);

void icegather_receive(struct ice_base *b, const struct sa *src, struct mbuf *mb)
{
    struct ice_agent *a = b->ice;
    struct ars_addr from;
    uint8_t *buf = mbuf_buf(mb);
    size_t len = mbuf_get_left(mb);

    if (len == 0 || ars_addr_from_sockaddr(&src->u.sa, &from))
        return;
    if (buf[0] < 4) /* RFC 7983 7 */
        icestun_receive(b, &from, mb);
    else
        a->handlers.receive(buf, len, iceagent_trusts(a, b, &from), a->arg);
}

static void on_udp(const struct sa *src, struct mbuf *mb, void *arg)
{
    icegather_receive(arg, src, mb);
}

static int listen_at(struct ice_base *b, uint16_t port)
{
    struct sockaddr_storage ss;
    struct sa local;

    b->addr.port = port;
    (void)ars_addr_to_sockaddr(&b->addr, &ss);
    sa_init(&local, AF_UNSPEC);
    (void)sa_set_sa(&local, (const struct sockaddr *)&ss);
    return udp_listen(&b->sock, &local, on_udp, b);
}

static int listen_in(struct ice_base *b, uint16_t min, uint16_t max)
{
    uint32_t span = (uint32_t)max - min + 1;
    uint32_t start = ars_rand_below(span);
    uint32_t tries = span < PORT_TRIES ? span : PORT_TRIES;
    int err = EADDRINUSE;

    for (uint32_t i = 0; i < tries && err; i++)
        err = listen_at(b, (uint16_t)(min + (start + i) % span));
    return err;
}

static int open_base(struct ice_agent *a, const struct ars_addr *addr, uint16_t min, uint16_t max)
{
    struct ice_base *b = &a->basev[a->n_bases];
    int tos = TOS_EF;
    struct sa local;
    int err;

    b->ice = a;
    b->addr = *addr;
    err = min ? listen_in(b, min, max) : listen_at(b, 0);
    if (err)
        return err;
    err = udp_local_get(b->sock, &local);
    if (!err)
        err = ars_addr_from_sockaddr(&local.u.sa, &b->addr);
    if (err) {
        b->sock = mem_deref(b->sock);
        return err;
    }
    if (addr->family == ARS_AF_INET6
            ? udp_setsockopt(b->sock, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos))
            : udp_setsockopt(b->sock, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)))
        ars_log(ARS_LOG_DEBUG, "media", "ice: DSCP cannot be set");
    a->n_bases++;
    return 0;
}

int icegather_open(struct ice_agent *a)
{
    const struct ice_agent_conf *conf = &a->conf;
    struct ars_addr found[ICE_MAX_HOSTS];
    const struct ars_addr *v = conf->basev;
    size_t n = conf->n_bases;
    uint16_t max = conf->port_max >= conf->port_min ? conf->port_max : conf->port_min;
    int err = ENETUNREACH;

    if (!v) {
        n = icehosts_find(&conf->server, found, ICE_MAX_HOSTS);
        v = found;
    }
    for (size_t i = 0; i < n && i < ICE_MAX_HOSTS; i++) {
        int e = open_base(a, &v[i], conf->port_min, max);

        if (e && a->n_bases == 0)
            err = e;
    }
    return a->n_bases ? 0 : err;
}

void icegather_add(struct ice_agent *a, struct ice_base *b, enum ice_type type,
                   const struct ars_addr *addr)
{
    struct ice_local *l = &a->localv[a->n_locals];
    unsigned index = (unsigned)(b - a->basev);

    if (a->n_locals >= ICE_MAX_LOCAL)
        return;
    a->n_locals++;
    l->base = b;
    l->c.type = type;
    l->c.addr = *addr;
    l->c.prio = iceagent_prio(type, LOCAL_PREF_MAX - index);
    if (type == ICE_TYPE_SRFLX)
        l->c.related = b->addr;
    else
        b->prio = l->c.prio;
}

/*
 * RFC 8445 5.1.1.3: one foundation a type, base and server. A restart makes them new: Asterisk
 * takes a description with the candidates that it knows for no restart, whatever the credentials
 * say.
 */
static void number_foundations(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_locals; i++) {
        struct ice_local *l = &a->localv[i];
        unsigned n = a->generation * ICE_MAX_LOCAL * 2 + (unsigned)(l->base - a->basev) * 2 + 1;

        (void)snprintf(l->c.foundation, sizeof(l->c.foundation), "%u",
                       n + (l->c.type == ICE_TYPE_HOST ? 0 : 1));
        a->candv[i] = l->c;
    }
    a->n_cands = a->n_locals;
}

static void finish(struct ice_agent *a)
{
    if (a->state != ICE_GATHERING)
        return;
    ars_timer_stop(&a->gather_timer);
    number_foundations(a);
    iceagent_go(a, ICE_READY);
    a->handlers.gathered(a->arg);
}

/* What the relay has not given until now is not waited for. */
static void on_gather_cap(void *arg)
{
    struct ice_agent *a = arg;

    if (icerelay_pending(a->relay)) {
        ars_log(ARS_LOG_WARN, "media", "ice: no relay: it did not answer in time");
        icerelay_free(a->relay);
        a->relay = NULL;
    }
    finish(a);
}

void icegather_given_up(struct ice_agent *a)
{
    if (!icerelay_pending(a->relay) && !icereflexive_pending(a))
        finish(a);
}

int icegather_start(struct ice_agent *a)
{
    const struct ice_agent_conf *conf = &a->conf;
    unsigned cap;
    int err;

    for (size_t i = 0; i < a->n_bases; i++)
        icegather_add(a, &a->basev[i], ICE_TYPE_HOST, &a->basev[i].addr);
    err = icereflexive_start(a);
    if (err)
        return err;
    if (conf->turn)
        err = icerelay_alloc(&a->relay, a);
    if (conf->turn && (err == ENOMEM || err == EINVAL))
        return err;
    cap = a->n_stuns || a->relay ? a->times.gather_ms : 0;
    if (a->relay && icerelay_is_slow(a->relay) && cap < RELAY_MS)
        cap = RELAY_MS;
    a->gather_end_ms = ars_clock_ms() + cap;
    ars_timer_start(a->timers, &a->gather_timer, cap, on_gather_cap, a);
    return 0;
}

void icegather_stop(struct ice_agent *a)
{
    icereflexive_stop(a);
    ars_timer_stop(&a->gather_timer);
}

void icegather_close(struct ice_agent *a)
{
    icegather_stop(a);
    for (size_t i = 0; i < a->n_bases; i++)
        mem_deref(a->basev[i].sock);
    icerelay_free(a->relay);
    a->relay = NULL;
    memset(a->basev, 0, sizeof(a->basev));
    a->n_bases = 0;
    memset(a->localv, 0, sizeof(a->localv));
    a->n_locals = 0;
    a->n_cands = 0;
}

bool icegather_has_address(const struct ice_agent *a, const struct ars_addr *addr)
{
    struct ars_addr v[ICE_MAX_HOSTS];
    size_t n = icehosts_find(&a->conf.server, v, ICE_MAX_HOSTS);
    struct ars_addr bare = *addr;

    bare.port = 0;
    for (size_t i = 0; i < n; i++) {
        if (ars_addr_eq(&v[i], &bare))
            return true;
    }
    return false;
}

void icegather_renew(struct ice_agent *a)
{
    number_foundations(a);
}

static void settle(struct ice_agent *a)
{
    uint64_t end = ars_clock_ms() + SETTLE_MS;

    if (a->state == ICE_GATHERING && !icerelay_pending(a->relay) && end < a->gather_end_ms) {
        a->gather_end_ms = end;
        ars_timer_start(a->timers, &a->gather_timer, SETTLE_MS, on_gather_cap, a);
    }
}

struct ice_base *icegather_add_relay(struct ice_agent *a, struct ice_relay *r,
                                     const struct ars_addr *addr, const struct ars_addr *seen)
{
    struct ice_base *b = &a->basev[a->n_bases];

    if (a->state != ICE_GATHERING || a->n_locals >= ICE_MAX_LOCAL)
        return NULL;
    a->n_bases++;
    *b = (struct ice_base){.ice = a, .relay = r, .addr = *addr};
    icegather_add(a, b, ICE_TYPE_RELAY, addr);
    a->localv[a->n_locals - 1].c.related = *seen;
    return b;
}

void icegather_answered(struct ice_agent *a)
{
    icegather_given_up(a);
    settle(a);
}
