/* A new handshake in mid-call: the far end's own, and one that somebody else begins. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>

#include "check.h"
#include "session_rig.h"
#include "suites.h"
#include "transport/dtls_identity.h"
#include "transport/ice_agent.h"

static struct call call;

/* The client's end of another handshake with a, over b's path. */
struct other {
    struct call *call;
    struct dtls *dtls;
    struct dtls_identity *own; /* NULL: b's */
    bool silent;               /* nothing leaves */
    uint8_t hello[1500];
    size_t hello_len;
    bool established;
    bool failed;
};

static struct other other;

static void on_send(const uint8_t *buf, size_t len, void *arg)
{
    struct other *o = arg;

    if (!o->hello_len) {
        memcpy(o->hello, buf, len);
        o->hello_len = len;
    }
    if (!o->silent)
        (void)ice_agent_send(o->call->b.media->ice, buf, len);
}

static void on_established(const struct srtp_keys *keys, void *arg)
{
    struct other *o = arg;

    /* what b's session does with new keys */
    o->established = true;
    srtp_session_free(o->call->b.media->srtp);
    o->call->b.media->srtp = NULL;
    (void)srtp_session_alloc(&o->call->b.media->srtp, keys);
}

static void on_failed(bool refused, const char *why, void *arg)
{
    ((struct other *)arg)->failed = true;
}

static const struct dtls_handlers handlers = {
    .send = on_send, .established = on_established, .failed = on_failed};

/* b is the client of this call; its association is told to be quiet. */
static int begin(struct other *o, struct call *c, bool silent, bool own_identity)
{
    struct dtls_peer peer = c->b.media->peer;
    int err = 0;

    *o = (struct other){.call = c, .silent = silent};
    if (own_identity)
        err = dtls_identity_alloc(&o->own);
    if (!err)
        err = dtls_alloc(&o->dtls, c->rig.loop, o->own ? o->own : c->b.media->identity, true, &peer,
                         &handlers, o);
    if (!err)
        dtls_start(o->dtls);
    return err;
}

static void end(struct other *o)
{
    dtls_free(o->dtls);
    dtls_identity_free(o->own);
    *o = (struct other){0};
}

/* a's datagrams of DTLS come to b's session: they are passed on to the other end. */
static void (*session_receive)(uint8_t *buf, size_t len, bool trusted, void *arg);

static void divert(uint8_t *buf, size_t len, bool trusted, void *arg)
{
    if (other.dtls && len && buf[0] >= 20 && buf[0] <= 63)
        dtls_receive(other.dtls, buf, len);
    else
        session_receive(buf, len, trusted, arg);
}

static void take_over(struct call *c)
{
    struct ice_agent_handlers *h = &c->b.media->ice->handlers;

    session_receive = h->receive;
    h->receive = divert;
}

static bool is_established(const struct rig *r)
{
    return other.established && call_of(r)->a.media->renewal == NULL;
}

static bool has_failed(const struct rig *r)
{
    return other.failed;
}

/* FreeSWITCH after a re-INVITE: the peer begins anew, and the call goes on with the new keys. */
static int test_by_the_peer(void)
{
    struct call *c = &call;
    const struct dtls *before;
    int err;

    TRY(establish(c, NULL));
    before = c->a.media->dtls;
    take_over(c);
    TRY(begin(&other, c, false, false));
    TRY(rig_wait(&c->rig, is_established, 3000));
    CHECK(c->a.media->dtls != before);
    CHECK(dtls_is_established(c->a.media->dtls));
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->b));
    CHECK(!c->a.failed);
out:
    end(&other);
    call_close(c);
    return err;
}

/*
 * RFC 6347 4.2.8: who can send one datagram with the peer's address does not end the association:
 * it counts until the new handshake is through.
 */
static int test_by_a_stranger(void)
{
    struct call *c = &call;
    const struct dtls *before;
    const struct srtp_session *srtp;
    int err;

    TRY(establish(c, NULL));
    before = c->a.media->dtls;
    srtp = c->a.media->srtp;
    TRY(begin(&other, c, true, true));
    CHECK(other.hello_len > 0);
    (void)ice_agent_send(c->b.media->ice, other.hello, other.hello_len);
    CHECK(hears_tone(c, &c->a));
    CHECK(c->a.media->renewal != NULL);
    CHECK(c->a.media->dtls == before && c->a.media->srtp == srtp);
    end(&other);
    /* one that goes all the way has another certificate than the SDP said */
    (void)rig_wait(&c->rig, NULL, 600);
    take_over(c);
    TRY(begin(&other, c, false, true));
    TRY(rig_wait(&c->rig, has_failed, 3000));
    CHECK(!other.established);
    CHECK(c->a.media->dtls == before && c->a.media->srtp == srtp);
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->b));
    CHECK(!c->a.failed && c->a.media->state == MEDIA_CONNECTED);
    end(&other);
    /* and the peer's own still comes through after it */
    (void)rig_wait(&c->rig, NULL, 600);
    TRY(begin(&other, c, false, false));
    TRY(rig_wait(&c->rig, is_established, 3000));
    CHECK(hears_tone(c, &c->a));
out:
    end(&other);
    call_close(c);
    return err;
}

int suite_session_renew(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"session/renewed-by-the-peer", test_by_the_peer, false},
        {"session/renewed-by-a-stranger", test_by_a_stranger, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
