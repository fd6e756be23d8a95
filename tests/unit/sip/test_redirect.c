/* 3xx to our INVITE, RFC 3261 section 8.1.3.4. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

#define MOVED "302 Moved Temporarily"

/* Which of several, and whether any. */
static int test_choice(void)
{
    static const struct {
        const char *status;
        const char *contacts;
        const char *number; /* "": the call ends */
    } rows[] = {
        {MOVED, "Contact: <sip:700@pbx.test>\r\n", "700"},
        {"301 Moved", "Contact: <sip:700@pbx.test>\r\n", "700"},
        {"300 Choices",
         "Contact: <sip:1@a>;q=0.2, <sip:2@a>;q=0.95\r\nContact: <sip:3@a>;q=0.5\r\n", "2"},
        {MOVED, "Contact: <sip:1@a>;q=0.9, <sip:2@a>\r\n", "2"},
        {MOVED, "Contact: <mailto:a@b>, <sips:3@a;user=phone?Route=x>;q=0.1\r\n", "3"},
        {MOVED, "Contact: <sip:3@a>;q=0.1, <tel:+7495;phone-context=a>\r\n", "+7495"},
        /* ourselves again, nobody, no redirection */
        {MOVED, "Contact: <sip:600@PBX.test>\r\n", ""},
        {MOVED, "", ""},
        {MOVED, "Contact: *\r\n", ""},
        {"305 Use Proxy", "Contact: <sip:700@pbx.test>\r\n", ""},
        {"380 Alternative", "Contact: <sip:700@pbx.test>\r\n", ""},
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(fake_dial(&f, &req));
        fake_answer(&f, req, rows[i].status, "x", rows[i].contacts, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK(fake_quiet(&f));
        CHECK_STR(f.redirect, rows[i].number);
        CHECK_INT(f.ended, *rows[i].number ? 0 : 1);
        if (f.ended)
            CHECK_INT(f.why.code, ARS_REASON_REDIRECTED);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Followed: the same call, next CSeq, no header of the URI; challenged there anew. */
static int test_followed(void)
{
    struct fake f;
    const char *req;
    char to[256];
    char id[256];
    char v[256];
    int cseq;
    int err;

    TRY(fake_dial(&f, &req));
    CHECK_INT(ars_sip_call_redirect(f.call, true), EPROTO);
    fake_header(req, "To", to, sizeof(to));
    fake_header(req, "Call-ID", id, sizeof(id));
    cseq = fake_number(fake_header(req, "CSeq", v, sizeof(v)));
    fake_answer(&f, req, "180 Ringing", "a", "Contact: <sip:a@a>\r\n", NULL);
    fake_answer(&f, req, MOVED, "x", "Contact: <sip:700@other.test?Route=%3Csip:evil%3E>\r\n",
                NULL);
    CHECK(fake_want(&f, "ACK sip:600@pbx.test "));
    TRY(ars_sip_call_redirect(f.call, true));
    req = fake_want(&f, "INVITE sip:700@other.test SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), to);
    CHECK_STR(fake_header(req, "Call-ID", v, sizeof(v)), id);
    CHECK_INT(fake_number(fake_header(req, "CSeq", v, sizeof(v))), cseq + 1);
    CHECK_STR(fake_body(req), FAKE_OFFER);
    CHECK_STR(ars_sip_call_peer_number(f.call), "700");
    CHECK_INT(f.identities, 1);
    fake_answer(&f, req, "407 Proxy Authentication Required", "y",
                "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    req = fake_want(&f, "INVITE sip:700@other.test ");
    CHECK(fake_has(req, "\r\nProxy-Authorization: Digest "));
    fake_answer(&f, req, "200 OK", "b", "Contact: <sip:b@b>\r\n", FAKE_ANSWER);
    CHECK(fake_want(&f, "ACK sip:b@b "));
    CHECK_INT(f.answered, 1);
out:
    fake_close(&f);
    return err;
}

/* The next by q when one refuses; a number at our own server; nobody any more after a 6xx. */
static int test_next(void)
{
    static const struct {
        const char *last;
        int asked;
        enum ars_reason_code code;
    } rows[] = {{"486 Busy Here", 3, ARS_REASON_BUSY}, {"603 Decline", 2, ARS_REASON_DECLINED}};
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(fake_dial(&f, &req));
        fake_answer(&f, req, MOVED, "x",
                    "Contact: <sip:1@a>;q=0.2, <tel:+7495>;q=0.9, <sip:2@a>;q=0.5\r\n", NULL);
        CHECK(fake_want(&f, "ACK "));
        TRY(ars_sip_call_redirect(f.call, true));
        req = fake_want(&f, "INVITE sip:+7495@pbx.test SIP/2.0\r\n");
        CHECK(req);
        fake_answer(&f, req, "404 Not Found", "y", NULL, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK_STR(f.redirect, "2");
        TRY(ars_sip_call_redirect(f.call, true));
        req = fake_want(&f, "INVITE sip:2@a SIP/2.0\r\n");
        CHECK(req);
        fake_answer(&f, req, rows[i].last, "z", NULL, NULL);
        CHECK(fake_want(&f, "ACK "));
        CHECK_INT(f.redirects, rows[i].asked);
        if (!f.ended)
            TRY(ars_sip_call_redirect(f.call, false));
        CHECK(fake_quiet(&f));
        CHECK_INT(f.ended, 1);
        CHECK_INT(f.why.code, rows[i].code);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Round in a circle, and on without end. */
static int test_loop(void)
{
    struct fake f;
    const char *req;
    char contact[64];
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, MOVED, "x", "Contact: <sip:700@pbx.test>\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    TRY(ars_sip_call_redirect(f.call, true));
    req = fake_want(&f, "INVITE sip:700@pbx.test ");
    fake_answer(&f, req, MOVED, "x", "Contact: <sip:600@pbx.test>\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.sip_status, 302);
    fake_close(&f);

    TRY(fake_dial(&f, &req));
    for (unsigned i = 0; i < 5; i++) {
        snprintf(contact, sizeof(contact), "Contact: <sip:%u@pbx.test>\r\n", 700 + i);
        fake_answer(&f, req, MOVED, "x", contact, NULL);
        CHECK(fake_want(&f, "ACK "));
        TRY(ars_sip_call_redirect(f.call, true));
        req = fake_want(&f, "INVITE ");
        CHECK(req);
    }
    fake_answer(&f, req, MOVED, "x", "Contact: <sip:800@pbx.test>\r\n", NULL);
    CHECK(fake_want(&f, "ACK "));
    CHECK(fake_quiet(&f));
    CHECK_INT(f.ended, 1);
out:
    fake_close(&f);
    return err;
}

/* Not followed; hung up meanwhile; the connection lost meanwhile. */
static int test_not_followed(void)
{
    static const enum ars_reason_code want[] = {ARS_REASON_REDIRECTED, ARS_REASON_LOCAL_HANGUP,
                                                ARS_REASON_CONNECTION_LOST};
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(want); i++) {
        TRY(fake_dial(&f, &req));
        fake_answer(&f, req, MOVED, "x", "Contact: <sip:700@pbx.test>\r\n", NULL);
        CHECK(fake_want(&f, "ACK "));
        if (i == 0)
            TRY(ars_sip_call_redirect(f.call, false));
        if (i == 1)
            ars_sip_call_hangup(f.call, 0);
        if (i == 2) {
            ars_sip_set_transport(f.sip, NULL, true);
            TRY(ars_sip_call_redirect(f.call, true));
        }
        CHECK(fake_quiet(&f));
        CHECK_INT(f.ended, 1);
        CHECK_INT(f.why.code, want[i]);
        TRY(fake_all_gone(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"redirect_choice", test_choice, false},
    {"redirect_followed", test_followed, false},
    {"redirect_next", test_next, false},
    {"redirect_loop", test_loop, false},
    {"redirect_not_followed", test_not_followed, false},
};

const struct suite suite_redirect = {cases, CHECK_COUNT(cases)};
