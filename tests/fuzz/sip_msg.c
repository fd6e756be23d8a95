/*
 * Messages from anywhere into a live endpoint: registered, one call up, one ringing here. A line
 * "----" parts messages. So that answers and requests find their way, @TAG, @ID, @BRANCH and @CSEQ
 * stand for those of the last request that we sent, @CTAG and @CID for the established call's.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/secret.h>
#include <ars/sip.h>
#include <ars/sip_call.h>
#include <ars/str.h>
#include <ars/timer.h>
#include <ars/transport.h>

#define INPUT_MAX    70000
#define MESSAGES_MAX 16
#define VALUE_MAX    128
#define SDP          "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the last request of ours was. */
struct peer {
    struct ars_transport tp; /* first */
    char tag[VALUE_MAX];
    char id[VALUE_MAX];
    char branch[VALUE_MAX];
    char cseq[VALUE_MAX];
    char ctag[VALUE_MAX];
    char cid[VALUE_MAX];
    struct ars_sip_call *call;
};

static uint64_t now_us = 1000000;

static uint64_t fake_clock(void)
{
    return now_us;
}

/* From after `start` up to one of `end`. */
static void cut(char *out, const char *msg, const char *start, const char *end)
{
    const char *p = strstr(msg, start);

    if (p) {
        p += strlen(start);
        ars_strncpy(out, VALUE_MAX, p, strcspn(p, end));
    }
}

static int on_send(struct ars_transport *tp, const char *msg, size_t len)
{
    struct peer *p = (struct peer *)tp;
    char *text;

    /* what goes out is whole and carries its length */
    if (len < 20 || !memmem(msg, len, "\r\n\r\n", 4) || !memmem(msg, len, "Content-Length: ", 16))
        abort();
    if (strncmp(msg, "SIP/2.0 ", 8) == 0)
        return 0;
    text = ars_strndup(msg, len);
    if (!text)
        return 0;
    cut(p->branch, text, ";branch=", ";\r");
    cut(p->id, text, "\r\nCall-ID: ", "\r");
    cut(p->cseq, text, "\r\nCSeq: ", " \r");
    cut(p->tag, text, "\r\nFrom: ", "\r");
    cut(p->tag, p->tag, ";tag=", ";");
    free(text);
    return 0;
}

static const struct ars_transport_ops ops = {on_send};
static const struct ars_sip_body body = {"application/sdp", SDP, sizeof(SDP) - 1};

static void on_reoffer(struct ars_sip_call *call, const struct ars_sip_body *offer, void *arg)
{
    if (offer->len % 3)
        (void)ars_sip_call_answer(call, &body);
    else
        (void)ars_sip_call_refuse(call, 488, NULL);
}

static void on_confirmed(struct ars_sip_call *call, const struct ars_sip_body *b, void *arg)
{
    (void)ars_sip_call_reinvite(call, &body);
}

static void on_answered(struct ars_sip_call *call, const struct ars_sip_body *b, void *arg)
{
    (void)ars_sip_call_ack(call, &body);
}

static void on_ended(struct ars_sip_call *call, const struct ars_reason *why, void *arg)
{
    struct peer *p = arg;

    if (why->code >= ARS_REASON_COUNT || !memchr(why->text, '\0', sizeof(why->text)))
        abort();
    if (p->call == call)
        p->call = NULL;
}

static const struct ars_sip_call_handlers call_handlers = {
    .answered = on_answered,
    .confirmed = on_confirmed,
    .reoffer = on_reoffer,
    .ended = on_ended,
};

static int on_incoming(struct ars_sip_call *call, const struct ars_sip_incoming *in, void *arg)
{
    size_t n = strlen(in->number) + strlen(in->display_name) + strlen(in->called);

    ars_sip_call_set_handlers(call, &call_handlers, arg);
    (void)ars_sip_call_progress(call, 180, NULL);
    if (n % 4 == 0)
        return 486;
    if (n % 4 == 1)
        (void)ars_sip_call_answer(call, &body);
    return 0;
}

static bool on_request(struct ars_sip_request *req, void *arg)
{
    char *challenge = NULL;
    int err;

    if (strcmp(ars_sip_request_method(req), "REGISTER"))
        return false;
    (void)ars_sip_request_header(req, "Contact");
    err = ars_sip_digest_check(req, "r", "u", NULL, "MD5", &challenge);
    (void)ars_sip_request_reply(req, err ? 401 : 200, NULL, NULL, 0);
    free(challenge);
    return true;
}

