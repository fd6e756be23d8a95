/*
 * What may come to a media socket before keys are agreed: STUN to a running ICE agent, and DTLS
 * to a handshake on either side. The first byte of the input chooses the state, the rest are
 * datagrams, each with its length in two bytes before it. With bit 3, STUN is signed as by the
 * peer, so that it gets past the password.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <re.h>

#include <ars/loop.h>

#include "transport/dtls.h"
#include "transport/ice_agent.h"
#include "transport/ice_stun.h"

#define DATAGRAM_MAX 1500
#define STATE_DTLS   0x01
#define STATE_ACTIVE 0x02
#define STATE_REMOTE 0x04
#define STATE_SIGNED 0x08
#define MI_LEN       24
#define FP_LEN       8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ars_loop *loop;
static struct dtls_identity *identity;

static void on_event(void *arg)
{
}

static void on_receive(uint8_t *buf, size_t len, bool trusted, void *arg)
{
}

static void on_failed(const char *why, void *arg)
{
}

static void on_send(const uint8_t *buf, size_t len, void *arg)
{
}

static void on_established(const struct srtp_keys *keys, void *arg)
{
    abort(); /* nobody has the certificate of the fingerprint */
}

static void on_dtls_failed(bool refused, const char *why, void *arg)
{
}

/* libre and the key are made once: a process fuzzes, threads do not share it. */
static bool set_up(void)
{
    return loop || (ars_loop_alloc(&loop) == 0 && dtls_identity_alloc(&identity) == 0);
}

static struct ice_agent *make_agent(unsigned state)
{
    static const struct ice_agent_handlers handlers = {
        .gathered = on_event, .path = on_event, .receive = on_receive, .failed = on_failed};
    static struct ice_remote remote;
    struct ars_addr base = {.family = ARS_AF_INET, .ip = {127, 0, 0, 1}};
    struct ice_agent_conf conf = {.basev = &base, .n_bases = 1};
    struct ice_agent *a = NULL;

    if (ice_agent_alloc(&a, loop, NULL, &conf, &handlers, NULL))
        return NULL;
    memcpy(a->cred.ufrag, "ufragufr", sizeof(a->cred.ufrag));
    memcpy(a->cred.pwd, "passwordpasswordpassword", sizeof(a->cred.pwd));
    a->tie_breaker = 1ULL << 63;
    iceagent_go(a, ICE_READY);
    if (state & STATE_REMOTE) {
        memcpy(remote.ufrag, "peer", 5);
        memcpy(remote.pwd, "peerpasswordpeerpassword", 25);
        remote.n = 1;
        remote.candv[0] = a->localv[0].c;
        remote.candv[0].addr.port = 9;
        ice_agent_set_controlling(a, state & STATE_ACTIVE);
        ice_agent_set_remote(a, &remote);
    }
    return a;
}

static void put16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* ISO HDLC, bit by bit: libre's own crc32() is zlib's where it is built with that */
static uint32_t crc_of(const uint8_t *buf, size_t len)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        crc ^= buf[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* RFC 8489 14.5, 14.7: makes the datagram the peer's, with its password and a fingerprint. */
static size_t sign(uint8_t *buf, size_t len, const char *pwd)
{
    uint32_t crc;

    len &= ~(size_t)3;
    if (len < STUN_HEADER_SIZE || len + MI_LEN + FP_LEN > DATAGRAM_MAX)
        return len;
    put16(buf + 2, len - STUN_HEADER_SIZE + MI_LEN);
    put16(buf + len, STUN_ATTR_MSG_INTEGRITY);
    put16(buf + len + 2, 20);
    hmac_sha1((const uint8_t *)pwd, strlen(pwd), buf, len, buf + len + 4, 20);
    len += MI_LEN;
    put16(buf + 2, len - STUN_HEADER_SIZE + FP_LEN);
    put16(buf + len, STUN_ATTR_FINGERPRINT);
    put16(buf + len + 2, 4);
    crc = htonl(crc_of(buf, len) ^ 0x5354554e);
    memcpy(buf + len + 4, &crc, sizeof(crc));
    return len + FP_LEN;
}

static void to_agent(struct ice_agent *a, unsigned state, const uint8_t *data, size_t len)
{
    struct ars_addr src = {.family = ARS_AF_INET, .ip = {127, 0, 0, 1}, .port = 9};
    struct mbuf *mb = mbuf_alloc(DATAGRAM_MAX);

    if (!mb)
        return;
    memcpy(mb->buf, data, len);
    if (len > STUN_HEADER_SIZE && (state & STATE_SIGNED)) {
        bool response = (mb->buf[0] & 0x01) != 0;

        /* an answer is matched by the transaction that runs */
        if (response && a->n_pairs)
            memcpy(mb->buf + 8, a->pairv[0].req.tid, ICE_TID_LEN);
        len = sign(mb->buf, len, response ? a->remote_pwd : a->cred.pwd);
    }
    mb->end = len;
    icestun_receive(&a->basev[0], &src, mb);
    mem_deref(mb);
}

static struct dtls *make_dtls(unsigned state)
{
    static const struct dtls_handlers handlers = {
        .send = on_send, .established = on_established, .failed = on_dtls_failed};
    static const struct dtls_peer peer = {.n = 1, .v = {{.len = 32}}};
    struct dtls *d = NULL;

    if (dtls_alloc(&d, loop, identity, state & STATE_ACTIVE, &peer, &handlers, NULL) == 0)
        dtls_start(d);
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned state = size ? data[0] : 0;
    struct ice_agent *a = NULL;
    struct dtls *d = NULL;

    if (size < 3 || !set_up())
        return 0;
    if (state & STATE_DTLS)
        d = make_dtls(state);
    else
        a = make_agent(state);
    for (size_t at = 1; at + 2 < size && (a || d);) {
        size_t len = (size_t)data[at] << 8 | data[at + 1];

        at += 2;
        if (len > size - at)
            len = size - at;
        if (len > DATAGRAM_MAX)
            len = DATAGRAM_MAX;
        if (d && len) {
            dtls_receive(d, data + at, len);
            (void)dtls_is_new_hello(d, data + at, len);
        } else if (len) {
            to_agent(a, state, data + at, len);
        }
        at += len;
    }
    dtls_free(d);
    ice_agent_free(a);
    return 0;
}
