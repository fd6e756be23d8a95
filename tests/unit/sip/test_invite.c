/* The outgoing INVITE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

#define CONTACT "Contact: <sip:600@10.0.0.1:5060;transport=udp>\r\n"
#define CHALLENGE407(nonce)                                                                        \
    "Proxy-Authenticate: Digest realm=\"pbx.test\", nonce=\"" nonce "\", algorithm=MD5, "          \
    "qop=\"auth\"\r\n"

static int test_call_out_and_bye(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    CHECK_INT(f.progress, 1);
    CHECK_INT(f.last_progress, 180);
    CHECK_INT(f.answer_len, sizeof(FAKE_ANSWER) - 1);
    ars_sip_call_hangup(f.call, 0);
    req = fake_want(&f, "BYE sip:600@10.0.0.1:5060;transport=udp SIP/2.0");
    CHECK(req);
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), "<sip:600@pbx.test>;tag=rt");
    CHECK_INT(f.ended, 0);
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_quiet(&f));
    fake_answer(&f, req, "200 OK", "rt", NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static int test_the_invite(void)
{
    static const struct ars_sip_header extra[] = {{"X-One", "1\r\nX-Evil: 2"}};
    static const struct ars_sip_header bad[] = {{"X One", "1"}};
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "+7*1#", &offer, extra, 1, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE sip:+7*1%23@pbx.test SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), "<sip:+7*1%23@pbx.test>");
    CHECK_STR(fake_header(req, "X-Display-Name", v, sizeof(v)),
              "%D0%98%D0%B2%D0%B0%D0%BD%20%22%D0%98%22%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2");
    CHECK_STR(fake_header(req, "X-One", v, sizeof(v)), "1  X-Evil: 2");
    CHECK_STR(fake_header(req, "X-Evil", v, sizeof(v)), "");
    fake_header(req, "Contact", v, sizeof(v));
    CHECK(strncmp(v, "<sip:100@", 9) == 0);
    CHECK(strstr(v, ".invalid;transport=ws>"));
    CHECK_STR(fake_header(req, "Content-Type", v, sizeof(v)), "application/sdp");
    CHECK_INT(fake_number(fake_header(req, "Content-Length", v, sizeof(v))),
              sizeof(FAKE_OFFER) - 1);
    CHECK_STR(fake_body(req), FAKE_OFFER);
    CHECK(*fake_header(req, "Allow", v, sizeof(v)));
    CHECK_STR(ars_sip_call_peer_number(f.call), "+7*1#");
    CHECK_STR(ars_sip_call_id(f.call), fake_header(req, "Call-ID", v, sizeof(v)));
    ars_sip_call_free(f.call);
    CHECK_INT(ars_sip_call_invite(f.sip, &f.call, "1", &offer, bad, 1, &fake_call_handlers, &f),
              EINVAL);
    TRY(fake_all_gone(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

static int test_targets(void)
{
    static const struct {
        const char *target;
        const char *uri; /* NULL: EINVAL */
    } rows[] = {
        {"600", "sip:600@pbx.test"},
        {"sip:a@h.test:5070;user=phone", "sip:a@h.test:5070;user=phone"},
        {"SIPS:a@h", "SIPS:a@h"},
        {"a@h", "sip:a@h"},
        {"tel:+7999;phone-context=x", "sip:+7999@pbx.test"},
        {"tel:+7-(912).345", "sip:+7912345@pbx.test"},
        {"Иван", "sip:%D0%98%D0%B2%D0%B0%D0%BD@pbx.test"},
        {"a%b", "sip:a%25b@pbx.test"},
        {"", NULL},
        {"6 0", NULL},
        {"6\r\nX: 1", NULL},
        {"sip:", NULL},
        {"sip:a@", NULL},
        {"sip:a@h?Subject=x", NULL},
        {"sip:a@h>;tag=1", NULL},
        {"a@h\n", NULL},
        {"<sip:a@h>", NULL},
        {"tel:", NULL},
        {"tel:--", NULL},
    };
    struct fake f;
    char line[256];
    int err;

    TRY(fake_open(&f, 0));
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        int got = ars_sip_call_invite(f.sip, &f.call, rows[i].target, &offer, NULL, 0, NULL, NULL);

        if (!rows[i].uri) {
            if (got != EINVAL || !fake_quiet(&f)) {
                err = check_fail(__FILE__, __LINE__, "%s: %d", rows[i].target, got);
                goto out;
            }
            continue;
        }
        TRY(got);
        snprintf(line, sizeof(line), "INVITE %s SIP/2.0\r\n", rows[i].uri);
        if (!fake_want(&f, line)) {
            err = check_fail(__FILE__, __LINE__, "%s: %.60s", rows[i].target, f.sent[f.nsent - 1]);
            goto out;
        }
        ars_sip_call_free(f.call);
    }
    ars_sip_set_transport(f.sip, NULL, true);
    CHECK_INT(ars_sip_call_invite(f.sip, &f.call, "1", &offer, NULL, 0, NULL, NULL), ENOTCONN);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* 407: ACK, the same offer with a new branch and the next CSeq; up front for the next call. */
