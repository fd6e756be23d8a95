/* Transactions: state tables, timers, matching. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/fsm.h>

#include "call.h"
#include "fake.h"
#include "reg.h"
#include "suites.h"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};

struct edge {
    int from;
    int to;
};

/* Walks all pairs: the listed ones go, all others are refused and leave the state alone. */
static int walk(const struct ars_fsm *fsm, const struct edge *edges, size_t n)
{
    for (int from = 0; from < (int)fsm->count; from++) {
        for (int to = 0; to < (int)fsm->count; to++) {
            bool want = false;
            int state = from;
            int got;

            for (size_t i = 0; i < n; i++)
                want = want || (edges[i].from == from && edges[i].to == to);
            got = ars_fsm_go(fsm, &state, to);
            if (want != !got || state != (want ? to : from))
                return check_fail(__FILE__, __LINE__, "%s: %s to %s", fsm->name, fsm->states[from],
                                  fsm->states[to]);
        }
    }
    return 0;
}

static int test_transaction_tables(void)
{
    static const struct edge ct_invite[] = {
        {CTRANS_CALLING, CTRANS_PROCEEDING},    {CTRANS_CALLING, CTRANS_ACCEPTED},
        {CTRANS_CALLING, CTRANS_TERMINATED},    {CTRANS_PROCEEDING, CTRANS_PROCEEDING},
        {CTRANS_PROCEEDING, CTRANS_CANCELLING}, {CTRANS_PROCEEDING, CTRANS_ACCEPTED},
        {CTRANS_PROCEEDING, CTRANS_TERMINATED}, {CTRANS_CANCELLING, CTRANS_CANCELLING},
        {CTRANS_CANCELLING, CTRANS_ACCEPTED},   {CTRANS_CANCELLING, CTRANS_TERMINATED},
        {CTRANS_ACCEPTED, CTRANS_ACCEPTED},     {CTRANS_ACCEPTED, CTRANS_TERMINATED},
    };
    static const struct edge ct_other[] = {
        {CTRANS_CALLING, CTRANS_PROCEEDING},
        {CTRANS_CALLING, CTRANS_TERMINATED},
        {CTRANS_PROCEEDING, CTRANS_PROCEEDING},
        {CTRANS_PROCEEDING, CTRANS_TERMINATED},
    };
    static const struct edge st_invite[] = {
        {STRANS_PROCEEDING, STRANS_PROCEEDING}, {STRANS_PROCEEDING, STRANS_COMPLETED},
        {STRANS_PROCEEDING, STRANS_ACCEPTED},   {STRANS_PROCEEDING, STRANS_TERMINATED},
        {STRANS_COMPLETED, STRANS_TERMINATED},  {STRANS_ACCEPTED, STRANS_TERMINATED},
    };
    static const struct edge st_other[] = {
        {STRANS_PROCEEDING, STRANS_PROCEEDING},
        {STRANS_PROCEEDING, STRANS_TERMINATED},
    };
    int err;

    TRY(walk(&ctrans_invite_fsm, ct_invite, CHECK_COUNT(ct_invite)));
    TRY(walk(&ctrans_other_fsm, ct_other, CHECK_COUNT(ct_other)));
    TRY(walk(&strans_invite_fsm, st_invite, CHECK_COUNT(st_invite)));
    TRY(walk(&strans_other_fsm, st_other, CHECK_COUNT(st_other)));
out:
    return err;
}

