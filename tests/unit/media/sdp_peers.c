/* Offers and answers of real peers: what is agreed, what we say to them, what we refuse. */
#include <stdio.h>
#include <stdlib.h>

#include "sdp_bodies.h"
#include "sdp_check.h"
#include "suites.h"

struct answer_case {
    const char *name;
    const char *codecs;
    const char *answer;
    enum ars_dir offered;
    enum ars_reason_code refused; /* NONE: taken, and: */
    const char *codec;
    int pt_send;
    int pt_recv;
    int event_send;
    int event_recv;
    bool fec;
    bool active;
    enum ars_dir dir;
};

#define WITH_PT(pt)                                                                                \
    FS_ANSWER_HEAD "m=audio 5000 UDP/TLS/RTP/SAVPF " pt " 96\r\n"                                  \
                   "a=rtpmap:" pt " opus/48000\r\n"                                                \
                   "a=rtpmap:96 telephone-event/48000\r\n"                                         \
                   "a=fingerprint:sha-256 " FP_A "\r\na=setup:passive\r\n"

static const struct answer_case answers[] = {
    {"freeswitch", NULL, FS_ANSWER, ARS_DIR_SENDRECV, ARS_REASON_NONE, "opus", 111, 111, 110, 110,
     true, false, ARS_DIR_SENDRECV},
    {"asterisk", NULL, AST_ANSWER("4", "new", "sendrecv"), ARS_DIR_SENDRECV, ARS_REASON_NONE,
     "opus", 111, 111, 110, 110, false, false, ARS_DIR_SENDRECV},
    {"asterisk, we offered G.711", "pcmu,pcma", AST_ANSWER("4", "new", "sendrecv"),
     ARS_DIR_SENDRECV, ARS_REASON_NONE, "PCMU", 0, 0, 126, 126, false, false, ARS_DIR_SENDRECV},
    {"asterisk takes our hold", NULL, AST_ANSWER("5", "existing", "recvonly"), ARS_DIR_SENDONLY,
     ARS_REASON_NONE, "opus", 111, 111, 110, 110, false, false, ARS_DIR_SENDONLY},
    {"hold answered with inactive", NULL, AST_ANSWER("5", "existing", "inactive"), ARS_DIR_SENDONLY,
     ARS_REASON_NONE, "opus", 111, 111, 110, 110, false, false, ARS_DIR_INACTIVE},
    {"other numbers in the answer", NULL, WITH_PT("97"), ARS_DIR_SENDRECV, ARS_REASON_NONE, "opus",
     97, 111, 96, 110, false, true, ARS_DIR_SENDRECV},
    {"actpass in an answer: we go first", NULL, PLAIN("RTP/SAVPF", FP_LINE "a=setup:actpass\r\n"),
     ARS_DIR_SENDRECV, ARS_REASON_NONE, "PCMU", 0, 0, 126, 126, false, true, ARS_DIR_SENDRECV},
    {"no setup in an answer: the peer goes first", NULL, PLAIN("RTP/SAVP", FP_LINE),
     ARS_DIR_SENDRECV, ARS_REASON_NONE, "PCMU", 0, 0, 126, 126, false, false, ARS_DIR_SENDRECV},
    {"no events agreed", NULL, FS_ANSWER_HEAD "m=audio 5000 UDP/TLS/RTP/SAVPF 8\r\n" FP_LINE,
     ARS_DIR_SENDRECV, ARS_REASON_NONE, "PCMA", 8, 8, -1, -1, false, false, ARS_DIR_SENDRECV},
    {"last line without CRLF", NULL,
     FS_ANSWER_HEAD
     "m=audio 5000 UDP/TLS/RTP/SAVPF 8\r\na=rtpmap:bad\r\na=fingerprint:sha-256 " FP_A,
     ARS_DIR_SENDRECV, ARS_REASON_NONE, "PCMA", 8, 8, -1, -1, false, false, ARS_DIR_SENDRECV},
    {"port 0", NULL, FS_ANSWER_REFUSED, ARS_DIR_SENDRECV, ARS_REASON_NOT_ACCEPTABLE, NULL, 0, 0, 0,
     0, false, false, ARS_DIR_INACTIVE},
    {"no fingerprint", NULL, PLAIN("UDP/TLS/RTP/SAVPF", ""), ARS_DIR_SENDRECV,
     ARS_REASON_NOT_ENCRYPTED, NULL, 0, 0, 0, 0, false, false, ARS_DIR_INACTIVE},
    {"sha-1 alone", NULL,
     PLAIN("UDP/TLS/RTP/SAVPF", "a=fingerprint:sha-1 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:"
                                "EF:01:23:45:67\r\n"),
     ARS_DIR_SENDRECV, ARS_REASON_NOT_ENCRYPTED, NULL, 0, 0, 0, 0, false, false, ARS_DIR_INACTIVE},
    {"plain RTP", NULL, PLAIN("RTP/AVP", FP_LINE), ARS_DIR_SENDRECV, ARS_REASON_NOT_ENCRYPTED, NULL,
     0, 0, 0, 0, false, false, ARS_DIR_INACTIVE},
    {"a codec that we did not offer", "opus", PLAIN("RTP/SAVPF", FP_LINE), ARS_DIR_SENDRECV,
     ARS_REASON_NOT_ACCEPTABLE, NULL, 0, 0, 0, 0, false, false, ARS_DIR_INACTIVE},
    {"video alone", NULL, FS_ANSWER_HEAD "m=video 5000 UDP/TLS/RTP/SAVPF 96\r\n" FP_LINE,
     ARS_DIR_SENDRECV, ARS_REASON_NOT_ACCEPTABLE, NULL, 0, 0, 0, 0, false, false, ARS_DIR_INACTIVE},
};

