/*
 * media: a relayed candidate (RFC 8656) by libre's TURN client: one allocation an agent, over a
 * socket of its own (UDP, TCP, or TLS over TCP). What comes through it comes from peers that it
 * was told to let through; what anybody sends to the UDP socket itself counts as that, and is
 * trusted no more than at another base. An allocation that does not stand when gathering ends is
 * given up.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/rand.h>
#include <ars/resolver.h>
#include <ars/secret.h>
#include <ars/str.h>
#include <ars/trust.h>

#include "transport/ice_agent.h"
#include "transport/ice_gather.h"
#include "transport/ice_hosts.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"
#include "transport/turn_uri.h"

#define TOS_EF      0xb8 /* DSCP 46, RFC 4594 4.1 */
#define CHANNEL_BIT 0x40 /* RFC 8656 12.4 */
#define FRAME_HEAD  4
#define STREAM_MAX  (128 * 1024) /* one message can have 64 KiB */

/* Gathering has 500 ms for the two round trips over UDP. */
static const struct stun_conf times = {.rto = 100, .rc = 5, .rm = 16, .ti = 7900};

struct permit {
    struct ice_relay *relay;
    struct ars_addr peer;
};

struct ice_relay {
    struct ice_agent *ice;
    struct turn_uri uri;
    struct ars_query *query;
    struct sa server;
    struct ars_addr local;
    struct udp_sock *udp;
    struct tcp_conn *tcp;
    struct tls *tls;
    struct tls_conn *tls_conn;
    struct mbuf *in; /* of the stream, not yet a whole message */
    struct turnc *turn;
    struct ice_base *base; /* once allocated */
    bool done;             /* allocated or failed */
    bool no_channels;      /* it has refused one */
    struct permit permitv[ICE_MAX_REMOTE];
    size_t n_permits;
};

static void fail(struct ice_relay *r, const char *why)
{
    if (r->done)
        return;
    r->done = true;
    ars_log(ARS_LOG_WARN, "media", "ice: no relay: %s: %s", r->uri.host, why);
    icegather_answered(r->ice);
}

/* What has failed after the allocation; msg: the answer, NULL without one. */
static void on_refused(struct ice_relay *r, const struct stun_msg *msg, const char *why)
{
    uint16_t method = msg ? stun_msg_method(msg) : STUN_METHOD_REFRESH;

    r->no_channels = r->no_channels || !msg || method == STUN_METHOD_CHANBIND;
    if (method == STUN_METHOD_CREATEPERM) /* checks by it get no answer */
        ars_log(ARS_LOG_INFO, "media", "ice: the relay lets no such peer through: %s", why);
    else if (method == STUN_METHOD_CHANBIND)
        ars_log(ARS_LOG_INFO, "media", "ice: the relay has no channels: %s", why);
    else /* consent and the other pairs see to it */
        ars_log(ARS_LOG_WARN, "media", "ice: the relay is lost: %s", why);
}

static void on_turn(int err, uint16_t code, const char *reason, const struct sa *relayed,
                    const struct sa *mapped, const struct stun_msg *msg, void *arg)
{
    struct ice_relay *r = arg;
    struct ars_addr addr, seen;

    if (r->base) {
        if (err || code)
            on_refused(r, msg, err ? strerror(err) : reason);
    } else if (err || code) {
        fail(r, err ? strerror(err) : reason);
    } else if (!r->done && !ars_addr_from_sockaddr(&relayed->u.sa, &addr) &&
               !ars_addr_from_sockaddr(&mapped->u.sa, &seen)) {
        r->done = true;
        r->base = icegather_add_relay(r->ice, r, &addr, &seen);
        icegather_answered(r->ice);
    }
}

static void allocate(struct ice_relay *r)
{
    const struct ice_agent_conf *conf = &r->ice->conf;
    const char *password = conf->turn_password ? ars_secret_text(conf->turn_password) : "";
    struct sa local;
    int err;

    err = r->tcp ? tcp_conn_local_get(r->tcp, &local) : udp_local_get(r->udp, &local);
    if (!err)
        err = ars_addr_from_sockaddr(&local.u.sa, &r->local);
    if (!err)
        err = turnc_alloc(&r->turn, &times, r->tcp ? IPPROTO_TCP : IPPROTO_UDP,
                          r->tcp ? (void *)r->tcp : (void *)r->udp, 0, &r->server,
                          conf->turn_user ? conf->turn_user : "", password, TURN_DEFAULT_LIFETIME,
                          on_turn, r);

    if (err)
        fail(r, strerror(err));
}

