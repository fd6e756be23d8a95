/*
 * UPDATE of ours.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "endpoint.h"
#include "refresh.h"
#include "update.h"
#include "why.h"

void update_learn(struct ars_sip_call *call, const struct sip_in *in)
{
    if (msg_in_hdr(in, "Allow"))
        call->peer_updates = msg_in_has_token(in, "Allow", "UPDATE");
}

static void on_update(const struct sip_in *in, int err, void *arg);
static void on_early_update(const struct sip_in *in, int err, void *arg);

static int send_update(struct ars_sip_call *call, ctrans_fn *fn)
{
    char *uri = dialog_uri(call->dlg);
    struct ars_buf b;
    int err = uri ? 0 : ENOMEM;

    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    if (fn == on_update)
        refresh_add_request(call, &b);
    if (!err && call->update_try.tries)
        err = auth_add(call->sip, &call->update_try, &b, "UPDATE", uri);
    if (!err)
        err = b.err;
    if (!err)
        err = dialog_request(call->dlg, &call->update, call->sip, "UPDATE", b.data, NULL, fn, call);
    ars_buf_free(&b);
    free(uri);
    return err;
}

static int start(struct ars_sip_call *call, ctrans_fn *fn)
{
    if (call->update)
        return EBUSY;
    memset(&call->update_try, 0, sizeof(call->update_try));
    return send_update(call, fn);
}

int update_refresh(struct ars_sip_call *call)
{
    return start(call, on_update);
}

int update_early(struct ars_sip_call *call)
{
    return start(call, on_early_update);
}

static void on_refused(struct ars_sip_call *call, const struct sip_in *in)
{
    struct ars_reason why;
    bool again = false;

    switch (in->status) {
    case 401:
    case 407:
        again = auth_challenged(call->sip, &call->update_try, in) == 0;
        break;
    case 405:
    case 501:
        call->peer_updates = false;
        break;
    case 408:
        call_lose(call, in->status, CALL_SILENT);
        return;
    case 422:
        again = refresh_raise(call, in);
        break;
    case 481:
        why_from_response(&why, in);
        call_end(call, &why);
        return;
    default:
        break;
    }
    if (!again || send_update(call, on_update))
        refresh_failed(call);
}

static void on_update(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;

    if (in && in->status < 200)
        return;
    mem_ref(call);
    if (!in && err == ETIMEDOUT) {
        call_lose(call, 0, CALL_SILENT);
    } else if (!in) {
        refresh_failed(call);
    } else if (in->status >= 300) {
        on_refused(call, in);
    } else {
        (void)dialog_retarget(call->dlg, in);
        refresh_answered(call, in);
    }
    mem_deref(call);
}

/* A caller who does not know us any more rings no more. */
static void on_early_update(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;
    bool challenged = in && (in->status == 401 || in->status == 407);
    struct ars_reason why;

    if (in ? in->status < 200 : err == ENOTCONN)
        return;
    if (in && in->status < 300) {
        (void)dialog_retarget(call->dlg, in);
        return;
    }
    if (challenged && !auth_challenged(call->sip, &call->update_try, in) &&
        !send_update(call, on_early_update))
        return;
    /* RFC 5057 section 5.1: what else it may be, the dialog is there */
    if (call->state != CALL_INCOMING || (in && in->status != 481 && in->status != 408))
        return;
    if (call->server)
        (void)strans_reply(call->server, 480, NULL, NULL, NULL);
    why_from_errno(&why, ENOTCONN);
    call_end(call, &why);
}
