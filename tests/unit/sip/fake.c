/* The hand-written peer of the sip tests. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "check.h"
#include <ars/sip_transfer.h>

#include "fake.h"

#define FEED_MAX 200000

static uint64_t now_us = 1000000000;

static uint64_t fake_clock(void)
{
    return now_us;
}

void fake_advance(struct fake *f, uint64_t ms)
{
    uint64_t end = now_us + ms * 1000;

    for (;;) {
        uint64_t next = ars_timers_next_ms(f->timers);

        if (next == UINT64_MAX || now_us + next * 1000 > end)
            break;
        now_us += next * 1000;
        ars_timers_run(f->timers);
    }
    now_us = end;
    ars_timers_run(f->timers);
}

/* ---- transport ---- */

static int on_send(struct ars_transport *tp, const char *msg, size_t len)
{
    struct fake *f = (struct fake *)tp;

    if (f->send_err)
        return f->send_err;
    if (f->nsent == FAKE_FRAMES)
        return EAGAIN;
    f->sent[f->nsent] = ars_strndup(msg, len);
    if (!f->sent[f->nsent])
        return ENOMEM;
    f->nsent++;
    return 0;
}

static const struct ars_transport_ops ops = {on_send};

const char *fake_take(struct fake *f)
{
    return f->read < f->nsent ? f->sent[f->read++] : NULL;
}

const char *fake_want(struct fake *f, const char *start)
{
    const char *msg = fake_take(f);

    return msg && strncmp(msg, start, strlen(start)) == 0 ? msg : NULL;
}

bool fake_quiet(const struct fake *f)
{
    return f->read == f->nsent;
}

void fake_drop_sent(struct fake *f)
{
    while (f->nsent)
        free(f->sent[--f->nsent]);
    f->read = 0;
}

/* ---- text ---- */

const char *fake_header(const char *msg, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);

    out[0] = '\0';
    for (const char *p = strstr(msg, "\r\n"); p; p = strstr(p, "\r\n")) {
        p += 2;
        if (strncasecmp(p, name, n) == 0 && p[n] == ':') {
            const char *v = p + n + 1;

            v += strspn(v, " ");
            ars_strncpy(out, size, v, strcspn(v, "\r"));
            break;
        }
        if (p[0] == '\r')
            break;
    }
    return out;
}

bool fake_has(const char *msg, const char *text)
{
    return msg && strstr(msg, text);
}

