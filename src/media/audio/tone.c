/*
 * Tones: those of the telephone network as ITU-T E.180 lists them for Russia, and a ringing sound.
 */
#include "audio/tone.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/device.h"
#include "audio/mixer.h"

#define TWO_PI 6.283185307179586
/* Ends of a tone are rounded so that they do not click. */
#define EDGE 240 /* 5 ms */
/* Peak of the test tone: -12 dBFS, RMS -15 dBFS */
#define SOURCE_PEAK 8231.0
#define STEPS_MAX   8

struct step {
    unsigned ms;
    double hz; /* 0: silence */
};

struct cadence {
    double peak;
    struct step steps[STEPS_MAX]; /* ends at ms 0 */
};

static const struct cadence cadences[] = {
    [ARS_TONE_NONE] = {0, {{0, 0}}},
    [ARS_TONE_RINGBACK] = {4000, {{1000, 425}, {4000, 0}}},
    [ARS_TONE_RINGING] =
        {10000,
         {{150, 660}, {150, 880}, {150, 660}, {150, 880}, {150, 660}, {150, 880}, {2100, 0}}},
    [ARS_TONE_WAITING] = {1500, {{200, 425}, {200, 0}, {200, 425}, {5000, 0}}},
    [ARS_TONE_ATTENTION] = {4000, {{150, 880}, {100, 0}, {250, 1175}, {60000, 0}}},
    [ARS_TONE_BUSY] = {4000, {{350, 425}, {350, 0}}},
};

void tone_set(struct tone *t, enum ars_tone kind)
{
    memset(t, 0, sizeof(*t));
    t->kind = kind;
}

static double edge(unsigned at, unsigned len)
{
    unsigned from_end = at < len - at ? at : len - at;

    return from_end >= EDGE ? 1 : (double)from_end / EDGE;
}

void tone_add(struct tone *t, int32_t *mix)
{
    const struct cadence *c = &cadences[t->kind];

    for (unsigned i = 0; i < AUDIO_FRAME && t->kind != ARS_TONE_NONE; i++) {
        const struct step *s = &c->steps[t->step];
        unsigned len = s->ms * (AUDIO_RATE / 1000);
        if (s->hz > 0) {
            mix[i] += (int32_t)(c->peak * edge(t->at, len) * sin(t->phase));
            t->phase = fmod(t->phase + TWO_PI * s->hz / AUDIO_RATE, TWO_PI);
        }
        if (++t->at < len)
            continue;
        t->at = 0;
        t->step = t->step + 1 < STEPS_MAX && c->steps[t->step + 1].ms ? t->step + 1 : 0;
    }
}

void tone_sine(int16_t *pcm, unsigned n, double hz, double amplitude, double *phase)
{
    for (unsigned i = 0; i < n; i++) {
        pcm[i] = (int16_t)lrint(amplitude * sin(*phase));
        *phase = fmod(*phase + TWO_PI * hz / AUDIO_RATE, TWO_PI);
    }
}

/* The sources and sinks that are no device at all. */

struct tone_source {
    struct audio_dev dev;
    unsigned hz;
    double phase;
};

static void do_nothing(struct audio_dev *d)
{
    (void)d;
}

static void tone_free(struct audio_dev *d)
{
    free(d);
}

static void tone_read(struct audio_dev *d, int16_t *pcm)
{
    struct tone_source *t = (struct tone_source *)d;

    if (t->hz)
        tone_sine(pcm, AUDIO_FRAME, t->hz, SOURCE_PEAK, &t->phase);
    else
        memset(pcm, 0, AUDIO_FRAME * sizeof(*pcm));
}

static void none_write(struct audio_dev *d, const int16_t *pcm)
{
    (void)d;
    (void)pcm;
}

static const struct audio_dev_ops tone_ops = {
    .start = do_nothing,
    .stop = do_nothing,
    .free = tone_free,
    .read = tone_read,
};

static const struct audio_dev_ops none_ops = {
    .start = do_nothing,
    .stop = do_nothing,
    .free = tone_free,
    .write = none_write,
};

static int alloc_with(struct audio_dev **ret, const struct audio_dev_ops *ops, unsigned hz)
{
    struct tone_source *t = calloc(1, sizeof(*t));

    if (!t)
        return ENOMEM;
    t->dev.ops = ops;
    t->hz = hz;
    *ret = &t->dev;
    return 0;
}

int tone_source_alloc(struct audio_dev **ret, unsigned hz)
{
    return alloc_with(ret, &tone_ops, hz);
}

int none_sink_alloc(struct audio_dev **ret)
{
    return alloc_with(ret, &none_ops, 0);
}
