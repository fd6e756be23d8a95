/* The incoming INVITE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

static int ring(struct fake *f, const char *headers)
{
    int err;

    TRY(fake_open(f, 0));
    fake_invite(f, "z9hG4bKin1", headers, FAKE_OFFER);
    CHECK(fake_want(f, "SIP/2.0 100 Trying\r\n"));
    CHECK(f->call);
    CHECK(fake_quiet(f));
out:
    return err;
}

static int test_in_answered(void)
{
    struct fake f;
    const char *ringing;
    const char *ok;
    char a[512];
    char b[512];
    int err;

    TRY(ring(&f, "Record-Route: <sip:r1;lr>, <sip:r2;lr>\r\nX-Display-Name: %D0%98\r\n"));
    CHECK_STR(f.number, "101");
    CHECK_STR(f.name, "И");
    CHECK_STR(f.called, "100");
    CHECK_INT(f.offer_len, sizeof(FAKE_OFFER) - 1);
    CHECK_STR(ars_sip_call_id(f.call), "in-1");
    CHECK_STR(ars_sip_call_peer_name(f.call), "И");
    CHECK_STR(ars_sip_call_peer_number(f.call), "101");
    TRY(ars_sip_call_progress(f.call, 180, NULL));
    ringing = fake_want(&f, "SIP/2.0 180 Ringing\r\n");
    CHECK(ringing);
    CHECK(fake_has(ringing, "Record-Route: <sip:r1;lr>, <sip:r2;lr>\r\n"));
    CHECK_INT(ars_sip_call_progress(f.call, 100, NULL), EPROTO);
    CHECK_INT(ars_sip_call_progress(f.call, 200, NULL), EPROTO);
    TRY(ars_sip_call_progress(f.call, 183, &answer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 183 ")), FAKE_ANSWER);
    TRY(ars_sip_call_answer(f.call, &answer));
    ok = fake_want(&f, "SIP/2.0 200 OK\r\n");
    CHECK(ok);
    CHECK_STR(fake_header(ok, "To", a, sizeof(a)), fake_header(ringing, "To", b, sizeof(b)));
    CHECK(strncmp(a, "<sip:100@127.0.0.1>;tag=", 24) == 0);
    CHECK_STR(fake_header(ok, "CSeq", a, sizeof(a)), "10 INVITE");
    CHECK_STR(fake_header(ok, "Via", a, sizeof(a)),
              "SIP/2.0/WSS 127.0.0.1:20089;rport;branch=z9hG4bKin1;alias");
    CHECK(strstr(fake_header(ok, "Contact", a, sizeof(a)), ".invalid;transport=ws>"));
    CHECK_STR(fake_body(ok), FAKE_ANSWER);
    CHECK_INT(f.confirmed, 0);
    CHECK_INT(ars_sip_call_answer(f.call, &answer), EPROTO);
    fake_request(&f, "ACK", "z9hG4bKa", 10, b + 24, NULL, NULL);
    CHECK_INT(f.confirmed, 1);
    CHECK_INT(f.confirmed_len, 0);
    fake_advance(&f, 40000);
    CHECK(fake_quiet(&f));
    ars_sip_call_hangup(f.call, 0);
    ok = fake_want(&f, "BYE sip:asterisk@pbx.test;transport=ws SIP/2.0\r\n");
    CHECK(ok);
    CHECK_STR(fake_header(ok, "To", a, sizeof(a)), "\"Alice\" <sip:101@pbx.test>;tag=ct");
    CHECK(fake_has(ok, "Route: <sip:r1;lr>\r\nRoute: <sip:r2;lr>\r\n"));
    fake_answer(&f, ok, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* RFC 3261 section 13.3.1.4: T1, doubling to T2, until ACK; after 64 * T1 the call is given up. */
static int test_ok_is_repeated(void)
{
    static const uint64_t at[] = {500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500};
    struct fake f;
    uint64_t now = 0;
    const char *bye;
    int err;

    TRY(ring(&f, NULL));
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    for (size_t i = 0; i < CHECK_COUNT(at); i++) {
        fake_advance(&f, at[i] - now - 1);
        CHECK(fake_quiet(&f));
        fake_advance(&f, 1);
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        now = at[i];
    }
    fake_advance(&f, 499);
    CHECK(fake_quiet(&f));
    fake_advance(&f, 1);
    bye = fake_want(&f, "BYE ");
    CHECK(bye);
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_TIMEOUT);
    CHECK_INT(f.confirmed, 0);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* Section 15: the callee's BYE waits for the ACK. */
