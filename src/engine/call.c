/* engine: one call, its beginning and its end. It and call_offer.c alone know sip and media. */
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

/* ---- the end ---- */

static void close_media(struct call *c)
{
    ars_timer_stop(&c->ring_timer);
    ars_timer_stop(&c->alarm_timer);
    ars_timer_stop(&c->sync_timer);
    call_digits_close(c);
    call_transfer_close(c);
    call_survive_close(c);
    c->ringback = false;
    if (!c->media)
        return;
    ars_media_get_stats(c->media, &c->stats);
    ars_media_free(c->media);
    c->media = NULL;
}

/* c is gone afterwards. */
static void finish(struct call *c, const struct ars_reason *why, bool by_remote)
{
    close_media(c);
    c->end = why->code;
    c->end_status = why->sip_status;
    call_go(c, ARS_CALL_ENDED);
    call_tell_origin(c, why->sip_status >= 300 ? why->sip_status : 487);
    ars_log(ARS_LOG_INFO, "engine", "call %u: ended: %s%s%s", c->id, ars_reason_name(why->code),
            why->text[0] ? ", " : "", why->text);
    call_tell_ended(c, why, by_remote);
    c->env.gone(c, c->env.arg);
}

void call_hang_up_for(struct call *c, int status, const struct ars_reason *why)
{
    struct ars_reason copy = *why;

    if (c->state == ARS_CALL_ENDING || c->state == ARS_CALL_ENDED)
        return;
    if (!c->sip) {
        finish(c, &copy, false);
        return;
    }
    close_media(c);
    c->why = copy;
    call_go(c, ARS_CALL_ENDING);
    call_changed(c);
    ars_sip_call_hangup(c->sip, status);
}

static void hang_up_internal(struct call *c, const char *what, int error)
{
    struct ars_reason why;

    ars_reason_set(&why, error == ENOTCONN ? ARS_REASON_NO_CONNECTION : ARS_REASON_INTERNAL, 0,
                   "%s: %s", what, strerror(error));
    call_hang_up_for(c, 500, &why);
}

/* What nobody over there has decided. */
static bool is_local(enum ars_reason_code code)
{
    switch (code) {
    case ARS_REASON_LOCAL_HANGUP:
    case ARS_REASON_TIMEOUT:
    case ARS_REASON_CONNECTION_LOST:
    case ARS_REASON_NO_CONNECTION:
    case ARS_REASON_INTERNAL:
        return true;
    default:
        return false;
    }
}

static void on_ended(struct ars_sip_call *sc, const struct ars_reason *why, void *arg)
{
    struct call *c = arg;
    struct ars_reason ours = c->why;

    c->sip = NULL;
    if (why->code == ARS_REASON_CONNECTION_LOST && call_interrupted(c))
        return;
    if (c->state != ARS_CALL_ENDING) {
        if (call_was_transferred(c, why, &ours))
            finish(c, &ours, false);
        else
            finish(c, why, !is_local(why->code));
        return;
    }
    if (!ours.sip_status)
        ours.sip_status = why->sip_status;
    finish(c, &ours, false);
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
    .confirmed = on_confirmed,
    .reoffer = call_on_reoffer,
    .reanswered = call_on_reanswered,
    .refresh = call_on_refresh,
    .identity = call_on_identity,
    .info = call_on_info,
    .informed = call_on_informed,
    .redirected = call_on_redirected,
    .ended = on_ended,
};

/* ---- media ---- */

static void send_invite(struct call *c)
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
        hang_up_internal(c, "cannot call", err);
    } else {
        call_transfer_watch(c);
        call_changed(c);
    }
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
        hang_up_internal(c, "cannot answer", err);
        return;
    }
    c->offered = !c->offer;
    call_update_talk(c);
}

void call_send_answer(struct call *c)
{
    if (c->gathered && c->link != CALL_LINK_LOST)
        send_answer(c);
}

static void on_gathered(void *arg)
{
    struct call *c = arg;

    c->gathered = true;
    if (c->state == ARS_CALL_PREPARING)
        send_invite(c);
    else if (c->state == ARS_CALL_ANSWERING)
        call_send_answer(c);
    else
        call_sync(c); /* with what is new */
}

static void on_connected(void *arg)
{
    struct call *c = arg;

    c->connected = true;
    ars_media_get_stats(c->media, &c->stats);
    call_tell_stats(c, ARS_EV_MEDIA, 0);
    call_link_good(c);
    call_digits_ready(c);
}