static int test_usage_tables(void)
{
    static const struct edge reg[] = {
        {REG_NONE, REG_TRYING}, {REG_TRYING, REG_TRYING},  {REG_TRYING, REG_DONE},
        {REG_TRYING, REG_NONE}, {REG_TRYING, REG_LEAVING}, {REG_DONE, REG_TRYING},
        {REG_DONE, REG_NONE},   {REG_DONE, REG_LEAVING},   {REG_LEAVING, REG_NONE},
    };
    static const struct edge call[] = {
        {CALL_IDLE, CALL_CALLING},
        {CALL_IDLE, CALL_INCOMING},
        {CALL_IDLE, CALL_ENDED},
        {CALL_CALLING, CALL_CALLING},
        {CALL_CALLING, CALL_PROCEEDING},
        {CALL_CALLING, CALL_REDIRECTED},
        {CALL_CALLING, CALL_CANCEL_WAIT},
        {CALL_CALLING, CALL_LATE},
        {CALL_CALLING, CALL_ESTABLISHED},
        {CALL_CALLING, CALL_ENDED},
        {CALL_PROCEEDING, CALL_CALLING},
        {CALL_PROCEEDING, CALL_PROCEEDING},
        {CALL_PROCEEDING, CALL_REDIRECTED},
        {CALL_PROCEEDING, CALL_CANCELLING},
        {CALL_PROCEEDING, CALL_LATE},
        {CALL_PROCEEDING, CALL_ESTABLISHED},
        {CALL_PROCEEDING, CALL_ENDED},
        {CALL_REDIRECTED, CALL_CALLING},
        {CALL_REDIRECTED, CALL_ENDED},
        {CALL_CANCEL_WAIT, CALL_CANCELLING},
        {CALL_CANCEL_WAIT, CALL_BYE_WAIT},
        {CALL_CANCEL_WAIT, CALL_ENDED},
        {CALL_CANCELLING, CALL_BYE_WAIT},
        {CALL_CANCELLING, CALL_ENDED},
        {CALL_LATE, CALL_ESTABLISHED},
        {CALL_LATE, CALL_BYE_WAIT},
        {CALL_LATE, CALL_ENDED},
        {CALL_INCOMING, CALL_ACCEPTED},
        {CALL_INCOMING, CALL_ENDED},
        {CALL_ACCEPTED, CALL_ESTABLISHED},
        {CALL_ACCEPTED, CALL_BYE_WAIT},
        {CALL_ACCEPTED, CALL_ENDED},
        {CALL_ESTABLISHED, CALL_BYE_WAIT},
        {CALL_ESTABLISHED, CALL_ENDED},
        {CALL_BYE_WAIT, CALL_BYING},
        {CALL_BYE_WAIT, CALL_ENDED},
        {CALL_BYING, CALL_BYING},
        {CALL_BYING, CALL_BYE_WAIT},
        {CALL_BYING, CALL_ENDED},
    };
    static const struct edge mod[] = {
        {MOD_NONE, MOD_OURS},
        {MOD_NONE, MOD_THEIR_INVITE},
        {MOD_NONE, MOD_THEIR_UPDATE},
        {MOD_OURS, MOD_NONE},
        {MOD_OURS, MOD_OURS},
        {MOD_THEIR_INVITE, MOD_NONE},
        {MOD_THEIR_INVITE, MOD_THEIR_ACK},
        {MOD_THEIR_ACK, MOD_NONE},
        {MOD_THEIR_UPDATE, MOD_NONE},
    };
    int err;

    TRY(walk(&reg_fsm, reg, CHECK_COUNT(reg)));
    TRY(walk(&call_fsm, call, CHECK_COUNT(call)));
    TRY(walk(&mod_fsm, mod, CHECK_COUNT(mod)));
out:
    return err;
}

/* Timer B: 64 * T1 without any answer. */
static int test_invite_without_answer(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", &offer, NULL, 0, &fake_call_handlers, &f));
    fake_advance(&f, 31999);
    CHECK_INT(f.ended, 0);
    fake_advance(&f, 1);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_TIMEOUT);
    CHECK_INT(f.nsent, 1);
out:
    fake_close(&f);
    return err;
}

/* One that proceeds rings as long as it likes. */
static int test_invite_proceeds_without_limit(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", &offer, NULL, 0, &fake_call_handlers, &f));
    req = fake_take(&f);
    fake_answer(&f, req, "100 Trying", NULL, NULL, NULL);
    fake_advance(&f, 600000);
    CHECK_INT(f.ended, 0);
    fake_answer(&f, req, "486 Busy Here", "b", NULL, NULL);
    CHECK_INT(f.ended, 1);
out:
    fake_close(&f);
    return err;
}

