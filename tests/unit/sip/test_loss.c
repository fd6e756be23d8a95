/* The connection lost in every state of a call, and memory that runs out anywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

#define CONTACT "Contact: <sip:600@10.0.0.1:5060;transport=udp>\r\n"

static void lose(struct fake *f)
{
    ars_sip_set_transport(f->sip, NULL, true);
    fake_drop_sent(f);
}

static void find(struct fake *f)
{
    ars_sip_set_transport(f->sip, &f->tp, true);
}

static int gone(struct fake *f)
{
    struct ars_sip_counts n;
    int err = 0;

    ars_sip_get_counts(f->sip, &n);
    CHECK_INT(n.client_transactions, 0);
    CHECK_INT(n.server_transactions, 0);
    CHECK_INT(n.calls, 0);
    CHECK_INT(ars_timers_count(f->timers), 0);
out:
    return err;
}

/* Brings f->call into `state`. */
static int reach(struct fake *f, enum call_state state)
{
    const char *req = NULL;
    int err;

    TRY(fake_open(f, 0));
    switch (state) {
    case CALL_INCOMING:
    case CALL_ACCEPTED:
        fake_invite(f, "z9hG4bKin1", NULL, FAKE_OFFER);
        CHECK(f->call);
        if (state == CALL_ACCEPTED)
            TRY(ars_sip_call_answer(f->call, &answer));
        break;
    case CALL_ESTABLISHED:
    case CALL_BYING:
        TRY(fake_call_up(f));
        if (state == CALL_BYING)
            ars_sip_call_hangup(f->call, 0);
        break;
    default:
        TRY(ars_sip_call_invite(f->sip, &f->call, "600", state == CALL_LATE ? NULL : &offer, NULL,
                                0, &fake_call_handlers, f));
        req = fake_take(f);
        if (state == CALL_PROCEEDING || state == CALL_CANCELLING)
            fake_answer(f, req, "180 Ringing", "rt", CONTACT, NULL);
        if (state == CALL_LATE)
            fake_answer(f, req, "200 OK", "rt", CONTACT, FAKE_OFFER);
        if (state == CALL_CANCEL_WAIT || state == CALL_CANCELLING)
            ars_sip_call_hangup(f->call, 0);
        break;
    }
    CHECK_INT(f->call->state, state);
out:
    return err;
}