static void on_first_audio(void *arg)
{
    struct call *c = arg;

    if (c->first_audio_ms >= 0) /* of other media than before */
        return;
    c->first_audio_ms = (int)(ars_clock_ms() - c->start_ms);
    c->ringback = false;
    call_tell_number(c, ARS_EV_FIRST_AUDIO, c->first_audio_ms);
    if (c->state == ARS_CALL_PROGRESS && !c->told_early) {
        c->told_early = true;
        call_tell(c, ARS_EV_EARLY_MEDIA);
    }
    call_changed(c);
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    call_tell_dtmf(arg, digit, duration_ms);
}

static void on_failed(const struct ars_reason *why, void *arg)
{
    struct call *c = arg;
    struct ars_reason copy = *why;

    if (c->link != CALL_LINK_GOOD && copy.code == ARS_REASON_MEDIA_FAILED)
        copy.code = ARS_REASON_CONNECTION_LOST;
    call_hang_up_for(c, 503, &copy);
}

static const struct ars_media_handlers media_handlers = {
    .gathered = on_gathered,
    .connected = on_connected,
    .first_audio = on_first_audio,
    .dtmf = on_dtmf,
    .heard = call_on_heard,
    .remapped = call_on_remapped,
    .hearing = call_on_hearing,
    .recording = call_on_recording,
    .failed = on_failed,
};

int call_open_media(struct call *c, const struct ars_media_handlers *handlers,
                    struct ars_media **ret)
{
    const struct ars_account_conf *a = account_conf(c->account);
    struct ars_media_conf conf = {
        .codecs = a->codecs,
        .stun_host = a->stun_host,
        .stun_port = a->stun_port,
        .turn = a->turn,
        .turn_user = a->turn_user,
        .turn_password = a->turn_password,
        .ca_file = a->ca_file,
        .port_min = a->rtp_port_min,
        .port_max = a->rtp_port_max,
        .server = account_server(c->account),
    };

    return ars_media_alloc(ret, c->env.loop, account_resolver(c->account), c->env.audio, &conf,
                           handlers, c);
}

static int open_media(struct call *c)
{
    return call_open_media(c, &media_handlers, &c->media);
}

int call_begin(struct call *c)
{
    int err;

    ars_media_free(c->media);
    c->media = NULL;
    c->gathered = false;
    err = open_media(c);
    if (!err)
        call_restore_sound(c);
    return err;
}

void call_moved(struct call *c)
{
    ars_sip_call_set_handlers(c->sip, &sip_handlers, c);
    ars_media_set_handlers(c->media, &media_handlers, c);
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
        err = open_media(c);
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

    if (ars_sip_call_progress(c->sip, 180, NULL))
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
    if (in->offer.len > 0) {
        c->offer = ars_strndup(in->offer.data, in->offer.len);
        c->offer_len = in->offer.len;
    }
    if ((in->offer.len > 0 && !c->offer) || open_media(c)) {
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
    close_media(c);
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

void call_hangup(struct call *c, int status)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "%s", "");
    if (c->target && c->state < ARS_CALL_INCOMING)
        why.code = ARS_REASON_CANCELLED;
    if (c->state == ARS_CALL_INCOMING) {
        why.sip_status = status ? status : 603;
        why.code = status == 486 || status == 600 ? ARS_REASON_BUSY
                   : status == 480                ? ARS_REASON_NO_ANSWER
                                                  : ARS_REASON_DECLINED;
    }
    call_hang_up_for(c, status, &why);
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

void call_divert(struct call *c, const char *target)
{
    if (c->state != ARS_CALL_INCOMING || c->diverted_here)
        return;
    close_media(c);
    ars_reason_set(&c->why, ARS_REASON_FORWARDED, 302, "%s", target);
    call_go(c, ARS_CALL_ENDING);
    call_changed(c);
    if (ars_sip_call_divert(c->sip, target, ARS_SIP_DIVERSION_NO_ANSWER)) {
        ars_reason_set(&c->why, ARS_REASON_NO_ANSWER, 480, "%s", "cannot be forwarded");
        ars_sip_call_hangup(c->sip, 480);
    }
}

/* It knows nothing of Replaces, or of that dialog; not: somebody has answered there (486). */
static bool is_misunderstood(int status)
{
    switch (status) {
    case 400:
    case 403:
    case 404:
    case 405:
    case 416:
    case 420:
    case 481:
    case 489:
    case 501:
        return true;
    default:
        return false;
    }
}

const char *call_not_picked_up(const struct call *c)
{
    const struct call_referral *r = c->referral;

    bool refused = !c->why.code && !c->talk_ms && is_misunderstood(c->end_status);

    return r && !r->by && refused ? r->number : NULL;
}

void call_abort(struct call *c, const struct ars_reason *why)
{
    struct ars_reason copy = c->state == ARS_CALL_ENDING ? c->why : *why;

    ars_sip_call_free(c->sip);
    c->sip = NULL;
    finish(c, &copy, false);
}
