/* engine: the media of a call: its beginning and end, and what it tells. */
#include <ars/clock.h>
#include <ars/media.h>

#include "account_conf.h"
#include "call_priv.h"
#include "call_survive.h"

static void on_gathered(void *arg)
{
    struct call *c = arg;

    c->gathered = true;
    if (c->state == ARS_CALL_PREPARING)
        call_send_invite(c);
    else if (c->state == ARS_CALL_INCOMING)
        call_ring_with_offer(c);
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
    .talks_muted = call_on_talks_muted,
    .recording = call_on_recording,
    .failed = on_failed,
};

int call_media_alloc(struct call *c, const struct ars_media_handlers *handlers,
                     struct ars_media **ret)
{
    const struct ars_account_conf *a = account_conf(c->account);
    struct ars_media_conf conf = {
        .codecs = a->codecs,
        .stun = a->stun,
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

int call_media_open(struct call *c)
{
    return call_media_alloc(c, &media_handlers, &c->media);
}

void call_media_take(struct call *c)
{
    ars_media_set_handlers(c->media, &media_handlers, c);
}

enum ars_reason_code call_media_blame(const struct call *c)
{
    return ars_media_blame(c->media);
}

void call_media_close(struct call *c)
{
    if (!c->media)
        return;
    ars_media_get_stats(c->media, &c->stats);
    ars_media_free(c->media);
    c->media = NULL;
}