static int run_answer(const struct answer_case *c)
{
    struct sdp_ours o = {0};
    struct sdp_desc *d = NULL;
    struct sdp_agreed g = {0};
    struct ars_reason why = {0};
    int err;

    TRY(sdp_ours_init(&o, c->codecs));
    TRY(sdp_parse_text(&d, c->answer));
    err = sdp_agree_answer(&o, d, c->offered, &g, &why);
    if (c->refused != ARS_REASON_NONE) {
        CHECK_INT(err, ENOTSUP);
        CHECK_STR(ars_reason_name(why.code), ars_reason_name(c->refused));
        goto out;
    }
    TRY(err);
    CHECK_STR(g.format.codec, c->codec);
    CHECK_INT(g.format.pt_send, c->pt_send);
    CHECK_INT(g.format.pt_recv, c->pt_recv);
    CHECK_INT(g.format.event_pt_send, c->event_send);
    CHECK_INT(g.format.event_pt_recv, c->event_recv);
    CHECK_INT(g.format.fec, c->fec);
    CHECK_INT(g.active, c->active);
    CHECK_INT(g.dir, c->dir);
out:
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

static int test_answers(void)
{
    for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
        int err = run_answer(&answers[i]);

        if (err)
            return err == ENOMEM ? err
                                 : check_fail(__FILE__, __LINE__, "answer '%s'", answers[i].name);
    }
    return 0;
}

struct offer_case {
    const char *name;
    const char *codecs;
    const char *offer;
    enum ars_dir want;
    enum ars_reason_code refused;
    const char *lines[8]; /* of our answer */
    const char *absent[4];
    enum ars_dir dir;
    enum ars_dir remote_dir;
};

#define OFFER_PLAIN FS_OFFER_HEAD("1") "m=audio 5000 RTP/AVP 0\r\na=sendrecv\r\n"
#define OFFER_GSM                                                                                  \
    FS_OFFER_HEAD("1") "m=audio 5000 UDP/TLS/RTP/SAVPF 3\r\na=rtpmap:3 GSM/8000\r\n" FP_LINE
#define OFFER_OLD_HOLD                                                                             \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/SAVPF 0\r\n"              \
    "c=IN IP4 0.0.0.0\r\na=setup:actpass\r\n" FP_LINE
#define OFFER_ICE_NO_ADDRESS                                                                       \
    OFFER_OLD_HOLD "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"

