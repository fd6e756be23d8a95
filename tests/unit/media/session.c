/* Two sessions with each other: sound, hold, DTMF, early packets, refusals, re-anchored media. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <ars/clock.h>

#include "check.h"
#include "session.h"
#include "session_rig.h"
#include "suites.h"
#include "transport/dtls_identity.h"
#include "transport/ice_agent.h"
#include "transport/ice_pairs.h"

static struct call call;

static int sound(const char *codecs, const char *name)
{
    struct call *c = &call;
    struct ars_media_stats s;
    int err;

    TRY(establish(c, codecs));
    CHECK(c->a.connected && c->b.connected && !c->a.failed && !c->b.failed);
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->b));
    ars_media_get_stats(c->a.media, &s);
    CHECK_STR(s.codec, name);
    CHECK_STR(s.srtp, "AEAD_AES_256_GCM");
    CHECK_STR(s.path, "host/host");
    CHECK(s.media_ms >= 0 && s.media_ms < 3000);
    CHECK(s.received > 20 && s.sent > 20);
    CHECK(s.loss_pct < 1);
    printf("# session: %s: first sound %d ms after the start\n", name, s.media_ms);
out:
    call_close(c);
    return err;
}

static int test_sound(void)
{
    int err = sound("opus,pcmu,pcma", "opus");

    if (!err)
        err = sound("pcmu", "PCMU");
    return err ? err : sound("pcma", "PCMA");
}

/* What an offer of ours lacks, as far as it shows: FreeSWITCH has one word for both. */
static int test_blame(void)
{
    static const struct {
        const char *ip;
        bool wide;
    } rows[] = {
        {"127.0.0.1", false},  {"10.255.0.1", false},  {"172.16.0.1", false},
        {"172.31.0.1", false}, {"172.32.0.1", true},   {"192.168.9.9", false},
        {"192.169.0.1", true}, {"169.254.1.1", false}, {"100.64.0.1", false},
        {"100.128.0.1", true}, {"198.51.100.1", true}, {"::1", false},
        {"fd12::1", false},    {"fe80::1", false},     {"2001:db8::1", true},
    };
    struct call *c = &call;
    struct ice_candidate *cand;
    int err;

    TRY(establish(c, "opus,pcmu"));
    c->a.media->ice->n_cands = 1;
    cand = &c->a.media->ice->candv[0];
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(ars_addr_parse(rows[i].ip, 9, &cand->addr));
        CHECK_INT(ars_media_blame(c->a.media),
                  rows[i].wide ? ARS_REASON_NO_CODEC : ARS_REASON_NOT_ACCEPTABLE);
    }
    call_close(c);
    TRY(establish(c, NULL));
    CHECK_INT(ars_media_blame(c->a.media), ARS_REASON_NO_CANDIDATE);
out:
    call_close(c);
    return err;
}

static int test_hold(void)
{
    struct call *c = &call;
    struct ars_media_stats before;
    struct ars_media_stats after;
    int err;

    TRY(establish(c, NULL));
    TRY(exchange(c, &c->a, &c->b, ARS_DIR_SENDONLY, ARS_DIR_SENDRECV));
    CHECK_INT(ars_media_dir(c->a.media), ARS_DIR_SENDONLY);
    CHECK_INT(ars_media_dir(c->b.media), ARS_DIR_RECVONLY);
    CHECK_INT(ars_media_remote_dir(c->b.media), ARS_DIR_RECVONLY);
    (void)rig_wait(&c->rig, NULL, 200);
    ars_media_get_stats(c->b.media, &before);
    (void)rig_wait(&c->rig, NULL, 300);
    ars_media_get_stats(c->b.media, &after);
    CHECK_INT(after.sent - before.sent, 0);
    CHECK(after.received > before.received + 5);
    TRY(exchange(c, &c->b, &c->a, ARS_DIR_SENDONLY, ARS_DIR_SENDONLY)); /* both */
    CHECK_INT(ars_media_dir(c->a.media), ARS_DIR_INACTIVE);
    CHECK_INT(ars_media_dir(c->b.media), ARS_DIR_INACTIVE);
    TRY(exchange(c, &c->a, &c->b, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV));
    CHECK_INT(ars_media_dir(c->a.media), ARS_DIR_SENDRECV);
    CHECK_INT(ars_media_dir(c->b.media), ARS_DIR_SENDRECV);
    CHECK(hears_tone(c, &c->a));
out:
    call_close(c);
    return err;
}

