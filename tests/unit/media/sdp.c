/* What we write, and what we read of a description, piece by piece. */
#include <stdio.h>
#include <stdlib.h>

#include "sdp_bodies.h"
#include "sdp_check.h"
#include "suites.h"

static int test_offer(void)
{
    struct sdp_ours o = {0};
    struct sdp_transport t = sdp_test_transport(true);
    char *sdp = NULL;
    int err;

    TRY(sdp_ours_init(&o, "opus,pcmu,pcma"));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &sdp));
    CHECK_SDP(sdp);
    CHECK_INT(sdp_count_lines(sdp, "m="), 1);
    CHECK_LINE(sdp, "m=audio 50000 UDP/TLS/RTP/SAVPF 111 0 8 110 126");
    CHECK_LINE(sdp, "c=IN IP4 203.0.113.9"); /* RFC 8839 4.2.2: the default candidate */
    CHECK_LINE(sdp, "a=group:BUNDLE 0");
    CHECK_LINE(sdp, "a=mid:0");
    CHECK_LINE(sdp, "a=rtpmap:111 opus/48000/2");
    CHECK_LINE(sdp, "a=rtpmap:0 PCMU/8000");
    CHECK_LINE(sdp, "a=rtpmap:8 PCMA/8000");
    CHECK_LINE(sdp, "a=rtpmap:110 telephone-event/48000");
    CHECK_LINE(sdp, "a=rtpmap:126 telephone-event/8000");
    CHECK(sdp_find_line(sdp, "a=fmtp:111 ") != NULL);
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
    CHECK(sdp_find_line(sdp, "a=candidate:1 ") < sdp_find_line(sdp, "a=candidate:2 "));
    CHECK(sdp_find_line(sdp, "a=setup:") < sdp_find_line(sdp, "a=fingerprint:"));
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
        {"opus,g722,pcmu,pcma", "m=audio 40000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126"},
        {"PCMU, opus", "m=audio 40000 UDP/TLS/RTP/SAVPF 0 111 110 126"},
        {"opus,opus", "m=audio 40000 UDP/TLS/RTP/SAVPF 111 110"},
        {"opus,speex", NULL},
        {"", NULL},
    };
    struct sdp_ours o = {0};
    struct sdp_transport t = sdp_test_transport(false);
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
    struct sdp_transport t = sdp_test_transport(false);
    char *v[4] = {NULL};
    int err;

    TRY(sdp_ours_init(&o, NULL));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[0]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[1]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDONLY, &v[2]));
    TRY(sdp_offer_write(&o, &t, ARS_DIR_SENDRECV, &v[3]));
    CHECK_STR(v[1], v[0]);
    CHECK_INT(sdp_origin_word(v[2], 2), sdp_origin_word(v[0], 2) + 1);
    CHECK_INT(sdp_origin_word(v[3], 2), sdp_origin_word(v[0], 2) + 2);
    CHECK_INT(sdp_origin_word(v[3], 1), sdp_origin_word(v[0], 1));
    CHECK_LINE(v[2], "a=sendonly");
    CHECK(!sdp_has_line(v[2], "a=sendrecv"));
out:
    for (size_t i = 0; i < CHECK_COUNT(v); i++)
        free(v[i]);
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

    TRY(sdp_parse_text(&d, WEB_OFFER));
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
    TRY(sdp_parse_text(&d, FS_OFFER("1")));
    CHECK_INT(d->ice.n, 1); /* component 2 on the same port */
    sdp_desc_free(d);
    d = NULL;
    TRY(sdp_parse_text(&d, OFFER_SESSION_LEVEL)); /* no ICE: where c= and m= say */
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

    TRY(sdp_parse_text(&d, text));
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
        TRY(sdp_parse_text(&d, text));
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
    TRY(sdp_parse_text(&d, FS_OFFER("1")));
    TRY(sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why));
    CHECK(g.format.fec);
    CHECK(!g.format.stereo_send);
    CHECK_INT(g.format.max_bitrate, 30000);
    sdp_desc_free(d);
    d = NULL;
    TRY(sdp_parse_text(&d, WEB_OFFER));
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
        err = sdp_parse_text(&d, v[i].text);
        if (err == ENOMEM)
            goto out;
        CHECK_INT(err, v[i].err);
        sdp_desc_free(d);
        d = NULL;
    }
    len = (size_t)snprintf(many, sizeof(many), "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n");
    for (int i = 0; i < SDP_MAX_SECTIONS + 1; i++)
        len += (size_t)snprintf(many + len, sizeof(many) - len, "m=audio 1 RTP/SAVPF 0\r\n");
    err = sdp_parse_text(&d, many);
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
        {"sdp/candidates", test_candidates, true},
        {"sdp/remote-ice", test_remote_ice, true},
        {"sdp/fingerprints", test_fingerprints, true},
        {"sdp/ptime", test_ptime, true},
        {"sdp/opus-parameters", test_opus_parameters, true},
        {"sdp/malformed", test_malformed, true},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
