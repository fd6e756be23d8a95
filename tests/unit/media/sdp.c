/*
 * Offers and answers against the descriptions of real peers. What we write is read back by a small
 * checker here, not by the parser under test.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <ars/str.h>

#include "check.h"
#include "sdp/sdp.h"
#include "sdp_bodies.h"
#include "suites.h"

#define FP_OURS "AA:BB"
#define ANY     (-2)

/* ---- the checker: lines of a text, nothing else ---- */

static const char *find_line(const char *text, const char *start)
{
    size_t len = strlen(start);

    while (*text) {
        if (strncmp(text, start, len) == 0)
            return text;
        text += strcspn(text, "\n");
        text += *text ? 1 : 0;
    }
    return NULL;
}

static bool has_line(const char *text, const char *line)
{
    const char *p = text;
    size_t len = strlen(line);

    while ((p = find_line(p, line)) != NULL) {
        if (p[len] == '\r' && p[len + 1] == '\n')
            return true;
        p += len;
    }
    return false;
}

static int count_lines(const char *text, const char *start)
{
    int n = 0;

    while ((text = find_line(text, start)) != NULL) {
        n++;
        text += strlen(start);
    }
    return n;
}

/* The n-th word of o=. */
static unsigned long long origin_word(const char *text, int n)
{
    const char *p = find_line(text, "o=");

    for (int i = 0; p && i < n; i++) {
        p += strcspn(p, " ");
        p += strspn(p, " ");
    }
    return p ? strtoull(p, NULL, 10) : 0;
}

/* RFC 8866 section 5: CRLF everywhere, "x=" lines, v o s [c] t [a...] m... in order, c= and attributes once. */
static const char *fault(const char *text)
{
    static const char order[] = "vosctam";
    size_t at = 0;
    bool media = false;

    for (const char *p = text; *p;) {
        const char *end = strchr(p, '\n');

        if (!end || end == p || end[-1] != '\r')
            return "a line without CRLF";
        if (!islower((unsigned char)p[0]) || p[1] != '=' || end - p < 4)
            return "not type=value";
        if (p[0] == 'm')
            media = true;
        if (!media) {
            const char *o = strchr(order + at, p[0]);

            if (!o)
                return "a session line out of order";
            at = (size_t)(o - order);
        } else if (!strchr("mca", p[0])) {
            return "a session line in a section";
        }
        if (!media && (strncmp(p, "a=send", 6) == 0 || strncmp(p, "a=recv", 6) == 0 ||
                       strncmp(p, "a=inactive", 10) == 0))
            return "a direction at session level";
        p = end + 1;
    }
    if (!media)
        return "no section";
    return NULL;
}

