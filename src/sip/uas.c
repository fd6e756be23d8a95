/*
 * Requests that come in: matched to transactions and dialogs (never by host: PBXs rewrite our URI),
 * inspected, and answered or handed on.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include <ars/log.h>

#include "call.h"
#include "endpoint.h"
#include "event_hdr.h"
#include "request.h"
#include "strans.h"
#include "subscribe.h"
#include "uas.h"

#define ALLOW_LINE     "Allow: " OUT_ALLOW "\r\n"
#define ACCEPT_LINE    "Accept: application/sdp\r\n"
#define SUPPORTED_LINE "Supported: " OUT_SUPPORTED "\r\n"
/* RFC 3842: PBXs send it without having been asked. */
#define EVENT_MWI         "message-summary"
#define ALLOW_EVENTS_LINE "Allow-Events: " EVENT_MWI "\r\n"

static bool is_known_option(const struct pl *option)
{
    struct pl rest = {OUT_SUPPORTED, sizeof(OUT_SUPPORTED) - 1};
    struct pl pl;

    while (msg_in_split(&rest, &pl)) {
        if (pl_casecmp(&pl, option) == 0)
            return true;
    }
    return false;
}

/* Section 8.2.2.3. False: it asks for what we cannot; the refusal has been sent. */
static bool check_require(struct strans *st, const struct sip_in *in)
{
    struct in_list it = {0};
    struct ars_buf b;
    struct pl pl;
    bool good = true;

    ars_buf_init(&b, SIP_MSG_MAX);
    while (msg_in_list(in, "Require", &it, &pl)) {
        if (is_known_option(&pl))
            continue;
        ars_buf_adds(&b, "Unsupported: ");
        ars_buf_addn(&b, pl.p, pl.l);
        ars_buf_adds(&b, "\r\n");
        good = false;
    }
    if (!good)
        (void)strans_reply(st, 420, NULL, b.err ? NULL : b.data, NULL);
    ars_buf_free(&b);
    return good;
}

static bool is_optional_body(const struct sip_in *in)
{
    const struct pl *disposition = msg_in_hdr(in, "Content-Disposition");
    struct pl handling;

    return disposition && msg_in_param(disposition, "handling", &handling) &&
           pl_strcasecmp(&handling, "optional") == 0;
}

/* Section 8.2.3: a session is described in SDP, without encoding. */
static bool check_content(struct strans *st, struct sip_in *in)
{
    const struct pl *encoding = msg_in_hdr(in, "Content-Encoding");
    bool session = msg_in_is(in, "INVITE") || msg_in_is(in, "UPDATE");

    if (!in->body.len)
        return true;
    if (encoding && pl_strcasecmp(encoding, "identity") && !is_optional_body(in)) {
        (void)strans_reply(st, 415, NULL, "Accept-Encoding: identity\r\n", NULL);
        return false;
    }
    if (!session || strcasecmp(in->body.type, "application/sdp") == 0)
        return true;
    if (is_optional_body(in)) {
        in->body.len = 0;
        return true;
    }
    (void)strans_reply(st, 415, NULL, ACCEPT_LINE, NULL);
    return false;
}

static bool check_scheme(struct strans *st, const struct sip_in *in)
{
    const struct pl *scheme = &in->uri.scheme;

    if (pl_strcasecmp(scheme, "sip") == 0 || pl_strcasecmp(scheme, "sips") == 0)
        return true;
    (void)strans_reply(st, 416, NULL, NULL, NULL);
    return false;
}

/* RFC 4028 section 9. */
static bool check_interval(struct strans *st, const struct sip_in *in)
{
    struct ars_buf b;

    if ((!msg_in_is(in, "INVITE") && !msg_in_is(in, "UPDATE")) || !refresh_is_too_short(in))
        return true;
    ars_buf_init(&b, SIP_LINE_MAX);
    refresh_add_min(&b);
    (void)strans_reply(st, 422, NULL, b.err ? NULL : b.data, NULL);
    ars_buf_free(&b);
    return false;
}

static bool inspect(struct strans *st, struct sip_in *in)
{
    if (!in->to.tag.l && strans_is_merged(st->sip, in)) {
        (void)strans_reply(st, 482, NULL, NULL, NULL);
        return false;
    }
    return check_scheme(st, in) && check_require(st, in) && check_content(st, in) &&
           check_interval(st, in);
}

static bool is_known_method(const struct sip_in *in)
{
    static const char *const known[] = {"REGISTER", "MESSAGE", "SUBSCRIBE", "PUBLISH"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (msg_in_is(in, known[i]))
            return true;
    }
    return false;
}

void uas_answer_plain(struct strans *st, const struct sip_in *in)
{
    if (msg_in_is(in, "OPTIONS"))
        (void)strans_reply(st, 200, NULL, ALLOW_LINE ACCEPT_LINE SUPPORTED_LINE, NULL);
    else if (msg_in_is(in, "NOTIFY") && event_hdr_is(in, EVENT_MWI))
        (void)strans_reply(st, 200, NULL, NULL, NULL);
    else if (msg_in_is(in, "NOTIFY"))
        (void)strans_reply(st, 489, NULL, ALLOW_EVENTS_LINE, NULL);
    else if (msg_in_is(in, "REFER"))
        (void)strans_reply(st, 603, NULL, NULL, NULL);
    else if (is_known_method(in))
        (void)strans_reply(st, 405, NULL, ALLOW_LINE, NULL);
    else
        (void)strans_reply(st, 501, NULL, ALLOW_LINE, NULL);
}

/* Without To tag. */
static void outside_dialog(struct ars_sip *sip, struct sip_in *in, struct strans *st)
{
    if (msg_in_is(in, "INVITE"))
        call_incoming(sip, in, st);
    else if (request_offer(sip, in, st))
        return;
    else if (msg_in_is(in, "BYE") || msg_in_is(in, "INFO") || msg_in_is(in, "UPDATE") ||
             msg_in_is(in, "PRACK"))
        (void)strans_reply(st, 481, NULL, NULL, NULL);
    else
        uas_answer_plain(st, in);
}

static void receive_ack(struct ars_sip *sip, struct sip_in *in)
{
    struct ars_sip_call *call;

    if (strans_receive(sip, in))
        return;
    call = call_find(sip, in);
    if (call)
        call_receive_ack(call, in);
}

void uas_receive(struct ars_sip *sip, struct sip_in *in)
{
    struct ars_sip_call *call;
    struct strans *st;

    if (msg_in_is(in, "ACK")) {
        if (!in->fault)
            receive_ack(sip, in);
        return;
    }
    if (in->fault) {
        strans_reply_stateless(sip, in, in->fault, in->fault_text, NULL);
        return;
    }
    if (strans_receive(sip, in))
        return;
    if (strans_alloc(&st, sip, in)) {
        ars_log(ARS_LOG_WARN, "sip", "too many requests at once");
        strans_reply_stateless(sip, in, 503, NULL, "Retry-After: 5\r\n");
        return;
    }
    mem_ref(st);
    if (inspect(st, in)) {
        call = in->to.tag.l ? call_find(sip, in) : NULL;
        if (call)
            call_receive(call, in, st);
        else if (in->to.tag.l && !sub_receive(sip, in, st))
            (void)strans_reply(st, 481, NULL, NULL, NULL);
        else if (!in->to.tag.l)
            outside_dialog(sip, in, st);
    }
    mem_deref(st);
}