static int test_hangup_before_ack(void)
{
    struct fake f;
    const char *ok;
    const char *bye;
    char v[256];
    int err;

    TRY(ring(&f, NULL));
    TRY(ars_sip_call_answer(f.call, &answer));
    ok = fake_want(&f, "SIP/2.0 200 ");
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 0);
    fake_header(ok, "To", v, sizeof(v));
    fake_request(&f, "ACK", "z9hG4bKa", 10, strstr(v, ";tag=") + 5, NULL, NULL);
    bye = fake_want(&f, "BYE ");
    CHECK(bye);
    CHECK_INT(f.confirmed, 0);
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
    fake_close(&f);

    /* no ACK comes: BYE after 64 * T1, long after the owner has heard the end */
    TRY(ring(&f, NULL));
    TRY(ars_sip_call_answer(f.call, &answer));
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 500);
    CHECK_INT(f.ended, 1);
    for (unsigned ms = 500; ms < 36000 && !(bye = fake_want(&f, "BYE ")); ms += 500) {
        fake_drop_sent(&f);
        fake_advance(&f, 500);
    }
    CHECK(bye);
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_advance(&f, 32000);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* ACK with another CSeq is another one's; a repeated one tells nothing. */
static int test_acks(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    fake_request(&f, "ACK", "z9hG4bKa2", 10, tag, NULL, NULL);
    fake_request(&f, "ACK", "z9hG4bKa3", 9, tag, NULL, NULL);
    CHECK_INT(f.confirmed, 1);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

static int test_late_offer_in(void)
{
    struct fake f;
    const char *ok;
    char v[256];
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.offer_len, 0);
    TRY(ars_sip_call_answer(f.call, &answer));
    ok = fake_want(&f, "SIP/2.0 200 ");
    fake_header(ok, "To", v, sizeof(v));
    fake_request(&f, "ACK", "z9hG4bKa", 10, strstr(v, ";tag=") + 5, NULL, FAKE_OFFER);
    CHECK_INT(f.confirmed, 1);
    CHECK_INT(f.confirmed_len, sizeof(FAKE_OFFER) - 1);
out:
    fake_close(&f);
    return err;
}

