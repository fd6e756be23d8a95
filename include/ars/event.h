/*
 * engine: what it tells a face. Plain data that owns what it carries; freed by whoever popped it.
 */
#ifndef ARS_EVENT_H
#define ARS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/reason.h>
#include <ars/sound.h>
#include <ars/stats.h>
#include <ars/trust.h>
#include <ars/types.h>

enum ars_event_type {
    ARS_EV_ACCOUNT, /* every change of account_state; retry_ms when WAITING; tag of its command */
    ARS_EV_REGISTERING,
    ARS_EV_REGISTERED,          /* number: seconds granted */
    ARS_EV_REGISTRATION_FAILED, /* reason, cert if that was it, retry_ms (0: not again) */
    ARS_EV_UNREGISTERED,
    ARS_EV_DIALING,       /* tag, call, peer_number; text: what is sent of it */
    ARS_EV_RINGING,       /* call: 180, local ringback */
    ARS_EV_EARLY_MEDIA,   /* call: the far end sends sound before the answer */
    ARS_EV_INCOMING,      /* call, peer_name, peer_number */
    ARS_EV_REFUSED,       /* call (gone already), peer_name, peer_number, reason: it never rang */
    ARS_EV_AUTO_ANSWERED, /* call: without the user, as its caller wanted and the settings say */
    ARS_EV_ANSWERING,     /* tag: what ARS_CMD_ANSWERING said holds from here on */
    ARS_EV_PEER,          /* call, peer_name, peer_number: who the far end is now */
    ARS_EV_ESTABLISHED,   /* call; number: set-up time in ms (dial or answer to 200/ACK) */
    ARS_EV_HELD,          /* call: we hold */
    ARS_EV_RESUMED,
    ARS_EV_REMOTE_HELD, /* call: the far end holds us */
    ARS_EV_REMOTE_RESUMED,
    ARS_EV_RECONNECTING, /* call: server or far end are out of reach; it goes on if they return */
    ARS_EV_RECONNECTED,
    ARS_EV_MERGED,          /* call: it is in the conference */
    ARS_EV_SPLIT,           /* call: it is not any more */
    ARS_EV_TRANSFERRING,    /* call, tag, reason: status and words of the far end's call so far */
    ARS_EV_TRANSFERRED,     /* call, tag: it went well; the call ends soon */
    ARS_EV_TRANSFER_FAILED, /* call, tag, reason: the call is as before */
    ARS_EV_REPLACED, /* call, number: the call in whose place it comes, peer_name, peer_number */
    ARS_EV_REFERRED, /* call, peer_number: whom its far end, or a 3xx, sends us to; text: who */
    ARS_EV_MAILBOX,  /* account, number: new messages, text: whom to call for them, or "" */
    /*
     * account, peer_number: the line; number: enum ars_watch_state. Busy or ringing: peer_name and
     * text (its number) say who is at the other end (or NULL), by_remote that the line was called,
     * pick_up that the server says how to take the call over.
     */
    ARS_EV_WATCH,
    ARS_EV_DTMF,    /* call, text: one digit; number: ms */
    ARS_EV_MEDIA,   /* call: encrypted media flows; stats has codec, srtp, path */
    ARS_EV_UNHEARD, /* call, number: enum ars_sound_cause: why they cannot hear us; GOOD: over */
    ARS_EV_SILENT,  /* call, number: the same: why we cannot hear them */
    ARS_EV_TALKS_MUTED, /* call, number: 1: the user speaks while muted; once a mute. 0: over */
    ARS_EV_RECORDING,   /* call, number: 1: into the file text; 0: not any more, reason.text why */
    ARS_EV_FIRST_AUDIO, /* call: first packet decoded; number: ms since dial or answer */
    ARS_EV_ENDED, /* call, reason, by_remote, number: ms talked; stats, when there was media */
    ARS_EV_STATS, /* call, stats; tag of its command */
    /* input; number: enum ars_device_state; text: its label; reason.text why */
    ARS_EV_AUDIO_DEVICE,
    /*
     * number: a thread, by the kernel's id, that is to be real-time (realtime.h) as long as there
     * is sound, and may not make itself that.
     */
    ARS_EV_REALTIME,
    ARS_EV_COUNTS,           /* tag, counts */
    ARS_EV_DEVICES,          /* tag (0: they changed by themselves), devices */
    ARS_EV_SOUND_TEST,       /* number: enum ars_sound_test_step; dbfs where it listens */
    ARS_EV_HOST_MAP_PROBLEM, /* account or tag; number: rule, text: place and reason */
    ARS_EV_RESOLVED,         /* tag, text: what the map made of it; addrs, or the reason why none */
    ARS_EV_ERROR,            /* tag, account or call, reason: the command failed */
    ARS_EV_ASLEEP,           /* after ARS_CMD_SLEEP: nothing is registered any more */
    ARS_EV_STOPPED,          /* after ARS_CMD_SHUTDOWN; the last */
    ARS_EV_COUNT,
};

struct ars_event {
    enum ars_event_type type;
    uint32_t tag;
    uint64_t t_us; /* ars_clock_us() when it happened */
    ars_id account;
    ars_id call;
    enum ars_account_state account_state;
    enum ars_call_state call_state;
    bool by_remote;
    bool has_stats;
    bool input;
    bool pick_up;
    int number;
    double dbfs; /* -96: nothing */
    uint32_t retry_ms;
    int setup_ms; /* established, ended, stats: -1 before */
    int first_audio_ms;
    char *text;
    char *peer_name;
    char *peer_number;
    struct ars_reason reason;
    struct ars_media_stats stats;
    struct ars_counts counts;
    struct ars_cert *cert;
    struct ars_device *devices;
    size_t devices_n;
    struct ars_addr *addrs;
    size_t addrs_n;
};

/* "registration_failed": what JSON says. */
const char *ars_event_name(enum ars_event_type type);

/* "microphone". */
const char *ars_sound_cause_name(enum ars_sound_cause cause);

/* Takes NULL. */
void ars_event_free(struct ars_event *ev);

#endif
