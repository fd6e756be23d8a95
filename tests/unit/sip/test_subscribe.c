/* Subscriptions of ours (RFC 6665). */
#include <stdio.h>
#include <string.h>

#include <ars/sip_sub.h>
#include <ars/str.h>

#include "fake.h"
#include "suites.h"

static struct {
    unsigned notified;
    size_t len;
    unsigned ended;
    struct ars_reason why;
    uint32_t retry_s;
    bool final;
} told;

static void on_notify(struct ars_sip_sub *sub, const struct ars_sip_body *body, void *arg)
{
    told.notified++;
    told.len = body->len;
}

static void on_ended(struct ars_sip_sub *sub, const struct ars_reason *why, uint32_t retry_after_s,
                     bool final, void *arg)
{
    told.ended++;
    told.why = *why;
    told.retry_s = retry_after_s;
    told.final = final;
}

static int begin(struct fake *f, struct ars_sip_sub **ret, const char **ret_req)
{
    static const struct ars_sip_sub_handlers handlers = {.notify = on_notify, .ended = on_ended};
    static const struct ars_sip_sub_conf conf = {.target = "104",
                                                 .event = "dialog",
                                                 .accept = "application/dialog-info+xml",
                                                 .expires_s = 600};
    int err;

    memset(&told, 0, sizeof(told));
    TRY(fake_open(f, 0));
    TRY(ars_sip_subscribe(f->sip, ret, &conf, &handlers, f));
    *ret_req = fake_want(f, "SUBSCRIBE sip:104@pbx.test SIP/2.0\r\n");
    CHECK(*ret_req);
out:
    return err;
}

/* NOTIFY of the peer for the SUBSCRIBE req. */
static void notify(struct fake *f, const char *req, const char *tag, const char *headers,
                   const char *body)
{
    static unsigned n = 500;
    char from[256];
    char id[128];

    n++;
    fake_feed(f,
              "NOTIFY sip:100@127.0.0.1:4;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:20089;branch=z9hG4bKsub%u\r\n"
              "From: <sip:104@pbx.test>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u NOTIFY\r\n"
              "Contact: <sip:peer@10.0.0.9;transport=ws>\r\n%s%sContent-Length: %zu\r\n\r\n%s",
              n, tag, fake_header(req, "From", from, sizeof(from)),
              fake_header(req, "Call-ID", id, sizeof(id)), n, headers,
              *body ? "Content-Type: application/dialog-info+xml\r\n" : "", strlen(body), body);
}

#define ACTIVE "Event: dialog\r\nSubscription-State: active;expires=600\r\n"

static int test_subscribe(void)
{
    struct ars_sip_sub *sub;
    struct fake f;
    const char *req;
    char a[256];
    int cseq;
    int err;

    TRY(begin(&f, &sub, &req));
    CHECK_STR(fake_header(req, "Event", a, sizeof(a)), "dialog");
    CHECK_STR(fake_header(req, "Accept", a, sizeof(a)), "application/dialog-info+xml");
    CHECK_STR(fake_header(req, "Expires", a, sizeof(a)), "600");
    CHECK_STR(fake_header(req, "To", a, sizeof(a)), "<sip:104@pbx.test>");
    CHECK(strstr(fake_header(req, "Contact", a, sizeof(a)), ";transport=ws>"));
    fake_answer(&f, req, "401 Unauthorized", "x",
                "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth\"\r\n", NULL);
    req = fake_want(&f, "SUBSCRIBE ");
    CHECK(fake_has(req, "Authorization: Digest "));
    cseq = fake_number(fake_header(req, "CSeq", a, sizeof(a)));
    /* section 4.4.1: the NOTIFY may come first, and makes the dialog */
    notify(&f, req, "st", ACTIVE, "<dialog-info/>");
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(told.notified, 1);
    CHECK_INT(told.len, 14);
    fake_answer(&f, req, "200 OK", "st", "Expires: 400\r\nContact: <sip:peer@10.0.0.9>\r\n", NULL);
    /* another answer to the same SUBSCRIBE, and another package, are not ours */
    notify(&f, req, "other", ACTIVE, "");
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    notify(&f, req, "st", "Event: presence\r\nSubscription-State: active\r\n", "");
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    CHECK_INT(told.notified, 1);
    fake_advance(&f, 299999);
    CHECK(fake_quiet(&f));
    fake_advance(&f, 1);
    req = fake_want(&f, "SUBSCRIBE sip:peer@10.0.0.9;transport=ws SIP/2.0\r\n");
    CHECK(req);
    CHECK_STR(fake_header(req, "To", a, sizeof(a)), "<sip:104@pbx.test>;tag=st");
    CHECK_INT(fake_number(fake_header(req, "CSeq", a, sizeof(a))), cseq + 1);
    fake_answer(&f, req, "200 OK", NULL, "Expires: 400\r\n", NULL);
    ars_sip_sub_close(sub);
    req = fake_want(&f, "SUBSCRIBE ");
    CHECK_STR(fake_header(req, "Expires", a, sizeof(a)), "0");
    fake_answer(&f, req, "200 OK", NULL, "Expires: 0\r\n", NULL);
    notify(&f, req, "st", "Event: dialog\r\nSubscription-State: terminated\r\n", "");
    CHECK(fake_want(&f, "SIP/2.0 481 "));
    CHECK_INT(told.ended, 0);
    TRY(fake_all_gone(&f));
out:
    fake_close(&f);
    return err;
}

