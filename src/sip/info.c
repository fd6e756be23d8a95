/*
 * INFO.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "endpoint.h"
#include "info.h"
#include "why.h"

void info_receive(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    if (msg_in_hdr(in, "Info-Package")) {
        /* RFC 6086 section 4.2.2: we are willing to receive none */
        (void)strans_reply(st, 469, NULL, "Recv-Info:\r\n", NULL);
        return;
    }
    (void)strans_reply(st, 200, NULL, NULL, NULL);
    if (call->h.info)
        call->h.info(call, &in->body, call->arg);
}

void info_close(struct info *i)
{
    ctrans_detach(&i->ct);
    free(i->type);
    free(i->data);
    memset(i, 0, sizeof(*i));
}

static void on_info(const struct sip_in *in, int err, void *arg);

static int send_info(struct ars_sip_call *call)
{
    struct info *i = &call->info;
    struct ars_sip_body body = {i->type, i->data, i->len};
    char *uri = dialog_uri(call->dlg);
    struct ars_buf b;
    int err = uri ? 0 : ENOMEM;

    ars_buf_init(&b, SIP_MSG_MAX);
    if (!err && i->try.tries)
        err = auth_add(call->sip, &i->try, &b, "INFO", uri);
    if (!err)
        err = b.err;
    if (!err)
        err = dialog_request(call->dlg, &i->ct, call->sip, "INFO", b.data, &body, on_info, call);
    ars_buf_free(&b);
    free(uri);
    return err;
}

static void on_info(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;
    int status = in ? in->status : err == ETIMEDOUT ? 408 : 503;
    struct ars_reason why;

    if (in && status < 200)
        return;
    if ((status == 401 || status == 407) && in &&
        auth_challenged(call->sip, &call->info.try, in) == 0 && send_info(call) == 0)
        return;
    mem_ref(call);
    info_close(&call->info);
    if (status == 481) { /* the call is gone, not only the digit */
        why_from_response(&why, in);
        call_end(call, &why);
    } else if (call->h.informed) {
        call->h.informed(call, status, call->arg);
    }
    mem_deref(call);
}

int ars_sip_call_info(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    struct info *i = &call->info;
    int err;

    if (call->state != CALL_ESTABLISHED && call->state != CALL_ACCEPTED)
        return EPROTO;
    if (i->ct)
        return EBUSY;
    info_close(i);
    i->type = ars_strdup(body->type);
    i->data = ars_strndup(body->data, body->len);
    i->len = body->len;
    err = i->type && i->data ? send_info(call) : ENOMEM;
    if (err)
        info_close(i);
    return err;
}
