/*
 * media: keeps the ring between the loop's clock and a sound card's at a low and steady fill, by a
 * sample more or less in a frame now and then. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_DRIFT_H
#define ARS_MEDIA_AUDIO_DRIFT_H

#include <stddef.h>
#include <stdint.h>

/* Most that one frame changes by little steps, in samples of 48 kHz: 0.4 %. */
#define DRIFT_STEP 2

/* Windows of a second that are looked at together. */
#define DRIFT_HORIZON 30

struct drift {
    unsigned rate;
    int least;                 /* slack in this window */
    unsigned frames;           /* in this window */
    int lately[DRIFT_HORIZON]; /* the least of each window, INT_MIN: none yet */
    unsigned window;
    int surplus; /* to be taken out, little by little */
    int margin;  /* slack that is kept */
    int margin_min;
    unsigned starved; /* as last told */
    unsigned calm;    /* windows without starving */
};

void drift_init(struct drift *d, unsigned rate);

/*
 * Once a frame. slack: samples in the ring beyond what this frame takes (input), or before it is
 * put in (output); starved: how often it ran dry, ever. Returns how many samples are to go: up to
 * DRIFT_STEP more or less, or a jump of more than that.
 */
int drift_frame(struct drift *d, int slack, unsigned starved);

/* n samples into m, n and m nearly the same: linear interpolation. */
void drift_resize(const int16_t *in, size_t n, int16_t *out, size_t m);

#endif