static int test_lost_in_every_state(void)
{
    static const struct {
        enum call_state state;
        bool ends;
        enum ars_reason_code code;
    } rows[] = {
        {CALL_CALLING, true, ARS_REASON_CONNECTION_LOST},
        {CALL_PROCEEDING, true, ARS_REASON_CONNECTION_LOST},
        {CALL_CANCEL_WAIT, true, ARS_REASON_LOCAL_HANGUP},
        {CALL_CANCELLING, true, ARS_REASON_LOCAL_HANGUP},
        {CALL_LATE, false, 0},
        {CALL_INCOMING, true, ARS_REASON_CONNECTION_LOST},
        {CALL_ACCEPTED, false, 0},
        {CALL_ESTABLISHED, false, 0},
        {CALL_BYING, true, ARS_REASON_LOCAL_HANGUP},
    };
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(reach(&f, rows[i].state));
        lose(&f);
        if (f.ended != rows[i].ends || (f.ended && f.why.code != rows[i].code)) {
            err = check_fail(__FILE__, __LINE__, "%s: ended %u, code %d",
                             call_fsm.states[rows[i].state], f.ended, f.why.code);
            goto out;
        }
        fake_advance(&f, 660000);
        if (f.ended)
            TRY(gone(&f));
        else
            ars_sip_call_free(f.call);
        TRY(gone(&f));
        fake_close(&f);
        /* and with the endpoint freed in the handler */
        TRY(reach(&f, rows[i].state));
        f.free_in_handler = true;
        ars_sip_set_transport(f.sip, NULL, true);
        CHECK(rows[i].ends == !f.sip);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/*
 * What still rings over there is cancelled on the next connection, by the branch of its INVITE,
 * for as long as a proxy lets it ring (RFC 3261 sections 9.1, 16.6 timer C).
 */
static int test_ringing_is_cancelled_later(void)
{
    struct fake f;
    const char *req;
    char invite[256];
    char via[256];
    int err;

    TRY(reach(&f, CALL_PROCEEDING));
    fake_header(f.sent[0], "Via", invite, sizeof(invite));
    lose(&f);
    CHECK_INT(f.ended, 1);
    fake_advance(&f, 180000);
    find(&f);
    req = fake_want(&f, "CANCEL sip:600@pbx.test SIP/2.0\r\n");
    CHECK(req);
    fake_header(req, "Via", via, sizeof(via));
    CHECK_STR(via, invite);
    fake_answer(&f, req, "481 Call/Transaction Does Not Exist", NULL, NULL, NULL);
    fake_advance(&f, 32000);
    TRY(gone(&f));
    find(&f);
    CHECK(fake_quiet(&f));
    fake_close(&f);

    TRY(reach(&f, CALL_PROCEEDING));
    lose(&f);
    fake_advance(&f, 190000);
    TRY(gone(&f));
    find(&f);
    CHECK(fake_quiet(&f));
    fake_close(&f);

    /* the next connection may be to a server that hears nothing, and the one after it good */
    TRY(reach(&f, CALL_PROCEEDING));
    fake_header(f.sent[0], "Via", invite, sizeof(invite));
    lose(&f);
    find(&f);
    CHECK(fake_want(&f, "CANCEL sip:600@pbx.test SIP/2.0\r\n"));
    lose(&f);
    find(&f);
    req = fake_want(&f, "CANCEL sip:600@pbx.test SIP/2.0\r\n");
    CHECK(req);
    fake_header(req, "Via", via, sizeof(via));
    CHECK_STR(via, invite);
    fake_answer(&f, req, "200 OK", NULL, NULL, NULL);
    lose(&f);
    TRY(gone(&f));
    find(&f);
    CHECK(fake_quiet(&f));
out:
    fake_close(&f);
    return err;
}

/* An established call goes on over a new connection: re-INVITE, their BYE. */
static int test_call_outlives_the_connection(void)
{
    struct fake f;
    const char *req;
    char from[256];
    char id[128];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    fake_header(f.sent[0], "From", from, sizeof(from));
    fake_header(f.sent[0], "Call-ID", id, sizeof(id));
    lose(&f);
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), ENOTCONN);
    fake_advance(&f, 100000);
    find(&f);
    CHECK(fake_quiet(&f));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    req = fake_want(&f, "INVITE sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(req);
    fake_answer(&f, req, "200 OK", NULL, CONTACT, FAKE_ANSWER);
    CHECK_INT(f.reanswer_status, 200);
    fake_feed(&f,
              "BYE sip:100@127.0.0.1:1;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS h;branch=z9hG4bKb\r\nFrom: <sip:600@pbx.test>;tag=rt\r\nTo: %s\r\n"
              "Call-ID: %s\r\nCSeq: 3 BYE\r\n\r\n",
              from, id);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_REMOTE_HANGUP);
out:
    fake_close(&f);
    return err;
}

/* Our re-INVITE is lost with the connection: 503, the call stays. Theirs cannot be answered. */
static int test_offers_lost(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    lose(&f);
    CHECK_INT(f.reanswer_status, 503);
    CHECK_INT(f.ended, 0);
    find(&f);
    TRY(ars_sip_call_reinvite(f.call, &offer));
    fake_close(&f);

    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, NULL, FAKE_OFFER);
    CHECK_INT(f.reoffers, 1);
    lose(&f);
    CHECK_INT(ars_sip_call_answer(f.call, &answer), EPROTO);
    find(&f);
    CHECK(fake_quiet(&f));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    CHECK(fake_want(&f, "INVITE "));
    fake_close(&f);

    /* the wait after a 491 outlives it, and fails without a connection */
    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    TRY(ars_sip_call_reinvite(f.call, &offer));
    fake_answer(&f, fake_want(&f, "INVITE "), "491 Request Pending", NULL, NULL, NULL);
    lose(&f);
    fake_advance(&f, 4000);
    CHECK_INT(f.reanswer_status, 503);