#define CHECK_SDP(text)                                                                            \
    do {                                                                                           \
        const char *why_ = fault(text);                                                            \
        if (why_) {                                                                                \
            err = check_fail(__FILE__, __LINE__, "%s in\n%s", why_, text);                         \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#define CHECK_LINE(text, line)                                                                     \
    do {                                                                                           \
        if (!has_line(text, line)) {                                                               \
            err = check_fail(__FILE__, __LINE__, "no line '%s' in\n%s", line, text);               \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

/* ---- our side ---- */

static struct ice_candidate candv[2];

static struct sdp_transport transport(bool with_srflx)
{
    struct sdp_transport t = {
        .ufrag = "lfrag123",
        .pwd = "lpassword0123456789012345",
        .candv = candv,
        .n_cands = with_srflx ? 2 : 1,
        .fallback = &candv[with_srflx ? 1 : 0],
        .fingerprint = FP_OURS,
        .ssrc = 4042322160u,
        .cname = "cnamecname",
    };

    candv[0] = (struct ice_candidate){.type = ICE_TYPE_HOST, .prio = 2130706431, .foundation = "1"};
    (void)ars_addr_parse("192.0.2.33", 40000, &candv[0].addr);
    candv[1] =
        (struct ice_candidate){.type = ICE_TYPE_SRFLX, .prio = 1694498815, .foundation = "2"};
    (void)ars_addr_parse("203.0.113.9", 50000, &candv[1].addr);
    candv[1].related = candv[0].addr;
    return t;
}

static int parse(struct sdp_desc **ret, const char *text)
{
    return sdp_parse(ret, text, strlen(text));
}

/* ---- cases ---- */

static int test_offer(void)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = transport(true);
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, "opus,pcmu,pcma"));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &sdp));
    CHECK_SDP(sdp);
    CHECK_INT(count_lines(sdp, "m="), 1);
    CHECK_LINE(sdp, "m=audio 50000 UDP/TLS/RTP/SAVPF 111 0 8 110 126");
    CHECK_LINE(sdp, "c=IN IP4 203.0.113.9"); /* RFC 8839 4.2.2: the default candidate */
    CHECK_LINE(sdp, "a=group:BUNDLE 0");
    CHECK_LINE(sdp, "a=mid:0");
    CHECK_LINE(sdp, "a=rtpmap:111 opus/48000/2");
    CHECK_LINE(sdp, "a=rtpmap:0 PCMU/8000");
    CHECK_LINE(sdp, "a=rtpmap:8 PCMA/8000");
    CHECK_LINE(sdp, "a=rtpmap:110 telephone-event/48000");
    CHECK_LINE(sdp, "a=rtpmap:126 telephone-event/8000");
    CHECK(find_line(sdp, "a=fmtp:111 ") != NULL);
    CHECK_LINE(sdp, "a=ptime:20");
    CHECK_LINE(sdp, "a=sendrecv");
    CHECK_LINE(sdp, "a=rtcp-mux");
    CHECK_LINE(sdp, "a=setup:actpass");
    CHECK_LINE(sdp, "a=fingerprint:sha-256 " FP_OURS);
    CHECK_LINE(sdp, "a=ice-ufrag:lfrag123");
    CHECK_LINE(sdp, "a=ice-pwd:lpassword0123456789012345");
    CHECK_LINE(sdp, "a=candidate:1 1 udp 2130706431 192.0.2.33 40000 typ host");
    CHECK_LINE(sdp, "a=candidate:2 1 udp 1694498815 203.0.113.9 50000 typ srflx raddr 192.0.2.33 "
                    "rport 40000");
    CHECK(find_line(sdp, "a=candidate:1 ") < find_line(sdp, "a=candidate:2 "));
    CHECK(find_line(sdp, "a=setup:") < find_line(sdp, "a=fingerprint:"));
    CHECK_LINE(sdp, "a=end-of-candidates");
    CHECK_LINE(sdp, "a=ssrc:4042322160 cname:cnamecname");
    CHECK(!strstr(sdp, "trickle"));
out:
    free(sdp);
    sdp_ours_clear(&o);
    return err;
}

static int test_offer_codecs(void)
{
    static const struct {
        const char *list;
        const char *line; /* NULL: refused */
    } v[] = {
        {"opus,pcmu,pcma", "m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 8 110 126"},
        {"pcma", "m=audio 40000 UDP/TLS/RTP/SAVPF 8 126"},
        {"PCMU, opus", "m=audio 40000 UDP/TLS/RTP/SAVPF 0 111 110 126"},
        {"opus,opus", "m=audio 40000 UDP/TLS/RTP/SAVPF 111 110"},
        {"opus,speex", NULL},
        {"", NULL},
    };
    struct sdp_ours o = {0};
    struct sdp_transport t = transport(false);
    char *sdp = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        err = sdp_ours_init(&o, v[i].list);
        CHECK_INT(err, v[i].line ? 0 : EINVAL);
        if (!v[i].line)
            continue;
        TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &sdp));
        CHECK_LINE(sdp, v[i].line);
        free(sdp);
        sdp = NULL;
        sdp_ours_clear(&o);
    }
    err = 0;
out:
    free(sdp);
    sdp_ours_clear(&o);
    return err;
}

/* RFC 3264 8: the version goes up by one when something changed, and only then. */
static int test_version(void)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = transport(false);
    char *v[4] = {NULL};
    int err;

    TRY(sdp_ours_init(&o, NULL));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[0]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[1]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDONLY, &v[2]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[3]));
    CHECK_STR(v[1], v[0]);
    CHECK_INT(origin_word(v[2], 2), origin_word(v[0], 2) + 1);
    CHECK_INT(origin_word(v[3], 2), origin_word(v[0], 2) + 2);
    CHECK_INT(origin_word(v[3], 1), origin_word(v[0], 1));
    CHECK_LINE(v[2], "a=sendonly");
    CHECK(!has_line(v[2], "a=sendrecv"));
