/*
 * demo: one call of the demo line: SIP on one side, media with sound of its own on the other.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/audio.h>
#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/media.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "call.h"

#define OFFER_MAX    (64 * 1024)
#define RING_MS      500 /* 602 rings, then talks for TALK_MS */
#define TALK_MS      500
#define CALL_BACK_MS 30000 /* how long the call back rings */

#define SDP_TYPE     "application/sdp"

enum state {
    STATE_GATHERING, /* candidates are looked for */
    STATE_RINGING,   /* a 180 is out, or our INVITE */
    STATE_UP,
    STATE_LEAVING, /* BYE, CANCEL or a refusal is out */
    STATE_ENDED,
    STATES,
};

static const char *const state_names[STATES] = {
    [STATE_GATHERING] = "gathering", [STATE_RINGING] = "ringing", [STATE_UP] = "up",
    [STATE_LEAVING] = "leaving",     [STATE_ENDED] = "ended",
};

static const uint32_t state_edges[STATES] = {
    [STATE_GATHERING] =
        ARS_TO(STATE_RINGING) | ARS_TO(STATE_UP) | ARS_TO(STATE_LEAVING) | ARS_TO(STATE_ENDED),
    [STATE_RINGING] = ARS_TO(STATE_UP) | ARS_TO(STATE_LEAVING) | ARS_TO(STATE_ENDED),
    [STATE_UP] = ARS_TO(STATE_LEAVING) | ARS_TO(STATE_ENDED),
    [STATE_LEAVING] = ARS_TO(STATE_ENDED),
};

static const struct ars_fsm call_fsm = {
    .name = "demo call", .states = state_names, .edges = state_edges, .count = STATES};

struct demo_call {
    struct demo_call_conf conf;
    int state; /* enum state */
    bool served;
    struct ars_sip *sip; /* of a call that we make */
    struct ars_sip_call *call;
    struct ars_audio *audio;
    struct ars_media *media;
    struct ars_timer timer; /* the next step of 602, ring time, or the end */
    char *target;
    char *offer; /* of the caller, until it is answered; NULL: we offer */
    size_t offer_len;
};

static const struct {
    const char *number;
    enum demo_service service;
} numbers[] = {
    {"600", DEMO_ECHO},
    {"601", DEMO_TONE},
    {"602", DEMO_CALL_BACK},
};

static const struct ars_audio_conf *sound_of(enum demo_service service)
{
    static const struct ars_audio_conf echo = {.in = "loopback", .out = "loopback"};
    static const struct ars_audio_conf tone = {.in = "tone:440", .out = "none"};
    static const struct ars_audio_conf quiet = {.in = "silence", .out = "none"};

    switch (service) {
    case DEMO_ECHO:
        return &echo;
    case DEMO_TONE:
        return &tone;
    case DEMO_CALL_BACK:
    case DEMO_NONE:
        break;
    }
    return &quiet;
}

static bool set_state(struct demo_call *c, enum state state)
{
    return !ars_fsm_go(&call_fsm, &c->state, state);
}

static struct ars_sip_body sdp_body(const char *sdp)
{
    return (struct ars_sip_body){.type = SDP_TYPE, .data = sdp, .len = strlen(sdp)};
}

static void start_timer(struct demo_call *c, uint64_t ms, ars_timer_fn *fn)
{
    ars_timer_start(ars_loop_timers(c->conf.loop), &c->timer, ms, fn, c);
}

static void on_end(void *arg)
{
    struct demo_call *c = arg;

    c->conf.ended(c, c->served, c->conf.arg);
}

/* Sound and media may be on the stack above us: they go when the loop comes round again. */
static void end(struct demo_call *c)
{
    if (set_state(c, STATE_ENDED))
        start_timer(c, 0, on_end);
}

static void leave(struct demo_call *c, int status)
{
    if (c->state == STATE_ENDED || !set_state(c, STATE_LEAVING))
        return;
    if (!c->call)
        end(c);
    else
        ars_sip_call_hangup(c->call, status);
}

static void on_time_up(void *arg)
{
    leave(arg, 0);
}

/* Our SDP for what waits: an answer to `offer`, or an offer when there was none. */
static int make_sdp(struct demo_call *c, const char *offer, size_t len, char **ret)
{
    struct ars_reason why = {0};
    int err = len ? ars_media_answer(c->media, offer, len, ARS_DIR_SENDRECV, ret, &why)
                  : ars_media_offer(c->media, ARS_DIR_SENDRECV, ret);

    if (err)
        ars_log(ARS_LOG_WARN, "demo", "no description for this call: %s",
                why.text[0] ? why.text : strerror(err));
    return err;
}

static void answer(struct demo_call *c)
{
    char *sdp = NULL;

    if (make_sdp(c, c->offer, c->offer_len, &sdp)) {
        leave(c, 488);
        return;
    }

    struct ars_sip_body body = sdp_body(sdp);
    int err = set_state(c, STATE_UP) ? ars_sip_call_answer(c->call, &body) : EPROTO;

    free(sdp);
    if (err) {
        leave(c, 500);
        return;
    }
    c->served = true;
    ars_media_talk(c->media, true);
    if (c->conf.service == DEMO_CALL_BACK)
        start_timer(c, TALK_MS, on_time_up);
}

static void on_rung(void *arg)
{
    answer(arg);
}

static void accept_answer(struct demo_call *c, const struct ars_sip_body *body)
{
    struct ars_reason why = {0};

    if (!body || !body->len)
        return;
    if (ars_media_accept(c->media, body->data, body->len, &why)) {
        ars_log(ARS_LOG_WARN, "demo", "answer refused: %s", why.text);
        leave(c, 0);
    }
}

/* ---- handlers of sip ---- */

