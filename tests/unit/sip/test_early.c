/* Before the answer: forks, PRACK (RFC 3262) and UPDATE (RFC 3311) in early dialogs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define CONTACT  "Contact: <sip:one@192.0.2.1>\r\n"
#define CONTACT2 "Contact: <sip:two@192.0.2.2>\r\n"
#define RELIABLE "Require: 100rel\r\n"
#define ANSWER2  "v=0\r\no=- 3 3 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 10 RTP/SAVPF 0\r\n"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

static int cseq_of(const char *msg)
{
    char v[128];

    return msg ? fake_number(fake_header(msg, "CSeq", v, sizeof(v))) : -1;
}

/* RFC 3262 section 4: in the early dialog, along its route, each response once and in order. */
static int test_prack(void)
{
    struct fake f;
    const char *req;
    const char *prack;
    const char *bye;
    char v[256];
    char want[64];
    int cseq;
    int err;

    TRY(fake_dial(&f, &req));
    CHECK(strstr(fake_header(req, "Supported", v, sizeof(v)), "100rel"));
    cseq = cseq_of(req);
    fake_answer(&f, req, "183 Progress", "a",
                CONTACT RELIABLE "RSeq: 7001\r\nRecord-Route: <sip:p2;lr>, <sip:p1;lr>\r\n",
                FAKE_ANSWER);
    prack = fake_want(&f, "PRACK sip:one@192.0.2.1 SIP/2.0\r\n");
    CHECK(prack);
    snprintf(want, sizeof(want), "7001 %d INVITE", cseq);
    CHECK_STR(fake_header(prack, "RAck", v, sizeof(v)), want);
    CHECK_STR(fake_header(prack, "Route", v, sizeof(v)), "<sip:p1;lr>");
    CHECK_STR(fake_header(prack, "To", v, sizeof(v)), "<sip:600@pbx.test>;tag=a");
    CHECK_INT(cseq_of(prack), cseq + 1);
    CHECK_INT(f.progress, 1);
    CHECK_INT(f.progress_len, sizeof(FAKE_ANSWER) - 1);
    fake_answer(&f, prack, "200 OK", NULL, NULL, NULL);
    /* repeated, and one too early */
    fake_answer(&f, req, "183 Progress", "a", CONTACT RELIABLE "RSeq: 7001\r\n", FAKE_ANSWER);
    fake_answer(&f, req, "180 Ringing", "a", CONTACT RELIABLE "RSeq: 7003\r\n", NULL);
    fake_answer(&f, req, "180 Ringing", "a", CONTACT RELIABLE, NULL);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.progress, 1);
    fake_answer(&f, req, "180 Ringing", "a", CONTACT RELIABLE "RSeq: 7002\r\n", NULL);
    prack = fake_want(&f, "PRACK ");
    CHECK_INT(cseq_of(prack), cseq + 2);
    CHECK_INT(f.last_progress, 180);
    /* challenged */
    fake_answer(&f, prack, "407 Proxy Authentication Required", NULL,
                "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    prack = fake_want(&f, "PRACK ");
    CHECK(fake_has(prack, "\r\nProxy-Authorization: Digest "));
    CHECK_INT(cseq_of(prack), cseq + 3);
    /* the ACK has the INVITE's number, what follows the dialog's */
    fake_answer(&f, req, "200 OK", "a", CONTACT, NULL);
    CHECK_INT(cseq_of(fake_want(&f, "ACK sip:one@192.0.2.1 ")), cseq);
    CHECK_INT(f.answered, 1);
    CHECK_INT(f.answer_len, 0);
    ars_sip_call_hangup(f.call, 0);
    bye = fake_want(&f, "BYE ");
    CHECK_INT(cseq_of(bye), cseq + 4);
out:
    fake_close(&f);
    return err;
}

