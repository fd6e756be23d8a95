/* REFER both ways, and the NOTIFYs that belong to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/sip_transfer.h>
#include <ars/str.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define ACTIVE "Event: refer\r\nSubscription-State: active;expires=60\r\n"
#define OVER   "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n"
#define FRAG   "Content-Type: message/sipfrag;version=2.0\r\n"

/* What the call told of its REFER, and of the peer's. */
static struct {
    unsigned news;
    int status;
    bool final;
    struct ars_reason why;
    int answer;
    unsigned referrals;
    char target[128];
    char number[64];
    char replaces[128];
    char referred_by[128];
    char by[64];
} told;

static void on_progress(struct ars_sip_call *call, int status, bool final,
                        const struct ars_reason *why, void *arg)
{
    told.news++;
    told.status = status;
    told.final = final;
    told.why = *why;
}

static int on_referred(struct ars_sip_call *call, const struct ars_sip_referral *r, void *arg)
{
    told.referrals++;
    ars_strcpy(told.target, sizeof(told.target), r->target);
    ars_strcpy(told.number, sizeof(told.number), r->number);
    ars_strcpy(told.replaces, sizeof(told.replaces), r->replaces ? r->replaces : "(none)");
    ars_strcpy(told.referred_by, sizeof(told.referred_by),
               r->referred_by ? r->referred_by : "(none)");
    ars_strcpy(told.by, sizeof(told.by), r->by);
    return told.answer;
}

static int up(struct fake *f)
{
    static const struct ars_sip_transfer_handlers handlers = {
        .progress = on_progress,
        .referred = on_referred,
    };
    int err;

    memset(&told, 0, sizeof(told));
    TRY(fake_open(f, 0));
    TRY(fake_call_up(f));
    ars_sip_call_set_transfer_handlers(f->call, &handlers);
    CHECK(fake_quiet(f));
out:
    return err;
}

/* The next NOTIFY of the peer, each with a CSeq and branch of its own. */
static void notify(struct fake *f, const char *headers, const char *body)
{
    static unsigned n = 100;
    char branch[32];

    snprintf(branch, sizeof(branch), "z9hG4bKnotify%u", ++n);
    fake_request_out(f, "NOTIFY", branch, n, headers, body);
}

/* ---- ours ---- */

