/* Inside the established dialog: re-INVITE both ways, UPDATE, INFO and their glare. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define NEW_OFFER "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\na=sendonly\r\n"

static const struct ars_sip_body offer = {"application/sdp", NEW_OFFER, sizeof(NEW_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

static int up(struct fake *f, bool outgoing, char *tag)
{
    int err;

    TRY(fake_open(f, 0));
    if (outgoing)
        TRY(fake_call_up(f));
    else
        TRY(fake_incoming_up(f, tag));
    CHECK(fake_quiet(f));
out:
    return err;
}

static int test_reinvite(void)
{
    struct fake f;
    const char *req;
    char a[256];
    char b[256];
    int err;

    TRY(up(&f, true, NULL));
    CHECK_INT(ars_sip_call_reinvite(f.call, NULL), EINVAL);
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_body(req), NEW_OFFER);
    CHECK_STR(fake_header(req, "To", a, sizeof(a)), "<sip:600@pbx.test>;tag=rt");
    CHECK_INT(fake_number(fake_header(req, "CSeq", a, sizeof(a))),
              fake_number(fake_header(f.sent[0], "CSeq", b, sizeof(b))) + 1);
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
    fake_answer(&f, req, "100 Trying", NULL, NULL, NULL);
    /* target refresh by the answer */
    fake_answer(&f, req, "200 OK", NULL, "Contact: <sip:600@moved>\r\n", FAKE_ANSWER);
    CHECK_INT(f.reanswers, 1);
    CHECK_INT(f.reanswer_status, 200);
    CHECK(fake_want(&f, "ACK sip:600@moved SIP/2.0\r\n"));
    fake_answer(&f, req, "200 OK", NULL, "Contact: <sip:600@moved>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:600@moved SIP/2.0\r\n"));
    CHECK_INT(f.reanswers, 1);
    CHECK_INT(f.answered, 1);
out:
    fake_close(&f);
    return err;
}

/*
 * RFC 3262 section 5: answered by a reliable 183. Offers may follow (RFC 3311 section 5.2), another
 * INVITE only after the final response (RFC 3261 section 14), which needs no answer any more.
 */
static int test_reinvite_answered_reliably(void)
{
    static const char reliable[] = "Require: 100rel\r\nRSeq: 5\r\n";
    static const struct {
        const char *final;
        const char *body;
    } rows[] = {{"200 OK", NULL}, {"200 OK", FAKE_ANSWER}, {"488 No", NULL}, {"491 No", NULL}};
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(up(&f, true, NULL));
        TRY(ars_sip_call_reinvite(f.call, &offer));
        req = fake_want(&f, "INVITE ");
        fake_answer(&f, req, "183 Session Progress", NULL, NULL, FAKE_ANSWER);
        CHECK_INT(f.reanswers, 0);
        fake_answer(&f, req, "183 Session Progress", NULL, reliable, FAKE_ANSWER);
        CHECK(fake_want(&f, "PRACK "));
        CHECK_INT(f.reanswers, 1);
        CHECK_INT(f.reanswer_status, 183);
        CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
        fake_request_out(&f, "INVITE", "z9hG4bKp1", 1, NULL, FAKE_OFFER);
        CHECK(fake_want(&f, "SIP/2.0 491 "));
        fake_request_out(&f, "UPDATE", "z9hG4bKp2", 2, NULL, FAKE_OFFER);
        CHECK_INT(f.reoffers, 1);
        TRY(ars_sip_call_answer(f.call, &answer));
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        fake_answer(&f, req, rows[i].final, NULL, NULL, rows[i].body);
        CHECK(fake_want(&f, "ACK "));
        fake_advance(&f, 4000);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.reanswers, 1);
        CHECK_INT(f.ended, 0);
        TRY(ars_sip_call_reinvite(f.call, &offer));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Challenged inside the dialog, as Asterisk does: once more, same offer, next CSeq. */
