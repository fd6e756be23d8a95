/* REGISTER. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "suites.h"

#define CHALLENGE(nonce, more)                                                                     \
    "WWW-Authenticate: Digest realm=\"pbx.test\", nonce=\"" nonce "\", algorithm=MD5, "            \
    "qop=\"auth\"" more "\r\n"

static int start(struct fake *f, const char **ret_req)
{
    int err;

    TRY(fake_open(f, 0));
    TRY(ars_sip_register(f->sip));
    *ret_req = fake_want(f, "REGISTER sip:pbx.test SIP/2.0\r\n");
    CHECK(*ret_req);
out:
    return err;
}

static int test_the_request(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(start(&f, &req));
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), "<sip:100@pbx.test>");
    fake_header(req, "From", v, sizeof(v));
    CHECK(strncmp(v, "\"Иван \\\"И\\\" Петров\" <sip:100@pbx.test>;tag=",
                  strlen("\"Иван \\\"И\\\" Петров\" <sip:100@pbx.test>;tag=")) == 0);
    fake_header(req, "Via", v, sizeof(v));
    CHECK(strncmp(v, "SIP/2.0/WSS ", 12) == 0);
    CHECK(strstr(v, ".invalid;branch=z9hG4bK"));
    CHECK(strstr(v, ";rport"));
    fake_header(req, "Contact", v, sizeof(v));
    CHECK(strncmp(v, "<sip:100@", 9) == 0);
    CHECK(strstr(v, ".invalid;transport=ws>;+sip.instance=\"<urn:uuid:7d2c1b4e-0000-4000-8000-"
                    "000000000001>\";reg-id=1;expires=600"));
    CHECK_STR(fake_header(req, "Supported", v, sizeof(v)), "path, outbound");
    CHECK_STR(fake_header(req, "Max-Forwards", v, sizeof(v)), "70");
    CHECK_STR(fake_header(req, "Content-Length", v, sizeof(v)), "0");
    CHECK_STR(fake_header(req, "User-Agent", v, sizeof(v)), "ARS Phone test");
out:
    fake_close(&f);
    return err;
}

/* 401, then good; Call-ID and From stay, CSeq rises; only a fresh nonce is used up front. */
static int test_challenge_and_reuse(void)
{
    struct fake f;
    char id[128];
    char from[256];
    char v[1024];
    const char *req;
    int cseq;
    int err;

    TRY(start(&f, &req));
    fake_header(req, "Call-ID", id, sizeof(id));
    fake_header(req, "From", from, sizeof(from));
    cseq = fake_number(fake_header(req, "CSeq", v, sizeof(v)));
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n1", ", opaque=\"op\""), NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(req);
    CHECK_STR(fake_header(req, "Call-ID", v, sizeof(v)), id);
    CHECK_STR(fake_header(req, "From", v, sizeof(v)), from);
    CHECK_INT(fake_number(fake_header(req, "CSeq", v, sizeof(v))), cseq + 1);
    fake_header(req, "Authorization", v, sizeof(v));
    CHECK(strstr(v, "username=\"100\"") && strstr(v, "nonce=\"n1\"") &&
          strstr(v, "opaque=\"op\"") && strstr(v, "uri=\"sip:pbx.test\"") &&
          strstr(v, "nc=00000001"));
    fake_answer(&f, req, "200 OK", "x", "Expires: 300\r\n", NULL);
    CHECK_INT(f.registered, 1);
    CHECK_INT(f.expires, 300);
    /* 10 s later: up front, with the next nc */
    fake_advance(&f, 10000);
    TRY(ars_sip_register(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK_INT(fake_number(fake_header(req, "CSeq", v, sizeof(v))), cseq + 2);
    fake_header(req, "Authorization", v, sizeof(v));
    CHECK(strstr(v, "nonce=\"n1\"") && strstr(v, "nc=00000002"));
    /* the nonce has grown old on the other side: not a wrong password */
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n2", ", stale=true"), NULL);
    req = fake_want(&f, "REGISTER ");
    fake_header(req, "Authorization", v, sizeof(v));
    CHECK(strstr(v, "nonce=\"n2\"") && strstr(v, "nc=00000001"));
    fake_answer(&f, req, "200 OK", "x", "Expires: 300\r\n", NULL);
    CHECK_INT(f.registered, 2);
    CHECK_INT(f.reg_failed, 0);
    /* two minutes later it is not tried */
    fake_advance(&f, 120000);
    TRY(ars_sip_register(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK_STR(fake_header(req, "Authorization", v, sizeof(v)), "");
out:
    fake_close(&f);
    return err;
}

/* A nonce of before that is refused without stale gets one more try with the new one. */
static int test_old_nonce_without_stale(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_register(&f));
    TRY(ars_sip_register(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK(fake_has(req, "nonce=\"n1\""));
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n2", ""), NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(fake_has(req, "nonce=\"n2\""));
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n3", ""), NULL);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.reg_why.code, ARS_REASON_WRONG_PASSWORD);
    CHECK(f.final);
out:
    fake_close(&f);
    return err;
}

static int test_wrong_password(void)
{
    static const struct {
        const char *status;
        const char *headers;
    } rows[] = {
        {"401 Unauthorized", CHALLENGE("n2", "")}, /* Asterisk: challenged again */
        {"401 Unauthorized", CHALLENGE("n1", "")}, /* with the same nonce */
        {"403 Forbidden", NULL},                   /* FreeSWITCH */
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(start(&f, &req));
        fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n1", ""), NULL);
        req = fake_want(&f, "REGISTER ");
        fake_answer(&f, req, rows[i].status, "x", rows[i].headers, NULL);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.reg_failed, 1);
        CHECK_INT(f.reg_why.code, ARS_REASON_WRONG_PASSWORD);
        CHECK_INT(f.reg_why.sip_status, fake_number(rows[i].status));
        CHECK(f.final);
        fake_advance(&f, 700000);
        CHECK(fake_quiet(&f));
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* stale for ever is not followed for ever. */
static int test_stale_without_end(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(start(&f, &req));
    for (int i = 0; i < 20 && req; i++) {
        fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n", ", stale=true"), NULL);
        req = fake_take(&f);
    }
    CHECK(!req);
    CHECK_INT(f.nsent, 5);
    CHECK_INT(f.reg_failed, 1);
    CHECK_INT(f.reg_why.code, ARS_REASON_SERVER_ERROR);
    CHECK(!f.final);
out:
    fake_close(&f);
    return err;
}

/* 407 of a proxy and 401 of the registrar, both answered in the third request. */
static int test_proxy_and_registrar(void)
{
    struct fake f;
    const char *req;
    char v[1024];
    int err;

    TRY(start(&f, &req));
    fake_answer(&f, req, "407 Proxy Authentication Required", "x",
                "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p1\", qop=\"auth\"\r\n", NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(strstr(fake_header(req, "Proxy-Authorization", v, sizeof(v)), "realm=\"edge\""));
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n1", ""), NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(strstr(fake_header(req, "Proxy-Authorization", v, sizeof(v)), "nc=00000002"));
    CHECK(strstr(fake_header(req, "Authorization", v, sizeof(v)), "realm=\"pbx.test\""));
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.registered, 1);
    CHECK_INT(f.expires, 600);
out:
    fake_close(&f);
    return err;
}

static int test_min_expires(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(start(&f, &req));
    fake_answer(&f, req, "423 Interval Too Brief", "x", "Min-Expires: 1800\r\n", NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(req);
    CHECK(strstr(fake_header(req, "Contact", v, sizeof(v)), ";expires=1800"));
    /* no lower, and no loop */
    fake_answer(&f, req, "423 Interval Too Brief", "x", "Min-Expires: 1800\r\n", NULL);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.reg_failed, 1);
    CHECK(!f.final);
out:
    fake_close(&f);
    return err;
}

static int test_failures(void)
{
    static const struct {
        const char *status;
        const char *headers;
        enum ars_reason_code code;
        uint32_t retry_after;
        bool final;
    } rows[] = {
        {"503 Service Unavailable", "Retry-After: 17 (maintenance)\r\n", ARS_REASON_UNAVAILABLE, 17,
         false},
        {"500 Oops", "Retry-After: 99999999999\r\n", ARS_REASON_UNAVAILABLE, 86400, false},
        {"404 Not Found", NULL, ARS_REASON_NOT_FOUND, 0, false},
        {"302 Moved", "Contact: <sip:a@b>\r\n", ARS_REASON_REDIRECTED, 0, false},
        {"400 Bad", NULL, ARS_REASON_SERVER_ERROR, 0, false},
        {"403 Forbidden", NULL, ARS_REASON_WRONG_PASSWORD, 0, true},
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(start(&f, &req));
        fake_answer(&f, req, rows[i].status, "x", rows[i].headers, NULL);
        CHECK_INT(f.reg_failed, 1);
        CHECK_INT(f.reg_why.code, rows[i].code);
        CHECK_INT(f.retry_after, rows[i].retry_after);
        CHECK_INT(f.final, rows[i].final);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* Whose expires counts: our own Contact's, wherever it stands. */
static int test_expires_of_our_contact(void)
{
    static const struct {
        const char *name;
        const char *headers;
        uint32_t want;
    } rows[] = {
        {"instance first",
         "Contact: <sip:100@x.invalid;transport=ws>;expires=11, <sip:100@y.invalid>;expires=12;"
         "+sip.instance=\"<urn:uuid:7D2C1B4E-0000-4000-8000-000000000001>\"\r\nExpires: 13\r\n",
         12},
        {"another instance is another phone",
         "Contact: <sip:100@y>;expires=11;+sip.instance=\"<urn:uuid:00000000-1111>\"\r\n"
         "Expires: 33\r\n",
         33},
        {"the host that we gave",
         "Contact: <sip:100@x.invalid>;expires=11\r\nContact: <sip:100@%s;transport=ws>;expires=22"
         "\r\nContact: <sip:101@%s>;expires=44\r\n",
         22},
        {"two that may be ours",
         "Contact: <sip:100@192.0.2.1:1>;expires=33, <sip:100@192.0.2.1:2>;expires=22,"
         "<sip:100@192.0.2.1:3>;expires=44\r\n",
         22},
        {"the user, host rewritten", "Contact: <sip:100@127.0.0.1:4242>;expires=299\r\n", 299},
        {"somebody else's alone", "Contact: <sip:zzz@q>;expires=5\r\nExpires: 60\r\n", 60},
        {"no expires in it", "Contact: <sip:100@%s>\r\nExpires: 77\r\n", 77},
        {"nothing at all", "", 600},
        {"nonsense", "Contact: <sip:\r\nExpires: never\r\n", 600},
    };
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        char headers[1024];
        char host[64];
        char v[512];

        TRY(start(&f, &req));
        fake_header(req, "Contact", v, sizeof(v));
        snprintf(host, sizeof(host), "%.*s", (int)strcspn(v + 9, ";"), v + 9);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(headers, sizeof(headers), rows[i].headers, host, host);
#pragma GCC diagnostic pop
        fake_answer(&f, req, "200 OK", "x", headers, NULL);
        if (f.expires != rows[i].want) {
            err = check_fail(__FILE__, __LINE__, "%s: %u", rows[i].name, f.expires);
            goto out;
        }
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/*
 * RFC 5626 section 4.2.1: a proxy on the way does not know outbound: once without, then never more.
 */
static int test_first_hop_lacks_outbound(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(start(&f, &req));
    CHECK_STR(fake_header(req, "Supported", v, sizeof(v)), "path, outbound");
    CHECK(strstr(fake_header(req, "Contact", v, sizeof(v)), ";reg-id=1"));
    fake_answer(&f, req, "439 First Hop Lacks Outbound Support", "x", NULL, NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(req);
    CHECK_STR(fake_header(req, "Supported", v, sizeof(v)), "path");
    fake_header(req, "Contact", v, sizeof(v));
    CHECK(strstr(v, "+sip.instance=") && !strstr(v, "reg-id"));
    fake_answer(&f, req, "439 First Hop Lacks Outbound Support", "x", NULL, NULL);
    CHECK(fake_quiet(&f));
    CHECK_INT(f.reg_failed, 1);
    CHECK_INT(f.reg_why.sip_status, 439);
    CHECK(!f.final);
out:
    fake_close(&f);
    return err;
}

/* RFC 3608: our calls begin on the way that the registrar names, REGISTER does not take it. */
static int test_service_route(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(start(&f, &req));
    fake_answer(&f, req, "200 OK", "x",
                "Service-Route: <sip:near;lr>, <sip:mid;lr>\r\nExpires: 100\r\n"
                "Service-Route: <sip:home;lr>\r\n",
                NULL);
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE sip:600@pbx.test SIP/2.0\r\n");
    CHECK(fake_has(req, "Route: <sip:near;lr>\r\nRoute: <sip:mid;lr>\r\nRoute: <sip:home;lr>\r\n"));
    fake_answer(&f, req, "180 Ringing", "rt", "Contact: <sip:600@h>\r\n", NULL);
    ars_sip_call_hangup(f.call, 0);
    req = fake_want(&f, "CANCEL ");
    CHECK_STR(fake_header(req, "Route", v, sizeof(v)), "<sip:near;lr>");
    /* strict routing, and one that is longer than any way */
    TRY(ars_sip_register(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK_STR(fake_header(req, "Route", v, sizeof(v)), "");
    fake_answer(&f, req, "200 OK", "x", "Service-Route: <sip:old>\r\n", NULL);
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE sip:old SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "Route", v, sizeof(v)), "<sip:600@pbx.test>");
    TRY(ars_sip_register(f.sip));
    fake_answer(&f, fake_want(&f, "REGISTER "), "200 OK", "x",
                "Service-Route: <a:1>,<a:2>,<a:3>,<a:4>,<a:5>,<a:6>,<a:7>,<a:8>,<a:9>,<a:10>,"
                "<a:11>,<a:12>,<a:13>,<a:14>,<a:15>,<a:16>,<a:17>\r\n",
                NULL);
    TRY(ars_sip_call_invite(f.sip, &f.call, "600", NULL, NULL, 0, &fake_call_handlers, &f));
    req = fake_want(&f, "INVITE sip:600@pbx.test SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "Route", v, sizeof(v)), "");
out:
    fake_close(&f);
    return err;
}

/* Between 50 and 75 % of what was granted, not always at the same place. */
static int test_refresh_time(void)
{
    uint64_t lo = UINT64_MAX;
    uint64_t hi = 0;
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (int i = 0; i < 40; i++) {
        uint64_t at;

        TRY(start(&f, &req));
        fake_answer(&f, req, "200 OK", "x", "Expires: 100\r\n", NULL);
        at = ars_timers_next_ms(f.timers);
        CHECK(at >= 50000 && at <= 75000);
        lo = at < lo ? at : lo;
        hi = at > hi ? at : hi;
        fake_advance(&f, at - 1);
        CHECK(fake_quiet(&f));
        fake_advance(&f, 1);
        req = fake_want(&f, "REGISTER ");
        CHECK(req);
        fake_answer(&f, req, "200 OK", "x", "Expires: 100\r\n", NULL);
        CHECK_INT(f.registered, 2);
        fake_close(&f);
    }
    CHECK(hi - lo > 5000);
    return 0;
out:
    fake_close(&f);
    return err;
}

/* The next REGISTER comes after exactly so long and is answered so. */
static int check_next(struct fake *f, uint64_t ms, const char *status, const char *headers)
{
    const char *req;
    int err = 0;

    CHECK_INT(ars_timers_next_ms(f->timers), ms);
    fake_advance(f, ms);
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    fake_answer(f, req, status, "x", headers, NULL);
out:
    return err;
}

/* Refused for now while the binding lasts: nothing is told, and tried again; then it is. */
static int test_refused_refresh(void)
{
    struct fake f;
    const char *req;
    uint64_t at;
    int err;

    TRY(start(&f, &req));
    fake_answer(&f, req, "200 OK", "x", "Expires: 100\r\n", NULL);
    at = ars_timers_next_ms(f.timers);
    TRY(check_next(&f, at, "503 Busy", "Retry-After: 7\r\n"));
    TRY(check_next(&f, 7000, "500 Oops", NULL));
    TRY(check_next(&f, 2000, "408 Late", NULL));
    CHECK_INT(f.reg_failed, 0);
    TRY(check_next(&f, 4000, "200 OK", "Expires: 40\r\n"));
    CHECK_INT(f.registered, 2);
    at = ars_timers_next_ms(f.timers);
    CHECK(at >= 20000 && at <= 30000);
    TRY(check_next(&f, at, "503 Busy", NULL));
    TRY(check_next(&f, 1000, "503 Busy", NULL));
    CHECK_INT(f.reg_failed, 0);
    TRY(check_next(&f, 2000, "503 Busy", "Retry-After: 40\r\n")); /* later than its end */
    CHECK_INT(f.reg_failed, 1);
    CHECK_INT(f.retry_after, 40);
out:
    fake_close(&f);
    return err;
}

static int test_unregister(void)
{
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    CHECK_INT(ars_sip_unregister(f.sip), ENOTCONN);
    TRY(fake_register(&f));
    TRY(ars_sip_unregister(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK(strstr(fake_header(req, "Contact", v, sizeof(v)), ";expires=0"));
    CHECK_STR(fake_header(req, "Expires", v, sizeof(v)), "0");
    /* challenged: once more */
    fake_answer(&f, req, "401 Unauthorized", "x", CHALLENGE("n9", ", stale=true"), NULL);
    req = fake_want(&f, "REGISTER ");
    CHECK(strstr(fake_header(req, "Contact", v, sizeof(v)), ";expires=0"));
    fake_answer(&f, req, "200 OK", "x", NULL, NULL);
    CHECK_INT(f.unregistered, 1);
    CHECK_INT(f.registered, 1);
    CHECK_INT(ars_timers_count(f.timers), 0);
out:
    fake_close(&f);
    return err;
}

/* No answer within 2 s counts as done. */
static int test_unregister_without_answer(void)
{
    struct fake f;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_register(&f));
    TRY(ars_sip_unregister(f.sip));
    fake_advance(&f, 1999);
    CHECK_INT(f.unregistered, 0);
    fake_advance(&f, 1);
    CHECK_INT(f.unregistered, 1);
    fake_advance(&f, 32000);
    CHECK_INT(f.unregistered, 1);
    CHECK_INT(f.flow_failed, 0);
out:
    fake_close(&f);
    return err;
}

/* Timer F on REGISTER: the flow is dead. */
static int test_no_answer(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(start(&f, &req));
    fake_advance(&f, 32000);
    CHECK_INT(f.flow_failed, 1);
    CHECK_INT(f.reg_failed, 0);
    f.send_err = ENOTCONN;
    CHECK_INT(ars_sip_register(f.sip), ENOTCONN);
    fake_advance(&f, 0);
    CHECK_INT(f.flow_failed, 2);
out:
    fake_close(&f);
    return err;
}

/* Over a lost connection: the same Call-ID, a higher CSeq, the same Contact. */
static int test_reconnect(void)
{
    struct fake f;
    char id[128];
    char contact[512];
    char v[512];
    const char *req;
    int cseq;
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_register(&f));
    req = f.sent[1];
    fake_header(req, "Call-ID", id, sizeof(id));
    fake_header(req, "Contact", contact, sizeof(contact));
    cseq = fake_number(fake_header(req, "CSeq", v, sizeof(v)));
    ars_sip_set_transport(f.sip, NULL, true);
    CHECK_INT(ars_timers_count(f.timers), 0);
    CHECK_INT(ars_sip_register(f.sip), ENOTCONN);
    ars_sip_set_transport(f.sip, &f.tp, true);
    TRY(ars_sip_register(f.sip));
    req = fake_want(&f, "REGISTER ");
    CHECK_STR(fake_header(req, "Call-ID", v, sizeof(v)), id);
    CHECK_STR(fake_header(req, "Contact", v, sizeof(v)), contact);
    CHECK(fake_number(fake_header(req, "CSeq", v, sizeof(v))) > cseq);
    /* while it waits, another loss; nothing is told, the caller knows */
    ars_sip_set_transport(f.sip, NULL, true);
    CHECK_INT(f.reg_failed + f.flow_failed, 0);
    CHECK_INT(ars_timers_count(f.timers), 0);
out:
    fake_close(&f);
    return err;
}

/* The endpoint freed inside each of its handlers. */
static int test_free_in_handlers(void)
{
    struct fake f = {0};
    const char *req;
    int err = 0;

    for (int i = 0; i < 4; i++) {
        TRY(start(&f, &req));
        f.free_in_handler = true;
        if (i == 0)
            fake_answer(&f, req, "200 OK", "x", NULL, NULL);
        else if (i == 1)
            fake_answer(&f, req, "500 No", "x", NULL, NULL);
        else if (i == 2)
            fake_advance(&f, 32000);
        else {
            TRY(ars_sip_unregister(f.sip));
            fake_advance(&f, 2000);
        }
        CHECK(!f.sip);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

static int check_domain(const char *domain, const char *uri, const char *called)
{
    struct ars_sip_conf conf = {.user = "1", .domain = domain};
    struct ars_sip_call *call;
    struct ars_sip *sip = NULL;
    struct fake f;
    const char *req;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    conf.timers = f.timers;
    TRY(ars_sip_alloc(&sip, &conf, NULL, NULL));
    ars_sip_set_transport(sip, &f.tp, true);
    TRY(ars_sip_register(sip));
    req = fake_want(&f, "REGISTER sip:");
    CHECK(req && strncmp(req + 9, uri, strlen(uri)) == 0);
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), called);
    TRY(ars_sip_call_invite(sip, &call, "1", NULL, NULL, 0, NULL, NULL));
    req = fake_want(&f, "INVITE sip:");
    CHECK_STR(fake_header(req, "To", v, sizeof(v)), called);
out:
    ars_sip_free(sip);
    fake_close(&f);
    return err;
}

/* RFC 3261 section 25.1: IPv6reference. */
static int test_domains(void)
{
    int err = check_domain("2001:db8::1", "sip:[2001:db8::1] SIP", "<sip:1@[2001:db8::1]>");

    TRY(err);
    TRY(check_domain("[2001:db8::1]", "sip:[2001:db8::1] SIP", "<sip:1@[2001:db8::1]>"));
    TRY(check_domain("192.0.2.1", "sip:192.0.2.1 SIP", "<sip:1@192.0.2.1>"));
out:
    return err;
}

static int test_bad_conf(void)
{
    static const char *const domains[] = {"", "a b", "a@b", "a>b", "a;b", "a\r\nb"};
    struct ars_sip_conf conf = {.user = "1", .domain = "d"};
    struct ars_sip *sip = NULL;
    int err = 0;

    CHECK_INT(ars_sip_alloc(&sip, &conf, NULL, NULL), EINVAL);
    TRY(ars_timers_alloc(&conf.timers, NULL, NULL));
    for (size_t i = 0; i < CHECK_COUNT(domains); i++) {
        conf.domain = domains[i];
        CHECK_INT(ars_sip_alloc(&sip, &conf, NULL, NULL), EINVAL);
    }
    conf.domain = "d";
    conf.user = "";
    CHECK_INT(ars_sip_alloc(&sip, &conf, NULL, NULL), EINVAL);
    conf.user = "odd user@\r\n";
    TRY(ars_sip_alloc(&sip, &conf, NULL, NULL));
    CHECK_INT(ars_sip_register(sip), ENOTCONN);
out:
    ars_sip_free(sip);
    ars_timers_free(conf.timers);
    return err;
}

static const struct check_case cases[] = {
    {"reg_the_request", test_the_request, false},
    {"reg_challenge_and_reuse", test_challenge_and_reuse, false},
    {"reg_old_nonce_without_stale", test_old_nonce_without_stale, false},
    {"reg_wrong_password", test_wrong_password, false},
    {"reg_stale_without_end", test_stale_without_end, false},
    {"reg_proxy_and_registrar", test_proxy_and_registrar, false},
    {"reg_min_expires", test_min_expires, false},
    {"reg_failures", test_failures, false},
    {"reg_expires_of_our_contact", test_expires_of_our_contact, false},
    {"reg_first_hop_lacks_outbound", test_first_hop_lacks_outbound, false},
    {"reg_service_route", test_service_route, false},
    {"reg_refresh_time", test_refresh_time, false},
    {"reg_refused_refresh", test_refused_refresh, false},
    {"reg_unregister", test_unregister, false},
    {"reg_unregister_without_answer", test_unregister_without_answer, false},
    {"reg_no_answer", test_no_answer, false},
    {"reg_reconnect", test_reconnect, false},
    {"reg_free_in_handlers", test_free_in_handlers, false},
    {"reg_domains", test_domains, false},
    {"reg_bad_conf", test_bad_conf, false},
};

const struct suite suite_reg = {cases, CHECK_COUNT(cases)};