/* ---- UDP ---- */

static void on_udp(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct ice_relay *r = arg;

    if (r->base)
        icegather_receive(r->base, src, mb);
}

static void open_udp(struct ice_relay *r)
{
    struct ars_addr server, from;
    int tos = TOS_EF;
    struct sa local;
    int err = ENETUNREACH;

    if (!ars_addr_from_sockaddr(&r->server.u.sa, &server) && icehosts_route(&server, &from)) {
        icestun_to_sa(&from, &local);
        err = udp_listen(&r->udp, &local, on_udp, r);
    }
    if (err) {
        fail(r, strerror(err));
        return;
    }
    (void)udp_setsockopt(r->udp, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
    allocate(r);
}

/* ---- TCP and TLS ---- */

/* The length of the message at the beginning of the stream, padding included; 0: not yet known. */
static size_t message_len(const struct mbuf *mb)
{
    const uint8_t *p = mbuf_buf(mb);
    size_t len;

    if (mbuf_get_left(mb) < FRAME_HEAD)
        return 0;
    len = (size_t)(p[2] << 8 | p[3]);
    if (p[0] & CHANNEL_BIT) /* RFC 8656 12.5: padded to four bytes over a stream */
        return FRAME_HEAD + ((len + 3) & ~(size_t)3);
    return STUN_HEADER_SIZE + len;
}

/* One message of the server: an answer, or what a peer has sent. */
static void take_message(struct ice_relay *r, const uint8_t *buf, size_t len)
{
    struct mbuf *mb = mbuf_alloc(len);
    struct sa src;

    if (!mb)
        return;
    if (mbuf_write_mem(mb, buf, len) == 0) {
        mb->pos = 0;
        if (turnc_recv(r->turn, &src, mb) == 0 && mbuf_get_left(mb) > 0 && r->base) {
            if (buf[0] & CHANNEL_BIT) /* without the padding */
                mbuf_set_end(mb, mb->pos + (size_t)(buf[2] << 8 | buf[3]));
            icegather_receive(r->base, &src, mb);
        }
    }
    mem_deref(mb);
}

static void on_tcp_received(struct mbuf *mb, void *arg)
{
    struct ice_relay *r = arg;
    size_t len;

    if (!r->turn)
        return;
    r->in->pos = r->in->end;
    if (r->in->end + mbuf_get_left(mb) > STREAM_MAX ||
        mbuf_write_mem(r->in, mbuf_buf(mb), mbuf_get_left(mb))) {
        fail(r, "what it sends cannot be read");
        return;
    }
    r->in->pos = 0;
    while ((len = message_len(r->in)) > 0 && len <= mbuf_get_left(r->in)) {
        take_message(r, mbuf_buf(r->in), len);
        mbuf_advance(r->in, (ssize_t)len);
    }
    len = mbuf_get_left(r->in);
    memmove(r->in->buf, mbuf_buf(r->in), len);
    r->in->pos = 0;
    r->in->end = len;
}

static void on_tcp_established(void *arg)
{
    allocate(arg);
}

static void on_tcp_closed(int err, void *arg)
{
    struct ice_relay *r = arg;

    if (r->base)
        ars_log(ARS_LOG_WARN, "media", "ice: the relay has closed the connection");
    fail(r, err ? strerror(err) : "the connection was closed");
}

/* The certificate must have a good chain and the server's name. */
static int start_tls(struct ice_relay *r)
{
    const char *ca = r->ice->conf.turn_ca;
    int err = tls_alloc(&r->tls, TLS_METHOD_SSLV23, NULL, NULL);

    if (!err && ca)
        err = tls_add_ca(r->tls, ca);
    if (!err)
        ars_trust_system_store(tls_openssl_context(r->tls));
    if (!err)
        err = tls_start_tcp(&r->tls_conn, r->tls, r->tcp, 0);
    if (!err)
        err = tls_set_verify_server(r->tls_conn, r->uri.host);
    return err;
}

static void open_tcp(struct ice_relay *r)
{
    int err;

    r->in = mbuf_alloc(STUN_HEADER_SIZE);
    err = r->in ? tcp_connect(&r->tcp, &r->server, on_tcp_established, on_tcp_received,
                              on_tcp_closed, r)
                : ENOMEM;
    if (!err && r->uri.tls)
        err = start_tls(r);
    if (err)
        fail(r, strerror(err));
}

/* ---- for the agent ---- */

static void on_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct ice_relay *r = arg;

    r->query = NULL;
    if (err || addrv[0].family != ARS_AF_INET) {
        fail(r, "it has no IPv4 address");
        return;
    }
    icestun_to_sa(&addrv[0], &r->server);
    if (r->uri.tcp)
        open_tcp(r);
    else
        open_udp(r);
}

