/* INVITE with Replaces (RFC 3891). */
#include <stdio.h>
#include <string.h>

#include <ars/sip_transfer.h>
#include <ars/str.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

/* A header that names f->call as we know it, with `more` behind it. */
static void name(const struct fake *f, char *out, size_t size, const char *rtag, const char *more)
{
    snprintf(out, size, "Replaces: %s;to-tag=%s;from-tag=%s%s\r\n", f->call->dlg->call_id,
             f->call->dlg->ltag, rtag, more);
}

/* Section 3: a confirmed dialog; the new call is announced with it, the old one goes on. */
static int test_replaces(void)
{
    struct ars_sip_call *old;
    struct fake f;
    char header[256];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    old = f.call;
    name(&f, header, sizeof(header), "rt", "");
    fake_invite(&f, "z9hG4bKp1", header, FAKE_OFFER);
    CHECK_INT(f.incoming, 1);
    CHECK(f.replaced == old);
    CHECK(!ars_sip_call_replaced(f.call)); /* no longer than the handler */
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

static int test_refused(void)
{
    static const struct {
        const char *rtag;
        const char *more;
        const char *status;
    } rows[] = {
        {"rt", ";early-only", "SIP/2.0 486 "}, /* it is confirmed */
        {"rt", "x", "SIP/2.0 481 "},
        {"other", "", "SIP/2.0 481 "},
        {"0", "", "SIP/2.0 481 "},
        {"rt", "\r\nReplaces: a;to-tag=b;from-tag=c", "SIP/2.0 400 "},
    };
    struct fake f;
    char header[256];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        char branch[32];

        snprintf(branch, sizeof(branch), "z9hG4bKp%zu", i);
        name(&f, header, sizeof(header), rows[i].rtag, rows[i].more);
        fake_invite(&f, branch, header, FAKE_OFFER);
        CHECK(fake_want(&f, "SIP/2.0 100 "));
        CHECK(fake_want(&f, rows[i].status));
        fake_request(&f, "ACK", branch, 10, "", NULL, NULL);
    }
    fake_invite(&f, "z9hG4bKq1", "Replaces: abc\r\n", FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 ") && fake_want(&f, "SIP/2.0 400 "));
    fake_request(&f, "ACK", "z9hG4bKq1", 10, "", NULL, NULL);
    fake_invite(&f, "z9hG4bKq2", "Replaces: abc;to-tag=b\r\n", FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 ") && fake_want(&f, "SIP/2.0 400 "));
    CHECK_INT(f.incoming, 0);
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* A call that is ending: 603. */
static int test_ending(void)
{
    struct fake f;
    char header[256];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    name(&f, header, sizeof(header), "rt", "");
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "BYE "));
    fake_invite(&f, "z9hG4bKp1", header, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 ") && fake_want(&f, "SIP/2.0 603 "));
    CHECK_INT(f.incoming, 0);
out:
    fake_close(&f);
    return err;
}

/* An early dialog: taken when we began it, with or without early-only; 481 when they did. */
static int test_early(void)
{
    struct ars_sip_call *old;
    struct fake f;
    const char *req;
    char header[256];
    int err;

    TRY(fake_dial(&f, &req));
    old = f.call;
    name(&f, header, sizeof(header), "rt", ";early-only");
    fake_invite(&f, "z9hG4bKp1", header, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 ") && fake_want(&f, "SIP/2.0 481 ")); /* no dialog yet */
    fake_request(&f, "ACK", "z9hG4bKp1", 10, "", NULL, NULL);
    fake_answer(&f, req, "180 Ringing", "rt", "Contact: <sip:600@10.0.0.1>\r\n", NULL);
    fake_invite(&f, "z9hG4bKp2", header, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.incoming, 1);
    CHECK(f.replaced == old);
    fake_close(&f);

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKp1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_progress(f.call, 180, NULL));
    CHECK(fake_want(&f, "SIP/2.0 180 "));
    name(&f, header, sizeof(header), "ct", "");
    fake_feed(&f,
              "INVITE sip:100@127.0.0.1:42742;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:20089;branch=z9hG4bKp2\r\n"
              "From: <sip:103@pbx.test>;tag=third\r\nTo: <sip:100@127.0.0.1>\r\n"
              "Contact: <sip:asterisk@pbx.test>\r\nCall-ID: in-2\r\nCSeq: 1 INVITE\r\n%s"
              "Content-Length: 0\r\n\r\n",
              header);
    CHECK(fake_want(&f, "SIP/2.0 100 ") && fake_want(&f, "SIP/2.0 481 "));
    CHECK_INT(f.incoming, 1);
out:
    fake_close(&f);
    return err;
}

static int test_without_memory(void)
{
    struct ars_sip_call *other = NULL;
    struct fake f;
    char header[256];

    if (fake_open(&f, 0) || fake_call_up(&f))
        goto out;
    name(&f, header, sizeof(header), "rt", "");
    if (!ars_sip_call_invite(f.sip, &other, "700", &offer, NULL, 0, NULL, NULL)) {
        (void)fake_want(&f, "INVITE ");
        fake_answer(&f, f.sent[f.nsent - 1], "200 OK", "x", "Contact: <sip:7@h>\r\n", FAKE_ANSWER);
        (void)ars_sip_call_refer_call(f.call, other);
    }
    fake_invite(&f, "z9hG4bKp1", header, FAKE_OFFER);
    fake_advance(&f, 70000);
out:
    fake_close(&f);
    return 0;
}

static const struct check_case cases[] = {
    {"replaces", test_replaces, false},
    {"replaces_refused", test_refused, false},
    {"replaces_ending", test_ending, false},
    {"replaces_early", test_early, false},
    {"replaces_without_memory", test_without_memory, true},
};

const struct suite suite_replaces = {cases, CHECK_COUNT(cases)};