/* Section 17.1.1.3: URI, Call-ID, From, CSeq number and branch of the INVITE, To of the answer. */
static int test_ack_of_a_refusal(void)
{
    static const char *const same[] = {"Via", "From", "Call-ID"};
    struct fake f;
    const char *invite;
    const char *ack;
    char a[512];
    char b[512];
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", &offer, NULL, 0, &fake_call_handlers, &f));
    invite = fake_want(&f, "INVITE sip:600@pbx.test SIP/2.0");
    CHECK(invite);
    fake_answer(&f, invite, "404 Not Found", "zz", NULL, NULL);
    ack = fake_want(&f, "ACK sip:600@pbx.test SIP/2.0");
    CHECK(ack);
    for (size_t i = 0; i < CHECK_COUNT(same); i++)
        CHECK_STR(fake_header(ack, same[i], a, sizeof(a)),
                  fake_header(invite, same[i], b, sizeof(b)));
    CHECK_STR(fake_header(ack, "To", a, sizeof(a)), "<sip:600@pbx.test>;tag=zz");
    CHECK_INT(fake_number(fake_header(ack, "CSeq", a, sizeof(a))),
              fake_number(fake_header(invite, "CSeq", b, sizeof(b))));
    CHECK(strstr(a, " ACK"));
    CHECK_STR(fake_header(ack, "Content-Length", a, sizeof(a)), "0");
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_NOT_FOUND);
    CHECK_INT(f.why.sip_status, 404);
    CHECK_STR(f.why.text, "Not Found");
out:
    fake_close(&f);
    return err;
}

/* An answer with another branch, or to another method, is not ours. */
static int test_answers_are_matched(void)
{
    struct fake f;
    char req[4096];
    char *at;
    int err;

    TRY(fake_open(&f, 0));
    TRY(ars_sip_register(f.sip));
    snprintf(req, sizeof(req), "%s", fake_take(&f));
    at = strstr(req, "branch=z9hG4bK") + 14;
    *at ^= 1;
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.registered, 0);
    *at ^= 1;
    at = strstr(req, " REGISTER\r\n");
    CHECK(at);
    memcpy(at, " PUBLISHX\r\n", 11);
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.registered, 0);
    memcpy(at, " REGISTER\r\n", 11);
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.registered, 1);
    /* once only */
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.registered, 1);
out:
    fake_close(&f);
    return err;
}

/* A repeated INVITE gets the last answer again; ACK ends the refusal's wait; else timer H. */
static int test_server_invite_repeats(void)
{
    struct fake f;
    struct ars_sip_counts n;
    char tag[128];
    const char *msg;
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    CHECK_INT(f.incoming, 1);
    ars_sip_call_hangup(f.call, 486);
    msg = fake_want(&f, "SIP/2.0 486 ");
    CHECK(msg);
    fake_header(msg, "To", tag, sizeof(tag));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_BUSY);
    fake_invite(&f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 486 "));
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, 1);
    CHECK_INT(n.calls, 0);
    fake_request(&f, "ACK", "z9hG4bKin1", 10, strstr(tag, ";tag=") + 5, NULL, NULL);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, 0);
    fake_invite(&f, "z9hG4bKin2", NULL, FAKE_OFFER);
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 31999);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, 1);
    fake_advance(&f, 1);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, 0);
    fake_drop_sent(&f);
    /* RFC 6026 section 7.1: after a 2xx it is absorbed; section 8.2.6.1: Timestamp in 100 alone */
    fake_invite(&f, "z9hG4bKin3", "Timestamp: 54.21\r\n", FAKE_OFFER);
    CHECK(fake_has(fake_want(&f, "SIP/2.0 100 "), "\r\nTimestamp: 54.21\r\n"));
    TRY(ars_sip_call_answer(f.call, &offer));
    msg = fake_want(&f, "SIP/2.0 200 ");
    CHECK(msg && !fake_has(msg, "Timestamp"));
    fake_invite(&f, "z9hG4bKin3", NULL, FAKE_OFFER);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* RFC 3261 section 8.2.2.2: the same request by two ways. */
