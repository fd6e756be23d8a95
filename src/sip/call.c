/*
 * The life of a call: states, requests inside its dialog, loss of the connection.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "endpoint.h"
#include "msg_out.h"
#include "uas.h"
#include "update.h"
#include "why.h"

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
        call_try_bye(call);
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
        ars_sip_call_free(sip->calls.head->data);
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
        call_try_bye(call);
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
