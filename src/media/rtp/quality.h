/*
 * media: how good a call sounds, over the jitter buffers that it has had and in its last seconds.
 * Pure arithmetic.
 */
#ifndef ARS_MEDIA_RTP_QUALITY_H
#define ARS_MEDIA_RTP_QUALITY_H

#include "rtp/jitter.h"

struct quality {
    struct jitter_stats past; /* of the buffers before this one */
    struct jitter_stats seen; /* at the last look */
    double lately_pct;        /* made up, in the last seconds; -1: unknown */
};

void quality_init(struct quality *q);

/* A buffer goes: what it has counted stays. */
void quality_past(struct quality *q, const struct jitter_stats *s);

/* One look. *s comes with the figures of the buffer in use and goes with those of all. */
void quality_look(struct quality *q, struct jitter_stats *s);

/* The share that was made up; -1: nothing was played yet. */
double quality_concealed_pct(const struct jitter_stats *s);

/* E-model; delay_ms: mouth to ear, one way. -1: nothing was played yet. */
double quality_mos(const struct quality *q, double delay_ms);

#endif
