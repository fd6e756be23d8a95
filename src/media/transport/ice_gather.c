/*
 * media: ICE gathering: sockets at the local addresses, server-reflexive candidates (RFC 8445 5.1).
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/resolver.h>

#include "transport/ice_agent.h"
#include "transport/ice_hosts.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"

#define TOS_EF        0xb8 /* DSCP 46, RFC 4594 4.1 */
#define PORT_TRIES    64
#define STUN_RTO_MS   100 /* gathering has 500 ms in all */
#define STUN_SEND_MAX 3
/* for the other addresses, when one has been answered: some lead nowhere */
#define SETTLE_MS 100
/* a relay over TCP or TLS is six round trips away, and there is nothing else where it is needed */
#define RELAY_MS 2000
/* RFC 8445 5.1.1.4: bindings are kept while a call rings; consent does it later */
#define REFRESH_MS 15000
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

static void add_local(struct ice_agent *a, struct ice_base *b, enum ice_type type,
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

static void finish_if_all(struct ice_agent *a)
{
    bool all = !icerelay_pending(a->relay);

    for (size_t i = 0; i < a->n_bases; i++)
        all = all && a->basev[i].gathered;
    if (all)
        finish(a);
}

static void base_done(struct ice_base *b)
{
    b->gathered = true;
    b->stun.active = false;
    ars_timer_stop(&b->stun.timer);
    finish_if_all(b->ice);
}

static void no_reflexive(struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_bases; i++)
        a->basev[i].gathered = true;
}

static void on_stun_timer(void *arg)
{
    struct ice_base *b = arg;

    if (b->stun.sent >= STUN_SEND_MAX) {
        base_done(b);
        return;
    }
    b->stun.sent++;
    ars_timer_start(b->ice->timers, &b->stun.timer, b->stun.wait_ms, on_stun_timer, b);
    b->stun.wait_ms *= 2;
    if (icestun_plain(b, &b->ice->stun_server, b->stun.tid))
        base_done(b);
}

static void ask(struct ice_base *b)
{
    ars_rand_bytes(b->stun.tid, sizeof(b->stun.tid));
    b->stun.active = true;
    b->stun.sent = 0;
    b->stun.wait_ms = STUN_RTO_MS;
    on_stun_timer(b);
}

static void on_refresh(void *arg)
{
    struct ice_agent *a = arg;

    ars_timer_start(a->timers, &a->refresh_timer, REFRESH_MS, on_refresh, a);
    for (size_t i = 0; i < a->n_locals; i++) {
        if (a->localv[i].c.type == ICE_TYPE_SRFLX)
            ask(a->localv[i].base);
    }
}

static void on_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct ice_agent *a = arg;
    bool loopback;

    a->query = NULL;
    /* IPv4 ones come first; an IPv6 address is not translated, so there is nothing to ask for */
    if (err || addrv[0].family != ARS_AF_INET) {
        ars_log(ARS_LOG_WARN, "media", "ice: no address of the STUN server");
        no_reflexive(a);
        finish_if_all(a);
        return;
    }
    a->stun_server = addrv[0];
    loopback = ars_addr_is_loopback(&addrv[0]);
    ars_timer_start(a->timers, &a->refresh_timer, REFRESH_MS, on_refresh, a);
    for (size_t i = 0; i < a->n_bases; i++) {
        if (a->basev[i].addr.family == ARS_AF_INET &&
            ars_addr_is_loopback(&a->basev[i].addr) == loopback)
            ask(&a->basev[i]);
        else
            base_done(&a->basev[i]);
    }
}

int icegather_start(struct ice_agent *a)
{
    const struct ice_agent_conf *conf = &a->conf;
    uint16_t port = conf->stun_port ? conf->stun_port : STUN_PORT;
    unsigned cap;
    int err = 0;

    for (size_t i = 0; i < a->n_bases; i++)
        add_local(a, &a->basev[i], ICE_TYPE_HOST, &a->basev[i].addr);
    if (conf->stun_host)
        err = ars_resolver_query(a->resolver, &a->query, conf->stun_host, port, on_resolved, a);
    if (err == ENOMEM)
        return err;
    if (!a->query)
        no_reflexive(a);
    if (conf->turn)
        err = icerelay_alloc(&a->relay, a);
    if (conf->turn && (err == ENOMEM || err == EINVAL))
        return err;
    cap = a->query || a->relay ? a->times.gather_ms : 0;
    if (a->relay && icerelay_is_slow(a->relay) && cap < RELAY_MS)
        cap = RELAY_MS;
    a->gather_end_ms = ars_clock_ms() + cap;
    ars_timer_start(a->timers, &a->gather_timer, cap, on_gather_cap, a);
    return 0;
}

void icegather_stop(struct ice_agent *a)
{
    ars_query_cancel(a->query);
    a->query = NULL;
    ars_timer_stop(&a->gather_timer);
    ars_timer_stop(&a->refresh_timer);
    for (size_t i = 0; i < a->n_bases; i++)
        ars_timer_stop(&a->basev[i].stun.timer);
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

bool icegather_response(struct ice_base *b, const struct ars_addr *src, const struct stun_msg *msg)
{
    struct ice_agent *a = b->ice;
    const struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
    struct ars_addr mapped;

    if (!b->stun.active || memcmp(b->stun.tid, stun_msg_tid(msg), ICE_TID_LEN) != 0 ||
        !ars_addr_eq(src, &a->stun_server))
        return false;
    /* an address learned twice is one candidate (RFC 8445 5.1.3) */
    if (a->state == ICE_GATHERING && attr && stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP &&
        ars_addr_from_sockaddr(&attr->v.xor_mapped_addr.u.sa, &mapped) == 0 &&
        mapped.family == b->addr.family && !ars_addr_eq(&mapped, &b->addr))
        add_local(a, b, ICE_TYPE_SRFLX, &mapped);
    settle(a);
    base_done(b);
    return true;
}

struct ice_base *icegather_add_relay(struct ice_agent *a, struct ice_relay *r,
                                     const struct ars_addr *addr, const struct ars_addr *seen)
{
    struct ice_base *b = &a->basev[a->n_bases];

    if (a->state != ICE_GATHERING || a->n_locals >= ICE_MAX_LOCAL)
        return NULL;
    a->n_bases++;
    *b = (struct ice_base){.ice = a, .relay = r, .addr = *addr, .gathered = true};
    add_local(a, b, ICE_TYPE_RELAY, addr);
    a->localv[a->n_locals - 1].c.related = *seen;
    return b;
}

void icegather_relay_done(struct ice_agent *a)
{
    finish_if_all(a);
    settle(a);
}
