/* engine: one call and its beginning: sip and media brought together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/media.h>
#include <ars/sip_call.h>
#include <ars/str.h>

#include "account_conf.h"
#include "call_priv.h"
#include "call_survive.h"
#include "call_transfer.h"
#include "number.h"

#define SDP_TYPE "application/sdp"

void call_changed(struct call *c)
{
    c->env.changed(c, c->env.arg);
}

struct ars_sip_body call_sdp_body(const char *sdp)
{
    return (struct ars_sip_body){.type = SDP_TYPE, .data = sdp, .len = strlen(sdp)};
}

/* ---- the beginning ---- */

static void establish(struct call *c)
{
    if (!call_go(c, ARS_CALL_ESTABLISHED))
        return;
    c->talk_ms = ars_clock_ms();
    c->setup_ms = (int)(c->talk_ms - c->start_ms);
    c->ringback = false;
    call_tell_number(c, ARS_EV_ESTABLISHED, c->setup_ms);
    call_tell_origin(c, 200);
    call_watch_remote_hold(c);
    call_update_talk(c);
    call_digits_ready(c);
    if (ars_media_is_stranded(c->media)) /* meanwhile */
        call_network(c);
    c->env.established(c, c->env.arg);
}

static void on_progress(struct ars_sip_call *sc, int status, const struct ars_sip_body *body,
                        void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (c->state == ARS_CALL_DIALING)
        call_go(c, ARS_CALL_PROGRESS);
    if (c->state != ARS_CALL_PROGRESS)
        return;
    call_link_good(c);
    if (body->len > 0 && !c->answered_early) {
        if (ars_media_accept(c->media, body->data, body->len, &why))
            ars_log(ARS_LOG_WARN, "engine", "call %u: early answer: %s", c->id, why.text);
        else
            c->answered_early = true;
    }
    call_tell_origin(c, status);
    if (status == 180 && !c->told_ringing) {
        c->told_ringing = true;
        /* until sound of the far end is there, whatever the 180 promised */
        c->ringback = c->first_audio_ms < 0;
        call_tell(c, ARS_EV_RINGING);
    }
    if (status == 183 && c->answered_early && !c->told_early) {
        c->told_early = true;
        call_tell(c, ARS_EV_EARLY_MEDIA);
    }
    call_update_talk(c);
    call_changed(c);
}

static void on_answered(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (c->state != ARS_CALL_DIALING && c->state != ARS_CALL_PROGRESS)
        return;
    if (body->len == 0 && !c->answered_early) {
        ars_reason_set(&why, ARS_REASON_NOT_ACCEPTABLE, 0, "answered without SDP");
        call_hang_up_for(c, 488, &why);
    } else if (body->len > 0 && ars_media_accept(c->media, body->data, body->len, &why)) {
        call_hang_up_for(c, 488, &why);
    } else {
        call_link_good(c);
        establish(c);
    }
}

static void on_agreed(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (c->state != ARS_CALL_INCOMING && c->state != ARS_CALL_ANSWERING)
        return;
    c->offered = false;
    ars_reason_set(&why, ARS_REASON_NOT_ACCEPTABLE, 0, "no SDP in the PRACK");
    if (body->len == 0 || ars_media_accept(c->media, body->data, body->len, &why)) {
        call_hang_up_for(c, 488, &why);
        return;
    }
    c->answered_early = true;
    if (c->state == ARS_CALL_ANSWERING)
        call_send_answer(c);
}

static void on_confirmed(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (c->state != ARS_CALL_ANSWERING && c->state != ARS_CALL_ESTABLISHED)
        return;
    if (c->offered) {
        c->offered = false;
        ars_reason_set(&why, ARS_REASON_NOT_ACCEPTABLE, 0, "no SDP in the ACK");
        if (body->len == 0 || ars_media_accept(c->media, body->data, body->len, &why)) {
            call_hang_up_for(c, 488, &why);
            return;
        }
    }
    if (c->state == ARS_CALL_ANSWERING)
        establish(c);
    else
        call_watch_remote_hold(c);
    call_sync(c);
}

static const struct ars_sip_call_handlers sip_handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .agreed = on_agreed,
    .confirmed = on_confirmed,
    .reoffer = call_on_reoffer,
    .reanswered = call_on_reanswered,
    .refresh = call_on_refresh,
    .identity = call_on_identity,
    .info = call_on_info,
    .informed = call_on_informed,
    .redirected = call_on_redirected,
    .ended = call_on_ended,
};

