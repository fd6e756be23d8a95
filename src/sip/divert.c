/*
 * An incoming call sent away to somebody else.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "endpoint.h"
#include "msg_out.h"
#include "why.h"

/* RFC 5806 section 9.1 */
static const char *const reasons[ARS_SIP_DIVERSIONS] = {
    [ARS_SIP_DIVERSION_UNCONDITIONAL] = "unconditional",
    [ARS_SIP_DIVERSION_BUSY] = "user-busy",
    [ARS_SIP_DIVERSION_NO_ANSWER] = "no-answer",
    [ARS_SIP_DIVERSION_DO_NOT_DISTURB] = "do-not-disturb",
};

/* Ours on top of those that the INVITE has brought. */
static void add_diversions(struct ars_buf *b, const struct ars_sip_call *call,
                           enum ars_sip_diversion why)
{
    const struct sip_in *in = call->server->req;
    const struct pl *hdr = msg_in_hdr(in, "Diversion");

    ars_buf_addf(b, "Diversion: <%s>;reason=%s;counter=1\r\n", call->sip->aor, reasons[why]);
    for (; hdr; hdr = msg_in_next(in, "Diversion", hdr))
        ars_buf_addf(b, "Diversion: %.*s\r\n", (int)hdr->l, hdr->p);
}

int ars_sip_call_divert(struct ars_sip_call *call, const char *target, enum ars_sip_diversion why)
{
    struct ars_reason reason;
    struct ars_buf b;
    char *number = NULL;
    char *uri = NULL;
    int err;

    if (call->state != CALL_INCOMING || !call->server)
        return EPROTO;
    err = invite_target(call->sip, target, &uri, &number);
    if (err)
        return err;
    ars_buf_init(&b, SIP_MSG_MAX);
    ars_buf_addf(&b, "Contact: <%s>\r\n", uri);
    add_diversions(&b, call, why);
    err = b.err ? b.err : strans_reply(call->server, 302, NULL, b.data, NULL);
    ars_buf_free(&b);
    free(uri);
    free(number);
    if (err == ENOMEM || err == EMSGSIZE)
        return err;
    why_from_status(&reason, 302, NULL);
    call_end(call, &reason);
    return 0;
}