/* An SDP with candidates before its own that nobody answers. Caller frees. */
static char *with_dead_candidates(const char *sdp, int n)
{
    const char *at = strstr(sdp, "a=candidate:");
    size_t size = strlen(sdp) + 100 * (size_t)n;
    char *text = at ? malloc(size) : NULL;
    size_t len;

    if (!text)
        return NULL;
    len = (size_t)(at - sdp);
    memcpy(text, sdp, len);
    for (int i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, size - len,
                                "a=candidate:9%d 1 udp 2147483%d 127.0.0.%d 9 typ host\r\n", i,
                                647 - i, 70 + i);
    (void)snprintf(text + len, size - len, "%s", at);
    return text;
}

/* The first path that works carries DTLS, whatever else the descriptions promise. */
static int test_dead_candidates(void)
{
    struct call *c = &call;
    struct ars_reason why;
    char *offer = NULL;
    char *answer = NULL;
    uint64_t since;
    int err;

    TRY(call_open(c, NULL));
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer));
    offer = with_dead_candidates(c->offer, 6);
    CHECK(offer);
    since = ars_clock_ms();
    TRY(ars_media_answer(c->b.media, offer, strlen(offer), ARS_DIR_SENDRECV, &c->answer, &why));
    answer = with_dead_candidates(c->answer, 6);
    CHECK(answer);
    TRY(ars_media_accept(c->a.media, answer, strlen(answer), &why));
    TRY(rig_wait(&c->rig, both_connected, 5000));
    printf("# session: six dead candidates each: encrypted after %llu ms\n",
           (unsigned long long)(ars_clock_ms() - since));
    CHECK(ars_clock_ms() - since < 300);
    CHECK(hears_tone(c, &c->a));
out:
    free(offer);
    free(answer);
    call_close(c);
    return err;
}

/* RFC 3261 14.1: the peer said 488 to our re-offer. */
static int test_rollback(void)
{
    struct call *c = &call;
    char *sdp = NULL;
    int err;

    TRY(establish(c, NULL));
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDONLY, &sdp));
    ars_media_rollback(c->a.media);
    CHECK_INT(ars_media_dir(c->a.media), ARS_DIR_SENDRECV);
    CHECK(hears_tone(c, &c->a));
out:
    free(sdp);
    call_close(c);
    return err;
}

static bool a_has_digits(const struct rig *r)
{
    return strlen(call_of(r)->a.digits) >= 4;
}

static int dtmf(const char *codecs)
{
    struct call *c = &call;
    int err;

    TRY(call_open(c, codecs));
    CHECK_INT(ars_media_dtmf(c->b.media, "1"), ENOTCONN);
    TRY(exchange(c, &c->a, &c->b, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV));
    TRY(rig_wait(&c->rig, both_hear, 5000));
    TRY(ars_media_dtmf(c->b.media, "19#A"));
    TRY(rig_wait(&c->rig, a_has_digits, 5000));
    CHECK_STR(c->a.digits, "19#A");
out:
    call_close(c);
    return err;
}

static int test_dtmf(void)
{
    int err = dtmf("opus");

    return err ? err : dtmf("pcma");
}

/* RFC 4028: the same offer again is answered with the same words, and nothing is touched. */
static int test_refresh(void)
{
    struct call *c = &call;
    struct ars_reason why;
    char *again = NULL;
    const struct dtls *dtls;
    int err;

    TRY(establish(c, NULL));
    dtls = c->b.media->dtls;
    TRY(ars_media_answer(c->b.media, c->offer, strlen(c->offer), ARS_DIR_SENDRECV, &again, &why));
    CHECK_STR(again, c->answer);
    CHECK(c->b.media->dtls == dtls);
    TRY(ars_media_accept(c->a.media, c->answer, strlen(c->answer), &why));
    CHECK(hears_tone(c, &c->a));
out:
    free(again);
    call_close(c);
    return err;
}