void call_send_invite(struct call *c)
{
    struct ars_sip_header headers[CALL_REFERRAL_HEADERS];
    size_t n = call_referral_headers(c, headers);
    struct ars_sip_body body;
    char *sdp = NULL;
    int err;

    err = ars_media_offer(c->media, ARS_DIR_SENDRECV, &sdp);
    if (!err) {
        body = call_sdp_body(sdp);
        call_go(c, ARS_CALL_DIALING);
        if (account_sip(c->account))
            err = ars_sip_call_invite(account_sip(c->account), &c->sip, c->target, &body, headers,
                                      n, &sip_handlers, c);
        else
            err = ENOTCONN;
    }
    free(sdp);
    if (err == EINVAL) {
        struct ars_reason why;

        ars_reason_set(&why, ARS_REASON_BAD_NUMBER, 0, "%s", "");
        call_hang_up_for(c, 0, &why);
    } else if (err == ENOTCONN && c->link != CALL_LINK_GOOD) {
        call_go(c, ARS_CALL_PREPARING); /* call_rebind() comes back here */
    } else if (err) {
        call_hang_up_internal(c, "cannot call", err);
    } else {
        call_transfer_watch(c);
        call_changed(c);
    }
}

/* All has been said: the caller has our offer, and answered it. */
static void send_bare_answer(struct call *c)
{
    int err = ars_sip_call_answer(c->sip, NULL);

    if (err)
        call_hang_up_internal(c, "cannot answer", err);
}

static void send_answer(struct call *c)
{
    struct ars_reason why = {0};
    struct ars_sip_body body;
    char *sdp = NULL;
    int err;

    if (c->offer)
        err = ars_media_answer(c->media, c->offer, c->offer_len, ARS_DIR_SENDRECV, &sdp, &why);
    else
        err = ars_media_offer(c->media, ARS_DIR_SENDRECV, &sdp);
    if (err && why.code) {
        call_hang_up_for(c, 488, &why);
        return;
    }
    if (!err) {
        body = call_sdp_body(sdp);
        err = ars_sip_call_answer(c->sip, &body);
        free(sdp);
    }
    if (err) {
        call_hang_up_internal(c, "cannot answer", err);
        return;
    }
    c->offered = !c->offer;
    call_update_talk(c);
}

void call_send_answer(struct call *c)
{
    if (!c->gathered || c->offered || c->link == CALL_LINK_LOST)
        return; /* on_gathered(), on_agreed() and call_rebind() come back here */
    if (c->answered_early)
        send_bare_answer(c);
    else
        send_answer(c);
}

void call_ring_with_offer(struct call *c)
{
    struct ars_sip_body body;
    char *sdp = NULL;
    int err;

    if (!c->offer_first || c->link == CALL_LINK_LOST)
        return;
    err = ars_media_offer(c->media, ARS_DIR_SENDRECV, &sdp);
    if (!err) {
        body = call_sdp_body(sdp);
        err = ars_sip_call_progress(c->sip, 180, &body);
    }
    free(sdp);
    if (err) {
        call_hang_up_internal(c, "cannot ring", err);
        return;
    }
    c->offer_first = false;
    c->offered = true;
}

int call_begin(struct call *c)
{
    int err;

    ars_media_free(c->media);
    c->media = NULL;
    c->gathered = false;
    err = call_media_open(c);
    if (!err)
        call_restore_sound(c);
    return err;
}

void call_moved(struct call *c)
{
    ars_sip_call_set_handlers(c->sip, &sip_handlers, c);
    call_media_take(c);
    call_restore_sound(c);
    call_offer_settle(c, c->next_held);
    call_transfer_moved(c);
    call_digits_moved(c);
}

const char *call_far_end(const struct call *c)
{
    if (c->target)
        return c->target;
    return c->peer_number && *c->peer_number ? c->peer_number : account_conf(c->account)->login;
}

static void on_ring_timer(void *arg)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_NO_ANSWER, 0, "nobody answered here");
    call_hang_up_for(arg, 480, &why);
}

static int call_alloc(struct call **ret, ars_id id, struct account *a, enum ars_call_state state,
                      const struct call_env *env)
{
    struct call *c = calloc(1, sizeof(*c));

    if (!c)
        return ENOMEM;
    c->id = id;
    c->account = a;
    c->env = *env;
    c->state = (int)state;
    c->hold = CALL_TALKING;
    c->setup_ms = -1;
    c->first_audio_ms = -1;
    c->start_ms = ars_clock_ms();
    *ret = c;
    return 0;
}

