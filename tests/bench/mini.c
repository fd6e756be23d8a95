/*
 * A phone of the fewest lines.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/audio.h>
#include <ars/loop.h>
#include <ars/media.h>
#include <ars/rand.h>
#include <ars/resolver.h>
#include <ars/sip_call.h>
#include <ars/wss.h>

#include "mini.h"

#define CALLS_MAX 16

struct mini_call {
    struct mini *m;
    struct ars_sip_call *call;
    struct ars_media *media;
};

struct mini {
    struct ars_loop *loop;
    struct mini_conf conf;
    struct ars_wss *wss;
    struct ars_sip *sip;
    struct ars_resolver *resolver;
    struct ars_audio *audio;
    struct ars_addr server;
    struct mini_call calls[CALLS_MAX];
    size_t with_sound;
    bool dialled;
};

static void fail(struct mini *m, const char *why)
{
    m->conf.failed(why, m->conf.arg);
}

/* ---- calls ---- */

static void on_answered(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg)
{
    struct mini_call *c = arg;
    struct ars_reason why = {0};

    if (ars_media_accept(c->media, body->data, body->len, &why))
        fail(c->m, why.text);
    else
        ars_media_talk(c->media, true);
}

static void on_ended(struct ars_sip_call *call, const struct ars_reason *why, void *arg)
{
    struct mini_call *c = arg;

    c->call = NULL;
    fail(c->m, "a call has ended");
}

static void on_gathered(void *arg)
{
    static const struct ars_sip_call_handlers handlers = {
        .answered = on_answered,
        .ended = on_ended,
    };
    struct mini_call *c = arg;
    char *sdp;

    if (ars_media_offer(c->media, ARS_DIR_SENDRECV, &sdp)) {
        fail(c->m, "no offer");
        return;
    }

    struct ars_sip_body body = {.type = "application/sdp", .data = sdp, .len = strlen(sdp)};

    if (ars_sip_call_invite(c->m->sip, &c->call, "600", &body, NULL, 0, &handlers, c))
        fail(c->m, "no call");
    free(sdp);
}

static void on_connected(void *arg)
{
    (void)arg; /* the sound that follows is what counts */
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    (void)arg; /* nobody types */
}

static void on_first_audio(void *arg)
{
    struct mini_call *c = arg;

    if (++c->m->with_sound == c->m->conf.calls)
        c->m->conf.ready(c->m->conf.arg);
}

static void on_media_failed(const struct ars_reason *why, void *arg)
{
    struct mini_call *c = arg;

    fail(c->m, why->text);
}

static const struct ars_media_handlers media_handlers = {
    .gathered = on_gathered,
    .connected = on_connected,
    .first_audio = on_first_audio,
    .dtmf = on_dtmf,
    .failed = on_media_failed,
};

static void on_registered(uint32_t expires_s, void *arg)
{
    struct mini *m = arg;
    struct ars_media_conf conf = {.server = m->server};

    if (m->dialled)
        return;
    m->dialled = true;
    for (size_t i = 0; i < m->conf.calls; i++) {
        struct mini_call *c = &m->calls[i];

        c->m = m;
        if (ars_media_alloc(&c->media, m->loop, m->resolver, m->audio, &conf, &media_handlers, c)) {
            fail(m, "no media");
            return;
        }
    }
    if (!m->conf.calls)
        m->conf.ready(m->conf.arg);
}

static void on_register_failed(const struct ars_reason *why, uint32_t retry_after_s, bool final,
                               void *arg)
{
    fail(arg, why->text);
}

/* ---- connection ---- */

static void on_opened(void *arg)
{
    struct mini *m = arg;

    ars_sip_set_transport(m->sip, ars_wss_transport(m->wss), true);
    if (ars_sip_register(m->sip))
        fail(m, "cannot register");
}

static void on_frame(const char *msg, size_t len, void *arg)
{
    struct mini *m = arg;

    ars_sip_receive(m->sip, msg, len);
}

static void on_closed(const struct ars_reason *why, const struct ars_cert *cert, void *arg)
{
    struct mini *m = arg;

    ars_sip_set_transport(m->sip, NULL, true);
    fail(m, why->text);
}

static int connect_wss(struct mini *m)
{
    static const struct ars_wss_handlers handlers = {
        .opened = on_opened,
        .frame = on_frame,
        .closed = on_closed,
    };
    struct ars_wss_conf conf = {
        .addr = m->server,
        .host = "localhost",
        .port = m->conf.port,
        .path = "/ws",
        .trust = {.has_pin = true},
    };

    memcpy(conf.trust.pin, m->conf.pin, ARS_PIN_LEN);
    return ars_wss_open(&m->wss, m->loop, &conf, &handlers, m);
}

static int alloc_sip(struct mini *m)
{
    static const struct ars_sip_handlers handlers = {
        .registered = on_registered,
        .register_failed = on_register_failed,
    };
    char instance[37];
    struct ars_sip_conf conf = {
        .user = "demo",
        .domain = "localhost",
        .password = m->conf.password,
        .user_agent = "ARS Phone bench",
        .instance = instance,
        .timers = ars_loop_timers(m->loop),
    };

    ars_rand_uuid(instance);
    return ars_sip_alloc(&m->sip, &conf, &handlers, m);
}

int mini_alloc(struct mini **ret, struct ars_loop *loop, const struct mini_conf *conf)
{
    static const struct ars_audio_conf sound = {.in = "tone:440", .out = "none", .ring = "none"};
    struct mini *m = calloc(1, sizeof(*m));

    if (!m)
        return ENOMEM;
    m->loop = loop;
    m->conf = *conf;

    int err =
        conf->calls > CALLS_MAX ? EINVAL : ars_addr_parse("127.0.0.1", conf->port, &m->server);

    if (!err)
        err = ars_resolver_alloc(&m->resolver, loop, NULL);
    if (!err)
        err = ars_audio_alloc(&m->audio, loop, &sound, NULL, NULL);
    if (!err)
        err = alloc_sip(m);
    if (!err)
        err = connect_wss(m);
    if (err) {
        mini_free(m);
        return err;
    }
    *ret = m;
    return 0;
}

void mini_free(struct mini *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < CALLS_MAX; i++) {
        ars_sip_call_free(m->calls[i].call);
        ars_media_free(m->calls[i].media);
    }
    ars_sip_free(m->sip);
    ars_wss_free(m->wss);
    ars_audio_free(m->audio);
    ars_resolver_free(m->resolver);
    free(m);
}

void mini_receive(struct mini *m, const char *msg, size_t len)
{
    ars_sip_receive(m->sip, msg, len);
}