/* Without an offer in the INVITE it would bring one, and want its answer in the PRACK. */
static int test_prack_not_offered_late(void)
{
    struct fake f;
    const char *req;
    char v[256];
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE ");
    CHECK(!strstr(fake_header(req, "Supported", v, sizeof(v)), "100rel"));
    CHECK(strstr(v, "timer"));
out:
    fake_close(&f);
    return err;
}

/* In a re-INVITE too. */
static int test_prack_in_reinvite(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    for (int i = 0; i < 2; i++) {
        TRY(ars_sip_call_reinvite(f.call, &offer));
        req = fake_want(&f, "INVITE ");
        fake_answer(&f, req, "183 Progress", NULL, RELIABLE "RSeq: 1\r\n", NULL);
        CHECK(fake_want(&f, "PRACK sip:600@10.0.0.1"));
        fake_answer(&f, req, "183 Progress", NULL, RELIABLE "RSeq: 1\r\n", NULL);
        CHECK(fake_quiet(&f));
        fake_answer(&f, req, "200 OK", NULL, NULL, FAKE_ANSWER);
        CHECK(fake_want(&f, "ACK "));
        CHECK_INT(f.reanswers, i + 1);
    }
out:
    fake_close(&f);
    return err;
}

/*
 * Two far ends with sound of their own: the first is heard, the second answers (its 200 need not
 * repeat the description), and the first is let go when it answers too late.
 */
static int test_fork(void)
{
    struct fake f;
    const char *req;
    const char *prack;
    const char *bye;
    char v[256];
    int cseq;
    int err;

    TRY(fake_dial(&f, &req));
    cseq = cseq_of(req);
    fake_answer(&f, req, "183 Progress", "a", CONTACT RELIABLE "RSeq: 5\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "PRACK sip:one@192.0.2.1 "));
    fake_answer(&f, req, "183 Progress", "b", CONTACT2 RELIABLE "RSeq: 900\r\n", ANSWER2 ANSWER2);
    prack = fake_want(&f, "PRACK sip:two@192.0.2.2 ");
    CHECK_INT(cseq_of(prack), cseq + 1);
    CHECK_STR(fake_header(prack, "To", v, sizeof(v)), "<sip:600@pbx.test>;tag=b");
    CHECK_INT(f.progress, 2);
    CHECK_INT(f.progress_len, 0);
    fake_answer(&f, req, "200 OK", "b", CONTACT2, NULL);
    CHECK(fake_want(&f, "ACK sip:two@192.0.2.2 "));
    CHECK_INT(f.answered, 1);
    CHECK_INT(f.answer_len, sizeof(ANSWER2 ANSWER2) - 1);
    fake_answer(&f, req, "200 OK", "a", CONTACT, FAKE_ANSWER);
    CHECK_INT(cseq_of(fake_want(&f, "ACK sip:one@192.0.2.1 ")), cseq);
    bye = fake_want(&f, "BYE sip:one@192.0.2.1 ");
    CHECK_INT(cseq_of(bye), cseq + 2);
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 0);
    CHECK_INT(f.answered, 1);
out:
    fake_close(&f);
    return err;
}