out:
    for (size_t i = 0; i < CHECK_COUNT(v); i++)
        free(v[i]);
    sdp_ours_clear(&o);
    return err;
}

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
#define PLAIN(proto, extra)                                                                        \
    FS_ANSWER_HEAD "m=audio 5000 " proto " 0 126\r\na=rtpmap:126 telephone-event/8000\r\n" extra
#define FP_LINE "a=fingerprint:sha-256 " FP_A "\r\n"

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
    TRY(parse(&d, c->answer));
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
#define OFFER_SESSION_LEVEL                                                                        \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=recvonly\r\n"      \
    "a=setup:active\r\n" FP_LINE "m=audio 5000 UDP/TLS/RTP/SAVP 8\r\n"

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
    struct sdp_transport t = transport(false);
    struct sdp_desc *d = NULL;
    struct sdp_agreed g = {0};
    struct ars_reason why = {0};
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, c->codecs));
    TRY(parse(&d, c->offer));
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
    CHECK_INT(count_lines(sdp, "m="), count_lines(c->offer, "m="));
    for (size_t i = 0; i < CHECK_COUNT(c->lines) && c->lines[i]; i++)
        CHECK_LINE(sdp, c->lines[i]);
    for (size_t i = 0; i < CHECK_COUNT(c->absent) && c->absent[i]; i++)
        CHECK(!find_line(sdp, c->absent[i]));
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

/* RFC 3264 8.3.2 and 8: after an incoming call our re-offer keeps the peer's numbers and sections. */
static int test_reoffer_keeps_numbers(void)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = transport(false);
    struct sdp_desc *d = NULL;
    struct sdp_agreed g = {0};
    struct ars_reason why;
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, NULL));
    TRY(parse(&d, FS_OFFER("1700000855")));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    sdp_ours_learn(&o, d);
    o.current = g.codec;
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDONLY, &sdp));
    CHECK_SDP(sdp);
    CHECK_LINE(sdp, "m=audio 40000 RTP/SAVPF 102 0 8 103 101");
    CHECK_LINE(sdp, "a=sendonly");
    CHECK(!find_line(sdp, "a=mid:"));
    sdp_desc_free(d);
    d = NULL;
    free(sdp);
    sdp = NULL;
    TRY(parse(&d, WEB_OFFER));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    sdp_ours_learn(&o, d);
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &sdp));
    CHECK_INT(count_lines(sdp, "m="), 2);
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
        TRY(parse(&d, text));
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

static int test_candidates(void)
{
    static const struct {
        const char *text;
        int err;
        enum ice_type type;
        const char *addr;
    } v[] = {
        {"4443579223 1 udp 2130706431 127.0.0.1 26990 typ host generation 0", 0, ICE_TYPE_HOST,
         "127.0.0.1:26990"},
        {"H7f000001 1 UDP 2130706431 127.0.0.1 20606 typ host", 0, ICE_TYPE_HOST,
         "127.0.0.1:20606"},
        {"5 1 udp 1685987071 203.0.113.9 50000 typ srflx raddr 192.0.2.33 rport 48334", 0,
         ICE_TYPE_SRFLX, "203.0.113.9:50000"},
        {"6 1 udp 1 2001:db8::1 40658 typ relay raddr :: rport 0", 0, ICE_TYPE_RELAY,
         "[2001:db8::1]:40658"},
        {"1 2 udp 2130706430 127.0.0.1 26991 typ host", ENOTSUP, 0, NULL},
        {"1 1 tcp 1518214911 127.0.0.1 9 typ host tcptype active", ENOTSUP, 0, NULL},
        {"1 1 udp 2122063615 0b5b-11.local 37082 typ host", ENOTSUP, 0, NULL},
        {"1 1 udp 2122063615 192.0.2.1 0 typ host", ENOTSUP, 0, NULL},
        {"1 1 udp 2122063615 192.0.2.1 5000 typ future", ENOTSUP, 0, NULL},
        {"1 1 udp 99999999999 192.0.2.1 5000 typ host", EBADMSG, 0, NULL},
        {"1 1 udp 5 192.0.2.1 70000 typ host", EBADMSG, 0, NULL},
        {"1 1 udp 5 192.0.2.1 5000 type host", EBADMSG, 0, NULL},
        {"1 1 udp 5 192.0.2.1 5000", EBADMSG, 0, NULL},
        {"", EBADMSG, 0, NULL},
    };
    struct ice_candidate c;
    char addr[ARS_ADDR_STR];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        CHECK_INT(sdp_candidate_parse(v[i].text, &c), v[i].err);
        if (v[i].err)
            continue;
        CHECK_INT(c.type, v[i].type);
        CHECK_STR(ars_addr_str(&c.addr, addr), v[i].addr);
    }
