/* engine: events as data. */
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/event.h>

#include "event.h"

static const char *const names[ARS_EV_COUNT] = {
    [ARS_EV_ACCOUNT] = "account",
    [ARS_EV_REGISTERING] = "registering",
    [ARS_EV_REGISTERED] = "registered",
    [ARS_EV_REGISTRATION_FAILED] = "registration_failed",
    [ARS_EV_UNREGISTERED] = "unregistered",
    [ARS_EV_DIALING] = "dialing",
    [ARS_EV_RINGING] = "ringing",
    [ARS_EV_EARLY_MEDIA] = "early_media",
    [ARS_EV_INCOMING] = "incoming",
    [ARS_EV_REFUSED] = "refused",
    [ARS_EV_AUTO_ANSWERED] = "auto_answered",
    [ARS_EV_ANSWERING] = "answering",
    [ARS_EV_PEER] = "peer",
    [ARS_EV_ESTABLISHED] = "established",
    [ARS_EV_HELD] = "held",
    [ARS_EV_RESUMED] = "resumed",
    [ARS_EV_REMOTE_HELD] = "remote_held",
    [ARS_EV_REMOTE_RESUMED] = "remote_resumed",
    [ARS_EV_RECONNECTING] = "reconnecting",
    [ARS_EV_RECONNECTED] = "reconnected",
    [ARS_EV_MERGED] = "merged",
    [ARS_EV_SPLIT] = "split",
    [ARS_EV_TRANSFERRING] = "transferring",
    [ARS_EV_TRANSFERRED] = "transferred",
    [ARS_EV_TRANSFER_FAILED] = "transfer_failed",
    [ARS_EV_REPLACED] = "replaced",
    [ARS_EV_REFERRED] = "referred",
    [ARS_EV_DTMF] = "dtmf",
    [ARS_EV_MAILBOX] = "mailbox",
    [ARS_EV_WATCH] = "watch",
    [ARS_EV_MEDIA] = "media",
    [ARS_EV_UNHEARD] = "unheard",
    [ARS_EV_SILENT] = "silent",
    [ARS_EV_TALKS_MUTED] = "talks_muted",
    [ARS_EV_RECORDING] = "recording",
    [ARS_EV_FIRST_AUDIO] = "first_audio",
    [ARS_EV_ENDED] = "ended",
    [ARS_EV_STATS] = "stats",
    [ARS_EV_AUDIO_DEVICE] = "audio_device",
    [ARS_EV_REALTIME] = "realtime",
    [ARS_EV_COUNTS] = "counts",
    [ARS_EV_DEVICES] = "devices",
    [ARS_EV_SOUND_TEST] = "sound_test",
    [ARS_EV_HOST_MAP_PROBLEM] = "host_map_problem",
    [ARS_EV_RESOLVED] = "resolved",
    [ARS_EV_ERROR] = "error",
    [ARS_EV_ASLEEP] = "asleep",
    [ARS_EV_STOPPED] = "stopped",
};

static const char *const causes[ARS_SOUND_CAUSES] = {
    [ARS_SOUND_GOOD] = "good",
    [ARS_SOUND_MICROPHONE] = "microphone",
    [ARS_SOUND_UNSENT] = "unsent",
    [ARS_SOUND_UNREPORTED] = "unreported",
    [ARS_SOUND_LOST] = "lost",
    [ARS_SOUND_NOTHING] = "nothing",
    [ARS_SOUND_UNREADABLE] = "unreadable",
};

struct ars_event *event_new(enum ars_event_type type)
{
    struct ars_event *ev = calloc(1, sizeof(*ev));

    if (!ev)
        return NULL;
    ev->type = type;
    ev->t_us = ars_clock_us();
    ev->setup_ms = -1;
    ev->first_audio_ms = -1;
    return ev;
}

const char *ars_event_name(enum ars_event_type type)
{
    return (unsigned)type < ARS_EV_COUNT ? names[type] : "?";
}

struct ars_event *event_devices(const struct ars_device *list, size_t n)
{
    struct ars_event *ev = event_new(ARS_EV_DEVICES);

    if (ev)
        ev->devices = calloc(n + 1, sizeof(*list));
    if (!ev || !ev->devices) {
        ars_event_free(ev);
        return NULL;
    }
    if (n)
        memcpy(ev->devices, list, n * sizeof(*list));
    ev->devices_n = n;
    return ev;
}

const char *ars_sound_cause_name(enum ars_sound_cause cause)
{
    return (unsigned)cause < ARS_SOUND_CAUSES ? causes[cause] : "?";
}

void ars_event_free(struct ars_event *ev)
{
    if (!ev)
        return;
    free(ev->text);
    free(ev->peer_name);
    free(ev->peer_number);
    free(ev->cert);
    free(ev->devices);
    free(ev->addrs);
    free(ev);
}
