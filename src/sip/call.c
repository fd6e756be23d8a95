/*
 * The life of a call: states, ending, requests inside its dialog, loss of the connection.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>

#include "call.h"
#include "endpoint.h"
#include "msg_out.h"
#include "uas.h"
#include "update.h"
#include "why.h"

/* What the peer says to CANCEL or BYE is waited for so long before `ended` is told without it. */
#define TELL_MS 500u
/* So long a BYE waits for a connection. */
#define BYE_WAIT_MS 600000u

static const char *const call_names[] = {
    "idle",     "calling",  "proceeding",  "redirected", "cancel_wait", "cancelling", "late",
    "incoming", "accepted", "established", "bye_wait",   "bying",       "ended"};

static const uint32_t call_edges[] = {
    [CALL_IDLE] = ARS_TO(CALL_CALLING) | ARS_TO(CALL_INCOMING) | ARS_TO(CALL_ENDED),
    [CALL_CALLING] = ARS_TO(CALL_CALLING) | ARS_TO(CALL_REDIRECTED) | ARS_TO(CALL_PROCEEDING) |
                     ARS_TO(CALL_CANCEL_WAIT) | ARS_TO(CALL_LATE) | ARS_TO(CALL_ESTABLISHED) |
                     ARS_TO(CALL_ENDED),
    [CALL_PROCEEDING] = ARS_TO(CALL_CALLING) | ARS_TO(CALL_REDIRECTED) | ARS_TO(CALL_PROCEEDING) |
                        ARS_TO(CALL_CANCELLING) | ARS_TO(CALL_LATE) | ARS_TO(CALL_ESTABLISHED) |
                        ARS_TO(CALL_ENDED),
    [CALL_REDIRECTED] = ARS_TO(CALL_CALLING) | ARS_TO(CALL_ENDED),
    [CALL_CANCEL_WAIT] = ARS_TO(CALL_CANCELLING) | ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_CANCELLING] = ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_LATE] = ARS_TO(CALL_ESTABLISHED) | ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_INCOMING] = ARS_TO(CALL_ACCEPTED) | ARS_TO(CALL_ENDED),
    [CALL_ACCEPTED] = ARS_TO(CALL_ESTABLISHED) | ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_ESTABLISHED] = ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_BYE_WAIT] = ARS_TO(CALL_BYING) | ARS_TO(CALL_ENDED),
    [CALL_BYING] = ARS_TO(CALL_BYING) | ARS_TO(CALL_BYE_WAIT) | ARS_TO(CALL_ENDED),
    [CALL_ENDED] = 0,
};

const struct ars_fsm call_fsm = {"sip_call", call_names, call_edges, CALL_STATES};

static void on_bye(const struct sip_in *in, int err, void *arg);

static void destructor(void *arg)
{
    struct ars_sip_call *call = arg;

    ars_timer_stop(&call->ok_timer);
    ars_timer_stop(&call->mod_timer);
    ars_timer_stop(&call->bye_timer);
    ars_timer_stop(&call->tell_timer);
    invite_in_stop(call);
    ctrans_detach(&call->invite);
    ctrans_detach(&call->bye);
    ctrans_detach(&call->update);
    info_close(&call->info);
    ars_timer_stop(&call->refresh.timer);
    if (call->server)
        strans_disown(call->server);
    refer_close(&call->refer);
    list_unlink(&call->le);
    early_clear(call);
    prack_stop(&call->prack);
    reliable_stop(call);
    redirect_close(&call->redirect);
    mem_deref(call->dlg);
    free(call->headers);
    free(call->offer_type);
    free(call->offer.data);
    free(call->ack.data);
    free(call->ok.data);
    free(call->peer_name);
    free(call->peer_number);
}

int call_alloc(struct ars_sip_call **ret, struct ars_sip *sip, bool outgoing)
{
    struct ars_sip_call *call;

    if (list_count(&sip->calls) >= SIP_CALLS_MAX)
        return EAGAIN;
    call = mem_zalloc(sizeof(*call), destructor);
    if (!call)
        return ENOMEM;
    call->sip = sip;
    call->outgoing = outgoing;
    list_append(&sip->calls, &call->le, call);
    *ret = call;
    return 0;
}

void call_set_state(struct ars_sip_call *call, enum call_state to)
{
    (void)ars_fsm_go(&call_fsm, &call->state, to);
}

void call_set_why(struct ars_sip_call *call, const struct ars_reason *why)
{
    if (call->why.code == ARS_REASON_NONE)
        call->why = *why;
}

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