out:
    return err;
}

static int test_remote_ice(void)
{
    struct sdp_desc *d = NULL;
    char addr[ARS_ADDR_STR];
    int err;

    TRY(parse(&d, WEB_OFFER));
    CHECK_STR(d->ice.ufrag, "gS9v");
    CHECK_STR(d->ice.pwd, "YNY3RIT4vIama2uDz8fyloy6");
    CHECK_INT(d->ice.n, 3); /* two of IPv4, one of IPv6; not the mDNS name, not TCP */
    CHECK_STR(ars_addr_str(&d->ice.candv[0].addr, addr), "192.0.2.33:48334");
    CHECK_INT(d->ice.candv[0].prio, 2122194687);
    CHECK_STR(ars_addr_str(&d->ice.candv[2].addr, addr), "203.0.113.9:50000");
    CHECK_INT(d->peer.n, 1);
    CHECK_INT(d->peer.v[0].len, 32);
    CHECK_INT(d->peer.v[0].md[0], 0xfe);
    sdp_desc_free(d);
    d = NULL;
    TRY(parse(&d, FS_OFFER("1")));
    CHECK_INT(d->ice.n, 1); /* component 2 on the same port */
    sdp_desc_free(d);
    d = NULL;
    TRY(parse(&d, OFFER_SESSION_LEVEL)); /* no ICE: where c= and m= say */
    CHECK_STR(d->ice.ufrag, "");
    CHECK_INT(d->ice.n, 1);
    CHECK_STR(ars_addr_str(&d->ice.candv[0].addr, addr), "192.0.2.1:5000");
out:
    sdp_desc_free(d);
    return err;
}

/* RFC 8122 5: the section's fingerprints replace those of the session; several hashes are kept. */
static int test_fingerprints(void)
{
    static const char text[] =
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 " FP_A "\r\n"
        "m=audio 5000 RTP/SAVPF 0\r\n"
        "a=fingerprint:sha-1 01:23\r\n"
        "a=fingerprint:SHA-256 fe:dc:ba:98:76:54:32:10:fe:dc:ba:98:76:54:32:10:fe:dc:ba:98:76:54:"
        "32:10:fe:dc:ba:98:76:54:32:10\r\n"
        "a=fingerprint:sha-512 " FP_A ":" FP_B "\r\n"
        "a=fingerprint:sha-384 zz\r\n";
    struct sdp_desc *d = NULL;
    int err;

    TRY(parse(&d, text));
    CHECK_INT(d->peer.n, 2);
    CHECK_INT(d->peer.v[0].len, 32);
    CHECK_INT(d->peer.v[0].md[0], 0xfe);
    CHECK_INT(d->peer.v[1].len, 64);
    CHECK_INT(d->peer.v[1].md[0], 0x01);
    CHECK(d->weak_fingerprint);
out:
    sdp_desc_free(d);
    return err;
}