/* Copies [in, in+len) into b with the names filled in. */
static void expand(struct ars_buf *b, const struct peer *p, const char *in, size_t len)
{
    const struct {
        const char *name;
        const char *value;
    } names[] = {{"@TAG", p->tag},   {"@ID", p->id},     {"@BRANCH", p->branch},
                 {"@CSEQ", p->cseq}, {"@CTAG", p->ctag}, {"@CID", p->cid}};

    while (len) {
        size_t used = 1;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            size_t n = strlen(names[i].name);

            if (len >= n && memcmp(in, names[i].name, n) == 0) {
                ars_buf_adds(b, names[i].value);
                used = n;
                goto next;
            }
        }
        ars_buf_addn(b, in, 1);
    next:
        in += used;
        len -= used;
    }
}

static void feed(struct ars_sip *sip, const struct peer *p, const char *in, size_t len)
{
    struct ars_buf b;

    ars_buf_init(&b, 2 * INPUT_MAX);
    expand(&b, p, in, len);
    if (!b.err && b.len)
        ars_sip_receive(sip, b.data, b.len);
    ars_buf_free(&b);
}

static void feed_text(struct ars_sip *sip, const struct peer *p, const char *text)
{
    feed(sip, p, text, strlen(text));
}

/* Registered, and one call answered. */
static void set_up(struct ars_sip *sip, struct peer *p)
{
    (void)ars_sip_register(sip);
    feed_text(sip, p,
              "SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS h;branch=@BRANCH\r\nFrom: <sip:u@d>;tag=@TAG\r\n"
              "To: <sip:u@d>;tag=x\r\nCall-ID: @ID\r\nCSeq: @CSEQ REGISTER\r\n\r\n");
    (void)ars_sip_call_invite(sip, &p->call, "600", &body, NULL, 0, &call_handlers, p);
    ars_strcpy(p->ctag, sizeof(p->ctag), p->tag);
    ars_strcpy(p->cid, sizeof(p->cid), p->id);
    feed_text(sip, p,
              "SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS h;branch=@BRANCH\r\nFrom: <sip:u@d>;tag=@TAG\r\n"
              "To: <sip:600@d>;tag=rt\r\nCall-ID: @ID\r\nCSeq: @CSEQ INVITE\r\n"
              "Contact: <sip:600@h>\r\n\r\n");
}

/* Feeds the messages of the input, a moment between each. */
static void feed_all(struct ars_sip *sip, const struct peer *p, struct ars_timers *timers,
                     const char *data, size_t size)
{
    static const char mark[] = "----\r\n";

    for (int i = 0; i < MESSAGES_MAX && size; i++) {
        const char *end = memmem(data, size, mark, sizeof(mark) - 1);
        size_t len = end ? (size_t)(end - data) : size;

        feed(sip, p, data, len);
        now_us += 700000;
        ars_timers_run(timers);
        len += end ? sizeof(mark) - 1 : 0;
        data += len;
        size -= len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ars_sip_handlers handlers = {.incoming = on_incoming,
                                                     .request = on_request};
    struct peer p = {.tp.ops = &ops};
    struct ars_timers *timers = NULL;
    struct ars_secret *password = ars_secret_new("secret", 6);
    struct ars_sip *sip = NULL;
    struct ars_sip_counts n;
    struct ars_sip_conf conf = {.user = "u",
                                .domain = "d",
                                .instance = "00000000-0000-4000-8000-000000000000",
                                .password = password};

    if (size > INPUT_MAX)
        size = INPUT_MAX;
    ars_clock_set_source(fake_clock);
    if (ars_timers_alloc(&timers, NULL, NULL))
        abort();
    conf.timers = timers;
    if (ars_sip_alloc(&sip, &conf, &handlers, &p))
        abort();
    ars_sip_set_transport(sip, &p.tp, true);
    set_up(sip, &p);
    feed_all(sip, &p, timers, (const char *)data, size);
    if (size % 2)
        ars_sip_set_transport(sip, NULL, true);
    if (p.call)
        ars_sip_call_hangup(p.call, 0);
    now_us += 40000000;
    ars_timers_run(timers);
    ars_sip_get_counts(sip, &n);
    if (n.calls > 32 || n.server_transactions > 256)
        abort();
    ars_sip_free(sip);
    if (ars_timers_count(timers))
        abort();
    ars_timers_free(timers);
    ars_secret_free(password);
    return 0;
}
