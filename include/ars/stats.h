/*
 * media: the figures of one call. Plain data; levels in dB relative to full scale, times in ms,
 * -1 (or NAN for floating figures) where nothing is known yet.
 */
#ifndef ARS_STATS_H
#define ARS_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Why one side of a call cannot hear the other. */
enum ars_sound_cause {
    ARS_SOUND_GOOD,       /* it can, as far as is known */
    ARS_SOUND_MICROPHONE, /* ours gives digital silence */
    ARS_SOUND_UNSENT,     /* the network takes nothing from us */
    ARS_SOUND_UNREPORTED, /* the far end does not report any more what it receives */
    ARS_SOUND_LOST,       /* it reports that much is lost on the way */
    ARS_SOUND_NOTHING,    /* nothing arrives */
    ARS_SOUND_UNREADABLE, /* what arrives cannot be decrypted */
    ARS_SOUND_CAUSES,
};

struct ars_media_stats {
    char codec[16];   /* "opus", "G722", "PCMU", "PCMA" */
    char srtp[32];    /* "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"; "" before DTLS */
    char path[16];    /* local/remote candidate in use: "host/host", "srflx/host", "relay/host" */
    int32_t media_ms; /* from ars_media_alloc() to the first decoded packet */
    double rtt_ms;    /* RTCP, RFC 3550 6.4.1 */
    double jitter_ms; /* of what comes in, RFC 3550 6.4.1 */
    double loss_pct;  /* of what comes in, since the start */
    double remote_loss_pct; /* of what we send, by the peer's reports */
    double concealed_pct; /* share of the samples played that were made up for lost or late ones */
    double buffer_ms;     /* playout delay now */
    uint64_t sent;        /* RTP packets */
    uint64_t received;
    double mos;            /* E-model, ITU-T G.107: 1 bad, 4.4 as good as a telephone gets; -1 */
    double level_in_dbfs;  /* RMS of the microphone, as processed, since the last statistics */
    double level_out_dbfs; /* RMS of the far end since the last statistics */
};

/* Of the cards of a call, since they were chosen: what did not come in time, in times. */
struct ars_audio_counts {
    unsigned late;      /* the speaker's callback found too little: the mixer was late */
    unsigned underruns; /* the card had played all that it had: the callback was late */
    unsigned gaps;      /* the mixer found too little of the microphone */
};

/* What the engine has: the same again whenever no call is left, or something leaks. */
struct ars_counts {
    size_t calls;
    size_t dialogs; /* of calls and of subscriptions */
    size_t transactions;
    size_t timers;
    struct ars_audio_counts audio;
};

#endif