int fake_number(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

const char *fake_body(const char *msg)
{
    const char *p = strstr(msg, "\r\n\r\n");

    return p ? p + 4 : "";
}

void fake_feed(struct fake *f, const char *fmt, ...)
{
    static char text[FEED_MAX];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    ars_sip_receive(f->sip, text, (size_t)n);
}

void fake_answer(struct fake *f, const char *req, const char *status, const char *tag,
                 const char *headers, const char *body)
{
    char via[512];
    char from[512];
    char to[512];
    char id[256];
    char cseq[128];
    size_t len = body ? strlen(body) : 0;

    fake_header(req, "Via", via, sizeof(via));
    fake_header(req, "From", from, sizeof(from));
    fake_header(req, "To", to, sizeof(to));
    fake_header(req, "Call-ID", id, sizeof(id));
    fake_header(req, "CSeq", cseq, sizeof(cseq));
    fake_feed(f,
              "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s%s\r\nCall-ID: %s\r\nCSeq: %s\r\n%s%s"
              "Content-Length: %zu\r\n\r\n%s",
              status, via, from, to, tag && !strstr(to, ";tag=") ? ";tag=" : "",
              tag && !strstr(to, ";tag=") ? tag : "", id, cseq, headers ? headers : "",
              len ? "Content-Type: application/sdp\r\n" : "", len, body ? body : "");
}

/* ---- handlers ---- */

static void drop(struct fake *f)
{
    if (f->free_in_handler) {
        ars_sip_free(f->sip);
        f->sip = NULL;
        f->call = NULL;
    }
}

static void on_registered(uint32_t expires_s, void *arg)
{
    struct fake *f = arg;

    f->registered++;
    f->expires = expires_s;
    drop(f);
}

static void on_register_failed(const struct ars_reason *why, uint32_t retry_after_s, bool final,
                               void *arg)
{
    struct fake *f = arg;

    f->reg_failed++;
    f->reg_why = *why;
    f->retry_after = retry_after_s;
    f->final = final;
    drop(f);
}

static void on_unregistered(void *arg)
{
    struct fake *f = arg;

    f->unregistered++;
    drop(f);
}

static void on_flow_failed(const struct ars_reason *why, void *arg)
{
    struct fake *f = arg;

    f->flow_failed++;
    drop(f);
}

static int on_incoming(struct ars_sip_call *call, const struct ars_sip_incoming *in, void *arg)
{
    struct fake *f = arg;

    f->incoming++;
    ars_strcpy(f->number, sizeof(f->number), in->number);
    ars_strcpy(f->name, sizeof(f->name), in->display_name);
    ars_strcpy(f->called, sizeof(f->called), in->called);
    f->offer_len = in->offer.len;
    f->replaced = ars_sip_call_replaced(call);
    if (f->free_in_handler) {
        drop(f);
        return 0;
    }
    if (f->incoming_status)
        return f->incoming_status;
    f->call = call;
    ars_sip_call_set_handlers(call, &fake_call_handlers, f);
    return 0;
}

static bool on_request(struct ars_sip_request *req, void *arg)
{
    struct fake *f = arg;

    if (!f->take_requests)
        return false;
    f->request = req;
    drop(f);
    return true;
}

static void on_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                        void *arg)
{
    struct fake *f = arg;

    f->progress++;
    f->last_progress = status;
    f->progress_len = body->len;
    drop(f);
}

static void on_answered(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct fake *f = arg;

    f->answered++;
    f->answer_len = body->len;
    drop(f);
}

static void on_agreed(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct fake *f = arg;

    f->agreed++;
    f->agreed_len = body->len;
}

static void on_confirmed(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct fake *f = arg;

    f->confirmed++;
    f->confirmed_len = body->len;
    drop(f);
}

static void on_reoffer(struct ars_sip_call *call, const struct ars_sip_body *offer, void *arg)
{
    struct fake *f = arg;

    f->reoffers++;
    f->reoffer_len = offer->len;
    drop(f);
}

static void on_reanswered(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                          void *arg)
{
    struct fake *f = arg;

    f->reanswers++;
    f->reanswer_status = status;
    drop(f);
}

static void on_refresh(struct ars_sip_call *call, void *arg)
{
    struct fake *f = arg;

    f->refreshes++;
    drop(f);
}

static void on_redirected(struct ars_sip_call *call, const char *number, void *arg)
{
    struct fake *f = arg;

    f->redirects++;
    ars_strcpy(f->redirect, sizeof(f->redirect), number);
    drop(f);
}

static void on_identity(struct ars_sip_call *call, void *arg)
{
    struct fake *f = arg;

    f->identities++;
    drop(f);
}

static void on_info(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct fake *f = arg;

    f->infos++;
    drop(f);
}

static void on_ended(struct ars_sip_call *call, const struct ars_reason *why, void *arg)
{
    struct fake *f = arg;

    f->ended++;
    f->call = NULL;
    drop(f);
    f->why = *why; /* valid during the call, whatever was freed in it */
}

const struct ars_sip_call_handlers fake_call_handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .agreed = on_agreed,
    .confirmed = on_confirmed,
    .reoffer = on_reoffer,
    .reanswered = on_reanswered,
    .refresh = on_refresh,
    .identity = on_identity,
    .redirected = on_redirected,
    .info = on_info,
    .ended = on_ended,
};

/* ---- life ---- */