/* Sends the BYE that waits, when nothing holds it up. */
static void try_bye(struct ars_sip_call *call)
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
    try_bye(call);
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

/* ---- requests inside the dialog ---- */

/* Has the peer's tag been settled? */
static bool is_settled(const struct ars_sip_call *call)
{
    return *call->dlg->rtag || !call->outgoing;
}

struct ars_sip_call *call_find(struct ars_sip *sip, const struct sip_in *in)
{
    for (struct le *le = sip->calls.head; le; le = le->next) {
        struct ars_sip_call *call = le->data;

        if (call->dlg && dialog_match(call->dlg, in, !is_settled(call)))
            return call;
    }
    return NULL;
}

struct dialog *call_dialog(const struct ars_sip_call *call, const struct sip_in *in)
{
    struct early *e;

    if (is_settled(call))
        return call->dlg;
    e = early_find(call, &in->from.tag);
    return e ? e->dlg : NULL;
}

static void receive_bye(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    struct ars_reason why;

    if (!is_settled(call)) {
        /* RFC 3261 section 15: no BYE from the callee in an early dialog */
        (void)strans_reply(st, 481, NULL, NULL, NULL);
        return;
    }
    (void)strans_reply(st, 200, NULL, NULL, NULL);
    why_from_request(&why, in);
    if (call->state == CALL_INCOMING)
        why.code = ARS_REASON_CANCELLED;
    /* section 15.1.2: what is pending is answered too */
    if (call->server)
        (void)strans_reply(call->server, 487, NULL, NULL, NULL);
    call_end(call, &why);
}

void call_receive(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    struct dialog *d = call_dialog(call, in);

    if (d && !dialog_accept_seq(d, in)) {
        (void)strans_reply(st, 500, NULL, NULL, NULL);
        return;
    }
    mem_ref(call);
    if (msg_in_is(in, "BYE"))
        receive_bye(call, in, st);
    else if (call->state == CALL_BYE_WAIT || call->state == CALL_BYING)
        (void)strans_reply(st, 481, NULL, NULL, NULL);
    else if (msg_in_is(in, "INVITE"))
        mod_receive_invite(call, in, st);
    else if (msg_in_is(in, "UPDATE"))
        mod_receive_update(call, in, st);
    else if (msg_in_is(in, "PRACK"))
        reliable_receive_prack(call, in, st);
    else if (msg_in_is(in, "INFO"))
        info_receive(call, in, st);
    else if (msg_in_is(in, "REFER"))
        refer_receive(call, in, st);
    else if (!msg_in_is(in, "NOTIFY") || !refer_receive_notify(call, in, st))
        uas_answer_plain(st, in);
    mem_deref(call);
}

void call_confirm(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    ars_timer_stop(&call->ok_timer);
    if (call->state == CALL_ACCEPTED)
        call_set_state(call, CALL_ESTABLISHED);
    else
        mod_confirmed(call);
    if (call->h.confirmed)
        call->h.confirmed(call, body, call->arg);
}

void call_receive_ack(struct ars_sip_call *call, const struct sip_in *in)
{
    if (!ars_timer_running(&call->ok_timer) || in->cseq != call->ok_cseq)
        return;
    if (call->state == CALL_BYE_WAIT) {
        ars_timer_stop(&call->ok_timer);
        try_bye(call);
        return;
    }
    call_confirm(call, &in->body);
}

/* ---- 2xx that nobody waits for ---- */

static void acknowledge(struct ars_sip *sip, const struct sip_in *in, const struct dialog *d,
                        const char *credentials)
{
    struct ars_buf b;

    dialog_ack(d, &b, sip, in->cseq, credentials, NULL);
    if (!b.err)
        (void)endpoint_send(sip, b.data, b.len);
    ars_buf_free(&b);
}

/* RFC 3261 section 13.2.2.4: a fork that answered too late is taken, and let go with BYE. */
static void take(struct ars_sip *sip, const struct sip_in *in, const char *credentials, bool bye,
                 const struct early *e)
{
    struct dialog *d;

    if (dialog_from_response(&d, in))
        return;
    acknowledge(sip, in, d, credentials);
    if (e && e->dlg->lseq > d->lseq) /* PRACKs have been said in it */
        d->lseq = e->dlg->lseq;
    if (bye)
        (void)dialog_request(d, NULL, sip, "BYE", NULL, NULL, NULL, NULL);
    mem_deref(d);
}