/* RFC 7587 7.1 and ours: what a packet holds. */
static int test_ptime(void)
{
    static const struct {
        const char *lines;
        int want;
    } v[] = {
        {"", 20},
        {"a=ptime:10\r\n", 10},
        {"a=ptime:60\r\n", 60},
        {"a=ptime:30\r\n", 20},
        {"a=ptime:45\r\n", 40},
        {"a=ptime:200\r\n", 60},
        {"a=ptime:5\r\n", 10},
        {"a=ptime:x\r\n", 20},
        {"a=ptime:60\r\na=maxptime:40\r\n", 40},
        {"a=maxptime:10\r\n", 10},
    };
    struct sdp_ours o = {0};
    struct sdp_agreed g = {0};
    struct ars_reason why;
    struct sdp_desc *d = NULL;
    char text[512];
    int err;

    TRY(sdp_ours_init(&o, NULL));
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        (void)snprintf(text, sizeof(text), "%s%s", PLAIN("RTP/SAVPF", FP_LINE), v[i].lines);
        TRY(parse(&d, text));
        TRY(sdp_agree_answer(&o, d, ARS_DIR_SENDRECV, &g, &why));
        CHECK_INT(g.format.ptime_ms, v[i].want);
        sdp_desc_free(d);
        d = NULL;
    }
out:
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

static int test_opus_parameters(void)
{
    struct sdp_ours o = {0};
    struct sdp_agreed g = {0};
    struct ars_reason why;
    struct sdp_desc *d = NULL;
    int err;

    TRY(sdp_ours_init(&o, NULL));
    TRY(parse(&d, FS_OFFER("1")));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    CHECK(g.format.fec);
    CHECK(!g.format.stereo_send);
    CHECK_INT(g.format.max_bitrate, 30000);
    sdp_desc_free(d);
    d = NULL;
    TRY(parse(&d, WEB_OFFER));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    CHECK(g.format.fec);
    CHECK(g.format.stereo_send);
    CHECK_INT(g.format.max_bitrate, 0);
out:
    sdp_desc_free(d);
    sdp_ours_clear(&o);
    return err;
}

static int test_malformed(void)
{
    static const struct {
        const char *text;
        int err;
    } v[] = {
        {"", EBADMSG},
        {"hello\r\n", EBADMSG},
        {"v=0\r\n", EBADMSG},
        {"v=1\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 1 RTP/SAVPF 0\r\n", EBADMSG},
        {"v=0\r\nm=audio 1 RTP/SAVPF 0\r\n", EBADMSG},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio\r\n", EBADMSG},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio x RTP/SAVPF 0\r\n", EBADMSG},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 99999 RTP/SAVPF 0\r\n", EBADMSG},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 1 RTP/SAVPF\r\n", EBADMSG},
        {"v=0\no=- 1 1 IN IP4 1.2.3.4\nm=audio 1/2 RTP/SAVPF 0\n", 0},
    };
    struct sdp_desc *d = NULL;
    char many[2048];
    size_t len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        err = parse(&d, v[i].text);
        if (err == ENOMEM)
            goto out;
        CHECK_INT(err, v[i].err);
        sdp_desc_free(d);
        d = NULL;
    }
    len = (size_t)snprintf(many, sizeof(many), "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n");
    for (int i = 0; i < SDP_MAX_SECTIONS + 1; i++)
        len += (size_t)snprintf(many + len, sizeof(many) - len, "m=audio 1 RTP/SAVPF 0\r\n");
    err = parse(&d, many);
    if (err == ENOMEM)
        goto out;
    CHECK_INT(err, EMSGSIZE);
    err = 0;
    CHECK_INT(sdp_parse(&d, "v=0\0", 4), EBADMSG);
out:
    sdp_desc_free(d);
    return err;
}

int suite_sdp(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"sdp/offer", test_offer, true},
        {"sdp/offer-codecs", test_offer_codecs, true},
        {"sdp/version", test_version, true},
        {"sdp/answers-of-peers", test_answers, true},
        {"sdp/offers-of-peers", test_offers, true},
        {"sdp/reoffer-keeps-numbers", test_reoffer_keeps_numbers, true},
        {"sdp/role-is-stable", test_role_is_stable, true},
        {"sdp/candidates", test_candidates, true},
        {"sdp/remote-ice", test_remote_ice, true},
        {"sdp/fingerprints", test_fingerprints, true},
        {"sdp/ptime", test_ptime, true},
        {"sdp/opus-parameters", test_opus_parameters, true},
        {"sdp/malformed", test_malformed, true},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