static const struct offer_case offers[] = {
    {"freeswitch",
     NULL,
     FS_OFFER("1700000855"),
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 RTP/SAVPF 102 103", "a=rtpmap:102 opus/48000/2",
      "a=rtpmap:103 telephone-event/48000", "a=setup:active", "a=rtcp-mux", "a=sendrecv",
      "a=ice-ufrag:lfrag123", "a=end-of-candidates"},
     {"a=mid:", "a=group:", "a=rtpmap:101", "a=rtpmap:0 "},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"freeswitch changes to PCMU",
     NULL,
     FS_REOFFER_PCMU,
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 RTP/SAVPF 0 103", "a=rtpmap:0 PCMU/8000", "a=rtpmap:103 telephone-event/8000"},
     {"a=rtpmap:102"},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"asterisk",
     NULL,
     AST_OFFER("1661240717", "sendrecv"),
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 UDP/TLS/RTP/SAVPF 107 101", "a=group:BUNDLE audio-0", "a=mid:audio-0",
      "a=rtpmap:101 telephone-event/48000", "a=setup:active"},
     {"a=rtpmap:104"},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"asterisk to a phone with G.711 alone",
     "pcma,pcmu",
     AST_OFFER("1661240717", "sendrecv"),
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 UDP/TLS/RTP/SAVPF 0 104", "a=rtpmap:104 telephone-event/8000"},
     {"a=rtpmap:8 ", "a=rtpmap:101"},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"asterisk holds",
     NULL,
     AST_OFFER("1661240718", "sendonly"),
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"a=recvonly"},
     {"a=sendrecv"},
     ARS_DIR_RECVONLY,
     ARS_DIR_RECVONLY},
    {"both hold",
     NULL,
     AST_OFFER("1661240718", "sendonly"),
     ARS_DIR_SENDONLY,
     ARS_REASON_NONE,
     {"a=inactive"},
     {"a=sendrecv"},
     ARS_DIR_INACTIVE,
     ARS_DIR_RECVONLY},
    {"a browser with video",
     NULL,
     WEB_OFFER,
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 UDP/TLS/RTP/SAVPF 111 110", "m=video 0 UDP/TLS/RTP/SAVPF 96",
      "a=group:BUNDLE 0", "a=mid:0", "a=mid:1"},
     {"a=rtpmap:63"},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"an old hold, without ICE",
     NULL,
     OFFER_OLD_HOLD,
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"a=recvonly", "m=audio 40000 RTP/SAVPF 0"},
     {"a=ice-ufrag", "a=candidate", "a=rtcp-mux"},
     ARS_DIR_RECVONLY,
     ARS_DIR_RECVONLY},
    {"0.0.0.0 means nothing with ICE",
     NULL,
     OFFER_ICE_NO_ADDRESS,
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"a=sendrecv", "a=ice-ufrag:lfrag123"},
     {NULL},
     ARS_DIR_SENDRECV,
     ARS_DIR_SENDRECV},
    {"all at session level",
     NULL,
     OFFER_SESSION_LEVEL,
     ARS_DIR_SENDRECV,
     ARS_REASON_NONE,
     {"m=audio 40000 UDP/TLS/RTP/SAVP 8", "a=sendonly", "a=setup:passive"},
     {NULL},
     ARS_DIR_SENDONLY,
     ARS_DIR_SENDONLY},
    {"plain RTP",
     NULL,
     OFFER_PLAIN,
     ARS_DIR_SENDRECV,
     ARS_REASON_NOT_ENCRYPTED,
     {NULL},
     {NULL},
     ARS_DIR_INACTIVE,
     ARS_DIR_INACTIVE},
    {"no common codec",
     NULL,
     OFFER_GSM,
     ARS_DIR_SENDRECV,
     ARS_REASON_NOT_ACCEPTABLE,
     {NULL},
     {NULL},
     ARS_DIR_INACTIVE,
     ARS_DIR_INACTIVE},
};