static int test_challenged(void)
{
    struct fake f;
    const char *one;
    const char *two;
    char a[1024];
    char b[1024];
    int cseq;
    int err;

    TRY(fake_dial(&f, &one));
    fake_answer(&f, one, "100 Trying", NULL, NULL, NULL);
    fake_answer(&f, one, "407 Proxy Authentication Required", "p", CHALLENGE407("n1"), NULL);
    CHECK(fake_want(&f, "ACK "));
    two = fake_want(&f, "INVITE sip:600@pbx.test SIP/2.0\r\n");
    CHECK(two);
    CHECK_STR(fake_header(one, "Call-ID", a, sizeof(a)), fake_header(two, "Call-ID", b, sizeof(b)));
    CHECK_STR(fake_header(one, "From", a, sizeof(a)), fake_header(two, "From", b, sizeof(b)));
    CHECK_STR(fake_header(two, "To", a, sizeof(a)), "<sip:600@pbx.test>");
    CHECK(strcmp(fake_header(one, "Via", a, sizeof(a)), fake_header(two, "Via", b, sizeof(b))));
    cseq = fake_number(fake_header(one, "CSeq", a, sizeof(a)));
    CHECK_INT(fake_number(fake_header(two, "CSeq", b, sizeof(b))), cseq + 1);
    CHECK_STR(fake_body(one), fake_body(two));
    fake_header(two, "Proxy-Authorization", a, sizeof(a));
    CHECK(strstr(a, "uri=\"sip:600@pbx.test\"") && strstr(a, "nonce=\"n1\""));
    fake_answer(&f, two, "200 OK", "rt", CONTACT, FAKE_ANSWER);
    CHECK_INT(f.answered, 1);
    CHECK(fake_want(&f, "ACK sip:600@10.0.0.1"));
    ars_sip_call_free(f.call);
    TRY(ars_sip_call_invite(f.sip, &f.call, "601", &offer, NULL, 0, &fake_call_handlers, &f));
    one = fake_want(&f, "INVITE ");
    fake_header(one, "Proxy-Authorization", a, sizeof(a));
    CHECK(strstr(a, "nc=00000002") && strstr(a, "uri=\"sip:601@pbx.test\""));
    /* wrong now: the same nonce is refused */
    fake_answer(&f, one, "407 Proxy Authentication Required", "p", CHALLENGE407("n1"), NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_WRONG_PASSWORD);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static int test_early_media(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "183 Session Progress", "rt", CONTACT, FAKE_ANSWER);
    CHECK_INT(f.last_progress, 183);
    CHECK_INT(f.progress_len, sizeof(FAKE_ANSWER) - 1);
    fake_answer(&f, req, "180 Ringing", "rt", NULL, NULL);
    CHECK_INT(f.progress, 2);
    CHECK_INT(f.progress_len, 0);
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
    CHECK_INT(f.answered, 1);
    CHECK(fake_want(&f, "ACK "));
    fake_request_out(&f, "BYE", "z9hG4bKb1", 5, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(f.why.code, ARS_REASON_REMOTE_HANGUP);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static int test_refusals(void)
{
    static const struct {
        const char *status;
        const char *headers;
        enum ars_reason_code code;
        int q850;
    } rows[] = {
        {"486 Busy Here", "Reason: Q.850;cause=17;text=\"USER_BUSY\"\r\n", ARS_REASON_BUSY, 17},
        {"600 Busy Everywhere", NULL, ARS_REASON_BUSY, 0},
        {"603 Decline", NULL, ARS_REASON_DECLINED, 0},
        {"403 Forbidden", NULL, ARS_REASON_FORBIDDEN, 0},
        {"403 Forbidden", "Reason: Q.850;cause=21\r\n", ARS_REASON_DECLINED, 21},
        {"404 Not Found", "Reason: SIP;cause=404;text=\"a, b\", q.850 ; cause = 1\r\n",
         ARS_REASON_NOT_FOUND, 1},
        {"410 Gone", NULL, ARS_REASON_NOT_FOUND, 0},
        {"484 Address Incomplete", NULL, ARS_REASON_NOT_FOUND, 0},
        {"604 Nowhere", NULL, ARS_REASON_NOT_FOUND, 0},
        {"408 Request Timeout", NULL, ARS_REASON_NO_ANSWER, 0},
        {"480 Temporarily Unavailable", "Reason: Q.850;cause=19\r\n", ARS_REASON_NO_ANSWER, 19},
        {"487 Request Terminated", NULL, ARS_REASON_NO_ANSWER, 0},
        {"488 Not Acceptable Here", "Reason: Q.850;cause=88\r\n", ARS_REASON_NOT_ACCEPTABLE, 88},
        {"606 Not Acceptable", NULL, ARS_REASON_NOT_ACCEPTABLE, 0},
        {"481 Gone", NULL, ARS_REASON_DIALOG_LOST, 0},
        {"302 Moved Temporarily", NULL, ARS_REASON_REDIRECTED, 0},
        {"503 Service Unavailable", "Reason: Q.850;cause=34\r\n", ARS_REASON_UNAVAILABLE, 34},
        {"500 Server Internal Error", "Reason: Q.850;cause=999\r\n", ARS_REASON_UNAVAILABLE, 0},
        {"400 Bad Request", "Reason: nonsense\r\n", ARS_REASON_SERVER_ERROR, 0},
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(fake_dial(&f, &req));
        fake_answer(&f, req, rows[i].status, "x", rows[i].headers, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK(fake_quiet(&f));
        if (f.ended != 1 || f.why.code != rows[i].code || f.why.q850 != rows[i].q850) {
            err = check_fail(__FILE__, __LINE__, "%s: code %d q850 %d", rows[i].status, f.why.code,
                             f.why.q850);
            goto out;
        }
        CHECK_INT(f.why.sip_status, fake_number(rows[i].status));
        TRY(fake_all_gone(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* A repeated 2xx gets the same ACK again, while the transaction lives and after it. */
static int test_repeated_ok(void)
{
    struct fake f;
    const char *req;
    char ack[4096];
    const char *again;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
    snprintf(ack, sizeof(ack), "%s", fake_want(&f, "ACK "));
    for (int i = 0; i < 2; i++) {
        fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
        again = fake_want(&f, "ACK ");
        CHECK(again);
        CHECK_STR(again, ack);
        fake_advance(&f, 33000);
    }
    CHECK_INT(f.answered, 1);
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* Section 13.2.2.4: the second branch of a fork is ACKed and let go; the first call stays. */
static int test_forked_ok(void)
{
    struct fake f;
    const char *req;
    const char *bye;
    char v[256];
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "180 Ringing", "one", "Contact: <sip:one@h>\r\n", NULL);
    fake_answer(&f, req, "180 Ringing", "two", "Contact: <sip:two@h>\r\n", NULL);
    CHECK_INT(f.progress, 2);
    fake_answer(&f, req, "200 OK", "two", "Contact: <sip:two@h>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:two@h SIP/2.0"));
    fake_answer(&f, req, "200 OK", "one",
                "Contact: <sip:one@h>\r\nRecord-Route: <sip:r1;lr>, <sip:r2;lr>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:one@h SIP/2.0"));
    bye = fake_want(&f, "BYE sip:one@h SIP/2.0");
    CHECK(bye);
    CHECK(strstr(fake_header(bye, "To", v, sizeof(v)), ";tag=one"));
    CHECK_STR(fake_header(bye, "Route", v, sizeof(v)), "<sip:r2;lr>");
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.answered, 1);
    CHECK_INT(f.ended, 0);
    /* one more after the call itself has gone */
    ars_sip_call_hangup(f.call, 0);
    fake_answer(&f, fake_want(&f, "BYE sip:two@h"), "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    fake_answer(&f, req, "200 OK", "three", "Contact: <sip:three@h>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:three@h "));
    CHECK(fake_want(&f, "BYE sip:three@h "));
    TRY(fake_all_gone(&f));
    /* and one that nothing of ours asked for */
    fake_answer(&f, req, "200 OK", "four", "Contact: <sip:four@h>\r\n", FAKE_ANSWER);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* Sections 12.1.2 and 12.2.1.1: reversed route set; a first route without lr is a strict router. */
static int test_routes(void)
{
    struct fake f;
    const char *req;
    const char *bye;
    char v[256];
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "200 OK", "rt",
                CONTACT "Record-Route: <sip:near;lr>\r\nRecord-Route: <sip:far;lr>\r\n",
                FAKE_ANSWER);
    CHECK(fake_has(fake_want(&f, "ACK sip:600@10.0.0.1:5060;transport=udp SIP/2.0"),
                   "Route: <sip:far;lr>\r\nRoute: <sip:near;lr>\r\n"));
    ars_sip_call_free(f.call);
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", &offer, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    fake_answer(&f, req, "200 OK", "rt",
                CONTACT "Record-Route: <sip:near;lr>, <sip:strict;x=lr>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:strict;x=lr SIP/2.0"));
    ars_sip_call_hangup(f.call, 0);
    bye = fake_want(&f, "BYE sip:strict;x=lr SIP/2.0");
    CHECK(
        fake_has(bye, "Route: <sip:near;lr>\r\nRoute: <sip:600@10.0.0.1:5060;transport=udp>\r\n"));
    CHECK_STR(fake_header(bye, "Route", v, sizeof(v)), "<sip:near;lr>");
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    /* more routes than anybody needs: the call cannot be used */
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", &offer, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    fake_answer(&f, req, "200 OK", "rt",
                CONTACT "Record-Route: <a:1>,<a:2>,<a:3>,<a:4>,<a:5>,<a:6>,<a:7>,<a:8>,<a:9>,"
                        "<a:10>,<a:11>,<a:12>,<a:13>,<a:14>,<a:15>,<a:16>,<a:17>\r\n",
                FAKE_ANSWER);
    CHECK_INT(f.ended, 2);
    CHECK_INT(f.why.code, ARS_REASON_SERVER_ERROR);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* We sent no offer: theirs comes in the 2xx, our answer goes into the ACK. */
static int test_late_offer(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    CHECK_STR(fake_body(req), "");
    CHECK_INT(ars_sip_call_ack(f.call, &answer), EPROTO);
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_OFFER);
    CHECK_INT(f.answered, 1);
    CHECK(fake_quiet(&f));
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_OFFER);
    CHECK(fake_quiet(&f));
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EPROTO);
    TRY(ars_sip_call_ack(f.call, &answer));
    CHECK_STR(fake_body(fake_want(&f, "ACK ")), FAKE_ANSWER);
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_OFFER);
    CHECK_STR(fake_body(fake_want(&f, "ACK ")), FAKE_ANSWER);
    ars_sip_call_free(f.call);
    /* given up before the answer was there: ACK all the same, then BYE */
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_OFFER);
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "ACK "));
    fake_answer(&f, fake_want(&f, "BYE "), "481 Gone", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* A 2xx without Contact: the URI that was called stays the target. */
static int test_ok_without_contact(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "200 OK", "rt", NULL, FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:600@pbx.test SIP/2.0"));
    CHECK_INT(f.answered, 1);
out:
    fake_close(&f);
    return err;
}

/* What the callee may ask while it rings. */
static int test_requests_in_the_early_dialog(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "180 Ringing", "rt", CONTACT, NULL);
    fake_request_out(&f, "UPDATE", "z9hG4bKe1", 1, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request_out(&f, "UPDATE", "z9hG4bKe2", 2, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    fake_request_out(&f, "INFO", "z9hG4bKe3", 3, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request_out(&f, "BYE", "z9hG4bKe4", 4, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_request_out(&f, "INVITE", "z9hG4bKe5", 5, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    CHECK_INT(f.ended, 0);
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
    CHECK_INT(f.answered, 1);
out:
    fake_close(&f);
    return err;
}

static int test_call_limit(void)
{
    struct fake f;
    struct ars_sip_call *call;
    int err;

    TRY(fake_open(&f, 0));
    for (unsigned i = 0; i < SIP_CALLS_MAX; i++)
        TRY(ars_sip_call_invite(f.sip, &call, "1", &offer, NULL, 0, NULL, NULL));
    CHECK_INT(ars_sip_call_invite(f.sip, &call, "1", &offer, NULL, 0, NULL, NULL), EAGAIN);
    fake_drop_sent(&f);
    fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 503 "));
    CHECK_INT(f.incoming, 0);
out:
    fake_close(&f);
    return err;
}

/* The endpoint freed inside each handler of an outgoing call. */
static int test_call_free_in_handlers(void)
{
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (int i = 0; i < 8; i++) {
        if (i < 4) {
            TRY(fake_dial(&f, &req));
        } else {
            TRY(fake_open(&f, 0));
            TRY(fake_call_up(&f));
        }
        f.free_in_handler = true;
        switch (i) {
        case 0:
            fake_answer(&f, req, "180 Ringing", "rt", NULL, NULL);
            break;
        case 1:
            fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
            break;
        case 2:
            fake_answer(&f, req, "486 Busy", "rt", NULL, NULL);
            break;
        case 3:
            fake_advance(&f, 32000);
            break;
        case 4:
            fake_request_out(&f, "BYE", "z9hG4bKx", 1, NULL, NULL);
            break;
        case 5:
            fake_request_out(&f, "INFO", "z9hG4bKx", 1, NULL, NULL);
            break;
        case 6:
            fake_request_out(&f, "INVITE", "z9hG4bKx", 1, NULL, FAKE_OFFER);
            break;
        default:
            ars_sip_set_transport(f.sip, NULL, true);
            ars_sip_call_hangup(f.call, 0);
            break;
        }
        CHECK(!f.sip);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"call_out_and_bye", test_call_out_and_bye, false},
    {"the_invite", test_the_invite, false},
    {"targets", test_targets, false},
    {"invite_challenged", test_challenged, false},
    {"early_media", test_early_media, false},
    {"refusals", test_refusals, false},
    {"repeated_ok", test_repeated_ok, false},
    {"forked_ok", test_forked_ok, false},
    {"routes", test_routes, false},
    {"late_offer", test_late_offer, false},
    {"ok_without_contact", test_ok_without_contact, false},
    {"requests_in_the_early_dialog", test_requests_in_the_early_dialog, false},
    {"call_limit", test_call_limit, false},
    {"call_free_in_handlers", test_call_free_in_handlers, false},
};

const struct suite suite_invite = {cases, CHECK_COUNT(cases)};
