/* How a call is ended from here: CANCEL and BYE, and what crosses them. */
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define CONTACT "Contact: <sip:600@10.0.0.1:5060;transport=udp>\r\n"
#define CHALLENGE407(nonce)                                                                        \
    "Proxy-Authenticate: Digest realm=\"pbx.test\", nonce=\"" nonce "\", algorithm=MD5, "          \
    "qop=\"auth\"\r\n"

/* The end that is told by time may free everything, like any other. */
static int test_freed_in_a_late_end(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    ars_sip_call_hangup(f.call, 0);
    f.free_in_handler = true;
    fake_advance(&f, 500);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    CHECK(!f.sip);
out:
    fake_close(&f);
    return err;
}

/* RFC 3261 section 9.1: only after a provisional answer; same URI, branch, CSeq, no To tag. */
static int test_cancel(void)
{
    struct fake f;
    const char *req;
    const char *cancel;
    char a[512];
    char b[512];
    int err;

    TRY(fake_dial(&f, &req));
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_quiet(&f));
    fake_answer(&f, req, "100 Trying", NULL, NULL, NULL);
    cancel = fake_want(&f, "CANCEL sip:600@pbx.test SIP/2.0\r\n");
    CHECK(cancel);
    CHECK_STR(fake_header(cancel, "Via", a, sizeof(a)), fake_header(req, "Via", b, sizeof(b)));
    CHECK_STR(fake_header(cancel, "To", a, sizeof(a)), "<sip:600@pbx.test>");
    CHECK_INT(fake_number(fake_header(cancel, "CSeq", a, sizeof(a))),
              fake_number(fake_header(req, "CSeq", b, sizeof(b))));
    fake_answer(&f, cancel, "200 OK", "rt", NULL, NULL);
    /* ringing that crossed tells nothing */
    fake_answer(&f, req, "180 Ringing", "rt", NULL, NULL);
    CHECK_INT(f.progress, 0);
    CHECK_INT(f.ended, 0);
    fake_answer(&f, req, "487 Request Terminated", "rt", NULL, NULL);
    CHECK(fake_want(&f, "ACK sip:600@pbx.test "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* The 200 crossed the CANCEL: ACK and BYE. The same when no provisional answer came before it. */
static int test_cancel_crossed_by_ok(void)
{
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (int provisional = 0; provisional < 2; provisional++) {
        TRY(fake_dial(&f, &req));
        if (provisional)
            fake_answer(&f, req, "180 Ringing", "rt", NULL, NULL);
        ars_sip_call_hangup(f.call, 0);
        if (provisional)
            CHECK(fake_want(&f, "CANCEL "));
        fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
        CHECK(fake_want(&f, "ACK sip:600@10.0.0.1"));
        req = fake_want(&f, "BYE sip:600@10.0.0.1");
        CHECK(req);
        CHECK_INT(f.answered, 0);
        fake_answer(&f, req, "200 OK", "rt", NULL, NULL);
        CHECK_INT(f.ended, 1);
        CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
        TRY(fake_all_gone(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* A refusal, or nothing at all, after the CANCEL: whoever hung up does not wait for it. */
static int test_cancel_other_ends(void)
{
    struct ars_sip_counts n;
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "180 Ringing", "rt", NULL, NULL);
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "CANCEL "));
    fake_advance(&f, 499);
    CHECK_INT(f.ended, 0);
    fake_advance(&f, 1);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_advance(&f, 31499);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.calls, 1);
    fake_advance(&f, 1);
    CHECK_INT(f.ended, 1);
    TRY(fake_all_gone(&f));
    fake_close(&f);

    TRY(fake_dial(&f, &req));
    ars_sip_call_hangup(f.call, 0);
    fake_answer(&f, req, "407 Proxy Authentication Required", "p", CHALLENGE407("n"), NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* What comes late finds the call, whose owner has gone: CANCEL; then ACK and BYE to a 2xx. */
static int test_cancel_in_the_background(void)
{
    struct fake f;
    const char *req;
    const char *bye;
    int err;

    TRY(fake_dial(&f, &req));
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 500);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_advance(&f, 20000);
    CHECK(fake_quiet(&f));
    fake_answer(&f, req, "180 Ringing", "rt", CONTACT, NULL);
    CHECK(fake_want(&f, "CANCEL sip:600@pbx.test "));
    fake_advance(&f, 20000);
    fake_answer(&f, req, "200 OK", "rt", CONTACT, FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:600@10.0.0.1"));
    bye = fake_want(&f, "BYE sip:600@10.0.0.1");
    CHECK(bye);
    fake_answer(&f, bye, "200 OK", "rt", NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.progress, 0);
    CHECK_INT(f.answered, 0);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* BYE both ways at once; BYE challenged; BYE without an answer. */
static int test_bye_variants(void)
{
    struct fake f;
    const char *bye;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    ars_sip_call_hangup(f.call, 0);
    bye = fake_want(&f, "BYE ");
    fake_request_out(&f, "BYE", "z9hG4bKcross", 7, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_answer(&f, bye, "481 Gone", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    TRY(fake_all_gone(&f));
    fake_close(&f);

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    ars_sip_call_hangup(f.call, 0);
    bye = fake_want(&f, "BYE ");
    fake_answer(&f, bye, "407 Proxy Authentication Required", NULL, CHALLENGE407("nb"), NULL);
    bye = fake_want(&f, "BYE ");
    CHECK(fake_has(bye, "Proxy-Authorization: Digest "));
    CHECK(fake_has(bye, "uri=\"sip:600@10.0.0.1:5060;transport=udp\""));
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    TRY(fake_all_gone(&f));
    fake_close(&f);

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 500);
    CHECK_INT(f.ended, 1);
    fake_advance(&f, 31500);
    CHECK_INT(f.ended, 1);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"cancel", test_cancel, false},
    {"cancel_crossed_by_ok", test_cancel_crossed_by_ok, false},
    {"cancel_other_ends", test_cancel_other_ends, false},
    {"cancel_in_the_background", test_cancel_in_the_background, false},
    {"freed_in_a_late_end", test_freed_in_a_late_end, false},
    {"bye_variants", test_bye_variants, false},
};

const struct suite suite_hangup = {cases, CHECK_COUNT(cases)};
