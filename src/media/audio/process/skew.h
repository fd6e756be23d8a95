/*
 * media: by how much the clock of the microphone's card differs from the speaker's: how fast the
 * echo moves away. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_SKEW_H
#define ARS_MEDIA_AUDIO_SKEW_H

/* Places that are looked at together. */
#define SKEW_PARTS 4
#define SKEW_PART  12

struct skew {
    float sum[SKEW_PARTS]; /* of the places of each, in samples of 48 kHz */
    unsigned n;
};

void skew_reset(struct skew *s);

/*
 * Where the echo is, `frames` after the last place. Returns by how many samples a frame it moves, 0
 * while that is not known or is little.
 */
float skew_put(struct skew *s, float place, unsigned frames);

#endif