static void on_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                        void *arg)
{
    accept_answer(arg, body);
}

static void on_answered(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct demo_call *c = arg;

    if (c->state != STATE_RINGING || !set_state(c, STATE_UP))
        return;
    c->served = true;
    ars_timer_stop(&c->timer);
    ars_media_talk(c->media, true);
    accept_answer(c, body);
}

static void on_confirmed(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    accept_answer(arg, body);
}

static void on_reoffer(struct ars_sip_call *call, const struct ars_sip_body *offer, void *arg)
{
    struct demo_call *c = arg;
    char *sdp = NULL;

    if (make_sdp(c, offer->data, offer->len, &sdp)) {
        ars_sip_call_refuse(call, 488, NULL);
        return;
    }

    struct ars_sip_body body = sdp_body(sdp);

    if (ars_sip_call_answer(call, &body))
        ars_log(ARS_LOG_WARN, "demo", "re-offer could not be answered");
    free(sdp);
}

static void on_sip_ended(struct ars_sip_call *call, const struct ars_reason *why, void *arg)
{
    struct demo_call *c = arg;

    c->call = NULL;
    end(c);
}

static const struct ars_sip_call_handlers sip_handlers = {
    .progress = on_progress,
    .answered = on_answered,
    .confirmed = on_confirmed,
    .reoffer = on_reoffer,
    .ended = on_sip_ended,
};

/* ---- handlers of media ---- */

static void invite(struct demo_call *c)
{
    char *sdp = NULL;

    if (make_sdp(c, NULL, 0, &sdp)) {
        end(c);
        return;
    }

    struct ars_sip_body body = sdp_body(sdp);
    int err = ars_sip_call_invite(c->sip, &c->call, c->target, &body, NULL, 0, &sip_handlers, c);

    free(sdp);
    if (err || !set_state(c, STATE_RINGING)) {
        ars_log(ARS_LOG_WARN, "demo", "cannot call back: %s", strerror(err));
        end(c);
        return;
    }
    start_timer(c, CALL_BACK_MS, on_time_up);
}

static void on_gathered(void *arg)
{
    struct demo_call *c = arg;

    if (c->state != STATE_GATHERING)
        return;
    if (c->sip) {
        invite(c);
    } else if (c->conf.service == DEMO_CALL_BACK) {
        if (set_state(c, STATE_RINGING) && !ars_sip_call_progress(c->call, 180, NULL))
            start_timer(c, RING_MS, on_rung);
    } else {
        answer(c);
    }
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    struct demo_call *c = arg;
    char digits[] = {digit, '\0'};

    if (c->conf.service == DEMO_ECHO && ars_media_dtmf(c->media, digits))
        ars_log(ARS_LOG_WARN, "demo", "a digit could not be echoed");
}

static void on_media_failed(const struct ars_reason *why, void *arg)
{
    struct demo_call *c = arg;

    ars_log(ARS_LOG_WARN, "demo", "media: %s", why->text);
    leave(c, 0);
}

static void on_connected(void *arg)
{
    ars_log(ARS_LOG_DEBUG, "demo", "media flows");
}

static void on_first_audio(void *arg)
{
    ars_log(ARS_LOG_DEBUG, "demo", "sound came");
}

static const struct ars_media_handlers media_handlers = {
    .gathered = on_gathered,
    .connected = on_connected,
    .first_audio = on_first_audio,
    .dtmf = on_dtmf,
    .failed = on_media_failed,
};

/* ---- public ---- */

static int alloc(struct demo_call **ret, const struct demo_call_conf *conf)
{
    struct ars_media_conf media = {0};
    struct demo_call *c = calloc(1, sizeof(*c));

    if (!c)
        return ENOMEM;
    c->conf = *conf;
    c->state = STATE_GATHERING;

    int err = ars_addr_parse("127.0.0.1", 0, &media.server);

    if (!err)
        err = ars_audio_alloc(&c->audio, conf->loop, sound_of(conf->service), NULL, NULL);
    if (!err)
        err = ars_media_alloc(&c->media, conf->loop, conf->resolver, c->audio, &media,
                              &media_handlers, c);
    if (err) {
        demo_call_free(c);
        return err;
    }
    *ret = c;
    return 0;
}

enum demo_service demo_service_of(const char *number)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (ars_streq(number, numbers[i].number))
            return numbers[i].service;
    return DEMO_NONE;
}

int demo_call_take(struct demo_call **ret, const struct demo_call_conf *conf,
                   struct ars_sip_call *call, const struct ars_sip_incoming *in)
{
    struct demo_call *c;

    if (in->offer.len > OFFER_MAX)
        return EMSGSIZE;

    int err = alloc(&c, conf);

    if (err)
        return err;
    if (in->offer.len) {
        c->offer = ars_strndup(in->offer.data, in->offer.len);
        c->offer_len = in->offer.len;
        if (!c->offer) {
            demo_call_free(c);
            return ENOMEM;
        }
    }
    c->call = call;
    ars_sip_call_set_handlers(call, &sip_handlers, c);
    *ret = c;
    return 0;
}

int demo_call_make(struct demo_call **ret, const struct demo_call_conf *conf, struct ars_sip *sip,
                   const char *target)
{
    struct demo_call *c;
    int err = alloc(&c, conf);

    if (err)
        return err;
    c->sip = sip;
    c->target = ars_strdup(target);
    if (!c->target) {
        demo_call_free(c);
        return ENOMEM;
    }
    *ret = c;
    return 0;
}

void demo_call_free(struct demo_call *c)
{
    if (!c)
        return;
    ars_timer_stop(&c->timer);
    ars_sip_call_free(c->call);
    ars_media_free(c->media);
    ars_audio_free(c->audio);
    free(c->offer);
    free(c->target);
    free(c);
}