static int test_in_refused(void)
{
    static const struct {
        int status;
        const char *line;
        enum ars_reason_code code;
    } rows[] = {
        {0, "SIP/2.0 603 Decline\r\n", ARS_REASON_DECLINED},
        {486, "SIP/2.0 486 Busy Here\r\n", ARS_REASON_BUSY},
        {480, "SIP/2.0 480 Temporarily Unavailable\r\n", ARS_REASON_NO_ANSWER},
        {488, "SIP/2.0 488 Not Acceptable Here\r\n", ARS_REASON_NOT_ACCEPTABLE},
    };
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows) * 3; i++) {
        size_t k = i / 3;

        if (i % 3 == 2) {
            /* out of the handler */
            if (!rows[k].status)
                continue;
            TRY(fake_open(&f, 0));
            f.incoming_status = rows[k].status;
            fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
            CHECK(fake_want(&f, "SIP/2.0 100 "));
        } else {
            TRY(ring(&f, NULL));
            if (i % 3 == 0)
                ars_sip_call_hangup(f.call, rows[k].status);
            else
                TRY(ars_sip_call_refuse(f.call, rows[k].status ? rows[k].status : 603, NULL));
            CHECK_INT(f.ended, 1);
            CHECK_INT(f.why.code, rows[k].code);
        }
        CHECK(fake_want(&f, rows[k].line));
        CHECK(fake_quiet(&f));
        TRY(fake_all_gone(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* 200 to the CANCEL and 487 to the INVITE, with one To tag. */
static int test_in_cancelled(void)
{
    static const struct {
        const char *reason;
        enum ars_reason_code code;
        int q850;
    } rows[] = {
        {"", ARS_REASON_CANCELLED, 0},
        {"Reason: Q.850;cause=19;text=\"NO_ANSWER\"\r\n", ARS_REASON_CANCELLED, 19},
        {"Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n",
         ARS_REASON_ANSWERED_ELSEWHERE, 0},
        {"Reason: sip ;text=\"x;cause=1\" ;cause=200, Q.850;cause=26\r\n",
         ARS_REASON_ANSWERED_ELSEWHERE, 26},
        {"Reason: Q.850;cause=26\r\n", ARS_REASON_ANSWERED_ELSEWHERE, 26},
    };
    struct fake f = {0};
    const char *ok;
    const char *refusal;
    char a[256];
    char b[256];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(ring(&f, NULL));
        TRY(ars_sip_call_progress(f.call, 180, NULL));
        CHECK(fake_want(&f, "SIP/2.0 180 "));
        fake_request(&f, "CANCEL", "z9hG4bKin1", 10, "", rows[i].reason, NULL);
        ok = fake_want(&f, "SIP/2.0 200 ");
        CHECK(ok);
        CHECK_STR(fake_header(ok, "CSeq", a, sizeof(a)), "10 CANCEL");
        refusal = fake_want(&f, "SIP/2.0 487 ");
        CHECK(refusal);
        CHECK_STR(fake_header(refusal, "To", a, sizeof(a)), fake_header(ok, "To", b, sizeof(b)));
        CHECK_STR(fake_header(refusal, "CSeq", a, sizeof(a)), "10 INVITE");
        CHECK_INT(f.ended, 1);
        CHECK_INT(f.why.code, rows[i].code);
        CHECK_INT(f.why.q850, rows[i].q850);
        fake_request(&f, "ACK", "z9hG4bKin1", 10, strstr(b, ";tag=") + 5, NULL, NULL);
        TRY(fake_all_gone(&f));
        CHECK(fake_quiet(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* The CANCEL crossed our 200: it changes nothing. */
static int test_cancel_too_late(void)
{
    struct fake f;
    int err;

    TRY(ring(&f, NULL));
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request(&f, "CANCEL", "z9hG4bKin1", 10, "", NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* BYE in the early dialog: 200, and 487 to the INVITE. */
static int test_bye_while_ringing(void)
{
    struct fake f;
    char v[256];
    int err;

    TRY(ring(&f, NULL));
    TRY(ars_sip_call_progress(f.call, 180, NULL));
    fake_header(fake_want(&f, "SIP/2.0 180 "), "To", v, sizeof(v));
    fake_request(&f, "BYE", "z9hG4bKbye", 11, strstr(v, ";tag=") + 5, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK(fake_want(&f, "SIP/2.0 487 "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_CANCELLED);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static int test_bye_before_ack(void)
{
    struct fake f;
    char v[256];
    int err;

    TRY(ring(&f, NULL));
    TRY(ars_sip_call_answer(f.call, &answer));
    fake_header(fake_want(&f, "SIP/2.0 200 "), "To", v, sizeof(v));
    fake_request(&f, "BYE", "z9hG4bKbye", 11, strstr(v, ";tag=") + 5,
                 "Reason: Q.850;cause=16;text=\"NORMAL_CLEARING\"\r\n", NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_REMOTE_HANGUP);
    CHECK_INT(f.why.q850, 16);
    CHECK_STR(f.why.text, "NORMAL_CLEARING");
    TRY(fake_all_gone(&f));
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/*
 * FreeSWITCH: Request-URI and To are our Contact, a Route names us, headers after Content-Length.
 */
static int test_freeswitch_invite(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    fake_feed(&f,
              "INVITE sip:gpte9b1p@bio51md9gc7p.invalid;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:27443;branch=z9hG4bK0j2v\r\n"
              "Route: <sip:gpte9b1p@127.0.0.1:39148>;transport=wss\r\n"
              "Max-Forwards: 70\r\n"
              "From: \"Extension 1004\" <sip:1004@pbx.test>;tag=tDS\r\n"
              "To: <sip:gpte9b1p@bio51md9gc7p.invalid;transport=ws>\r\n"
              "Call-ID: 6969\r\nCSeq: 123115953 INVITE\r\n"
              "Contact: <sip:mod_sofia@127.0.0.1:27060>\r\n"
              "Supported: timer, path, replaces\r\nSession-Expires: 120;refresher=uac\r\n"
              "Min-SE: 120\r\nContent-Type: application/sdp\r\nContent-Disposition: session\r\n"
              "Content-Length: %zu\r\nX-FS-Support: update_display,send_info\r\n"
              "Remote-Party-ID: <sip:1004@pbx.test>;party=calling\r\n"
              "X-Display-Name: %%D0%%98%%D0%%B2%%D0%%B0%%D0%%BD\r\n\r\n%s",
              sizeof(FAKE_OFFER) - 1, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_STR(f.number, "1004");
    CHECK_STR(f.name, "Иван");
    CHECK_STR(f.called, "gpte9b1p");
    CHECK_INT(f.offer_len, sizeof(FAKE_OFFER) - 1);
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
out:
    fake_close(&f);
    return err;
}

/* The endpoint freed inside the handlers of an incoming call, and a call freed while it rings. */
static int test_in_free_in_handlers(void)
{
    struct fake f = {0};
    char v[256];
    char *tag;
    int err = 0;

    for (int i = 0; i < 3; i++) {
        TRY(fake_open(&f, 0));
        f.free_in_handler = i == 0;
        fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
        f.free_in_handler = true;
        if (i == 1) {
            fake_request(&f, "CANCEL", "z9hG4bKin1", 10, "", NULL, NULL);
        } else if (i == 2) {
            CHECK(fake_want(&f, "SIP/2.0 100 "));
            TRY(ars_sip_call_answer(f.call, &answer));
            tag = strstr(fake_header(fake_want(&f, "SIP/2.0 200 "), "To", v, sizeof(v)), ";tag=");
            CHECK(tag);
            fake_request(&f, "ACK", "z9hG4bKa", 10, tag + 5, NULL, NULL);
        }
        CHECK(!f.sip);
        fake_close(&f);
    }
    TRY(ring(&f, NULL));
    ars_sip_call_free(f.call);
    CHECK(fake_quiet(&f));
    TRY(fake_all_gone(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* The handlers may be missing altogether. */
static int test_without_handlers(void)
{
    static const struct ars_sip_call_handlers none;
    struct fake f;
    int err;

    TRY(ring(&f, NULL));
    ars_sip_call_set_handlers(f.call, &none, NULL);
    TRY(ars_sip_call_answer(f.call, &answer));
    fake_advance(&f, 31999);
    fake_advance(&f, 40000);
    TRY(fake_all_gone(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* RFC 3261 section 13.3.1.1: each minute, until there is an answer. */
static int test_rings_long(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_progress(f.call, 180, NULL));
    CHECK(fake_want(&f, "SIP/2.0 180 "));
    for (int i = 0; i < 3; i++) {
        fake_advance(&f, 59999);
        CHECK(fake_quiet(&f));
        fake_advance(&f, 1);
        CHECK(fake_want(&f, "SIP/2.0 180 "));
    }
    TRY(ars_sip_call_refuse(f.call, 486, NULL));
    CHECK(fake_want(&f, "SIP/2.0 486 "));
    fake_advance(&f, 120000);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* Section 13.3.1: over, unless it was answered before. */
static int test_expires(void)
{
    struct fake f = {0};
    int err = 0;

    for (int answered = 0; answered < 2; answered++) {
        TRY(fake_open(&f, 0));
        fake_invite(&f, "z9hG4bKin1", "Expires: 20\r\n", FAKE_OFFER);
        CHECK(fake_want(&f, "SIP/2.0 100 "));
        fake_advance(&f, 19999);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.ended, 0);
        if (answered)
            TRY(ars_sip_call_answer(f.call, &answer));
        CHECK(!answered || fake_want(&f, "SIP/2.0 200 "));
        fake_advance(&f, 1);
        CHECK(answered ? fake_quiet(&f) : fake_want(&f, "SIP/2.0 487 ") != NULL);
        CHECK_INT(f.ended, answered ? 0 : 1);
        CHECK_INT(f.why.code, answered ? ARS_REASON_NONE : ARS_REASON_CANCELLED);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"in_answered", test_in_answered, false},
    {"ok_is_repeated", test_ok_is_repeated, false},
    {"hangup_before_ack", test_hangup_before_ack, false},
    {"acks", test_acks, false},
    {"late_offer_in", test_late_offer_in, false},
    {"in_refused", test_in_refused, false},
    {"in_cancelled", test_in_cancelled, false},
    {"cancel_too_late", test_cancel_too_late, false},
    {"bye_while_ringing", test_bye_while_ringing, false},
    {"bye_before_ack", test_bye_before_ack, false},
    {"freeswitch_invite", test_freeswitch_invite, false},
    {"in_free_in_handlers", test_in_free_in_handlers, false},
    {"without_handlers", test_without_handlers, false},
    {"rings_long", test_rings_long, false},
    {"expires", test_expires, false},
};

const struct suite suite_invite_in = {cases, CHECK_COUNT(cases)};