/* The 200 is late: b's checks and its ClientHello come before a knows of b. */
static int test_handshake_before_answer(void)
{
    struct call *c = &call;
    struct ars_reason why;
    uint64_t since;
    int err;

    TRY(call_open(c, NULL));
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer));
    TRY(ars_media_answer(c->b.media, c->offer, strlen(c->offer), ARS_DIR_SENDRECV, &c->answer,
                         &why));
    TRY(rig_wait(&c->rig, NULL, 400));
    CHECK(c->a.media->n_held > 0);
    CHECK(!c->a.connected && !c->a.media->srtp);
    since = ars_clock_ms();
    TRY(ars_media_accept(c->a.media, c->answer, strlen(c->answer), &why));
    TRY(rig_wait(&c->rig, both_connected, 5000));
    CHECK(ars_clock_ms() - since < 500);
    TRY(rig_wait(&c->rig, both_hear, 5000));
out:
    call_close(c);
    return err;
}

/* Somebody on the way has another certificate. */
static int test_wrong_fingerprint(void)
{
    struct call *c = &call;
    struct ars_reason why;
    char *digit;
    int err;

    TRY(call_open(c, NULL));
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer));
    TRY(ars_media_answer(c->b.media, c->offer, strlen(c->offer), ARS_DIR_SENDRECV, &c->answer,
                         &why));
    digit = strstr(c->answer, "a=fingerprint:sha-256 ") + 22;
    *digit = *digit == 'A' ? 'B' : 'A';
    TRY(ars_media_accept(c->a.media, c->answer, strlen(c->answer), &why));
    TRY(rig_wait(&c->rig, both_failed, 5000));
    CHECK_STR(ars_reason_name(c->a.why.code), "not_encrypted");
    CHECK(!c->a.connected && !c->b.connected);
    CHECK(!c->a.media->srtp && !c->b.media->srtp);
    CHECK(!c->a.first_audio && !c->b.first_audio);
out:
    call_close(c);
    return err;
}

/* An error changes nothing: the call that was goes on. */
static int test_refused_offers(void)
{
    static const struct {
        const char *text;
        int err;
        enum ars_reason_code code;
    } v[] = {
        {"nonsense", EBADMSG, ARS_REASON_NOT_ACCEPTABLE},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n", ENOTSUP,
         ARS_REASON_NOT_ENCRYPTED},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n",
         ENOTSUP, ARS_REASON_NOT_ENCRYPTED},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\n",
         ENOTSUP, ARS_REASON_NOT_ACCEPTABLE},
    };
    struct call *c = &call;
    struct ars_reason why;
    char *sdp = NULL;
    int err;

    TRY(establish(c, NULL));
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        CHECK_INT(ars_media_answer(c->b.media, v[i].text, strlen(v[i].text), ARS_DIR_SENDRECV, &sdp,
                                   &why),
                  v[i].err);
        CHECK_STR(ars_reason_name(why.code), ars_reason_name(v[i].code));
        CHECK(!sdp);
        CHECK_INT(ars_media_accept(c->a.media, v[i].text, strlen(v[i].text), &why), v[i].err);
    }
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->b));
out:
    free(sdp);
    call_close(c);
    return err;
}

static bool c_hears(const struct rig *r)
{
    return call_of(r)->c.first_audio;
}

/* The PBX moves a's media to c: a re-offer with new ICE, a new certificate and new ports. */
static int test_moved_to_another_peer(void)
{
    struct call *c = &call;
    const struct srtp_session *srtp;
    char ufrag[ICE_LOCAL_UFRAG + 1];
    int err;

    TRY(establish(c, NULL));
    TRY(phone_open(c, &c->c, "tone:700", NULL));
    TRY(rig_wait(&c->rig, all_gathered, 2000));
    srtp = c->a.media->srtp;
    memcpy(ufrag, ice_agent_ufrag(c->a.media->ice), sizeof(ufrag));
    TRY(exchange(c, &c->c, &c->a, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV));
    CHECK(strcmp(ufrag, ice_agent_ufrag(c->a.media->ice)) != 0);
    CHECK(c->a.media->srtp == srtp); /* the old keys until there are new ones */
    TRY(rig_wait(&c->rig, c_hears, 5000));
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->c));
    CHECK(!c->a.failed);
