/*
 * media: whether somebody speaks into a microphone that is muted, which is told once a mute. Pure
 * arithmetic.
 */
#ifndef ARS_MEDIA_RTP_MUTED_H
#define ARS_MEDIA_RTP_MUTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/stats.h"

/* Zeroed at the begin of each mute. */
struct muted {
    struct level level; /* of this window */
    unsigned frames;    /* in it */
    unsigned speech;    /* windows: how much more speech than silence there was lately */
    bool told;
    bool talks;
};

/* A frame of 10 ms. Whether `talks` has changed. */
bool muted_hear(struct muted *m, const int16_t *pcm, size_t n);

/* The microphone is somebody else's for a while: what was said before is over. */
void muted_rest(struct muted *m);

#endif
