/*
 * app: a call as a face sees it. Plain data; its texts are borrowed and never NULL.
 */
#ifndef ARS_APP_CALL_H
#define ARS_APP_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/event.h>
#include <ars/history.h>

/* Its far end is asked to talk to somebody else instead. */
enum ars_app_transfer {
    ARS_APP_TRANSFER_NONE,
    ARS_APP_TRANSFER_ASKED, /* transfer_reason: what is known of the other call so far */
    ARS_APP_TRANSFER_DONE,  /* this call ends soon */
    ARS_APP_TRANSFER_FAILED /* transfer_reason: why; until the user does something else with it */
};

struct ars_app_call {
    ars_id id;
    enum ars_call_state state;
    bool incoming;
    bool ringing; /* 180 came */
    bool early_media;
    bool held;
    bool remote_held;
    bool muted;
    bool talks_muted;             /* the user speaks, and nobody hears it */
    bool merged;                  /* talks together with the others that are */
    bool silenced;                /* nobody hears its far side */
    bool connected;               /* encrypted media flows */
    bool reconnecting;            /* out of reach for now */
    enum ars_sound_cause unheard; /* they cannot hear us */
    enum ars_sound_cause silent;  /* we cannot hear them */
    bool recording;
    const char *record_path;    /* the file, also once it is over; or "" */
    const char *record_problem; /* why it ended, when the user did not want it; or "" */
    bool by_remote;             /* once ENDED */
    unsigned volume;
    const char *number;
    const char *name;        /* "" when not known */
    const char *wire;        /* what was sent of number when that is another, or "" */
    const char *account_id;  /* of settings; "" on the demo line */
    uint64_t begun_ms;       /* ars_clock_ms() */
    uint64_t established_ms; /* 0: not yet; of the first of those that it replaces in turn */
    uint32_t ring_ms;        /* incoming: how long it rings here, from begun_ms on */
    ars_id replaces;         /* the call in whose place it came, for the user the same; 0: none */
    enum ars_app_transfer transfer;
    const char *transfer_to; /* number, or name */
    struct ars_reason transfer_reason;
    const char *refer_to; /* its far end, or a 3xx, sends us there: FOLLOW is the answer; or "" */
    const char *refer_by; /* who, "" when that is just the far end */
    bool has_stats;       /* what is in stats counts */
    struct ars_media_stats stats;   /* newest */
    struct ars_reason reason;       /* once ENDED */
    enum ars_history_result result; /* what the journal says */
};

#endif