out:
    call_close(c);
    return err;
}

/* Both have found and nominated a pair of the new generation. */
static bool both_renewed(const struct rig *r)
{
    const struct ice_agent *a = call_of(r)->a.media->ice;
    const struct ice_agent *b = call_of(r)->b.media->ice;

    return a->state == ICE_COMPLETED && b->state == ICE_COMPLETED && a->path.prio > 0 &&
           b->path.prio > 0 && a->generation == 1;
}

/* RFC 8445 9: the peer restarts ICE alone; DTLS and SRTP go on. */
static int test_ice_restart_by_peer(void)
{
    struct call *c = &call;
    const struct srtp_session *srtp;
    int err;

    TRY(establish(c, NULL));
    srtp = c->a.media->srtp;
    ice_agent_renew(c->b.media->ice);
    TRY(exchange(c, &c->b, &c->a, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV));
    TRY(rig_wait(&c->rig, both_renewed, 2000));
    CHECK(hears_tone(c, &c->a));
    CHECK(hears_tone(c, &c->b));
    CHECK(c->a.media->srtp == srtp);
    CHECK(!c->a.failed && !c->b.failed);
out:
    call_close(c);
    return err;
}

static bool a_gone(const struct rig *r)
{
    return !call_of(r)->a.media;
}

static int test_free_in_handler(void)
{
    struct call *c = &call;
    struct ars_reason why;
    char *digit;
    int err;

    memset(c, 0, sizeof(*c));
    TRY(rig_open(&c->rig));
    c->a.free_in_handler = true;
    TRY(phone_open(c, &c->a, "silence", NULL));
    CHECK_INT(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer), EAGAIN);
    TRY(rig_wait(&c->rig, a_gone, 2000));
    call_close(c);
    TRY(call_open(c, NULL));
    c->a.free_in_handler = true;
    TRY(ars_media_offer(c->a.media, ARS_DIR_SENDRECV, &c->offer));
    TRY(ars_media_answer(c->b.media, c->offer, strlen(c->offer), ARS_DIR_SENDRECV, &c->answer,
                         &why));
    digit = strstr(c->answer, "a=fingerprint:sha-256 ") + 22;
    *digit = *digit == 'A' ? 'B' : 'A';
    TRY(ars_media_accept(c->a.media, c->answer, strlen(c->answer), &why));
    TRY(rig_wait(&c->rig, a_gone, 5000));
out:
    call_close(c);
    return err;
}

static int test_unknown_codec(void)
{
    struct call *c = &call;
    int err;

    memset(c, 0, sizeof(*c));
    TRY(rig_open(&c->rig));
    CHECK_INT(phone_open(c, &c->a, "silence", "opus,speex"), EINVAL);
out:
    call_close(c);
    return err;
}

struct edge {
    int from;
    int to;
};

/* All pairs: the listed ones go, the others are refused and leave the state alone. */
static int walk(const struct ars_fsm *fsm, const struct edge *edges, size_t n)
{
    for (int from = 0; from < (int)fsm->count; from++) {
        for (int to = 0; to < (int)fsm->count; to++) {
            bool want = false;
            int state = from;

            for (size_t i = 0; i < n; i++)
                want = want || (edges[i].from == from && edges[i].to == to);
            if (want != (ars_fsm_go(fsm, &state, to) == 0) || state != (want ? to : from))
                return check_fail(__FILE__, __LINE__, "%s: %s to %s", fsm->name, fsm->states[from],
                                  fsm->states[to]);
        }
    }
    return 0;
}