int fake_open(struct fake *f, uint32_t conf_expires)
{
    static const struct ars_sip_handlers handlers = {
        .registered = on_registered,
        .register_failed = on_register_failed,
        .unregistered = on_unregistered,
        .incoming = on_incoming,
        .request = on_request,
        .flow_failed = on_flow_failed,
    };
    struct ars_sip_conf conf = {
        .user = "100",
        .domain = "pbx.test",
        .display_name = "Иван \"И\" Петров",
        .user_agent = "ARS Phone test",
        .instance = "7d2c1b4e-0000-4000-8000-000000000001",
        .expires_s = conf_expires,
    };
    int err;

    memset(f, 0, sizeof(*f));
    f->tp.ops = &ops;
    ars_clock_set_source(fake_clock);
    err = ars_timers_alloc(&f->timers, NULL, NULL);
    if (err)
        return err;
    f->password = ars_secret_new("secret", 6);
    if (!f->password)
        return ENOMEM;
    conf.password = f->password;
    conf.timers = f->timers;
    err = ars_sip_alloc(&f->sip, &conf, &handlers, f);
    if (err)
        return err;
    ars_sip_set_transport(f->sip, &f->tp, true);
    return 0;
}

void fake_close(struct fake *f)
{
    ars_sip_free(f->sip);
    f->sip = NULL;
    if (f->timers && ars_timers_count(f->timers))
        (void)check_fail(__FILE__, __LINE__, "%zu timers are left", ars_timers_count(f->timers));
    ars_timers_free(f->timers);
    ars_secret_free(f->password);
    fake_drop_sent(f);
    ars_clock_set_source(NULL);
}

int fake_register(struct fake *f)
{
    const char *req;
    int err;

    TRY(ars_sip_register(f->sip));
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    fake_answer(f, req, "401 Unauthorized", "x",
                "WWW-Authenticate: Digest realm=\"pbx.test\", nonce=\"n1\", algorithm=MD5, "
                "qop=\"auth\"\r\n",
                NULL);
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    fake_answer(f, req, "200 OK", "x", "Expires: 600\r\n", NULL);
    CHECK_INT(f->registered, 1);
out:
    return err;
}

int fake_call_up(struct fake *f)
{
    static const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER,
                                              sizeof(FAKE_OFFER) - 1};
    const char *req;
    int err;

    TRY(ars_sip_call_invite(f->sip, &f->call, "600", &offer, NULL, 0, &fake_call_handlers, f));
    req = fake_want(f, "INVITE ");
    CHECK(req);
    fake_answer(f, req, "100 Trying", NULL, NULL, NULL);
    fake_answer(f, req, "180 Ringing", "rt", "Contact: <sip:600@10.0.0.1:5060;transport=udp>\r\n",
                NULL);
    fake_answer(f, req, "200 OK", "rt", "Contact: <sip:600@10.0.0.1:5060;transport=udp>\r\n",
                FAKE_ANSWER);
    CHECK_INT(f->answered, 1);
    CHECK(fake_want(f, "ACK sip:600@10.0.0.1:5060;transport=udp SIP/2.0"));
out:
    return err;
}

/* Bodies are SDP unless the headers say otherwise. */
static const char *sdp_line(const char *headers, size_t len)
{
    bool typed = headers && strstr(headers, "Content-Type:");

    return len && !typed ? "Content-Type: application/sdp\r\n" : "";
}

void fake_invite(struct fake *f, const char *branch, const char *headers, const char *body)
{
    size_t len = body ? strlen(body) : 0;

    fake_feed(f,
              "INVITE sip:100@127.0.0.1:42742;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:20089;rport;branch=%s;alias\r\n"
              "From: \"Alice\" <sip:101@pbx.test>;tag=ct\r\n"
              "To: <sip:100@127.0.0.1>\r\n"
              "Contact: <sip:asterisk@pbx.test;transport=ws>\r\n"
              "Call-ID: in-1\r\n"
              "CSeq: 10 INVITE\r\n"
              "Max-Forwards: 70\r\n%s%s"
              "Content-Length: %zu\r\n\r\n%s",
              branch, headers ? headers : "", len ? "Content-Type: application/sdp\r\n" : "", len,
              body ? body : "");
}