static int run_offer(const struct offer_case *c)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = sdp_test_transport(false);
    struct sdp_desc *d = NULL;
    struct sdp_agreed g = {0};
    struct ars_reason why = {0};
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, c->codecs));
    TRY(sdp_parse_text(&d, c->offer));
    err = sdp_agree_offer(&o, d, c->want, NULL, &g, &why);
    if (c->refused != ARS_REASON_NONE) {
        CHECK_INT(err, ENOTSUP);
        CHECK_STR(ars_reason_name(why.code), ars_reason_name(c->refused));
        goto out;
    }
    TRY(err);
    CHECK_INT(g.dir, c->dir);
    CHECK_INT(g.remote_dir, c->remote_dir);
    if (!d->ice.ufrag[0])
        t.ufrag = NULL;
    TRY(sdp_answer_write(&o, &t, d, &g, &sdp));
    CHECK_SDP(sdp);
    CHECK_INT(sdp_count_lines(sdp, "m="), sdp_count_lines(c->offer, "m="));
    for (size_t i = 0; i < CHECK_COUNT(c->lines) && c->lines[i]; i++)
        CHECK_LINE(sdp, c->lines[i]);
    for (size_t i = 0; i < CHECK_COUNT(c->absent) && c->absent[i]; i++)
        CHECK(!sdp_find_line(sdp, c->absent[i]));
out:
    free(sdp);
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

static int test_offers(void)
{
    for (size_t i = 0; i < CHECK_COUNT(offers); i++) {
        int err = run_offer(&offers[i]);

        if (err)
            return err == ENOMEM ? err
                                 : check_fail(__FILE__, __LINE__, "offer '%s'", offers[i].name);
    }
    return 0;
}

/*
 * RFC 3264 8.3.2 and 8: after an incoming call our re-offer keeps the peer's numbers and
 * sections.
 */
static int test_reoffer_keeps_numbers(void)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = sdp_test_transport(false);
    struct sdp_desc *d = NULL;
    struct sdp_agreed g = {0};
    struct ars_reason why;
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, NULL));
    TRY(sdp_parse_text(&d, FS_OFFER("1700000855")));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    sdp_ours_learn(&o, d);
    o.current = g.codec;
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDONLY, &sdp));
    CHECK_SDP(sdp);
    CHECK_LINE(sdp, "m=audio 40000 RTP/SAVPF 102 9 0 8 103 101");
    CHECK_LINE(sdp, "a=sendonly");
    CHECK(!sdp_find_line(sdp, "a=mid:"));
    sdp_desc_free(d);
    d = NULL;
    free(sdp);
    sdp = NULL;
    TRY(sdp_parse_text(&d, WEB_OFFER));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    sdp_ours_learn(&o, d);
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &sdp));
    CHECK_INT(sdp_count_lines(sdp, "m="), 2);
    CHECK_LINE(sdp, "m=video 0 UDP/TLS/RTP/SAVPF 96");
out:
    free(sdp);
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

/* RFC 8842 5.3: who began stays who began. */
static int test_role_is_stable(void)
{
    static const struct {
        const char *setup;
        bool role;
        bool want;
    } v[] = {
        {"actpass", true, true},    {"actpass", false, false}, {"active", true, false},
        {"passive", false, true},   {"active", false, false},  {"passive", true, true},
        {"nonsense", false, false},
    };
    struct sdp_ours o = {0};
    struct sdp_agreed g = {0};
    struct ars_reason why;
    struct sdp_desc *d = NULL;
    char text[512];
    int err;

    TRY(sdp_ours_init(&o, NULL));
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        (void)snprintf(text, sizeof(text), "%sa=setup:%s\r\n", PLAIN("RTP/SAVPF", FP_LINE),
                       v[i].setup);
        TRY(sdp_parse_text(&d, text));
        TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, &v[i].role, &g, &why));
        CHECK_INT(g.active, v[i].want);
        sdp_desc_free(d);
        d = NULL;
    }
out:
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

int suite_sdp_peers(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"sdp/answers-of-peers", test_answers, true},
        {"sdp/offers-of-peers", test_offers, true},
        {"sdp/reoffer-keeps-numbers", test_reoffer_keeps_numbers, true},
        {"sdp/role-is-stable", test_role_is_stable, true},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