int icerelay_alloc(struct ice_relay **ret, struct ice_agent *a)
{
    struct ice_relay *r = calloc(1, sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->ice = a;
    err = turn_uri_parse(a->conf.turn, &r->uri);
    if (!err)
        err = ars_resolver_query(a->resolver, &r->query, r->uri.host, r->uri.port, on_resolved, r);
    if (err)
        icerelay_free(r);
    else
        *ret = r;
    return err;
}

void icerelay_free(struct ice_relay *r)
{
    if (!r)
        return;
    ars_query_cancel(r->query);
    mem_deref(r->turn); /* says that it is not needed any more */
    mem_deref(r->tls_conn);
    mem_deref(r->tcp);
    mem_deref(r->tls);
    mem_deref(r->udp);
    mem_deref(r->in);
    free(r);
}

const struct ars_addr *icerelay_local(const struct ice_relay *r)
{
    return &r->local;
}

bool icerelay_pending(const struct ice_relay *r)
{
    return r && !r->done;
}

bool icerelay_is_slow(const struct ice_relay *r)
{
    return r->uri.tcp;
}

static void on_permitted(void *arg)
{
    struct permit *p = arg;

    if (p->relay->base)
        icecheck_on_permitted(p->relay->base, &p->peer);
}

void icerelay_permit(struct ice_relay *r, const struct ars_addr *peer)
{
    struct permit *p = &r->permitv[r->n_permits];
    struct sa to;

    for (size_t i = 0; i < r->n_permits; i++) {
        if (ars_addr_eq(&r->permitv[i].peer, peer))
            return;
    }
    if (r->n_permits >= ICE_MAX_REMOTE)
        return;
    r->n_permits++;
    *p = (struct permit){.relay = r, .peer = *peer};
    icestun_to_sa(peer, &to);
    if (turnc_add_perm(r->turn, &to, on_permitted, p))
        ars_log(ARS_LOG_DEBUG, "media", "ice: the relay cannot be told of a peer");
}

static void on_bound(void *arg)
{
}

void icerelay_bind(struct ice_relay *r, const struct ars_addr *peer)
{
    struct sa to;

    icestun_to_sa(peer, &to);
    if (!r->no_channels)
        (void)turnc_add_chan(r->turn, &to, on_bound, NULL); /* without one it goes as before */
}

/* RFC 8656 11.1. libre would use a channel also when it was refused. */
static int send_indication(struct ice_relay *r, const struct sa *dst, struct mbuf *mb)
{
    struct mbuf *out = mbuf_alloc(ICE_HEADROOM + mbuf_get_left(mb) + STUN_ATTR_HEADER_SIZE);
    uint8_t tid[STUN_TID_SIZE];
    int err = out ? 0 : ENOMEM;

    ars_rand_bytes(tid, sizeof(tid));
    if (!err)
        err = stun_msg_encode(out, STUN_METHOD_SEND, STUN_CLASS_INDICATION, tid, NULL, NULL, 0,
                              false, 0x00, 2, STUN_ATTR_XOR_PEER_ADDR, dst, STUN_ATTR_DATA, mb);
    if (!err) {
        out->pos = 0;
        err = r->tcp ? tcp_send(r->tcp, out) : udp_send(r->udp, &r->server, out);
    }
    mem_deref(out);
    return err;
}

int icerelay_send(struct ice_relay *r, const struct sa *dst, struct mbuf *mb)
{
    if (r->no_channels)
        return send_indication(r, dst, mb);
    return turnc_send(r->turn, dst, mb);
}
