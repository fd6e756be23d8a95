/*
 * media: one call's two sides on their way to a recording, with the tone that tells both of it.
 * Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_TAP_H
#define ARS_MEDIA_RTP_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "audio/mixer.h"
#include "audio/recorder.h"

/* Zeroed before first use. */
struct tap {
    struct recorder *recorder; /* NULL: not recorded */
    bool announced;
    unsigned at; /* samples since the tone began last */
    double phase;
    bool sounds; /* in this frame */
    int16_t tone[AUDIO_FRAME];
    int16_t far[AUDIO_FRAME];
};

/* announced: both sides hear 200 ms of 1400 Hz each 15 s (47 CFR 64.501). As recorder_start(). */
int tap_start(struct tap *t, struct recorders *all, struct ars_loop *loop, const char *path,
              bool announced, recorder_fn *fn, void *arg);
void tap_stop(struct tap *t);

/* Each frame, first what they say, which may get the tone; NULL: nobody listens. */
void tap_far(struct tap *t, int16_t *pcm);

/* Then what we say, NULL: silence; returns what is sent, which may be in *sum. */
const int16_t *tap_near(struct tap *t, const int16_t *pcm, int16_t *sum);

#endif