static int test_merged_request(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    fake_invite(&f, "z9hG4bKway1", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 100 "));
    fake_invite(&f, "z9hG4bKway2", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 482 "));
    CHECK_INT(f.incoming, 1);
    fake_advance(&f, 32000);
out:
    fake_close(&f);
    return err;
}

struct answer {
    const char *method;
    const char *headers;
    const char *body;
    const char *want;
    const char *with;
};

static const struct answer answers[] = {
    {"OPTIONS", "", "", "200", "Accept: application/sdp"},
    {"OPTIONS", "", "", "200", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY"},
    {"NOTIFY", "Event: message-summary\r\nSubscription-State: terminated\r\n", "x", "200", ""},
    {"NOTIFY", "o: message-summary ;id=7\r\n", "", "200", ""},
    {"NOTIFY", "o: keep-alive\r\n", "", "489", "Allow-Events: message-summary"},
    {"NOTIFY", "", "", "489", "Allow-Events:"},
    {"MESSAGE", "Content-Type: text/plain\r\n", "hello", "405", "Allow: INVITE"},
    {"SUBSCRIBE", "Event: presence\r\n", "", "405", "Allow: INVITE"},
    {"REGISTER", "", "", "405", "Allow: INVITE"},
    {"PRACK", "RAck: 1 1 INVITE\r\n", "", "481", ""},
    {"REFER", "Refer-To: <sip:a@b>\r\n", "", "603", ""},
    {"BYE", "", "", "481", ""},
    {"CANCEL", "", "", "481", ""},
    {"INFO", "", "", "481", ""},
    {"UPDATE", "", "", "481", ""},
    {"NONSENSE", "", "", "501", "Allow: INVITE"},
    {"invite", "", "", "501", "Allow: INVITE"},
    {"INVITE", "Require: 100rel, x, timer, y, outbound\r\n", "", "420",
     "Unsupported: x\r\nUnsupported: y\r\n"},
    {"OPTIONS", "Require: whatever\r\n", "", "420", "Unsupported: whatever\r\n"},
    {"OPTIONS", "Require: outbound\r\n", "", "200", ""},
    {"INVITE", "Content-Type: text/plain\r\n", "hello", "415", "Accept: application/sdp"},
    {"INVITE", "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "x", "415",
     "Accept-Encoding: identity"},
    {"INVITE", "", "", "400", "Bad Contact"},
    {"INVITE", "Contact: <tel:+1>\r\n", "", "400", ""},
};

static int test_answers_outside_dialogs(void)
{
    struct fake f;
    const char *msg;
    char v[256];
    int err;

    TRY(fake_open(&f, 0));
    for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
        const struct answer *a = &answers[i];

        fake_feed(&f,
                  "%s sip:anyone@anywhere;transport=ws SIP/2.0\r\n"
                  "Via: SIP/2.0/WSS h:1;branch=z9hG4bKo%zu\r\nVia: SIP/2.0/UDP behind;branch=b\r\n"
                  "From: <sip:x@pbx.test>;tag=1\r\nTo: <sip:y@z>\r\nCall-ID: o%zu\r\n"
                  "CSeq: 5 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                  a->method, i, i, a->method, a->headers, strlen(a->body), a->body);
        msg = fake_take(&f);
        if (!msg || strncmp(msg + 8, a->want, 3) || !strstr(msg, a->with)) {
            err = check_fail(__FILE__, __LINE__, "%s %s: %s", a->method, a->headers,
                             msg ? msg : "no answer");
            goto out;
        }
        CHECK(strstr(msg, "Via: SIP/2.0/WSS h:1;branch=z9hG4bKo"));
        CHECK(strstr(msg, "\r\nVia: SIP/2.0/UDP behind;branch=b\r\n"));
        CHECK(strstr(fake_header(msg, "To", v, sizeof(v)), ";tag="));
        CHECK(fake_quiet(&f));
        fake_drop_sent(&f);
    }
    CHECK_INT(f.incoming, 0);
    fake_advance(&f, 32000);
out:
    fake_close(&f);
    return err;
}

/* A Request-URI of another scheme, and requests for a dialog that is not there. */
static int test_odd_targets(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    fake_feed(&f, "OPTIONS urn:service:sos SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKu\r\n"
                  "From: <sip:x@y>;tag=1\r\nTo: <sip:y@z>\r\nCall-ID: u\r\nCSeq: 1 OPTIONS\r\n"
                  "\r\n");
    CHECK(fake_want(&f, "SIP/2.0 416 "));
    fake_request(&f, "BYE", "z9hG4bKl1", 2, "gone", NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_request(&f, "INVITE", "z9hG4bKl2", 3, "gone", NULL, FAKE_OFFER);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    fake_request(&f, "OPTIONS", "z9hG4bKl3", 4, "gone", NULL, NULL);
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    /* an ACK is never answered */
    fake_request(&f, "ACK", "z9hG4bKl4", 4, "gone", NULL, NULL);
    CHECK(fake_quiet(&f));
    fake_advance(&f, 32000);
out:
    fake_close(&f);
    return err;
}

/* No more server transactions than the limit; the one above gets 503. */
static int test_transaction_limit(void)
{
    struct fake f;
    struct ars_sip_counts n;
    int err;

    TRY(fake_open(&f, 0));
    f.incoming_status = 486;
    for (unsigned i = 0; i < SIP_STRANS_MAX; i++) {
        fake_feed(&f,
                  "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bK%u\r\n"
                  "From: <sip:x@y>;tag=%u\r\nTo: <sip:y@z>\r\nCall-ID: c%u\r\nCSeq: 1 INVITE\r\n"
                  "Contact: <sip:x@y>\r\n\r\n",
                  i, i, i);
        CHECK(fake_want(&f, "SIP/2.0 100 "));
        CHECK(fake_want(&f, "SIP/2.0 486 "));
        fake_drop_sent(&f);
    }
    fake_feed(&f, "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKmore\r\n"
                  "From: <sip:x@y>;tag=m\r\nTo: <sip:y@z>\r\nCall-ID: more\r\nCSeq: 1 OPTIONS\r\n"
                  "\r\n");
    CHECK(fake_want(&f, "SIP/2.0 503 "));
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, SIP_STRANS_MAX);
    fake_advance(&f, 32000);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.server_transactions, 0);
out:
    fake_close(&f);
    return err;
}

/* A registrar above: answers later, with headers that cannot break out of their line. */
static int test_request_for_the_owner(void)
{
    static const struct ars_sip_header h[] = {{"X-Line", "one\r\nX-Evil: 1"}};
    struct fake f;
    const char *msg;
    char v[64];
    int err;

    TRY(fake_open(&f, 0));
    f.take_requests = true;
    fake_feed(&f, "MESSAGE sip:100%%2A@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKm\r\n"
                  "From: <sip:x@y>;tag=m\r\nTo: <sip:y@z>\r\nCall-ID: m\r\nCSeq: 1 MESSAGE\r\n"
                  "Content-Type: text/plain;charset=utf-8\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(f.request);
    CHECK(fake_quiet(&f));
    CHECK_STR(ars_sip_request_user(f.request), "100*");
    CHECK_STR(ars_sip_request_body(f.request).type, "text/plain");
    CHECK_INT(ars_sip_request_body(f.request).len, 2);
    CHECK_INT(ars_sip_request_reply(f.request, 100, NULL, NULL, 0), EINVAL);
    TRY(ars_sip_request_reply(f.request, 202, "Taken", h, 1));
    msg = fake_want(&f, "SIP/2.0 202 Taken\r\n");
    CHECK(msg);
    CHECK_STR(fake_header(msg, "X-Line", v, sizeof(v)), "one  X-Evil: 1");
    CHECK_STR(fake_header(msg, "X-Evil", v, sizeof(v)), "");
    /* one that is never answered is let go with its client's timer F; one is left at the end */
    fake_feed(&f, "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKm2\r\n"
                  "From: <sip:x@y>;tag=m\r\nTo: <sip:y@z>\r\nCall-ID: m2\r\nCSeq: 1 MESSAGE\r\n"
                  "\r\n");
    fake_advance(&f, 32000);
    CHECK_INT(ars_sip_request_reply(f.request, 200, NULL, NULL, 0), ETIMEDOUT);
    fake_feed(&f, "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKm3\r\n"
                  "From: <sip:x@y>;tag=m\r\nTo: <sip:y@z>\r\nCall-ID: m3\r\nCSeq: 1 MESSAGE\r\n"
                  "\r\n");
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"transaction_tables", test_transaction_tables, false},
    {"usage_tables", test_usage_tables, false},
    {"invite_without_answer", test_invite_without_answer, false},
    {"invite_proceeds_without_limit", test_invite_proceeds_without_limit, false},
    {"ack_of_a_refusal", test_ack_of_a_refusal, false},
    {"answers_are_matched", test_answers_are_matched, false},
    {"server_invite_repeats", test_server_invite_repeats, false},
    {"merged_request", test_merged_request, false},
    {"answers_outside_dialogs", test_answers_outside_dialogs, false},
    {"odd_targets", test_odd_targets, false},
    {"transaction_limit", test_transaction_limit, false},
    {"request_for_the_owner", test_request_for_the_owner, false},
};

const struct suite suite_trans = {cases, CHECK_COUNT(cases)};