/* ---- public ---- */

int call_dial(struct call **ret, ars_id id, struct account *a, const char *target,
              const char *number, const struct call_referral *r, uint32_t tag,
              const struct call_env *env)
{
    const char *digits;
    struct call *c;
    int err;

    err = call_alloc(&c, id, a, ARS_CALL_PREPARING, env);
    if (err)
        return err;
    c->tag = tag;
    digits = number_digits(target);
    c->target = digits ? ars_strndup(target, (size_t)(digits - target)) : ars_strdup(target);
    c->digits.later = ars_strdup(digits);
    c->dialled = ars_strdup(number);
    c->referral = r ? call_referral_dup(r) : NULL;
    if (c->target && c->dialled && (c->digits.later || !digits) && (c->referral || !r))
        err = call_media_open(c);
    else
        err = ENOMEM;
    if (err) {
        call_free(c);
        return err;
    }
    call_tell_dialing(c);
    *ret = c;
    return 0;
}

static void ring(struct call *c)
{
    uint32_t ring_s = account_conf(c->account)->ring_s;

    if (!c->offer_first && ars_sip_call_progress(c->sip, 180, NULL))
        ars_log(ARS_LOG_WARN, "engine", "call %u: cannot send 180", c->id);
    ars_timer_start(ars_loop_timers(c->env.loop), &c->ring_timer,
                    1000 * (uint64_t)(ring_s ? ring_s : ACCOUNT_RING_S), on_ring_timer, c);
    call_tell_peer(c, ARS_EV_INCOMING);
}

/* Answered once our candidates are known, without a word to the user. */
static void take_over(struct call *c, const struct call *old)
{
    c->replaces = old->id;
    call_inherit_sound(c, old);
    call_go(c, ARS_CALL_ANSWERING);
    call_tell_replaced(c);
}

int call_ring(struct call **ret, ars_id id, struct account *a, struct ars_sip_call *sc,
              const struct ars_sip_incoming *in, const struct call *old, const struct call_env *env)
{
    struct ars_reason why;
    struct call *c;

    if (call_alloc(&c, id, a, ARS_CALL_INCOMING, env))
        return 500;
    c->peer_name = ars_strdup(in->display_name);
    c->peer_number = ars_strdup(in->number);
    c->diverted_here = in->diverted_here;
    c->offer_first = in->offer_first;
    if (in->offer.len > 0) {
        c->offer = ars_strndup(in->offer.data, in->offer.len);
        c->offer_len = in->offer.len;
    }
    if ((in->offer.len > 0 && !c->offer) || call_media_open(c)) {
        call_free(c);
        return 500;
    }
    if (c->offer && ars_media_check(c->media, c->offer, c->offer_len, &why)) {
        ars_log(ARS_LOG_INFO, "engine", "a caller is refused: %s", why.text);
        call_free(c);
        return 488;
    }
    c->sip = sc;
    ars_sip_call_set_handlers(sc, &sip_handlers, c);
    call_transfer_watch(c);
    if (old)
        take_over(c, old);
    else
        ring(c);
    *ret = c;
    return 0;
}

void call_free(struct call *c)
{
    if (!c)
        return;
    call_close(c);
    ars_sip_call_free(c->sip);
    call_transfer_close(c);
    free(c->transfer_target);
    free(c->record_path);
    call_referral_free(c->referral);
    free(c->target);
    free(c->dialled);
    free(c->peer_name);
    free(c->peer_number);
    free(c->offer);
    free(c);
}

int call_answer(struct call *c)
{
    if (c->state != ARS_CALL_INCOMING)
        return EPROTO;
    ars_timer_stop(&c->ring_timer);
    ars_timer_stop(&c->alarm_timer);
    c->start_ms = ars_clock_ms();
    call_go(c, ARS_CALL_ANSWERING);
    call_changed(c);
    call_send_answer(c);
    return 0;
}

static void on_alarm(void *arg)
{
    struct call *c = arg;

    if (c->state == ARS_CALL_INCOMING)
        c->env.alarm(c, c->env.arg);
}

void call_set_alarm(struct call *c, uint32_t seconds, bool by_itself)
{
    c->answers_itself = by_itself;
    ars_timer_start(ars_loop_timers(c->env.loop), &c->alarm_timer, 1000 * (uint64_t)seconds,
                    on_alarm, c);
}