out:
    fake_close(&f);
    return err;
}

/*
 * Hung up without a connection: told at once, the BYE goes out on the next one, for 10 min. From
 * then on it has its 32 s (RFC 3261 section 17.1.2.2).
 */
static int test_bye_waits_for_a_connection(void)
{
    struct fake f;
    const char *bye;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    lose(&f);
    ars_sip_call_hangup(f.call, 0);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_advance(&f, 599000);
    find(&f);
    bye = fake_want(&f, "BYE sip:600@10.0.0.1:5060;transport=udp SIP/2.0\r\n");
    CHECK(bye);
    fake_advance(&f, 31000);
    fake_answer(&f, bye, "401 Unauthorized", NULL,
                "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    bye = fake_want(&f, "BYE sip:600@10.0.0.1");
    CHECK(bye);
    CHECK(fake_has(bye, "\r\nAuthorization: Digest "));
    fake_answer(&f, bye, "200 OK", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    TRY(gone(&f));
    fake_close(&f);

    /* nobody answers it */
    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    lose(&f);
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 60000);
    find(&f);
    CHECK(fake_want(&f, "BYE "));
    fake_advance(&f, 32000);
    TRY(gone(&f));
    fake_close(&f);

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    lose(&f);
    ars_sip_call_hangup(f.call, 0);
    fake_advance(&f, 600000);
    find(&f);
    CHECK(fake_quiet(&f));
    TRY(gone(&f));
    fake_close(&f);

    /* lost while the BYE was out: once more */
    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    ars_sip_call_hangup(f.call, 0);
    CHECK(fake_want(&f, "BYE "));
    lose(&f);
    CHECK_INT(f.ended, 1);
    fake_advance(&f, 60000);
    find(&f);
    bye = fake_want(&f, "BYE ");
    CHECK(bye);
    fake_answer(&f, bye, "481 Gone", NULL, NULL, NULL);
    CHECK_INT(f.ended, 1);
    fake_advance(&f, 32000);
    TRY(gone(&f));
out:
    fake_close(&f);
    return err;
}

/* Our 200 is repeated on the new connection until the ACK comes there. */
static int test_ok_repeated_on_the_next(void)
{
    struct fake f;
    char v[256];
    const char *ok;
    int err;

    TRY(reach(&f, CALL_ACCEPTED));
    lose(&f);
    fake_advance(&f, 3000);
    find(&f);
    fake_advance(&f, 1000);
    ok = fake_want(&f, "SIP/2.0 200 ");
    CHECK(ok);
    fake_header(ok, "To", v, sizeof(v));
    fake_request(&f, "ACK", "z9hG4bKa", 10, strstr(v, ";tag=") + 5, NULL, NULL);
    CHECK_INT(f.confirmed, 1);
out:
    fake_close(&f);
    return err;
}

/* The transport refuses: the caller hears it, and flow_failed comes once. */
static int test_send_fails(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_call_up(&f));
    f.send_err = EAGAIN;
    CHECK_INT(ars_sip_call_reinvite(f.call, &offer), EAGAIN);
    CHECK_INT(f.flow_failed, 0);
    ars_sip_call_hangup(f.call, 0);
    CHECK_INT(f.ended, 1);
    fake_advance(&f, 0);
    CHECK_INT(f.flow_failed, 1);
    f.send_err = EMSGSIZE;
    CHECK_INT(ars_sip_register(f.sip), EMSGSIZE);
    fake_advance(&f, 0);
    CHECK_INT(f.flow_failed, 1);
    f.send_err = 0;
    lose(&f);
    find(&f);
    CHECK(fake_want(&f, "BYE "));
out:
    fake_close(&f);
    return err;
}

/* ---- memory ---- */

