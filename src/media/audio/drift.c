/*
 * Drift.
 */
#include "audio/drift.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW     100 /* frames: 1 s */
#define CALM       20  /* windows after which less margin is tried: an eighth, or a little */
#define MARGIN_US  2000
#define MARGIN_MAX 30000 /* us */
#define GROW_US    3000
#define SHRINK_US  500
/* Slack beyond this is cut at once: nobody wants to hear so much later. */
#define JUMP_US 40000
/* Slack is left alone within this of the margin. */
#define BAND_US 1000

static int samples(const struct drift *d, int us)
{
    return (int)((int64_t)us * d->rate / 1000000);
}

static void new_window(struct drift *d)
{
    d->least = INT_MAX;
    d->frames = 0;
}

void drift_init(struct drift *d, unsigned rate)
{
    memset(d, 0, sizeof(*d));
    d->rate = rate;
    d->margin = d->margin_min = samples(d, MARGIN_US);
    new_window(d);
}

static void on_starved(struct drift *d, unsigned starved)
{
    d->starved = starved;
    d->calm = 0;
    d->margin += samples(d, GROW_US);
    if (d->margin > samples(d, MARGIN_MAX))
        d->margin = samples(d, MARGIN_MAX);
    d->surplus = 0;
    new_window(d);
}

static void end_window(struct drift *d)
{
    int over = d->least - d->margin;

    d->surplus = abs(over) > samples(d, BAND_US) ? over : 0;
    if (++d->calm >= CALM && d->margin > d->margin_min) {
        int less = (d->margin - d->margin_min) / 8;
        d->calm = 0;
        d->margin -= less > samples(d, SHRINK_US) ? less : samples(d, SHRINK_US);
    }
    new_window(d);
}

int drift_frame(struct drift *d, int slack, unsigned starved)
{
    int n;

    if (starved != d->starved)
        on_starved(d, starved);
    if (slack < d->least)
        d->least = slack;
    if (++d->frames >= WINDOW)
        end_window(d);
    if (d->surplus > samples(d, JUMP_US)) {
        n = d->surplus;
        d->surplus = 0;
        return n;
    }
    n = d->surplus < DRIFT_STEP ? d->surplus : DRIFT_STEP;
    n = n > -DRIFT_STEP ? n : -DRIFT_STEP;
    d->surplus -= n;
    return n;
}

void drift_resize(const int16_t *in, size_t n, int16_t *out, size_t m)
{
    if (n == m) {
        memcpy(out, in, n * sizeof(*in));
        return;
    }
    for (size_t i = 0; i < m; i++) {
        /* 16 bits of fraction; the ends meet */
        uint64_t at = m > 1 ? ((uint64_t)i * (n - 1) << 16) / (m - 1) : 0;
        size_t k = (size_t)(at >> 16);
        int w = (int)(at & 0xffff);
        int b = k + 1 < n ? in[k + 1] : in[k];
        out[i] = (int16_t)(in[k] + ((b - in[k]) * (w >> 1) >> 15));
    }
}
