/* The session timer, RFC 4028. */
#include <stdio.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define CONTACT "Contact: <sip:600@10.0.0.1>\r\n"
#define UPDATES "Allow: INVITE, ACK, BYE, update\r\n"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

/* An outgoing call whose 200 has these headers. */
static int up(struct fake *f, const char *headers)
{
    char all[512];
    const char *req;
    int err;

    TRY(fake_dial(f, &req));
    snprintf(all, sizeof(all), CONTACT "%s", headers);
    fake_answer(f, req, "200 OK", "rt", all, FAKE_ANSWER);
    CHECK(fake_want(f, "ACK "));
    CHECK(fake_quiet(f));
out:
    return err;
}

/* Section 7.1: every INVITE says that we know timers, and the interval that we would like. */
static int test_asked(void)
{
    struct fake f;
    const char *req;
    char v[256];
    int err;

    TRY(fake_dial(&f, &req));
    CHECK_STR(fake_header(req, "Session-Expires", v, sizeof(v)), "1800");
    CHECK(strstr(fake_header(req, "Supported", v, sizeof(v)), "timer"));
    CHECK_STR(fake_header(req, "Min-SE", v, sizeof(v)), "");
    CHECK_STR(fake_header(req, "Require", v, sizeof(v)), "");
    /* section 7.2: without Session-Expires in the 200 there is none */
    fake_answer(&f, req, "200 OK", "rt", CONTACT UPDATES, FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK "));
    fake_advance(&f, 7200000);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* Section 7.3: 422 says what would do; a proxy further on may ask for more again. */
static int test_too_small(void)
{
    static const char *const min_se[] = {"Min-SE: 2000\r\n", "Min-SE: 3600\r\n",
                                         "Min-SE: 4000\r\n"};
    static const char *const want[] = {"2000", "3600", "4000"};
    struct fake f;
    const char *req;
    char first[256];
    char id[256];
    char v[256];
    int cseq;
    int err;

    TRY(fake_dial(&f, &req));
    fake_header(req, "Call-ID", first, sizeof(first));
    for (size_t i = 0; i < CHECK_COUNT(want); i++) {
        cseq = fake_number(fake_header(req, "CSeq", v, sizeof(v)));
        fake_answer(&f, req, "422 Session Interval Too Small", "x", min_se[i], NULL);
        CHECK(fake_want(&f, "ACK "));
        req = fake_want(&f, "INVITE ");
        CHECK(req);
        CHECK_STR(fake_header(req, "Session-Expires", v, sizeof(v)), want[i]);
        CHECK_STR(fake_header(req, "Min-SE", v, sizeof(v)), want[i]);
        CHECK_STR(fake_header(req, "Call-ID", id, sizeof(id)), first);
        CHECK_INT(fake_number(fake_header(req, "CSeq", v, sizeof(v))), cseq + 1);
        CHECK_STR(fake_body(req), FAKE_OFFER);
    }
    /* not for ever */
    fake_answer(&f, req, "422 Session Interval Too Small", "x", "Min-SE: 5000\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.sip_status, 422);
    fake_close(&f);

    /* one that asks for no more than it got is not humoured */
    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "422 Session Interval Too Small", "x", NULL, NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
out:
    fake_close(&f);
    return err;
}

/* Section 7.4: at half the interval, by UPDATE without offer; each answer begins a new interval. */
static int test_ours_by_update(void)
{
    static const char *const refreshers[] = {";refresher=uac", ""};
    struct fake f = {0};
    char headers[256];
    const char *req;
    char v[256];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(refreshers); i++) {
        snprintf(headers, sizeof(headers), UPDATES "Require: timer\r\nSession-Expires: 90%s\r\n",
                 refreshers[i]);
        TRY(up(&f, headers));
        for (int round = 0; round < 3; round++) {
            fake_advance(&f, 44999);
            CHECK(fake_quiet(&f));
            fake_advance(&f, 1);
            req = fake_want(&f, "UPDATE sip:600@10.0.0.1 SIP/2.0\r\n");
            CHECK(req);
            CHECK_STR(fake_body(req), "");
            CHECK_STR(fake_header(req, "Session-Expires", v, sizeof(v)), "90;refresher=uac");
            CHECK(*fake_header(req, "Contact", v, sizeof(v)));
            fake_answer(&f, req, "200 OK", NULL, "Session-Expires: 90;refresher=uac\r\n" CONTACT,
                        NULL);
        }
        CHECK_INT(f.refreshes, 0);
        CHECK_INT(f.reanswers, 0);
        /* the far end takes it over: section 7.2 */
        fake_advance(&f, 45000);
        req = fake_want(&f, "UPDATE ");
        fake_answer(&f, req, "200 OK", NULL, "Session-Expires: 90;refresher=uas\r\n", NULL);
        fake_advance(&f, 59999);
        CHECK(fake_quiet(&f));
        fake_advance(&f, 1);
        CHECK(fake_want(&f, "BYE "));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* By a re-INVITE of the owner where the far end takes no UPDATE. */
static int test_ours_by_reinvite(void)
{
    struct fake f;
    const char *req;
    char v[256];
    int err;

    TRY(up(&f, "Allow: INVITE, BYE\r\nSession-Expires: 200;refresher=uac\r\n"));
    fake_advance(&f, 99999);
    CHECK_INT(f.refreshes, 0);
    fake_advance(&f, 1);
    CHECK_INT(f.refreshes, 1);
    CHECK(fake_quiet(&f));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE ");
    CHECK_STR(fake_header(req, "Session-Expires", v, sizeof(v)), "200;refresher=uac");
    fake_answer(&f, req, "422 Session Interval Too Small", NULL, "Min-SE: 300\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    req = fake_want(&f, "INVITE ");
    CHECK_STR(fake_header(req, "Session-Expires", v, sizeof(v)), "300;refresher=uac");
    fake_answer(&f, req, "200 OK", NULL, "Session-Expires: 300;refresher=uac\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK "));
    CHECK_INT(f.reanswers, 1);
    fake_advance(&f, 149999);
    CHECK_INT(f.refreshes, 1);
    fake_advance(&f, 1);
    CHECK_INT(f.refreshes, 2);
    /* the owner could not: the call ends 32 s before the interval does (section 10) */
    fake_advance(&f, 300000 - 150000 - 32000 - 1);
    CHECK(fake_quiet(&f));
    fake_advance(&f, 1);
    req = fake_want(&f, "BYE ");
    CHECK(fake_has(req, "Reason: SIP;cause=408"));
    fake_answer(&f, req, "481 Gone", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_DIALOG_LOST);
out:
    fake_close(&f);
    return err;
}

/* Section 10: a third of a short interval, or 32 s of a long one, before its end. */
static int test_theirs(void)
{
    static const struct {
        const char *header;
        uint64_t ms;
    } rows[] = {
        {"Session-Expires: 90;refresher=uas\r\n", 60000},
        {"Session-Expires: 1800;refresher=uas\r\n", 1768000},
        {"x: 1800 ; refresher = UAS\r\n", 1768000},
        {"Session-Expires: 4;refresher=uas\r\n", 7000}, /* served as 10 s */
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(up(&f, rows[i].header));
        fake_advance(&f, rows[i].ms - 1);
        CHECK(fake_quiet(&f));
        /* refreshed: all of it again */
        fake_request_out(&f, "UPDATE", "z9hG4bKr1", 1,
                         "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n", NULL);
        req = fake_want(&f, "SIP/2.0 200 ");
        CHECK(fake_has(req, "Session-Expires: 90;refresher=uac\r\n"));
        fake_advance(&f, 59999);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.ended, 0);
        fake_advance(&f, 1);
        CHECK(fake_want(&f, "BYE "));
        fake_advance(&f, 1000);
        CHECK_INT(f.why.code, ARS_REASON_DIALOG_LOST);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Section 9 and its table 2: what a callee says to what the caller asked. */
static int test_agreed(void)
{
    static const struct {
        const char *headers;
        const char *expires;
        const char *require;
        bool ours;
    } rows[] = {
        {"Supported: timer\r\n", "", "", false},
        {"Supported: timer\r\nSession-Expires: 120\r\n", "120;refresher=uac", "timer", false},
        {"Supported: 100rel,Timer\r\nSession-Expires: 120;refresher=uac\r\n", "120;refresher=uac",
         "timer", false},
        {"Supported: timer\r\nSession-Expires: 120;refresher=uas\r\n", "120;refresher=uas", "timer",
         true},
        /* put in by a proxy: the caller cannot refresh */
        {"Session-Expires: 120\r\nMin-SE: 90\r\n", "120;refresher=uas", "", true},
        {"Require: timer\r\nSupported: timer\r\nSession-Expires: 90;refresher=uac\r\n",
         "90;refresher=uac", "timer", false},
        {"Session-Expires: 30\r\n", "", "", false},
        {"Supported: timer\r\nSession-Expires: soon\r\n", "", "", false},
    };
    struct fake f = {0};
    const char *msg;
    char tag[64];
    char v[256];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(fake_open(&f, 0));
        fake_invite(&f, "z9hG4bKin1", rows[i].headers, FAKE_OFFER);
        CHECK(fake_want(&f, "SIP/2.0 100 "));
        TRY(ars_sip_call_answer(f.call, &answer));
        msg = fake_want(&f, "SIP/2.0 200 ");
        CHECK(msg);
        CHECK_STR(fake_header(msg, "Session-Expires", v, sizeof(v)), rows[i].expires);
        CHECK_STR(fake_header(msg, "Require", v, sizeof(v)), rows[i].require);
        ars_strcpy(tag, sizeof(tag), strstr(fake_header(msg, "To", v, sizeof(v)), ";tag=") + 5);
        fake_request(&f, "ACK", "z9hG4bKack1", 10, tag, NULL, NULL);
        fake_advance(&f, 60000);
        CHECK_INT(f.refreshes, rows[i].ours ? 1 : 0);
        fake_advance(&f, 60000);
        CHECK_INT(f.ended, *rows[i].expires ? 1 : 0);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static int test_refused_as_too_short(void)
{
    struct fake f;
    const char *msg;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", "Supported: timer\r\nSession-Expires: 89\r\n", FAKE_OFFER);
    msg = fake_want(&f, "SIP/2.0 422 ");
    CHECK(fake_has(msg, "\r\nMin-SE: 90\r\n"));
    CHECK_INT(f.incoming, 0);
    fake_close(&f);
    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    fake_request(&f, "UPDATE", "z9hG4bKu1", 11, tag,
                 "Supported: timer\r\nSession-Expires: 60;refresher=uac\r\n", NULL);
    CHECK(fake_want(&f, "SIP/2.0 422 "));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* An UPDATE that goes wrong. */
static int test_update_refused(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(up(&f, UPDATES "Session-Expires: 90;refresher=uac\r\n"));
    fake_advance(&f, 45000);
    req = fake_want(&f, "UPDATE ");
    fake_answer(&f, req, "401 Unauthorized", NULL,
                "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    req = fake_want(&f, "UPDATE ");
    CHECK(fake_has(req, "\r\nAuthorization: Digest "));
    fake_answer(&f, req, "500 Later", NULL, "Retry-After: 3\r\n", NULL);
    CHECK(fake_quiet(&f));
    fake_advance(&f, 5000);
    req = fake_want(&f, "UPDATE ");
    CHECK(req);
    /* it lied in Allow: the owner is asked instead */
    fake_answer(&f, req, "405 Method Not Allowed", NULL, "Allow: INVITE, BYE\r\n", NULL);
    fake_advance(&f, 5000);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.refreshes, 1);
    CHECK_INT(f.ended, 0);
    fake_close(&f);

    TRY(up(&f, UPDATES "Session-Expires: 90;refresher=uac\r\n"));
    fake_advance(&f, 45000);
    fake_answer(&f, fake_want(&f, "UPDATE "), "481 Gone", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK(fake_quiet(&f));
    fake_close(&f);

    /* section 10: nobody answers */
    TRY(up(&f, UPDATES "Session-Expires: 1800;refresher=uac\r\n"));
    fake_advance(&f, 900000);
    CHECK(fake_want(&f, "UPDATE "));
    fake_advance(&f, 32000);
    CHECK(fake_want(&f, "BYE "));
out:
    fake_close(&f);
    return err;
}

/* Without a connection at its time it goes out over the next one. */
static int test_update_offline(void)
{
    struct fake f;
    int err;

    TRY(up(&f, UPDATES "Session-Expires: 1800;refresher=uac\r\n"));
    fake_advance(&f, 900000);
    CHECK(fake_want(&f, "UPDATE "));
    ars_sip_set_transport(f.sip, NULL, true);
    fake_advance(&f, 20000);
    ars_sip_set_transport(f.sip, &f.tp, true);
    fake_advance(&f, 5000);
    CHECK(fake_want(&f, "UPDATE "));
    CHECK_INT(f.ended, 0);
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "BYE "));
    fake_advance(&f, 32000);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"session_timer_asked", test_asked, false},
    {"session_timer_too_small", test_too_small, false},
    {"session_timer_ours_by_update", test_ours_by_update, false},
    {"session_timer_ours_by_reinvite", test_ours_by_reinvite, false},
    {"session_timer_theirs", test_theirs, false},
    {"session_timer_agreed", test_agreed, false},
    {"session_timer_refused_as_too_short", test_refused_as_too_short, false},
    {"session_timer_update_refused", test_update_refused, false},
    {"session_timer_update_offline", test_update_offline, false},
};

const struct suite suite_refresh = {cases, CHECK_COUNT(cases)};
