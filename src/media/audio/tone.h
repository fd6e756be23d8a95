/*
 * media: the tones that we make ourselves. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_TONE_H
#define ARS_MEDIA_AUDIO_TONE_H

#include <stdint.h>

#include <ars/audio.h>

struct tone {
    enum ars_tone kind;
    unsigned step; /* in the cadence */
    unsigned at;   /* samples in the step */
    double phase;
};

/* From its start. */
void tone_set(struct tone *t, enum ars_tone kind);

/* Adds one frame of it to mix. */
void tone_add(struct tone *t, int32_t *mix);

/* n samples of a sine from *phase on, peak amplitude as given. */
void tone_sine(int16_t *pcm, unsigned n, double hz, double amplitude, double *phase);

#endif
