/*
 * How a call ends: CANCEL, a refusal or BYE, and what its owner hears of it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "endpoint.h"
#include "msg_out.h"
#include "why.h"

/* What the peer says to CANCEL or BYE is waited for so long before `ended` is told without it. */
#define TELL_MS 500u
/* So long a BYE waits for a connection. */
#define BYE_WAIT_MS 600000u

static void forget_handlers(struct ars_sip_call *call)
{
    memset(&call->h, 0, sizeof(call->h));
    memset(&call->refer.h, 0, sizeof(call->refer.h));
}

/* Takes the handlers away, so that each is called at most once more. This one may free the call. */
static void tell_ended(struct ars_sip_call *call)
{
    struct ars_sip_call_handlers h = call->h;
    struct ars_reason why = call->why;

    forget_handlers(call);
    if (h.ended)
        h.ended(call, &why, call->arg);
}

static void on_tell_timer(void *arg)
{
    tell_ended(arg);
}

/*
 * The call goes on below until the peer has answered or has had its 32 s; its owner need not wait.
 */
static void tell_soon(struct ars_sip_call *call)
{
    if (!ars_timer_running(&call->tell_timer))
        ars_timer_start(call->sip->timers, &call->tell_timer, TELL_MS, on_tell_timer, call);
}

/* Lets go of everything that could call back. */
static void silence(struct ars_sip_call *call)
{
    ars_timer_stop(&call->ok_timer);
    ars_timer_stop(&call->mod_timer);
    ars_timer_stop(&call->bye_timer);
    ars_timer_stop(&call->tell_timer);
    invite_in_stop(call);
    ctrans_detach(&call->invite);
    ctrans_detach(&call->bye);
    ctrans_detach(&call->update);
    info_close(&call->info);
    refresh_stop(call);
    early_clear(call);
    prack_stop(&call->prack);
    reliable_stop(call);
    if (call->server)
        strans_disown(call->server);
    refer_close(&call->refer);
}

static void forget(struct ars_sip_call *call)
{
    silence(call);
    call_set_state(call, CALL_ENDED);
    list_unlink(&call->le);
    mem_deref(call);
}

void call_end(struct ars_sip_call *call, const struct ars_reason *why)
{
    if (call->state == CALL_ENDED)
        return;
    if (why)
        call_set_why(call, why);
    mem_ref(call);
    forget(call);
    tell_ended(call);
    mem_deref(call);
}

/* ---- BYE ---- */

static void on_bye(const struct sip_in *in, int err, void *arg);

static void on_bye_timer(void *arg)
{
    call_end(arg, NULL);
}

/* The BYE waits for the next connection, its owner does not. This one may free the call. */
static void keep_bye(struct ars_sip_call *call)
{
    if (!ars_timer_running(&call->bye_timer))
        ars_timer_start(call->sip->timers, &call->bye_timer, BYE_WAIT_MS, on_bye_timer, call);
    tell_ended(call);
}

static int send_bye(struct ars_sip_call *call)
{
    struct ars_sip *sip = call->sip;
    struct ars_buf b;
    char *uri = dialog_uri(call->dlg);
    int err = uri ? 0 : ENOMEM;

    ars_buf_init(&b, SIP_MSG_MAX);
    /* BYE is not challenged by the PBXs we know: nothing goes out unasked */
    if (call->bye_status) /* RFC 3326 */
        ars_buf_addf(&b, "Reason: SIP;cause=%d;text=\"%s\"\r\n", call->bye_status,
                     msg_out_phrase(call->bye_status));
    if (!err && call->try.tries)
        err = auth_add(sip, &call->try, &b, "BYE", uri);
    if (!err)
        err = dialog_request(call->dlg, &call->bye, sip, "BYE", b.data, NULL, on_bye, call);
    ars_buf_free(&b);
    free(uri);
    return err;
}

void call_try_bye(struct ars_sip_call *call)
{
    int err;

    /* RFC 3261 section 15: the callee waits for the ACK */
    if (ars_timer_running(&call->ok_timer))
        return;
    memset(&call->try, 0, sizeof(call->try));
    err = send_bye(call);
    if (!err) {
        ars_timer_stop(&call->bye_timer);
        call_set_state(call, CALL_BYING);
        return;
    }
    mem_ref(call);
    keep_bye(call);
    if (err == ENOMEM)
        call_end(call, NULL);
    mem_deref(call);
}

void call_bye(struct ars_sip_call *call)
{
    call_set_state(call, CALL_BYE_WAIT);
    refresh_stop(call);
    ctrans_detach(&call->update);
    tell_soon(call);
    call_try_bye(call);
}

void call_lose(struct ars_sip_call *call, int status, const char *text)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_DIALOG_LOST, status, "%s", text);
    call_set_why(call, &why);
    mod_abandon(call);
    call->bye_status = 408;
    call_bye(call);
}

static void on_bye(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;

    if (in && in->status < 200)
        return;
    if (!in && err == ENOTCONN) {
        call_set_state(call, CALL_BYE_WAIT);
        keep_bye(call);
        return;
    }
    if (in && (in->status == 401 || in->status == 407) &&
        auth_challenged(call->sip, &call->try, in) == 0 && send_bye(call) == 0)
        return;
    call_end(call, NULL);
}

/* ---- by us ---- */

/* Nobody but the server is left to hear us before the call has been answered. */
static void hangup_early(struct ars_sip_call *call, int status)
{
    struct ars_reason why;

    switch (call->state) {
    case CALL_CALLING:
        call_set_state(call, CALL_CANCEL_WAIT);
        tell_soon(call);
        break;
    case CALL_PROCEEDING:
        call_set_state(call, CALL_CANCELLING);
        tell_soon(call);
        if (!call->invite || ctrans_cancel(call->invite))
            call_end(call, NULL);
        break;
    case CALL_REDIRECTED:
        call_end(call, NULL);
        break;
    case CALL_INCOMING:
        why_from_status(&why, status ? status : 603, NULL);
        call->why = why;
        if (call->server)
            (void)strans_reply(call->server, status ? status : 603, NULL, NULL, NULL);
        call_end(call, NULL);
        break;
    default:
        break;
    }
}

void ars_sip_call_hangup(struct ars_sip_call *call, int status)
{
    struct ars_reason why;

    if (call->state == CALL_ENDED)
        return;
    ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "hung up here");
    call_set_why(call, &why);
    call->bye_status = status;
    switch (call->state) {
    case CALL_LATE:
        /* the offer stays without an answer, but the 2xx needs its ACK */
        (void)invite_ack(call, call->invite_cseq, NULL);
        call_bye(call);
        break;
    case CALL_ESTABLISHED:
        mod_abandon(call);
        ars_timer_stop(&call->ok_timer);
        call_bye(call);
        break;
    case CALL_ACCEPTED:
        call_bye(call);
        break;
    default:
        hangup_early(call, status);
        break;
    }
}

void ars_sip_call_free(struct ars_sip_call *call)
{
    if (!call || call->state == CALL_ENDED)
        return;
    forget_handlers(call);
    forget(call);
}