static int test_reinvite_challenged(void)
{
    struct fake f;
    const char *req;
    char a[256];
    int cseq;
    int err;

    TRY(up(&f, true, NULL));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE ");
    cseq = fake_number(fake_header(req, "CSeq", a, sizeof(a)));
    fake_answer(&f, req, "401 Unauthorized", NULL,
                "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    req = fake_want(&f, "INVITE ");
    CHECK(req);
    CHECK_INT(fake_number(fake_header(req, "CSeq", a, sizeof(a))), cseq + 1);
    CHECK(fake_has(req, "Authorization: Digest "));
    CHECK_STR(fake_body(req), NEW_OFFER);
    fake_answer(&f, req, "401 Unauthorized", NULL,
                "WWW-Authenticate: Digest realm=\"a\", nonce=\"m\", qop=\"auth\"\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.reanswer_status, 401);
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

static int test_reinvite_refused(void)
{
    static const struct {
        const char *status;
        int told;
    } rows[] = {{"488 Not Acceptable Here", 488}, {"500 No", 500}, {"603 Decline", 603}};
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(up(&f, true, NULL));
        TRY(ars_sip_call_reinvite(f.call, &offer));
        fake_answer(&f, fake_want(&f, "INVITE "), rows[i].status, NULL, NULL, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK_INT(f.reanswer_status, rows[i].told);
        CHECK_INT(f.ended, 0);
        TRY(ars_sip_call_reinvite(f.call, &offer));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Section 14.2: who is busy says for how long; twice, and not for longer than a person waits. */
static int test_reinvite_retry_after(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(up(&f, true, NULL));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    for (int i = 0; i < 2; i++) {
        fake_answer(&f, fake_want(&f, "INVITE "), "500 Busy", NULL, "Retry-After: 7 (soon)\r\n",
                    NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
        fake_advance(&f, 6999);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.reanswers, 0);
        fake_advance(&f, 1);
        req = f.sent[f.read];
        CHECK(fake_has(req, "INVITE sip:600@10.0.0.1"));
        CHECK_STR(fake_body(req), NEW_OFFER);
    }
    fake_answer(&f, fake_want(&f, "INVITE "), "500 Busy", NULL, "Retry-After: 7\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK_INT(f.reanswer_status, 500);
    TRY(ars_sip_call_reinvite(f.call, &offer));
    fake_answer(&f, fake_want(&f, "INVITE "), "503 Later", NULL, "Retry-After: 11\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK_INT(f.reanswers, 2);
    CHECK_INT(f.reanswer_status, 503);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* RFC 3261 sections 12.2.1.2 and 14.1: 481, 408 and silence end the dialog, the latter with BYE. */
static int test_reinvite_finds_nobody(void)
{
    struct fake f = {0};
    const char *req;
    const char *bye;
    int err;

    TRY(up(&f, true, NULL));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE ");
    fake_answer(&f, req, "481 Call Does Not Exist", NULL, NULL, NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_DIALOG_LOST);
    fake_close(&f);

    for (int silent = 0; silent < 2; silent++) {
        TRY(up(&f, true, NULL));
        TRY(ars_sip_call_reinvite(f.call, &offer));
        req = fake_want(&f, "INVITE ");
        if (silent) {
            fake_advance(&f, 31999);
            CHECK(fake_quiet(&f));
            fake_advance(&f, 1);
        } else {
            fake_answer(&f, req, "408 Request Timeout", NULL, NULL, NULL);
            CHECK(fake_want(&f, "ACK "));
        }
        bye = fake_want(&f, "BYE sip:600@10.0.0.1");
        CHECK(fake_has(bye, "Reason: SIP;cause=408;text=\"Request Timeout\"\r\n"));
        fake_answer(&f, bye, "481 Call Does Not Exist", NULL, NULL, NULL);
        CHECK_INT(f.ended, 1);
        CHECK_INT(f.why.code, ARS_REASON_DIALOG_LOST);
        CHECK_INT(f.why.sip_status, silent ? 0 : 408);
        CHECK_INT(f.reanswers, 0);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/*
 * RFC 3261 section 14.1: after 491 the owner of the Call-ID waits 2.1 to 4 s, the other up to 2 s.
 */
static int test_glare_delays(void)
{
    struct fake f = {0};
    char tag[64];
    int err = 0;

    for (int i = 0; i < 60; i++) {
        bool outgoing = i % 2;
        uint64_t wait;
        const char *req;

        TRY(up(&f, outgoing, tag));
        fake_advance(&f, 33000);
        TRY(ars_sip_call_reinvite(f.call, &offer));
        req = fake_want(&f, "INVITE ");
        fake_answer(&f, req, "491 Request Pending", NULL, NULL, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK_INT(f.reanswers, 0);
        CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
        wait = ars_timers_next_ms(f.timers);
        CHECK(wait % 10 == 0);
        CHECK(outgoing ? wait >= 2100 && wait <= 4000 : wait <= 2000);
        fake_advance(&f, wait);
        req = fake_want(&f, "INVITE ");
        CHECK(req);
        CHECK_STR(fake_body(req), NEW_OFFER);
        fake_answer(&f, req, "200 OK", NULL, NULL, FAKE_ANSWER);
        CHECK_INT(f.reanswer_status, 200);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Their offer while ours is out: 491. Theirs while we wait after a 491: theirs goes first. */
static int test_glare(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(up(&f, true, NULL));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE ");
    fake_request_out(&f, "INVITE", "z9hG4bKg1", 1, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    fake_request_out(&f, "UPDATE", "z9hG4bKg2", 2, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    CHECK_INT(f.reoffers, 0);
    fake_answer(&f, req, "491 Request Pending", NULL, NULL, NULL);
    CHECK(fake_want(&f, "ACK "));
    fake_request_out(&f, "INVITE", "z9hG4bKg3", 3, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.reanswers, 1);
    CHECK_INT(f.reanswer_status, 491);
    CHECK_INT(f.reoffers, 1);
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request_out(&f, "ACK", "z9hG4bKg4", 3, NULL, NULL);
    fake_advance(&f, 10000);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

static int test_their_reinvite(void)
{
    struct fake f;
    const char *msg;
    const char *req;
    char tag[64];
    char v[256];
    int err;

    TRY(up(&f, false, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, "X-Display-Name: Bob\r\n", FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.reoffers, 1);
    CHECK_INT(f.reoffer_len, sizeof(FAKE_OFFER) - 1);
    CHECK_STR(ars_sip_call_peer_name(f.call), "Bob");
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
    /* section 14.2: another one before the answer */
    fake_request(&f, "INVITE", "z9hG4bKr2", 12, tag, NULL, FAKE_OFFER);
    msg = fake_want(&f, "SIP/2.0 500 ");
    CHECK(msg);
    CHECK(*fake_header(msg, "Retry-After", v, sizeof(v)));
    CHECK(fake_number(v) <= 10);
    TRY(ars_sip_call_answer(f.call, &answer));
    msg = fake_want(&f, "SIP/2.0 200 ");
    CHECK_STR(fake_header(msg, "CSeq", v, sizeof(v)), "11 INVITE");
    CHECK(*fake_header(msg, "Contact", v, sizeof(v)));
    /* without ACK: repeated, and no new offer yet */
    fake_advance(&f, 500);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EBUSY);
    fake_request(&f, "ACK", "z9hG4bKr3", 11, tag, NULL, NULL);
    CHECK_INT(f.confirmed, 2);
    fake_advance(&f, 40000);
    CHECK(fake_quiet(&f));
    /* refused: the call goes on */
    fake_request(&f, "INVITE", "z9hG4bKr4", 13, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_refuse(f.call, 488, NULL));
    CHECK(fake_want(&f, "SIP/2.0 488 "));
    CHECK_INT(ars_sip_call_refuse(f.call, 488, NULL), EPROTO);
    fake_request(&f, "ACK", "z9hG4bKr4", 13, tag, NULL, NULL);
    /* without offer: we make one, the answer comes in the ACK */
    fake_request(&f, "INVITE", "z9hG4bKr5", 14, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.reoffer_len, 0);
    TRY(ars_sip_call_answer(f.call, &offer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), NEW_OFFER);
    fake_request(&f, "ACK", "z9hG4bKr6", 14, tag, NULL, FAKE_ANSWER);
    CHECK_INT(f.confirmed, 3);
    CHECK_INT(f.confirmed_len, sizeof(FAKE_ANSWER) - 1);
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE sip:asterisk@pbx.test;transport=ws SIP/2.0\r\n");
    CHECK(req);
out:
    fake_close(&f);
    return err;
}

/*
 * RFC 5407 section 3.1.4: another offer says that our answer has arrived. The 200 is not repeated
 * any more, the owner hears what an ACK would have said, and the ACK itself means nothing.
 */
static int test_their_reinvite_before_ack(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(up(&f, false, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request(&f, "INVITE", "z9hG4bKr2", 12, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.confirmed, 2);
    CHECK_INT(f.reoffers, 2);
    fake_advance(&f, 500);
    CHECK(fake_quiet(&f));
    fake_request(&f, "ACK", "z9hG4bKr3", 11, tag, NULL, NULL);
    CHECK_INT(f.confirmed, 2);
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request(&f, "ACK", "z9hG4bKr4", 12, tag, NULL, NULL);
    CHECK_INT(f.confirmed, 3);
    TRY(ars_sip_call_reinvite(f.call, &offer));
out:
    fake_close(&f);
    return err;
}

/* Their re-INVITE cancelled; then one that never gets its ACK ends the call. */
static int test_their_reinvite_ends(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(up(&f, false, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    fake_request(&f, "CANCEL", "z9hG4bKr1", 11, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK(fake_want(&f, "SIP/2.0 487 "));
    CHECK_INT(ars_sip_call_answer(f.call, &answer), EPROTO);
    CHECK_INT(f.ended, 0);
    fake_request(&f, "INVITE", "z9hG4bKr2", 12, tag, NULL, FAKE_OFFER);
    TRY(ars_sip_call_answer(f.call, &answer));
    fake_drop_sent(&f);
    fake_advance(&f, 36000);
    while (fake_has(f.sent[f.read], "SIP/2.0 200 "))
        f.read++;
    fake_answer(&f, fake_want(&f, "BYE "), "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_TIMEOUT);
out:
    fake_close(&f);
    return err;
}

/* FreeSWITCH refreshes with the original offer each minute. */
static int test_refresh_reinvites(void)
{
    struct fake f;
    char tag[64];
    char branch[32];
    int err;

    TRY(up(&f, false, tag));
    for (unsigned i = 0; i < 20; i++) {
        snprintf(branch, sizeof(branch), "z9hG4bKf%u", i);
        fake_request(&f, "INVITE", branch, 11 + i, tag, NULL, FAKE_OFFER);
        CHECK(fake_want(&f, "SIP/2.0 100 "));
        TRY(ars_sip_call_answer(f.call, &answer));
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        snprintf(branch, sizeof(branch), "z9hG4bKfa%u", i);
        fake_request(&f, "ACK", branch, 11 + i, tag, NULL, NULL);
        CHECK_INT(f.confirmed, i + 2);
        fake_advance(&f, 57000);
        CHECK(fake_quiet(&f));
        fake_drop_sent(&f);
    }
    CHECK_INT(ars_timers_count(f.timers), 0);
out:
    fake_close(&f);
    return err;
}

static int test_update(void)
{
    struct fake f;
    const char *msg;
    char tag[64];
    char v[256];
    int err;

    TRY(up(&f, false, tag));
    fake_request(&f, "UPDATE", "z9hG4bKu1", 11, tag, NULL, NULL);
    msg = fake_want(&f, "SIP/2.0 200 ");
    CHECK(msg);
    CHECK(*fake_header(msg, "Contact", v, sizeof(v)));
    CHECK_INT(f.reoffers, 0);
    fake_request(&f, "UPDATE", "z9hG4bKu2", 12, tag, NULL, FAKE_OFFER);
    CHECK_INT(f.reoffers, 1);
    CHECK(fake_quiet(&f));
    fake_request(&f, "UPDATE", "z9hG4bKu3", 13, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 500 "));
    /* RFC 3311 section 5.2: one without an offer waits for the answer, too */
    fake_request(&f, "UPDATE", "z9hG4bKu6", 14, tag, NULL, NULL);
    msg = fake_want(&f, "SIP/2.0 500 ");
    CHECK(msg);
    CHECK(*fake_header(msg, "Retry-After", v, sizeof(v)));
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), FAKE_ANSWER);
    CHECK_INT(f.confirmed, 1);
    CHECK_INT(ars_sip_call_answer(f.call, &answer), EPROTO);
    fake_request(&f, "UPDATE", "z9hG4bKu4", 15, tag, NULL, FAKE_OFFER);
    TRY(ars_sip_call_refuse(f.call, 488, NULL));
    CHECK(fake_want(&f, "SIP/2.0 488 "));
    /* one that we never answer is forgotten with its transaction */
    fake_request(&f, "UPDATE", "z9hG4bKu5", 16, tag, NULL, FAKE_OFFER);
    fake_advance(&f, 32000);
    CHECK_INT(ars_sip_call_answer(f.call, &answer), EPROTO);
    TRY(ars_sip_call_reinvite(f.call, &offer));
out:
    fake_close(&f);
    return err;
}

/* What else may come inside the dialog. */
static int test_requests_in_dialog(void)
{
    static const struct {
        const char *method;
        const char *headers;
        const char *want;
    } rows[] = {
        {"INFO", "Content-Type: application/dtmf-relay\r\n", "SIP/2.0 200 "},
        {"OPTIONS", "", "SIP/2.0 200 "},
        {"NOTIFY", "Event: message-summary;id=1\r\nSubscription-State: active\r\n", "SIP/2.0 200 "},
        {"NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", "SIP/2.0 481 "},
        {"NOTIFY", "", "SIP/2.0 489 "},
        {"MESSAGE", "", "SIP/2.0 405 "},
        {"REFER", "Refer-To: <sip:a@b>\r\n", "SIP/2.0 603 "},
        {"PRACK", "", "SIP/2.0 481 "},
        {"NONSENSE", "", "SIP/2.0 501 "},
        {"INFO", "Require: foo\r\n", "SIP/2.0 420 "},
        {"INFO", "Info-Package: dtmf\r\n", "SIP/2.0 469 "}, /* RFC 6086 section 4.2.2 */
    };
    struct fake f;
    char tag[64];
    char branch[32];
    int err;

    TRY(up(&f, false, tag));
    for (unsigned i = 0; i < CHECK_COUNT(rows); i++) {
        snprintf(branch, sizeof(branch), "z9hG4bKd%u", i);
        fake_request(&f, rows[i].method, branch, 11 + i, tag, rows[i].headers, NULL);
        if (!fake_want(&f, rows[i].want)) {
            err = check_fail(__FILE__, __LINE__, "%s: %.40s", rows[i].method, f.sent[f.nsent - 1]);
            goto out;
        }
    }
    CHECK_INT(f.infos, 1);
    /* section 12.2.2: out of order */
    fake_request(&f, "INFO", "z9hG4bKold", 11, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 500 "));
    /* another one's tag is another dialog */
    fake_feed(&f,
              "BYE sip:100@x SIP/2.0\r\nVia: SIP/2.0/WSS 127.0.0.1:20089;branch=z9hG4bKother\r\n"
              "From: <sip:101@pbx.test>;tag=evil\r\nTo: <sip:100@127.0.0.1>;tag=%s\r\n"
              "Call-ID: in-1\r\nCSeq: 99 BYE\r\n\r\n",
              tag);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    CHECK_INT(f.ended, 0);
out:
    fake_close(&f);
    return err;
}

/* Hanging up with an offer open, ours or theirs. */
static int test_bye_with_open_offers(void)
{
    struct fake f;
    const char *req;
    const char *bye;
    char tag[64];
    int err;

    TRY(up(&f, true, NULL));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE ");
    ars_sip_call_hangup(f.call, 0);
    bye = fake_want(&f, "BYE ");
    CHECK(bye);
    /* its late 200 is ACKed all the same */
    fake_answer(&f, req, "200 OK", NULL, NULL, FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK "));
    CHECK_INT(f.reanswers, 0);
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    fake_close(&f);

    TRY(up(&f, false, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "SIP/2.0 487 "));
    bye = fake_want(&f, "BYE ");
    CHECK(bye);
    fake_request(&f, "INFO", "z9hG4bKr2", 12, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    fake_close(&f);

    /* theirs: BYE from them while their own re-INVITE waits */
    TRY(up(&f, false, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    fake_request(&f, "BYE", "z9hG4bKr3", 12, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK(fake_want(&f, "SIP/2.0 487 "));
    CHECK_INT(f.ended, 1);
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"reinvite", test_reinvite, false},
    {"reinvite_answered_reliably", test_reinvite_answered_reliably, false},
    {"reinvite_challenged", test_reinvite_challenged, false},
    {"reinvite_refused", test_reinvite_refused, false},
    {"reinvite_retry_after", test_reinvite_retry_after, false},
    {"reinvite_finds_nobody", test_reinvite_finds_nobody, false},
    {"glare_delays", test_glare_delays, false},
    {"glare", test_glare, false},
    {"their_reinvite", test_their_reinvite, false},
    {"their_reinvite_before_ack", test_their_reinvite_before_ack, false},
    {"their_reinvite_ends", test_their_reinvite_ends, false},
    {"refresh_reinvites", test_refresh_reinvites, false},
    {"update", test_update, false},
    {"requests_in_dialog", test_requests_in_dialog, false},
    {"bye_with_open_offers", test_bye_with_open_offers, false},
};

const struct suite suite_mod = {cases, CHECK_COUNT(cases)};
