/*
 * media: the keys of one session: the DTLS association that makes them, and the one that the peer
 * may begin in its place.
 */
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>

#include "session.h"

static void on_dtls_send(const uint8_t *buf, size_t len, void *arg)
{
    struct ars_media *m = arg;

    (void)ice_agent_send(m->ice, buf, len);
}

/* Keys replace keys: what a renewed association made is used from here on. */
static void on_established(const struct srtp_keys *keys, void *arg)
{
    struct ars_media *m = arg;
    struct srtp_session *srtp = NULL;

    if (m->state == MEDIA_FAILED)
        return;
    if (srtp_session_alloc(&srtp, keys)) {
        session_fail(m, ARS_REASON_INTERNAL, "out of memory");
        return;
    }
    srtp_session_free(m->srtp);
    m->srtp = srtp;
    if (m->state == MEDIA_CONNECTED)
        return;
    session_go(m, MEDIA_CONNECTED);
    m->news.connected = true;
    session_tell(m);
    rtp_stream_start(m->rtp);
    session_watch(m);
    session_watch_flow(m);
}

static void on_dtls_failed(bool refused, const char *why, void *arg)
{
    session_fail(arg, refused ? ARS_REASON_NOT_ENCRYPTED : ARS_REASON_MEDIA_FAILED, why);
}

static const struct dtls_handlers dtls_handlers = {
    .send = on_dtls_send,
    .established = on_established,
    .failed = on_dtls_failed,
};

static void hold_packet(struct ars_media *m, const uint8_t *buf, size_t len)
{
    if (m->n_held >= MEDIA_HELD_PACKETS || len > MEDIA_HELD_SIZE)
        return;
    memcpy(m->heldv[m->n_held].buf, buf, len);
    m->heldv[m->n_held].len = len;
    m->n_held++;
}

void session_start_dtls(struct ars_media *m)
{
    size_t n = m->n_held;

    if (!m->dtls || !ice_agent_has_path(m->ice) || m->state == MEDIA_FAILED)
        return;
    if (m->state == MEDIA_CHECKING)
        session_go(m, MEDIA_HANDSHAKING);
    dtls_start(m->dtls);
    m->n_held = 0;
    for (size_t i = 0; i < n; i++)
        dtls_receive(m->dtls, m->heldv[i].buf, m->heldv[i].len);
}

void session_drop_renewal(struct ars_media *m)
{
    dtls_free(m->renewal);
    m->renewal = NULL;
}

int session_prepare_dtls(struct ars_media *m, const struct sdp_desc *d, bool active,
                         struct dtls **ret)
{
    if (m->dtls && dtls_is_active(m->dtls) == active && dtls_peer_eq(&m->peer, &d->peer))
        return 0;
    return dtls_alloc(ret, m->loop, m->identity, active, &d->peer, &dtls_handlers, m);
}

void session_use_dtls(struct ars_media *m, struct dtls *d, const struct dtls_peer *peer)
{
    session_drop_renewal(m);
    dtls_free(m->dtls);
    m->dtls = d;
    m->peer = *peer;
    session_start_dtls(m);
}

static void on_renewed(const struct srtp_keys *keys, void *arg)
{
    struct ars_media *m = arg;

    dtls_free(m->dtls);
    m->dtls = m->renewal;
    m->renewal = NULL;
    on_established(keys, m);
}

/* Whoever it was: the association that we have goes on. The failed one is freed later. */
static void on_not_renewed(bool refused, const char *why, void *arg)
{
}

static const struct dtls_handlers renewal_handlers = {
    .send = on_dtls_send,
    .established = on_renewed,
    .failed = on_not_renewed,
};

/*
 * The peer begins anew over the path that it has, with the certificate that it had. RFC 6347 4.2.8:
 * until its handshake is through it may be anybody who can write that address on a datagram.
 */
static void renew_dtls(struct ars_media *m)
{
    uint64_t now = ars_clock_ms();
    struct dtls *d = NULL;

    if (m->renewal && now - m->renewal_ms < MEDIA_RENEWAL_MS)
        return;
    if (dtls_alloc(&d, m->loop, m->identity, false, &m->peer, &renewal_handlers, m))
        return;
    ars_log(ARS_LOG_INFO, "media", "dtls: the far end begins a new association");
    session_drop_renewal(m);
    m->renewal = d;
    m->renewal_ms = now;
    dtls_start(d);
}

void session_on_dtls(struct ars_media *m, const uint8_t *buf, size_t len)
{
    if (!m->dtls || !ice_agent_has_path(m->ice)) {
        hold_packet(m, buf, len);
        return;
    }
    if (dtls_is_established(m->dtls) && dtls_is_new_hello(m->dtls, buf, len) &&
        (!m->renewal || dtls_is_new_hello(m->renewal, buf, len)))
        renew_dtls(m);
    dtls_receive(m->renewal ? m->renewal : m->dtls, buf, len);
}