static int test_state_tables(void)
{
    static const struct edge media[] = {
        {MEDIA_GATHERING, MEDIA_READY},       {MEDIA_GATHERING, MEDIA_FAILED},
        {MEDIA_READY, MEDIA_CHECKING},        {MEDIA_READY, MEDIA_FAILED},
        {MEDIA_CHECKING, MEDIA_HANDSHAKING},  {MEDIA_CHECKING, MEDIA_FAILED},
        {MEDIA_HANDSHAKING, MEDIA_CONNECTED}, {MEDIA_HANDSHAKING, MEDIA_FAILED},
        {MEDIA_CONNECTED, MEDIA_FAILED},
    };
    static const struct edge ice[] = {
        {ICE_GATHERING, ICE_READY},    {ICE_GATHERING, ICE_FAILED},
        {ICE_READY, ICE_CHECKING},     {ICE_READY, ICE_FAILED},
        {ICE_CHECKING, ICE_USABLE},    {ICE_CHECKING, ICE_COMPLETED},
        {ICE_CHECKING, ICE_FAILED},    {ICE_USABLE, ICE_COMPLETED},
        {ICE_USABLE, ICE_CHECKING},    {ICE_USABLE, ICE_FAILED},
        {ICE_COMPLETED, ICE_CHECKING}, {ICE_COMPLETED, ICE_FAILED},
        {ICE_READY, ICE_GATHERING},    {ICE_CHECKING, ICE_GATHERING},
        {ICE_USABLE, ICE_GATHERING},   {ICE_COMPLETED, ICE_GATHERING},
    };
    static const struct edge pair[] = {
        {ICE_PAIR_FROZEN, ICE_PAIR_WAITING},        {ICE_PAIR_FROZEN, ICE_PAIR_FAILED},
        {ICE_PAIR_WAITING, ICE_PAIR_IN_PROGRESS},   {ICE_PAIR_WAITING, ICE_PAIR_FAILED},
        {ICE_PAIR_IN_PROGRESS, ICE_PAIR_SUCCEEDED}, {ICE_PAIR_IN_PROGRESS, ICE_PAIR_FAILED},
        {ICE_PAIR_IN_PROGRESS, ICE_PAIR_WAITING},   {ICE_PAIR_SUCCEEDED, ICE_PAIR_IN_PROGRESS},
        {ICE_PAIR_SUCCEEDED, ICE_PAIR_WAITING},     {ICE_PAIR_SUCCEEDED, ICE_PAIR_FAILED},
        {ICE_PAIR_FAILED, ICE_PAIR_WAITING},
    };
    static const struct edge dtls[] = {
        {DTLS_IDLE, DTLS_HANDSHAKING},
        {DTLS_HANDSHAKING, DTLS_ESTABLISHED},
        {DTLS_HANDSHAKING, DTLS_FAILED},
    };
    int err;

    TRY(walk(&session_fsm, media, CHECK_COUNT(media)));
    TRY(walk(&iceagent_fsm, ice, CHECK_COUNT(ice)));
    TRY(walk(&icepair_fsm, pair, CHECK_COUNT(pair)));
    TRY(walk(&dtls_fsm, dtls, CHECK_COUNT(dtls)));
out:
    return err;
}

int suite_session(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"session/state-tables", test_state_tables, false},
        {"session/sound", test_sound, false},
        {"session/blame", test_blame, false},
        {"session/hold", test_hold, false},
        {"session/dead-candidates", test_dead_candidates, false},
        {"session/rollback", test_rollback, false},
        {"session/dtmf", test_dtmf, false},
        {"session/refresh", test_refresh, false},
        {"session/handshake-before-answer", test_handshake_before_answer, false},
        {"session/wrong-fingerprint", test_wrong_fingerprint, false},
        {"session/refused-offers", test_refused_offers, false},
        {"session/moved-to-another-peer", test_moved_to_another_peer, false},
        {"session/ice-restart-by-peer", test_ice_restart_by_peer, false},
        {"session/free-in-handler", test_free_in_handler, false},
        {"session/unknown-codec", test_unknown_codec, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
