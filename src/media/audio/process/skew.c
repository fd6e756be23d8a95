/*
 * Two clocks move an echo steadily, each time by about as much. Anything else that moves it does so
 * once, in one part or at the seam of two.
 */
#include "audio/process/skew.h"

#include <math.h>
#include <string.h>

/* Samples from part to part: less the canceller follows by itself. */
#define MOVE_MIN 1.0f
/* The least of the moves to the greatest. */
#define STEADY 0.2f

void skew_reset(struct skew *s)
{
    memset(s, 0, sizeof(*s));
}

float skew_put(struct skew *s, float place, unsigned frames)
{
    float all, least = INFINITY, most = -INFINITY;

    s->sum[s->n++ / SKEW_PART] += place;
    if (s->n < SKEW_PARTS * SKEW_PART)
        return 0;
    all = (s->sum[SKEW_PARTS - 1] - s->sum[0]) / SKEW_PART / (SKEW_PARTS - 1);
    for (unsigned i = 1; i < SKEW_PARTS; i++) {
        float move = (s->sum[i] - s->sum[i - 1]) / SKEW_PART / all;
        least = fminf(least, move);
        most = fmaxf(most, move);
    }
    skew_reset(s);
    if (fabsf(all) < MOVE_MIN || least < STEADY * most)
        return 0;
    return all / (float)(SKEW_PART * frames);
}
