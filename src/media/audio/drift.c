/*
 * Drift.
 */
#include "audio/drift.h"

#include <limits.h>
#include <string.h>

#define WINDOW 100 /* frames: 1 s */
#define CALM   60  /* windows after which less margin is tried: an eighth, or a little */
/* All in microseconds. */
#define MARGIN     4000
#define MARGIN_MAX 30000
#define GROW       3000
#define SHRINK     500
/*
 * Every correction moves the voice in time: slack that was never less than this over the margin, in
 * as many windows as drift.h keeps, is worth one; clocks apart by 100 ppm reach it in 50 s.
 */
#define OVER 5000
/* So much in a single window is worth one as well, */
#define FAR_OVER 20000
/* and this is cut at once: nobody wants to hear so much later. */
#define JUMP 40000

static int samples(const struct drift *d, int us)
{
    return (int)((int64_t)us * d->rate / 1000000);
}

static void new_window(struct drift *d)
{
    d->least = INT_MAX;
    d->frames = 0;
}

static void forget(struct drift *d)
{
    for (size_t i = 0; i < DRIFT_HORIZON; i++)
        d->lately[i] = INT_MIN;
    new_window(d);
}

void drift_init(struct drift *d, unsigned rate)
{
    memset(d, 0, sizeof(*d));
    d->rate = rate;
    d->margin = d->margin_min = samples(d, MARGIN);
    forget(d);
}

/* What was missing is in the ring now: slack has grown by itself. */
static void on_starved(struct drift *d, unsigned starved)
{
    d->starved = starved;
    d->calm = 0;
    d->margin += samples(d, GROW);
    if (d->margin > samples(d, MARGIN_MAX))
        d->margin = samples(d, MARGIN_MAX);
    d->surplus = 0;
    forget(d);
}

static int least_lately(const struct drift *d)
{
    int least = INT_MAX;

    for (size_t i = 0; i < DRIFT_HORIZON; i++) {
        if (d->lately[i] < least)
            least = d->lately[i];
    }
    return least;
}

static void correct(struct drift *d, int by)
{
    d->surplus = by;
    forget(d);
}

static void end_window(struct drift *d)
{
    int least = d->least;

    if (++d->calm >= CALM && d->margin > d->margin_min) {
        int less = (d->margin - d->margin_min) / 8;
        d->calm = 0;
        d->margin -= less > samples(d, SHRINK) ? less : samples(d, SHRINK);
    }
    d->lately[d->window++ % DRIFT_HORIZON] = least;
    new_window(d);
    if (least < d->margin / 2 || least > d->margin + samples(d, FAR_OVER))
        correct(d, least - d->margin);
    else if (least_lately(d) > d->margin + samples(d, OVER))
        correct(d, least_lately(d) - d->margin);
}

int drift_frame(struct drift *d, int slack, unsigned starved)
{
    int n;

    /* what was missing has been made up for: this frame says nothing of those to come */
    if (starved != d->starved) {
        on_starved(d, starved);
        return 0;
    }
    if (slack < d->least)
        d->least = slack;
    if (++d->frames >= WINDOW)
        end_window(d);
    if (d->surplus > samples(d, JUMP)) {
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
