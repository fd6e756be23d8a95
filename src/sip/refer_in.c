/*
 * REFER of the peer, and our NOTIFYs (RFC 3515 section 2.4.4).
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "endpoint.h"
#include "refer_to.h"

/* How long our 202 promises to report; a call that rings for longer has ended by itself. */
#define REPORT_S 180

/* The headers of a NOTIFY; whether it is the last. */
static void add_headers(const struct ars_sip_call *call, struct ars_buf *b, bool last)
{
    const struct refer *r = &call->refer;

    ars_buf_addf(b, "Contact: %s\r\nEvent: refer", call->sip->contact);
    /* section 2.4.6: from the second REFER of a dialog on they are told apart */
    if (r->asked > 1)
        ars_buf_addf(b, ";id=%u", (unsigned)r->asked_seq);
    ars_buf_adds(b, "\r\nSubscription-State: ");
    if (last)
        ars_buf_adds(b, "terminated;reason=noresource\r\n");
    else
        ars_buf_addf(b, "active;expires=%u\r\n", REPORT_S);
}

static int send_notify(struct ars_sip_call *call, int status, const char *phrase)
{
    struct ars_sip_body body = {.type = "message/sipfrag;version=2.0"};
    struct ars_buf headers;
    struct ars_buf frag;
    int err;

    ars_buf_init(&headers, SIP_MSG_MAX);
    ars_buf_init(&frag, SIP_LINE_MAX);
    add_headers(call, &headers, status >= 200);
    ars_buf_addf(&frag, "SIP/2.0 %d %s\r\n", status, phrase ? phrase : msg_out_phrase(status));
    err = headers.err ? headers.err : frag.err;
    if (!err) {
        body.data = frag.data;
        body.len = frag.len;
        err = dialog_request(call->dlg, NULL, call->sip, "NOTIFY", headers.data, &body, NULL, NULL);
    }
    ars_buf_free(&headers);
    ars_buf_free(&frag);
    return err;
}

/* Asks the owner; the status to refuse with, or 0. */
static int ask(struct ars_sip_call *call, const struct sip_in *in)
{
    struct ars_sip_referral r;
    struct refer_to to;
    int status;

    if (call->state != CALL_ESTABLISHED || call->refer.reporting)
        return 491;
    if (!call->refer.h.referred)
        return 603;
    status = refer_to_parse(&to, in);
    if (status)
        return status;
    r = (struct ars_sip_referral){
        .target = to.target,
        .number = to.number,
        .replaces = to.replaces,
        .referred_by = to.referred_by,
        .by = to.by,
    };
    /* before the handler: what it makes of the call at once is told in order */
    call->refer.reporting = true;
    call->refer.asked++;
    call->refer.asked_seq = in->cseq;
    status = call->refer.h.referred(call, &r, call->arg);
    if (status)
        call->refer.reporting = false;
    refer_to_free(&to);
    return status;
}

void refer_receive(struct ars_sip_call *call, const struct sip_in *in, struct strans *st)
{
    int status = ask(call, in);
    struct ars_buf b;

    if (status) {
        (void)strans_reply(st, status, NULL, NULL, NULL);
        return;
    }
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "Contact: %s\r\n", call->sip->contact);
    (void)strans_reply(st, 202, NULL, b.err ? NULL : b.data, NULL);
    ars_buf_free(&b);
    /* section 2.4.4: at once, even when there is nothing to say yet */
    if (call->refer.reporting && call->state == CALL_ESTABLISHED)
        (void)send_notify(call, 100, NULL);
}

int ars_sip_call_refer_tell(struct ars_sip_call *call, int status, const char *phrase)
{
    if (!call->refer.reporting || call->state != CALL_ESTABLISHED)
        return EPROTO;
    call->refer.reporting = status < 200;
    return send_notify(call, status, phrase);
}
