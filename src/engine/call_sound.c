/* engine: what can be done to the sound of a call that is up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/media.h>
#include <ars/str.h>

#include "call_priv.h"

#define VOLUME_FULL 100u

void call_update_talk(struct call *c)
{
    bool through = c->state == ARS_CALL_ESTABLISHED || c->state == ARS_CALL_ANSWERING ||
                   (c->state == ARS_CALL_PROGRESS && c->answered_early);
    bool talk = c->focus && through && !c->want_hold && c->hold == CALL_TALKING;

    if (!c->media)
        return;
    ars_media_talk(c->media, talk);
    ars_media_watch(c->media, talk && c->state == ARS_CALL_ESTABLISHED && !c->remote_held);
    /* who holds us may play music: not for the others */
    ars_media_share(c->media, c->merged && !c->remote_held);
}

void call_watch_remote_hold(struct call *c)
{
    bool held = !(ars_media_remote_dir(c->media) & ARS_DIR_SENDONLY);

    if (held == c->remote_held)
        return;
    c->remote_held = held;
    call_update_talk(c);
    call_tell(c, held ? ARS_EV_REMOTE_HELD : ARS_EV_REMOTE_RESUMED);
}

void call_set_focus(struct call *c, bool on)
{
    c->focus = on;
    call_update_talk(c);
}

int call_mute(struct call *c, bool on)
{
    if (!c->media)
        return ENOTCONN;
    ars_media_mute(c->media, on);
    c->muted = on;
    return 0;
}

void call_set_merged(struct call *c, bool on)
{
    if (c->merged == on)
        return;
    c->merged = on;
    call_update_talk(c);
    call_tell(c, on ? ARS_EV_MERGED : ARS_EV_SPLIT);
}

int call_silence(struct call *c, bool on)
{
    if (!c->media)
        return ENOTCONN;
    ars_media_silence(c->media, on);
    c->silenced = on;
    return 0;
}

/* Where the far end has said something before the answer, that was its own tone. */
enum ars_tone call_end_tone(const struct call *c)
{
    if (!c->target || c->talk_ms || c->first_audio_ms >= 0)
        return ARS_TONE_NONE;
    switch (c->end) {
    case ARS_REASON_BUSY:
    case ARS_REASON_DECLINED:
        return ARS_TONE_BUSY;
    case ARS_REASON_NOT_FOUND:
    case ARS_REASON_FORBIDDEN:
    case ARS_REASON_UNAVAILABLE:
    case ARS_REASON_SERVER_ERROR:
        return ARS_TONE_CONGESTION;
    default:
        return ARS_TONE_NONE;
    }
}

int call_volume(struct call *c, unsigned percent)
{
    if (!c->media)
        return ENOTCONN;
    ars_media_volume(c->media, percent);
    c->quieter = percent < VOLUME_FULL ? VOLUME_FULL - percent : 0;
    return 0;
}

void call_on_hearing(enum ars_sound_cause unheard, enum ars_sound_cause silent, void *arg)
{
    struct call *c = arg;

    if (unheard != c->unheard)
        call_tell_number(c, ARS_EV_UNHEARD, (int)unheard);
    if (silent != c->silent)
        call_tell_number(c, ARS_EV_SILENT, (int)silent);
    c->unheard = unheard;
    c->silent = silent;
}

void call_on_talks_muted(bool on, void *arg)
{
    struct call *c = arg;

    if (on != c->talks_muted)
        call_tell_number(c, ARS_EV_TALKS_MUTED, on);
    c->talks_muted = on;
}

static void record_over(struct call *c, const char *why)
{
    call_tell_recording(c, false, why);
    free(c->record_path);
    c->record_path = NULL;
}

void call_restore_sound(struct call *c)
{
    if (c->record_path) /* its file ended with the media before */
        record_over(c, "the call went on over another connection");
    call_on_hearing(ARS_SOUND_GOOD, ARS_SOUND_GOOD, c);
    call_on_talks_muted(false, c);
    ars_media_mute(c->media, c->muted);
    ars_media_volume(c->media, VOLUME_FULL - c->quieter);
    ars_media_silence(c->media, c->silenced);
    call_update_talk(c);
}

void call_inherit_sound(struct call *c, const struct call *old)
{
    (void)call_mute(c, old->muted);
    (void)call_volume(c, VOLUME_FULL - old->quieter);
}

void call_on_recording(bool on, int err, void *arg)
{
    if (on)
        call_tell_recording(arg, true, "");
    else
        record_over(arg, strerror(err));
}

int call_record(struct call *c, const char *path, bool announced)
{
    int err;

    if (!c->media)
        return ENOTCONN;
    if (!path || c->record_path) {
        if (path)
            return EALREADY;
        if (!c->record_path)
            return EPROTO;
        ars_media_record_end(c->media);
        record_over(c, "");
        return 0;
    }
    c->record_path = ars_strdup(path);
    err = c->record_path ? ars_media_record(c->media, path, announced) : ENOMEM;
    if (err) {
        free(c->record_path);
        c->record_path = NULL;
    }
    return err;
}

int call_sound_dtmf(struct call *c, const char *digits)
{
    return ars_media_dtmf(c->media, digits);
}

int call_sound_tones(struct call *c, const char *digits)
{
    return ars_media_tones(c->media, digits);
}

int call_report_stats(struct call *c, uint32_t tag)
{
    if (!c->media)
        return ENOTCONN;
    ars_media_get_stats(c->media, &c->stats);
    call_tell_stats(c, ARS_EV_STATS, tag);
    return 0;
}
