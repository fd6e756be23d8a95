/*
 * The incoming INVITE.
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
#include "identity.h"
#include "replaces.h"
#include "update.h"
#include "why.h"
#include "wishes.h"

/* RFC 3261 section 13.3.1.1: a proxy on the way is told so often that it still rings. */
#define RING_MS 60000u

/* The caller gave up, or the call was answered elsewhere. */
static void on_cancel(const struct sip_in *cancel, void *arg)
{
    struct ars_sip_call *call = arg;
    struct ars_reason why;

    why_from_request(&why, cancel);
    if (call->server)
        (void)strans_reply(call->server, 487, NULL, NULL, NULL);
    call_end(call, &why);
}

/* RFC 3261 section 13.3.1.4: the 2xx is repeated until the ACK comes, on any transport. */
static void on_ok_timer(void *arg)
{
    struct ars_sip_call *call = arg;
    uint64_t now = ars_clock_ms();
    struct ars_reason why;

    if (now < call->ok_until_ms) {
        (void)endpoint_send(call->sip, call->ok.data, call->ok.len);
        call->ok_wait_ms *= 2;
        if (call->ok_wait_ms > SIP_T2_MS)
            call->ok_wait_ms = SIP_T2_MS;
        if (call->ok_wait_ms > call->ok_until_ms - now)
            call->ok_wait_ms = call->ok_until_ms - now;
        ars_timer_start(call->sip->timers, &call->ok_timer, call->ok_wait_ms, on_ok_timer, call);
        return;
    }
    ars_reason_set(&why, ARS_REASON_TIMEOUT, 0, "no ACK came");
    call_set_why(call, &why);
    mod_abandon(call);
    call_bye(call);
}

int invite_in_accept(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    struct strans *st = mem_ref(call->server);
    bool invite = msg_in_is(st->req, "INVITE");
    struct ars_buf b;
    char *copy;
    int err;

    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    if (call->state != CALL_PROCEEDING)
        refresh_agree(call, st->req, &b);
    err = dialog_retarget(call_dialog(call, st->req), st->req);
    if (!err)
        err = b.err ? b.err : strans_reply(st, 200, NULL, b.data, body);
    ars_buf_free(&b);
    if (err == ENOMEM || err == EMSGSIZE || err == EPROTO)
        goto out;
    err = 0;
    copy = invite && st->last ? ars_strndup(st->last, st->last_len) : NULL;
    if (copy) {
        free(call->ok.data);
        call->ok = (struct call_text){copy, st->last_len};
        call->ok_cseq = st->req->cseq;
        call->ok_offers = !st->req->body.len && body && body->len;
        call->ok_wait_ms = SIP_T1_MS;
        call->ok_until_ms = ars_clock_ms() + SIP_T1_64_MS;
        ars_timer_start(call->sip->timers, &call->ok_timer, SIP_T1_MS, on_ok_timer, call);
    }
out:
    mem_deref(st);
    return err;
}

void invite_in_stop(struct ars_sip_call *call)
{
    ars_timer_stop(&call->ring_timer);
    ars_timer_stop(&call->expires_timer);
}

static void on_ring_timer(void *arg)
{
    struct ars_sip_call *call = arg;

    (void)ars_sip_call_progress(call, call->ring_status, NULL);
}

static void on_expires(void *arg)
{
    struct ars_sip_call *call = arg;
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_CANCELLED, 0, "the caller does not wait any longer");
    if (call->server)
        (void)strans_reply(call->server, 487, NULL, NULL, NULL);
    call_end(call, &why);
}

/* Section 13.3.1: the INVITE says for how long it is good. */
static void read_expires(struct ars_sip_call *call, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Expires");
    uint32_t s;

    if (val && msg_in_number(val, UINT32_MAX, &s) && s > 0)
        ars_timer_start(call->sip->timers, &call->expires_timer, (uint64_t)s * 1000, on_expires,
                        call);
}

/* Asks the owner; the status to refuse with, or 0. */
static int announce(struct ars_sip_call *call, const struct sip_in *in)
{
    struct ars_sip *sip = call->sip;
    struct ars_sip_incoming incoming = {
        .number = ars_sip_call_peer_number(call),
        .display_name = ars_sip_call_peer_name(call),
        .call_id = ars_sip_call_id(call),
        .offer = in->body,
        .offer_first = reliable_wants_offer(call),
    };
    char *called = ars_percent_decode(in->uri.user.p ? in->uri.user.p : "", in->uri.user.l);
    int status = 480;

    incoming.called = called ? called : "";
    wishes_read(&incoming, sip, in);
    if (sip->h.incoming)
        status = sip->h.incoming(call, &incoming, sip->arg);
    free(called);
    return status && (status < 300 || status > 699) ? 480 : status;
}

void call_incoming(struct ars_sip *sip, struct sip_in *in, struct strans *st)
{
    struct ars_sip_call *call;
    int status;
    int err;

    err = call_alloc(&call, sip, false);
    if (err) {
        ars_log(ARS_LOG_WARN, "sip", "too many calls");
        (void)strans_reply(st, 503, NULL, "Retry-After: 5\r\n", NULL);
        return;
    }
    err = dialog_alloc_uas(&call->dlg, in, st->tag);
    if (err) {
        (void)strans_reply(st, err == ENOMEM ? 500 : 400, err == ENOMEM ? NULL : "Bad Contact",
                           NULL, NULL);
        ars_sip_call_free(call);
        return;
    }
    identity_read(call, in);
    update_learn(call, in);
    call->invite_cseq = in->cseq;
    call_set_state(call, CALL_INCOMING);
    strans_own(st, &call->server, on_cancel, call);
    read_expires(call, in);
    (void)strans_reply(st, 100, NULL, NULL, NULL);
    mem_ref(call);
    status = replaces_find(sip, in, &call->replaced);
    if (!status)
        status = announce(call, in);
    call->replaced = NULL;
    if (status && call->state == CALL_INCOMING) {
        if (call->server)
            (void)strans_reply(call->server, status, NULL, NULL, NULL);
        ars_sip_call_free(call);
    }
    mem_deref(call);
}

int ars_sip_call_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body)
{
    bool reliable = reliable_is_wanted(call);
    struct ars_buf b;
    int err;

    if (call->state != CALL_INCOMING || !call->server || status <= 100 || status >= 200)
        return EPROTO;
    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    err = b.err;
    if (!err && reliable)
        err = reliable_send(call, status, b.data, body);
    else if (!err)
        err = strans_reply(call->server, status, NULL, b.data, body);
    ars_buf_free(&b);
    call->ring_status = status;
    ars_timer_start(call->sip->timers, &call->ring_timer, RING_MS, on_ring_timer, call);
    return err;
}

int ars_sip_call_answer(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    int err;

    if (call->state != CALL_INCOMING)
        return mod_answer(call, body);
    if (!call->server)
        return EPROTO;
    if (reliable_is_open(call)) /* RFC 3262 section 3 */
        return EBUSY;
    err = invite_in_accept(call, body);
    if (err)
        return err;
    invite_in_stop(call);
    reliable_stop(call);
    call_set_state(call, CALL_ACCEPTED);
    return err;
}

int ars_sip_call_refuse(struct ars_sip_call *call, int status, const char *phrase)
{
    struct ars_reason why;

    if (status < 300 || status > 699)
        return EINVAL;
    if (call->state != CALL_INCOMING)
        return mod_refuse(call, status, phrase);
    why_from_status(&why, status, phrase);
    if (call->server)
        (void)strans_reply(call->server, status, phrase, NULL, NULL);
    call_end(call, &why);
    return 0;
}