void call_stray_ok(struct ars_sip *sip, const struct sip_in *in, const struct ctrans *ct)
{
    const struct dialog *d = ct ? ct->dialog : NULL;

    for (struct le *le = sip->calls.head; le; le = le->next) {
        struct ars_sip_call *call = le->data;

        if (!call->dlg || !dialog_match_response(call->dlg, in))
            continue;
        if (!d)
            d = call->dlg;
        if (pl_strcmp(&in->to.tag, call->dlg->rtag))
            take(sip, in, d->credentials, true, early_find(call, &in->to.tag));
        else if (call->ack.data && call->ack_cseq == in->cseq)
            (void)endpoint_send(sip, call->ack.data, call->ack.len);
        else if (call->state != CALL_LATE)
            acknowledge(sip, in, call->dlg, d->credentials);
        return;
    }
    /* of a call that has gone: its BYE has been said, unless it knew nothing of this dialog */
    if (d && *d->rtag)
        acknowledge(sip, in, d, d->credentials);
    else if (d)
        take(sip, in, d->credentials, !ct->taken || pl_strcmp(&in->to.tag, ct->taken), NULL);
}

/* ---- the connection ---- */

void call_close_all(struct ars_sip *sip)
{
    while (sip->calls.head) {
        struct ars_sip_call *call = sip->calls.head->data;

        forget_handlers(call);
        forget(call);
    }
}

static void call_lost(struct ars_sip_call *call)
{
    struct ars_reason why;

    if (call->state == CALL_INCOMING && !call->peer_updates) {
        why_from_errno(&why, ENOTCONN);
        call_end(call, &why);
    } else if (call->mod == MOD_THEIR_INVITE || call->mod == MOD_THEIR_UPDATE) {
        mod_abandon(call);
    }
}

/* A call that rings here may still ring for the caller, too: who can be asked is asked. */
static void call_found(struct ars_sip_call *call)
{
    if (call->state == CALL_BYE_WAIT)
        try_bye(call);
    else if (call->state == CALL_INCOMING)
        (void)update_early(call);
}

/* Over a snapshot: fn may end any call. */
static void for_each(struct ars_sip *sip, void (*fn)(struct ars_sip_call *call))
{
    struct ars_sip_call *calls[SIP_CALLS_MAX];
    size_t n = 0;

    for (struct le *le = sip->calls.head; le && n < SIP_CALLS_MAX; le = le->next)
        calls[n++] = mem_ref(le->data);
    for (size_t i = 0; i < n; i++) {
        if (calls[i]->state != CALL_ENDED)
            fn(calls[i]);
        mem_deref(calls[i]);
    }
}

void call_lost_all(struct ars_sip *sip)
{
    for_each(sip, call_lost);
}

void call_found_all(struct ars_sip *sip)
{
    for_each(sip, call_found);
}

/* ---- shared pieces ---- */

void call_add_contact(const struct ars_sip_call *call, struct ars_buf *b)
{
    ars_buf_addf(b, "Contact: %s\r\n", call->sip->contact);
    ars_buf_addf(b, "Allow: %s\r\nSupported: %s\r\n", OUT_ALLOW,
                 is_settled(call) || call->offer.len ? OUT_SUPPORTED : OUT_SUPPORTED_LATE);
}

int call_keep_offer(struct ars_sip_call *call, const struct ars_sip_body *offer)
{
    bool some = offer && offer->len;
    char *type = some ? ars_strdup(offer->type ? offer->type : "application/sdp") : NULL;
    char *data = some ? ars_strndup(offer->data, offer->len) : NULL;

    if (some && (!type || !data)) {
        free(type);
        free(data);
        return ENOMEM;
    }
    free(call->offer_type);
    free(call->offer.data);
    call->offer_type = type;
    call->offer = (struct call_text){data, some ? offer->len : 0};
    return 0;
}

struct ars_sip_body call_offer(const struct ars_sip_call *call)
{
    return (struct ars_sip_body){call->offer_type, call->offer.data, call->offer.len};
}

void ars_sip_call_set_handlers(struct ars_sip_call *call,
                               const struct ars_sip_call_handlers *handlers, void *arg)
{
    call->h = *handlers;
    call->arg = arg;
}

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

const char *ars_sip_call_id(const struct ars_sip_call *call)
{
    return call->dlg ? call->dlg->call_id : "";
}

const char *ars_sip_call_peer_name(const struct ars_sip_call *call)
{
    return call->peer_name ? call->peer_name : "";
}

const char *ars_sip_call_peer_number(const struct ars_sip_call *call)
{
    return call->peer_number ? call->peer_number : "";
}