static int test_refused(void)
{
    static const struct {
        const char *status;
        const char *headers;
        uint32_t retry_s;
        bool final;
    } rows[] = {
        {"489 Bad Event", NULL, 0, true},
        {"404 Not Found", NULL, 0, true},
        {"403 Forbidden", NULL, 0, true},
        {"503 Service Unavailable", "Retry-After: 77\r\n", 77, false},
        {"481 Gone", NULL, 0, false},
    };
    struct ars_sip_sub *sub;
    struct fake f = {0};
    const char *req;
    char a[64];
    int err;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(begin(&f, &sub, &req));
        fake_answer(&f, req, rows[i].status, "x", rows[i].headers, NULL);
        CHECK_INT(told.ended, 1);
        CHECK_INT(told.retry_s, rows[i].retry_s);
        CHECK_INT(told.final, rows[i].final);
        fake_close(&f);
    }
    /* 423: as long as the server wants; then nothing comes for it, timer N */
    TRY(begin(&f, &sub, &req));
    fake_answer(&f, req, "423 Interval Too Brief", "x", "Min-Expires: 3600\r\n", NULL);
    req = fake_want(&f, "SUBSCRIBE ");
    CHECK_STR(fake_header(req, "Expires", a, sizeof(a)), "3600");
    fake_answer(&f, req, "202 Accepted", "st", "Expires: 3600\r\n", NULL);
    fake_advance(&f, 31999);
    CHECK_INT(told.ended, 0);
    fake_advance(&f, 1);
    CHECK_INT(told.ended, 1);
    CHECK(!told.final);
    CHECK_INT(told.retry_s, 3600);
out:
    fake_close(&f);
    return err;
}

/* Section 4.1.3: what the server says as it ends it. */
static int test_terminated(void)
{
    static const struct {
        const char *state;
        uint32_t retry_s;
        bool final;
        enum ars_reason_code code;
    } rows[] = {
        {"terminated;reason=noresource", 0, true, ARS_REASON_FORBIDDEN},
        {"terminated;reason=rejected", 0, true, ARS_REASON_FORBIDDEN},
        {"terminated;reason=deactivated", 0, false, ARS_REASON_DIALOG_LOST},
        {"terminated;reason=timeout", 0, false, ARS_REASON_DIALOG_LOST},
        {"terminated;reason=probation;retry-after=60", 60, false, ARS_REASON_UNAVAILABLE},
        {"terminated", 0, false, ARS_REASON_UNAVAILABLE},
    };
    struct ars_sip_sub *sub;
    struct fake f = {0};
    const char *req;
    char headers[128];
    int err;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(begin(&f, &sub, &req));
        fake_answer(&f, req, "200 OK", "st", "Expires: 600\r\n", NULL);
        snprintf(headers, sizeof(headers), "Event: dialog\r\nSubscription-State: %s\r\n",
                 rows[i].state);
        notify(&f, req, "st", headers, "<dialog-info/>");
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        CHECK_INT(told.notified, 1);
        CHECK_INT(told.ended, 1);
        CHECK_INT(told.retry_s, rows[i].retry_s);
        CHECK_INT(told.final, rows[i].final);
        CHECK_INT(told.why.code, rows[i].code);
        fake_close(&f);
    }
    /* the connection goes */
    TRY(begin(&f, &sub, &req));
    notify(&f, req, "st", ACTIVE, "");
    ars_sip_set_transport(f.sip, NULL, true);
    CHECK_INT(told.ended, 1);
    CHECK_INT(told.why.code, ARS_REASON_CONNECTION_LOST);
    CHECK(!told.final);
out:
    fake_close(&f);
    return err;
}

static int test_without_memory(void)
{
    struct ars_sip_sub *sub;
    struct fake f;
    const char *req;

    if (!begin(&f, &sub, &req)) {
        notify(&f, req, "st", ACTIVE, "<dialog-info/>");
        fake_answer(&f, req, "200 OK", "st", "Expires: 100\r\n", NULL);
        fake_advance(&f, 75000);
        if (!told.ended)
            ars_sip_sub_close(sub);
    }
    fake_close(&f);
    return 0;
}

static const struct check_case cases[] = {
    {"subscribe", test_subscribe, false},
    {"subscribe_refused", test_refused, false},
    {"subscribe_terminated", test_terminated, false},
    {"subscribe_without_memory", test_without_memory, true},
};

const struct suite suite_subscribe = {cases, CHECK_COUNT(cases)};
