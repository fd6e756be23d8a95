/*
 * media: the jitter buffer: payloads in as they come, an even stream of samples out, as late as the
 * arrival spread asks and no later. The one that pulls sets the pace. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_JITTER_H
#define ARS_MEDIA_RTP_JITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/table.h"

#define JITTER_MAX_PACKETS 100
#define JITTER_MAX_MS      1000
#define JITTER_MAX_PAYLOAD 1600 /* bytes; more is dropped */

struct jitter;

struct jitter_stats {
    uint64_t played_us;    /* handed out while the peer sent */
    uint64_t concealed_us; /* of that made up */
    uint64_t stretched_us; /* taken out or put in by stretching, in sum */
    uint32_t decoded;      /* packets */
    uint32_t late;         /* packets that came after their time */
    uint32_t dropped;      /* packets thrown away because the buffer was full */
    double delay_ms;       /* playing lies this long behind the fastest packet */
    double target_ms;
};

/* ENOMEM. */
int jitter_alloc(struct jitter **ret, const struct codec *codec);
void jitter_free(struct jitter *j);

/* A payload with its RTP time, extended sequence number and time of arrival. */
void jitter_put(struct jitter *j, uint32_t ts, uint32_t seq, const uint8_t *payload, size_t len,
                uint64_t now_us);

/* The next 10 ms, rate / 100 samples: silence when nothing has come yet. */
void jitter_get(struct jitter *j, int16_t *pcm, uint64_t now_us);

/* As jitter_get(), but nobody listens: nothing is decoded. */
void jitter_skip(struct jitter *j, uint64_t now_us);

/*
 * The packet with that extended sequence number says that the peer has stopped sending sound on
 * purpose (DTMF): what lacks from there on is not lost.
 */
void jitter_quiet(struct jitter *j, uint32_t seq);

/* The same, and what is to be heard meanwhile: a payload of comfort noise, RFC 3389. */
void jitter_comfort(struct jitter *j, uint32_t seq, const uint8_t *payload, size_t len);

/* Another source: what waits is thrown away, the spread is remembered. */
void jitter_reset(struct jitter *j);

void jitter_get_stats(const struct jitter *j, struct jitter_stats *ret);

#endif