/* More far ends than anybody has: the further ones ring without a dialog. */
static int test_fork_without_end(void)
{
    struct fake f;
    const char *req;
    char tag[16];
    char v[256];
    int err;

    TRY(fake_dial(&f, &req));
    for (unsigned i = 0; i < SIP_EARLY_MAX + 4; i++) {
        snprintf(tag, sizeof(tag), "t%u", i);
        fake_answer(&f, req, "180 Ringing", tag, CONTACT RELIABLE "RSeq: 1\r\n", NULL);
        CHECK(!fake_want(&f, "PRACK ") == (i >= SIP_EARLY_MAX));
    }
    /* any of them may answer */
    fake_answer(&f, req, "200 OK", tag, CONTACT2, FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:two@192.0.2.2 "));
    ars_sip_call_hangup(f.call, 0);
    CHECK(strstr(fake_header(fake_want(&f, "BYE "), "To", v, sizeof(v)), tag));
out:
    fake_close(&f);
    return err;
}

/* RFC 3311 sections 5.1 and 5.2: a new offer only where the answer came reliably. */
static int test_update_from_them(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "180 Ringing", "rt", CONTACT, NULL);
    fake_request_out(&f, "UPDATE", "z9hG4bKu1", 1, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request_out(&f, "UPDATE", "z9hG4bKu2", 2, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    fake_answer(&f, req, "183 Progress", "rt", RELIABLE "RSeq: 1\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "PRACK sip:asterisk@pbx.test;transport=ws "));
    fake_request_out(&f, "UPDATE", "z9hG4bKu3", 3, NULL, FAKE_OFFER);
    CHECK_INT(f.reoffers, 1);
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), FAKE_ANSWER);
    /* RFC 3261 section 14.2: while an INVITE is in progress the other way */
    fake_request_out(&f, "INVITE", "z9hG4bKu6", 4, NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 491 "));
    /* out of order, and one that has no dialog */
    fake_request_out(&f, "UPDATE", "z9hG4bKu4", 2, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 500 "));
    fake_answer(&f, req, "200 OK", "rt", CONTACT, NULL);
    CHECK(fake_want(&f, "ACK sip:one@192.0.2.1 "));
    CHECK_INT(f.answered, 1);
    fake_request_out(&f, "UPDATE", "z9hG4bKu5", 5, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
out:
    fake_close(&f);
    return err;
}

static int ring(struct fake *f, const char *headers, const char *body)
{
    int err;

    TRY(fake_open(f, 0));
    fake_invite(f, "z9hG4bKin1", headers, body);
    CHECK(fake_want(f, "SIP/2.0 100 "));
    TRY(ars_sip_call_progress(f->call, 180, NULL));
out:
    return err;
}

/* RFC 3262 section 3, the callee's side: only where the caller requires it. */
static int test_reliable(void)
{
    static const unsigned gaps[] = {500, 1000, 2000, 4000};
    struct fake f;
    const char *ringing;
    const char *again;
    char rseq[64];
    char rack[128];
    char tag[64];
    char v[256];
    int err;

    TRY(ring(&f, RELIABLE, FAKE_OFFER));
    ringing = fake_want(&f, "SIP/2.0 180 ");
    CHECK_STR(fake_header(ringing, "Require", v, sizeof(v)), "100rel");
    CHECK(fake_number(fake_header(ringing, "RSeq", rseq, sizeof(rseq))) > 0);
    CHECK(*fake_header(ringing, "Contact", v, sizeof(v)));
    for (size_t i = 0; i < CHECK_COUNT(gaps); i++) {
        fake_advance(&f, gaps[i] - 1);
        CHECK(fake_quiet(&f));
        fake_advance(&f, 1);
        again = fake_want(&f, "SIP/2.0 180 ");
        CHECK_STR(again, ringing);
    }
    CHECK_INT(ars_sip_call_progress(f.call, 183, NULL), EBUSY);
    ars_strcpy(tag, sizeof(tag), strstr(fake_header(ringing, "To", v, sizeof(v)), ";tag=") + 5);
    snprintf(rack, sizeof(rack), "RAck: %s 11 INVITE\r\n", rseq);
    fake_request(&f, "PRACK", "z9hG4bKp1", 11, tag, rack, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_request(&f, "PRACK", "z9hG4bKp2", 12, tag, NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    snprintf(rack, sizeof(rack), "RAck: %s 10  INVITE\r\n", rseq);
    fake_request(&f, "PRACK", "z9hG4bKp3", 13, tag, rack, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_advance(&f, 40000);
    CHECK(fake_quiet(&f));
    TRY(ars_sip_call_progress(f.call, 183, NULL));
    again = fake_want(&f, "SIP/2.0 183 ");
    CHECK_INT(fake_number(fake_header(again, "RSeq", v, sizeof(v))), fake_number(rseq) + 1);
    /* the final answer ends the repetitions, and a PRACK that crosses it is still good */
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), FAKE_ANSWER);
    snprintf(rack, sizeof(rack), "RAck: %d 10 INVITE\r\n", fake_number(rseq) + 1);
    fake_request(&f, "PRACK", "z9hG4bKp4", 14, tag, rack, NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    fake_request(&f, "PRACK", "z9hG4bKp5", 15, tag, rack, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_request(&f, "ACK", "z9hG4bKa", 10, tag, NULL, NULL);
    CHECK_INT(f.ended, 0);
    fake_advance(&f, 60000);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

static int test_reliable_unheard(void)
{
    struct fake f;
    char v[256];
    int err;

    TRY(ring(&f, RELIABLE, FAKE_OFFER));
    fake_advance(&f, 31999);
    CHECK_INT(f.ended, 0);
    fake_advance(&f, 1);
    while (fake_has(f.sent[f.read], "SIP/2.0 180 "))
        f.read++;
    CHECK(fake_want(&f, "SIP/2.0 504 "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_TIMEOUT);
    fake_close(&f);

    TRY(ring(&f, "Supported: 100rel\r\n", FAKE_OFFER));
    CHECK_STR(fake_header(fake_want(&f, "SIP/2.0 180 "), "Require", v, sizeof(v)), "");
    fake_advance(&f, 30000);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* Section 5: the first carries our offer, PRACK the answer; the 2xx waits for it, and has none. */
static int test_reliable_offer(void)
{
    struct fake f;
    const char *ringing;
    char tag[64];
    char rack[128];
    char v[256];
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", RELIABLE, NULL);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(ars_sip_call_progress(f.call, 180, NULL), EPROTO);
    CHECK(fake_quiet(&f));
    TRY(ars_sip_call_progress(f.call, 180, &offer));
    ringing = fake_want(&f, "SIP/2.0 180 ");
    CHECK_STR(fake_body(ringing), FAKE_OFFER);
    ars_strcpy(tag, sizeof(tag), strstr(fake_header(ringing, "To", v, sizeof(v)), ";tag=") + 5);
    CHECK_INT(ars_sip_call_answer(f.call, &offer), EBUSY);
    CHECK_INT(ars_sip_call_answer(f.call, NULL), EBUSY);
    snprintf(rack, sizeof(rack), "RAck: %d 10 INVITE\r\n",
             fake_number(fake_header(ringing, "RSeq", v, sizeof(v))));
    fake_request(&f, "PRACK", "z9hG4bKp1", 11, tag, rack, FAKE_ANSWER);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(f.agreed, 1);
    CHECK_INT(f.agreed_len, sizeof(FAKE_ANSWER) - 1);
    /* each further one says only that it still rings */
    fake_advance(&f, 60000);
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 180 ")), "");
    TRY(ars_sip_call_answer(f.call, NULL));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), "");
    fake_request(&f, "ACK", "z9hG4bKa", 10, tag, NULL, NULL);
    CHECK_INT(f.confirmed, 1);
    CHECK_INT(f.ended, 0);
    fake_close(&f);

    /* a 2xx may come first: then it has the offer, and the ACK the answer */
    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", RELIABLE, NULL);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    TRY(ars_sip_call_answer(f.call, &offer));
    CHECK_STR(fake_body(fake_want(&f, "SIP/2.0 200 ")), FAKE_OFFER);
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"prack", test_prack, false},
    {"prack_not_offered_late", test_prack_not_offered_late, false},
    {"prack_in_reinvite", test_prack_in_reinvite, false},
    {"early_fork", test_fork, false},
    {"early_fork_without_end", test_fork_without_end, false},
    {"early_update_from_them", test_update_from_them, false},
    {"reliable", test_reliable, false},
    {"reliable_unheard", test_reliable_unheard, false},
    {"reliable_offer", test_reliable_offer, false},
};

const struct suite suite_early = {cases, CHECK_COUNT(cases)};