/* RFC 5589 figure 3: REFER, 202, NOTIFY 100, NOTIFY 200. */
static int test_transfer(void)
{
    struct fake f;
    const char *req;
    char a[256];
    int err;

    TRY(up(&f));
    CHECK_INT(ars_sip_call_refer(f.call, "bad number"), EINVAL);
    TRY(ars_sip_call_refer(f.call, "1#2"));
    req = fake_want(&f, "REFER sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "To", a, sizeof(a)), "<sip:600@pbx.test>;tag=rt");
    CHECK_STR(fake_header(req, "Refer-To", a, sizeof(a)), "<sip:1%232@pbx.test>");
    CHECK_STR(fake_header(req, "Referred-By", a, sizeof(a)), "<sip:100@pbx.test>");
    CHECK(strstr(fake_header(req, "Contact", a, sizeof(a)), ";transport=ws>"));
    CHECK_INT(ars_sip_call_refer(f.call, "700"), EBUSY);
    fake_answer(&f, req, "202 Accepted", NULL, "Contact: <sip:600@10.0.0.1>\r\n", NULL);
    CHECK_INT(told.news, 0);
    notify(&f, ACTIVE FRAG, "SIP/2.0 100 Trying\r\n");
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(told.status, 100);
    CHECK(!told.final);
    notify(&f, OVER FRAG, "SIP/2.0 200 OK\r\n");
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(told.news, 2);
    CHECK_INT(told.status, 200);
    CHECK(told.final);
    /* the call is still there: who ends it is not REFER's business */
    CHECK_INT(f.ended, 0);
    CHECK(fake_quiet(&f));
    ars_sip_call_hangup(f.call, 0);
    fake_answer(&f, fake_want(&f, "BYE "), "200 OK", NULL, NULL, NULL);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

/* What the far end says, and what we make of it. status 0: nothing is known. */
static int test_news(void)
{
    static const struct {
        const char *headers;
        const char *body;
        unsigned news;
        int status;
        bool final;
        enum ars_reason_code code;
    } rows[] = {
        {OVER FRAG, "SIP/2.0 403 Forbidden\r\n", 1, 403, true, ARS_REASON_FORBIDDEN},
        {OVER FRAG, "SIP/2.0 486 Busy Here", 1, 486, true, ARS_REASON_BUSY},
        {ACTIVE FRAG, "SIP/2.0 603 Decline\r\nFrom: <sip:a@b>\r\n", 1, 603, true,
         ARS_REASON_DECLINED},
        {ACTIVE FRAG, "\r\nSIP/2.0 180 Ringing\r\n", 1, 180, false, ARS_REASON_SERVER_ERROR},
        /* no sipfrag: tolerated; over without one: nobody knows */
        {ACTIVE, NULL, 0, 0, false, ARS_REASON_NONE},
        {ACTIVE "Content-Type: text/plain\r\n", "SIP/2.0 200 OK\r\n", 0, 0, false, ARS_REASON_NONE},
        {ACTIVE FRAG, "SIP/2.0 99 Odd\r\n", 0, 0, false, ARS_REASON_NONE},
        {ACTIVE FRAG, "SIP/2.0 7000\r\n", 0, 0, false, ARS_REASON_NONE},
        {ACTIVE FRAG, "SIP/2.0", 0, 0, false, ARS_REASON_NONE},
        {OVER, NULL, 1, 0, true, ARS_REASON_SERVER_ERROR},
        {OVER FRAG, "SIP/2.0 100 Trying\r\n", 1, 0, true, ARS_REASON_SERVER_ERROR},
    };
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(up(&f));
        TRY(ars_sip_call_refer(f.call, "700"));
        fake_answer(&f, fake_want(&f, "REFER "), "202 Accepted", NULL, NULL, NULL);
        notify(&f, rows[i].headers, rows[i].body);
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        CHECK_INT(told.news, rows[i].news);
        CHECK_INT(told.status, rows[i].status);
        CHECK_INT(told.final, rows[i].final);
        if (rows[i].status >= 300)
            CHECK_INT(told.why.code, rows[i].code);
        /* after the last one a REFER may go out again */
        CHECK_INT(ars_sip_call_refer(f.call, "701"), rows[i].final ? 0 : EBUSY);
        CHECK_INT(f.ended, 0);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static int test_refused(void)
{
    struct fake f;
    char a[64];
    int cseq;
    const char *req;
    int err;

    TRY(up(&f));
    TRY(ars_sip_call_refer(f.call, "700"));
    req = fake_want(&f, "REFER ");
    cseq = fake_number(fake_header(req, "CSeq", a, sizeof(a)));
    fake_answer(&f, req, "407 Proxy Authentication Required", NULL,
                "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    req = fake_want(&f, "REFER ");
    CHECK(req);
    CHECK_INT(fake_number(fake_header(req, "CSeq", a, sizeof(a))), cseq + 1);
    CHECK(fake_has(req, "Proxy-Authorization: Digest "));
    CHECK(fake_has(req, "Refer-To: <sip:700@pbx.test>\r\n"));
    fake_answer(&f, req, "603 Decline", NULL, NULL, NULL);
    CHECK_INT(told.news, 1);
    CHECK_INT(told.status, 603);
    CHECK(told.final);
    CHECK_INT(told.why.code, ARS_REASON_DECLINED);
    /* nobody answers: the call is not lost by that */
    TRY(ars_sip_call_refer(f.call, "700"));
    CHECK(fake_want(&f, "REFER "));
    fake_advance(&f, 32000);
    CHECK_INT(told.news, 2);
    CHECK_INT(told.status, 408);
    CHECK_INT(f.ended, 0);
    /* the connection goes away */
    TRY(ars_sip_call_refer(f.call, "700"));
    ars_sip_set_transport(f.sip, NULL, true);
    CHECK_INT(told.news, 3);
    CHECK_INT(told.status, 503);
    CHECK_INT(ars_sip_call_refer(f.call, "700"), ENOTCONN);
out:
    fake_close(&f);
    return err;
}

/* 202, and then nothing, or the promise of nothing (RFC 4488). */
static int test_no_news(void)
{
    struct fake f;
    int err;

    TRY(up(&f));
    TRY(ars_sip_call_refer(f.call, "700"));
    fake_answer(&f, fake_want(&f, "REFER "), "202 Accepted", NULL, NULL, NULL);
    fake_advance(&f, 31999);
    CHECK_INT(told.news, 0);
    fake_advance(&f, 1);
    CHECK_INT(told.news, 1);
    CHECK_INT(told.status, 0);
    CHECK(told.final);
    TRY(ars_sip_call_refer(f.call, "700"));
    fake_answer(&f, fake_want(&f, "REFER "), "200 OK", NULL, "Refer-Sub: false\r\n", NULL);
    CHECK_INT(told.news, 2);
    CHECK_INT(told.status, 0);
    CHECK(told.final);
out:
    fake_close(&f);
    return err;
}

/* RFC 3515 section 2.4.4: a NOTIFY may overtake the 202. */
static int test_notify_first(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(up(&f));
    TRY(ars_sip_call_refer(f.call, "700"));
    req = fake_want(&f, "REFER ");
    notify(&f, OVER FRAG, "SIP/2.0 200 OK\r\n");
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(told.status, 200);
    CHECK(told.final);
    CHECK_INT(ars_sip_call_refer(f.call, "700"), EBUSY);
    fake_answer(&f, req, "202 Accepted", NULL, NULL, NULL);
    CHECK_INT(told.news, 1);
    TRY(ars_sip_call_refer(f.call, "700"));
out:
    fake_close(&f);
    return err;
}

/* Section 2.4.6: the id is the REFER's CSeq; one of an earlier REFER is not ours any more. */
static int test_ids(void)
{
    struct fake f;
    const char *req;
    char headers[256];
    char a[64];
    int first;
    int second;
    int err;

    TRY(up(&f));
    TRY(ars_sip_call_refer(f.call, "700"));
    req = fake_want(&f, "REFER ");
    first = fake_number(fake_header(req, "CSeq", a, sizeof(a)));
    fake_answer(&f, req, "603 Decline", NULL, NULL, NULL);
    TRY(ars_sip_call_refer(f.call, "701"));
    req = fake_want(&f, "REFER ");
    second = fake_number(fake_header(req, "CSeq", a, sizeof(a)));
    fake_answer(&f, req, "202 Accepted", NULL, NULL, NULL);
    CHECK_INT(told.news, 1);
    snprintf(headers, sizeof(headers), "Event: refer;id=%d\r\nSubscription-State: active\r\n" FRAG,
             first);
    notify(&f, headers, "SIP/2.0 200 OK\r\n");
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    CHECK_INT(told.news, 1);
    snprintf(headers, sizeof(headers), "Event: refer;id=%d\r\nSubscription-State: active\r\n" FRAG,
             second);
    notify(&f, headers, "SIP/2.0 180 Ringing\r\n");
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(told.status, 180);
out:
    fake_close(&f);
    return err;
}

/* RFC 5589 section 7: the second call named as its far end knows it, escaped for a URI. */
static int test_attended(void)
{
    static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER,
                                              sizeof(FAKE_OFFER) - 1};
    struct ars_sip_call *other;
    struct fake f;
    const char *req;
    char want[512];
    char tag[64];
    char id[128];
    char a[512];
    int err;

    TRY(up(&f));
    TRY(ars_sip_call_invite(f.sip, &other, "700", &offer, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    fake_header(req, "Call-ID", id, sizeof(id));
    ars_strcpy(tag, sizeof(tag), strstr(fake_header(req, "From", a, sizeof(a)), ";tag=") + 5);
    fake_answer(&f, req, "180 Ringing", "x", "Contact: <sip:700@10.0.0.2>\r\n", NULL);
    CHECK_INT(ars_sip_call_refer_call(f.call, other), EPROTO);
    fake_answer(&f, req, "200 OK", "x!%~", "Contact: <sip:700@10.0.0.2;transport=ws?a=b>\r\n",
                FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK "));
    CHECK_INT(ars_sip_call_refer_call(f.call, f.call), EINVAL);
    TRY(ars_sip_call_refer_call(f.call, other));
    req = fake_want(&f, "REFER sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    snprintf(want, sizeof(want),
             "<sip:700@10.0.0.2;transport=ws?Replaces=%s%%3Bto-tag%%3Dx!%%25~%%3Bfrom-tag%%3D%s>",
             id, tag);
    CHECK_STR(fake_header(req, "Refer-To", a, sizeof(a)), want);
    CHECK_STR(fake_header(req, "Referred-By", a, sizeof(a)), "<sip:100@pbx.test>");
    CHECK(strstr(fake_header(req, "Supported", a, sizeof(a)), "replaces"));
    fake_answer(&f, req, "202 Accepted", NULL, NULL, NULL);
    notify(&f, OVER FRAG, "SIP/2.0 200 OK\r\n");
    CHECK_INT(told.status, 200);
out:
    fake_close(&f);
    return err;
}

/* A call by another registrar: whom it reaches by a Contact is known there alone (7.5). */
static int test_attended_elsewhere(void)
{
    char want[512];
    char tag[64];
    char id[128];
    char a[512];
    const char *req;
    struct fake f;
    struct fake g;
    int err;

    TRY(up(&f));
    err = fake_open(&g, 0);
    if (!err)
        err = fake_incoming_up(&g, tag);
    CHECK(!err);
    TRY(ars_sip_call_refer_call(f.call, g.call));
    req = fake_want(&f, "REFER sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    fake_header(req, "Refer-To", a, sizeof(a));
    snprintf(want, sizeof(want),
             "<sip:101@pbx.test?Replaces=in-1%%3Bto-tag%%3Dct%%3Bfrom-tag%%3D%s>", tag);
    CHECK_STR(a, want);
    CHECK_STR(fake_header(req, "Referred-By", id, sizeof(id)), "<sip:100@pbx.test>");
    /* refused: both stand as before */
    fake_answer(&f, req, "404 Not Found", NULL, NULL, NULL);
    CHECK_INT(told.status, 404);
    CHECK_INT(f.ended + g.ended, 0);
    CHECK_INT(ars_sip_call_refer_call(f.call, f.call), EINVAL);
out:
    fake_close(&g);
    fake_close(&f);
    return err;
}

/* ---- theirs ---- */

static int test_referred(void)
{
    struct fake f;
    const char *req;
    char a[256];
    int err;

    TRY(up(&f));
    CHECK_INT(ars_sip_call_refer_tell(f.call, 200, NULL), EPROTO);
    fake_request_out(&f, "REFER", "z9hG4bKf1", 20,
                     "Refer-To: \"Anna\" <sip:70%2A1@pbx.test;method=INVITE;user=phone"
                     "?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>\r\n"
                     "Referred-By: <sip:101@pbx.test>;cid=x\r\n",
                     NULL);
    CHECK_INT(told.referrals, 1);
    CHECK_STR(told.target, "sip:70%2A1@pbx.test;user=phone");
    CHECK_STR(told.number, "70*1");
    CHECK_STR(told.replaces, "a@b;to-tag=1;from-tag=2");
    CHECK_STR(told.referred_by, "<sip:101@pbx.test>;cid=x");
    CHECK_STR(told.by, "101");
    CHECK(fake_want(&f, "SIP/2.0 202 Accepted\r\n"));
    req = fake_want(&f, "NOTIFY sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "Event", a, sizeof(a)), "refer");
    CHECK(strncmp(fake_header(req, "Subscription-State", a, sizeof(a)), "active;expires=", 15) ==
          0);
    CHECK_STR(fake_header(req, "Content-Type", a, sizeof(a)), "message/sipfrag;version=2.0");
    CHECK_STR(fake_body(req), "SIP/2.0 100 Trying\r\n");
    fake_answer(&f, req, "200 OK", NULL, NULL, NULL);
    /* one at a time */
    fake_request_out(&f, "REFER", "z9hG4bKf2", 21, "Refer-To: <sip:a@b>\r\n", NULL);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    TRY(ars_sip_call_refer_tell(f.call, 180, NULL));
    CHECK_STR(fake_body(fake_want(&f, "NOTIFY ")), "SIP/2.0 180 Ringing\r\n");
    TRY(ars_sip_call_refer_tell(f.call, 486, "Engaged"));
    req = fake_want(&f, "NOTIFY ");
    CHECK_STR(fake_header(req, "Subscription-State", a, sizeof(a)), "terminated;reason=noresource");
    CHECK_STR(fake_body(req), "SIP/2.0 486 Engaged\r\n");
    CHECK_INT(ars_sip_call_refer_tell(f.call, 200, NULL), EPROTO);
    /* the second of a dialog has an id */
    fake_request_out(&f, "REFER", "z9hG4bKf3", 22, "Refer-To: sip:a@b\r\n", NULL);
    CHECK_STR(told.target, "sip:a@b");
    CHECK_STR(told.replaces, "(none)");
    CHECK_STR(told.referred_by, "(none)");
    CHECK_STR(told.by, "");
    CHECK(fake_want(&f, "SIP/2.0 202 "));
    CHECK_STR(fake_header(fake_want(&f, "NOTIFY "), "Event", a, sizeof(a)), "refer;id=22");
    /* as Asterisk 22 writes it for Transfer(PJSIP/600) */
    TRY(ars_sip_call_refer_tell(f.call, 603, NULL));
    fake_request_out(&f, "REFER", "z9hG4bKf4", 23, "Refer-To: 600\r\n", NULL);
    CHECK_STR(told.target, "600");
    CHECK_STR(told.number, "600");
    ars_sip_call_hangup(f.call, 0);
    CHECK_INT(ars_sip_call_refer_tell(f.call, 200, NULL), EPROTO);
out:
    fake_close(&f);
    return err;
}

static int test_referred_refused(void)
{
    static const struct {
        const char *headers;
        int answer;
        const char *status;
    } rows[] = {
        {"", 0, "SIP/2.0 400 "},
        {"Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n", 0, "SIP/2.0 400 "},
        {"Refer-To: <sip:a@b>, <sip:c@d>\r\n", 0, "SIP/2.0 400 "},
        {"Refer-To: <>\r\n", 0, "SIP/2.0 400 "},
        {"Refer-To: <mailto:a@b>\r\n", 0, "SIP/2.0 416 "},
        {"Refer-To: <sip:a@b;method=SUBSCRIBE>\r\n", 0, "SIP/2.0 603 "},
        {"Refer-To: <sip:a@b>\r\n", 603, "SIP/2.0 603 "},
        {"Refer-To: <sip:a@b>\r\nRequire: multiple-refer\r\n", 0, "SIP/2.0 420 "},
    };
    struct fake f = {0};
    int err;

    TRY(up(&f));
    for (unsigned i = 0; i < CHECK_COUNT(rows); i++) {
        char branch[32];

        snprintf(branch, sizeof(branch), "z9hG4bKf%u", i);
        told.answer = rows[i].answer;
        fake_request_out(&f, "REFER", branch, 20 + i, rows[i].headers, NULL);
        CHECK(fake_want(&f, rows[i].status));
        CHECK(fake_quiet(&f));
    }
    CHECK_INT(told.referrals, 1);
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* Whatever fails on the way, nothing may crash, leak or hang. */
static int test_without_memory(void)
{
    struct fake f;
    const char *req;

    if (up(&f))
        goto out;
    (void)ars_sip_call_refer(f.call, "700");
    req = fake_want(&f, "REFER ");
    if (req)
        fake_answer(&f, req, "202 Accepted", NULL, NULL, NULL);
    notify(&f, ACTIVE FRAG, "SIP/2.0 100 Trying\r\n");
    notify(&f, OVER FRAG, "SIP/2.0 486 Busy\r\n");
    fake_request_out(&f, "REFER", "z9hG4bKf1", 900,
                     "Refer-To: <sip:a@b?Replaces=c>\r\nReferred-By: <sip:101@pbx.test>\r\n", NULL);
    (void)ars_sip_call_refer_tell(f.call, 200, NULL);
    fake_advance(&f, 70000);
out:
    fake_close(&f);
    return 0;
}

static const struct check_case cases[] = {
    {"transfer", test_transfer, false},
    {"transfer_news", test_news, false},
    {"transfer_refused", test_refused, false},
    {"transfer_no_news", test_no_news, false},
    {"transfer_notify_first", test_notify_first, false},
    {"transfer_ids", test_ids, false},
    {"transfer_attended", test_attended, false},
    {"transfer_attended_elsewhere", test_attended_elsewhere, false},
    {"referred", test_referred, false},
    {"referred_refused", test_referred_refused, false},
    {"transfers_without_memory", test_without_memory, true},
};

const struct suite suite_refer = {cases, CHECK_COUNT(cases)};
