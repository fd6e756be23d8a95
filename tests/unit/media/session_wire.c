/* What a session puts on the wire: nothing in clear, from the first datagram to the last. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "check.h"
#include "session_rig.h"
#include "suites.h"
#include "transport/ice_agent.h"

#define EF_TOS (46 << 2) /* RFC 3246: DSCP 46 */
#define HEADER 12
#define TAG    10 /* at least: AES-CM's is 80 bits (RFC 3711), GCM's 128 */

/* Looks at all that leaves one phone. */
struct tap {
    struct phone *phone;
    unsigned stun, dtls, rtp, rtcp, others;
    unsigned early; /* before the handshake was through */
    unsigned clear;
};

static struct call call;

static bool contains(const uint8_t *buf, size_t len, const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= len; i++) {
        if (memcmp(buf + i, text, n) == 0)
            return true;
    }
    return false;
}

/* In PCMU silence is one byte over and over. */
static bool looks_clear(const uint8_t *buf, size_t len)
{
    size_t same = 0;

    for (size_t i = HEADER + 1; i + TAG < len; i++)
        same += buf[i] == buf[i - 1];
    return len < HEADER + TAG || same > 20;
}

static bool on_sent(int *err, struct sa *dst, struct mbuf *mb, void *arg)
{
    struct tap *t = arg;
    const uint8_t *buf = mbuf_buf(mb);
    size_t len = mbuf_get_left(mb);
    bool rtcp = len > 1 && (buf[1] & 0x7f) >= 64 && (buf[1] & 0x7f) <= 95;

    if (len == 0 || (buf[0] > 63 && buf[0] < 128) || (buf[0] > 3 && buf[0] < 20) || buf[0] > 191) {
        t->others++;
    } else if (buf[0] < 20) {
        t->stun++;
    } else if (buf[0] < 128) {
        t->dtls++;
    } else {
        *(rtcp ? &t->rtcp : &t->rtp) += 1;
        t->early += !t->phone->media || !t->phone->media->srtp;
        t->clear += rtcp ? contains(buf, len, rtp_stream_cname(t->phone->media->rtp))
                         : looks_clear(buf, len);
    }
    return false;
}

static bool on_received(struct sa *src, struct mbuf *mb, void *arg)
{
    return false;
}

/* The helpers are the sockets', and go with them. */
static int tap_open(struct tap *t, struct phone *p)
{
    const struct ice_agent *ice = p->media->ice;
    struct udp_helper *helper;
    int err = 0;

    *t = (struct tap){.phone = p};
    for (size_t i = 0; i < ice->n_bases && !err; i++)
        err = udp_register_helper(&helper, ice->basev[i].sock, -1, on_sent, on_received, t);
    return err;
}

static bool a_has_digit(const struct rig *r)
{
    return call_of(r)->a.digits[0] != '\0';
}

/* A call with silence, speech, a digit, hold and an end. */
static int test_nothing_in_clear(void)
{
    struct call *c = &call;
    struct tap t = {0};
    unsigned reports;
    int err;

    TRY(call_open(c, "pcmu"));
    TRY(tap_open(&t, &c->b));
    ars_media_mute(c->b.media, true);
    TRY(exchange(c, &c->a, &c->b, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV));
    TRY(rig_wait(&c->rig, both_hear, 5000));
    TRY(ars_media_dtmf(c->b.media, "0"));
    TRY(rig_wait(&c->rig, a_has_digit, 5000));
    ars_media_mute(c->b.media, false);
    CHECK(hears_tone(c, &c->a));
    TRY(exchange(c, &c->b, &c->a, ARS_DIR_SENDONLY, ARS_DIR_SENDRECV));
    TRY(rig_wait(&c->rig, NULL, 1000));
    reports = t.rtcp;
    ars_media_free(c->b.media); /* says BYE */
    c->b.media = NULL;
    CHECK(t.stun > 0 && t.dtls > 0 && t.rtp > 50);
    CHECK_INT(t.rtcp, reports + 1);
    CHECK(reports > 0);
    CHECK_INT(t.others, 0);
    CHECK_INT(t.early, 0);
    CHECK_INT(t.clear, 0);
out:
    call_close(c);
    return err;
}

/* The handshake fails: no sound has left, and none does. */
static int test_no_keys_no_sound(void)
{
    struct call *c = &call;
    struct ars_reason why;
    struct tap t = {0};
    char *digit;
    int err;

    TRY(call_open(c, "pcmu"));
    TRY(tap_open(&t, &c->b));
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer));
    digit = strstr(c->offer, "a=fingerprint:sha-256 ") + 22;
    *digit = *digit == 'A' ? 'B' : 'A';
    TRY(ars_media_answer(c->b.media, c->offer, strlen(c->offer), ARS_DIR_SENDRECV, &c->answer,
                         &why));
    TRY(ars_media_accept(c->a.media, c->answer, strlen(c->answer), &why));
    TRY(rig_wait(&c->rig, both_failed, 5000));
    TRY(rig_wait(&c->rig, NULL, 200));
    CHECK(t.stun > 0 && t.dtls > 0);
    CHECK_INT(t.rtp + t.rtcp, 0);
out:
    call_close(c);
    return err;
}

static bool take_nothing(int *err, struct sa *dst, struct mbuf *mb, void *arg)
{
    *err = ENETUNREACH;
    return true;
}

static bool b_is_unheard(const struct rig *r)
{
    return call_of(r)->b.unheard != ARS_SOUND_GOOD;
}

/* The cable is out: nothing leaves any more, and that is said. */
static int test_unsent(void)
{
    struct call *c = &call;
    struct udp_helper *helper;
    int err;

    TRY(establish(c, "pcmu"));
    ars_media_watch(c->b.media, true);
    for (size_t i = 0; i < c->b.media->ice->n_bases; i++)
        TRY(udp_register_helper(&helper, c->b.media->ice->basev[i].sock, -1, take_nothing,
                                on_received, NULL));
    TRY(rig_wait(&c->rig, b_is_unheard, 6000));
    CHECK_INT(c->b.unheard, ARS_SOUND_UNSENT);
out:
    call_close(c);
    return err;
}

/* RFC 4594 4.1: telephony is expedited. */
static int test_dscp(void)
{
    struct call *c = &call;
    const struct ice_agent *ice;
    int err;

    TRY(call_open(c, NULL));
    ice = c->a.media->ice;
    for (size_t i = 0; i < ice->n_bases; i++) {
        bool v6 = ice->basev[i].addr.family == ARS_AF_INET6;
        int fd = udp_sock_fd(ice->basev[i].sock, v6 ? AF_INET6 : AF_INET);
        int tos = 0;
        socklen_t len = sizeof(tos);

        CHECK_INT(
            getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, &tos, &len),
            0);
        CHECK_INT(tos, EF_TOS);
    }
out:
    call_close(c);
    return err;
}

int suite_session_wire(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"session/nothing-in-clear", test_nothing_in_clear, false},
        {"session/no-keys-no-sound", test_no_keys_no_sound, false},
        {"session/unsent", test_unsent, false},
        {"session/dscp", test_dscp, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