/*
 * A whole life: whatever fails on the way, nothing may crash, leak or hang. What it says is judged
 * by the other cases; here only the end is.
 */
static int test_life_without_memory(void)
{
    struct fake f;
    const char *req;
    char tag[64] = "none";
    int err = fake_open(&f, 0);

    if (err)
        goto out;
    (void)fake_register(&f);
    if (fake_call_up(&f) == 0 && f.call) {
        (void)ars_sip_call_reinvite(f.call, &offer);
        req = fake_take(&f);
        if (req)
            fake_answer(&f, req, "491 Request Pending", NULL, NULL, NULL);
        fake_advance(&f, 4000);
        fake_request_out(&f, "UPDATE", "z9hG4bKo1", 1, NULL, FAKE_OFFER);
        if (f.call)
            (void)ars_sip_call_answer(f.call, &answer);
        fake_request_out(&f, "INFO", "z9hG4bKo2", 2, NULL, NULL);
        if (f.call)
            ars_sip_call_hangup(f.call, 0);
    }
    f.call = NULL;
    f.confirmed = 0;
    fake_drop_sent(&f);
    (void)fake_incoming_up(&f, tag);
    fake_request(&f, "INVITE", "z9hG4bKo3", 11, tag, "X-Display-Name: %41\r\n", FAKE_OFFER);
    fake_request(&f, "REFER", "z9hG4bKo4", 12, tag, NULL, NULL);
    ars_sip_set_transport(f.sip, NULL, true);
    ars_sip_set_transport(f.sip, &f.tp, true);
    (void)ars_sip_unregister(f.sip);
    fake_advance(&f, 70000);
out:
    fake_close(&f);
    return 0;
}

static int test_challenge_without_memory(void)
{
    struct fake f;
    const char *req;
    int err = fake_open(&f, 0);

    if (err)
        goto out;
    if (ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f))
        goto out;
    req = fake_take(&f);
    fake_answer(&f, req, "407 Proxy Authentication Required", "p",
                "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\", opaque=\"o\", "
                "algorithm=SHA-256, qop=\"auth\"\r\n",
                NULL);
    (void)fake_take(&f);
    req = fake_take(&f);
    if (req) {
        fake_answer(&f, req, "200 OK", "rt", CONTACT "Record-Route: <sip:a;lr>, <sip:b>\r\n",
                    FAKE_OFFER);
        if (f.call)
            (void)ars_sip_call_ack(f.call, &answer);
        fake_answer(&f, req, "200 OK", "fork", CONTACT, FAKE_OFFER);
    }
    f.take_requests = true;
    fake_feed(&f, "REGISTER sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9hG4bKm2\r\n"
                  "From: <sip:x@y>;tag=m\r\nTo: <sip:y@z>\r\nCall-ID: m2\r\nCSeq: 1 REGISTER\r\n"
                  "\r\n");
    if (f.request) {
        char *challenge = NULL;

        (void)ars_sip_request_header(f.request, "Via");
        (void)ars_sip_digest_check(f.request, "r", "y", f.password, "SHA-256", &challenge);
        free(challenge);
        (void)ars_sip_request_reply(f.request, 401, NULL, NULL, 0);
    }
    fake_advance(&f, 70000);
out:
    fake_close(&f);
    return 0;
}

static const struct check_case cases[] = {
    {"lost_in_every_state", test_lost_in_every_state, false},
    {"call_outlives_the_connection", test_call_outlives_the_connection, false},
    {"ringing_is_cancelled_later", test_ringing_is_cancelled_later, false},
    {"offers_lost", test_offers_lost, false},
    {"bye_waits_for_a_connection", test_bye_waits_for_a_connection, false},
    {"ok_repeated_on_the_next", test_ok_repeated_on_the_next, false},
    {"send_fails", test_send_fails, false},
    {"life_without_memory", test_life_without_memory, true},
    {"challenge_without_memory", test_challenge_without_memory, true},
};

const struct suite suite_loss = {cases, CHECK_COUNT(cases)};