void fake_request(struct fake *f, const char *method, const char *branch, unsigned cseq,
                  const char *to_tag, const char *headers, const char *body)
{
    size_t len = body ? strlen(body) : 0;

    fake_feed(f,
              "%s sip:100@127.0.0.1:42742;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:20089;rport;branch=%s;alias\r\n"
              "From: \"Alice\" <sip:101@pbx.test>;tag=ct\r\n"
              "To: <sip:100@127.0.0.1>%s%s\r\n"
              "Contact: <sip:asterisk@pbx.test;transport=ws>\r\n"
              "Call-ID: in-1\r\n"
              "CSeq: %u %s\r\n%s%s"
              "Content-Length: %zu\r\n\r\n%s",
              method, branch, *to_tag ? ";tag=" : "", to_tag, cseq, method, headers ? headers : "",
              sdp_line(headers, len), len, body ? body : "");
}

int fake_incoming_up(struct fake *f, char *tag)
{
    static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER,
                                               sizeof(FAKE_ANSWER) - 1};
    char to[256];
    const char *msg;
    const char *t;
    int err;

    fake_invite(f, "z9hG4bKin1", NULL, FAKE_OFFER);
    CHECK(fake_want(f, "SIP/2.0 100 "));
    CHECK(f->call);
    TRY(ars_sip_call_progress(f->call, 180, NULL));
    CHECK(fake_want(f, "SIP/2.0 180 "));
    TRY(ars_sip_call_answer(f->call, &answer));
    msg = fake_want(f, "SIP/2.0 200 ");
    CHECK(msg);
    t = strstr(fake_header(msg, "To", to, sizeof(to)), ";tag=");
    CHECK(t);
    ars_strcpy(tag, 64, t + 5);
    fake_request(f, "ACK", "z9hG4bKack1", 10, tag, NULL, NULL);
    CHECK_INT(f->confirmed, 1);
out:
    return err;
}

void fake_request_out(struct fake *f, const char *method, const char *branch, unsigned cseq,
                      const char *headers, const char *body)
{
    char from[512];
    char id[256];
    size_t len = body ? strlen(body) : 0;
    const char *invite = NULL;

    for (size_t i = 0; i < f->nsent && !invite; i++) {
        if (strncmp(f->sent[i], "INVITE ", 7) == 0)
            invite = f->sent[i];
    }
    if (!invite)
        return;
    fake_header(invite, "From", from, sizeof(from));
    fake_header(invite, "Call-ID", id, sizeof(id));
    fake_feed(f,
              "%s sip:100@127.0.0.1:42742;transport=ws SIP/2.0\r\n"
              "Via: SIP/2.0/WSS 127.0.0.1:20089;rport;branch=%s;alias\r\n"
              "From: <sip:600@pbx.test>;tag=rt\r\n"
              "To: %s\r\n"
              "Contact: <sip:asterisk@pbx.test;transport=ws>\r\n"
              "Call-ID: %s\r\n"
              "CSeq: %u %s\r\n%s%s"
              "Content-Length: %zu\r\n\r\n%s",
              method, branch, from, id, cseq, method, headers ? headers : "",
              sdp_line(headers, len), len, body ? body : "");
}

int fake_dial(struct fake *f, const char **ret_invite)
{
    const struct ars_sip_body offer = {"application/sdp", FAKE_OFFER, sizeof(FAKE_OFFER) - 1};
    int err;

    TRY(fake_open(f, 0));
    TRY(ars_sip_call_invite(f->sip, &f->call, "600", &offer, NULL, 0, &fake_call_handlers, f));
    *ret_invite = fake_want(f, "INVITE sip:600@pbx.test SIP/2.0\r\n");
    CHECK(*ret_invite);
out:
    return err;
}

int fake_all_gone(struct fake *f)
{
    struct ars_sip_counts n;
    int err = 0;

    fake_advance(f, 64000);
    ars_sip_get_counts(f->sip, &n);
    CHECK_INT(n.client_transactions, 0);
    CHECK_INT(n.server_transactions, 0);
    CHECK_INT(n.calls, 0);
    CHECK_INT(ars_timers_count(f->timers), 0);
out:
    return err;
}
