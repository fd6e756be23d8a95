/*
 * Tones: those of the telephone network as ITU-T E.180 Supplement 2 lists them, a ringing sound,
 * and the digits of ITU-T Q.23.
 */
#include "audio/tone.h"

#include <ctype.h>
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
/* In the order of the keypad: ITU-T Q.23 */
#define KEYS     "123A456B789C*0#D"
#define KEY_PEAK 1500.0
#define KEY_ON   (AUDIO_RATE / 10)
#define KEY_OFF  (7 * AUDIO_RATE / 100) /* as RFC 4733 digits are sent */
#define PAUSE    ','
#define PAUSE_ON (2 * AUDIO_RATE)

struct step {
    unsigned ms;
    double hz; /* 0: silence */
    double also_hz;
};

struct cadence {
    double peak;                  /* of each frequency */
    struct step steps[STEPS_MAX]; /* ends at ms 0 */
};

struct ring {
    struct cadence cadence;
    unsigned decay_ms; /* of each step to 1/e; 0: it is steady */
    unsigned strokes;  /* of a clapper, a second; 0: none */
};

static const struct ring rings[ARS_RING_SOUNDS] = {
    [ARS_RING_TRILL] = {.cadence = {10000,
                                    {{150, 660, 0},
                                     {150, 880, 0},
                                     {150, 660, 0},
                                     {150, 880, 0},
                                     {150, 660, 0},
                                     {150, 880, 0},
                                     {2100, 0, 0}}}},
    [ARS_RING_BELL] =
        {.cadence = {9000, {{400, 1060, 1340}, {200, 0, 0}, {400, 1060, 1340}, {2000, 0, 0}}},
         .strokes = 22},
    [ARS_RING_CHIME] =
        {.cadence = {9000, {{450, 784, 1568}, {450, 659, 1318}, {1200, 523, 1046}, {1900, 0, 0}}},
         .decay_ms = 350},
    [ARS_RING_MARIMBA] = {.cadence = {11000,
                                      {{170, 523, 2092},
                                       {170, 659, 2636},
                                       {170, 784, 3136},
                                       {340, 1047, 4188},
                                       {170, 784, 3136},
                                       {680, 1047, 4188},
                                       {1800, 0, 0}}},
                          .decay_ms = 110},
};

static const struct cadence test = {
    8000, {{350, 523, 0}, {350, 659, 0}, {350, 784, 0}, {700, 1047, 0}, {60000, 0, 0}}};

static const struct cadence attention = {
    4000, {{150, 880, 0}, {100, 0, 0}, {250, 1175, 0}, {60000, 0, 0}}};

/* Of the European countries it is Germany's row; theirs differ by little. */
static const struct cadence cadences[ARS_TONES_COUNTRIES][ARS_TONE_KINDS] =
    {
        [ARS_TONES_EU] =
            {
                [ARS_TONE_RINGBACK] = {4000, {{1000, 425, 0}, {4000, 0, 0}}},
                [ARS_TONE_WAITING] = {1500,
                                      {{200, 425, 0}, {200, 0, 0}, {200, 425, 0}, {5000, 0, 0}}},
                [ARS_TONE_BUSY] = {4000, {{480, 425, 0}, {480, 0, 0}}},
                [ARS_TONE_CONGESTION] = {4000, {{240, 425, 0}, {240, 0, 0}}},
            },
        [ARS_TONES_RU] =
            {
                [ARS_TONE_RINGBACK] = {4000, {{1000, 425, 0}, {4000, 0, 0}}},
                [ARS_TONE_WAITING] = {1500, {{200, 425, 0}, {5000, 0, 0}}},
                [ARS_TONE_BUSY] = {4000, {{350, 425, 0}, {350, 0, 0}}},
                [ARS_TONE_CONGESTION] = {4000, {{175, 425, 0}, {175, 0, 0}}},
            },
        [ARS_TONES_US] =
            {
                [ARS_TONE_RINGBACK] = {2800, {{2000, 440, 480}, {4000, 0, 0}}},
                [ARS_TONE_WAITING] = {1500, {{300, 440, 0}, {10000, 0, 0}}},
                [ARS_TONE_BUSY] = {2800, {{500, 480, 620}, {500, 0, 0}}},
                [ARS_TONE_CONGESTION] = {2800, {{250, 480, 620}, {250, 0, 0}}},
            },
};

void tone_set(struct tone *t, enum ars_tones country, enum ars_tone kind)
{
    *t = (struct tone){.kind = kind, .country = country, .ringer = t->ringer};
}

unsigned tone_ring_ms(enum ars_ring_sound sound)
{
    unsigned ms = 0;

    for (size_t i = 0; i < STEPS_MAX; i++)
        ms += rings[sound].cadence.steps[i].ms;
    return ms;
}

static double edge(unsigned at, unsigned len)
{
    unsigned from_end = at < len - at ? at : len - at;

    return from_end >= EDGE ? 1 : (double)from_end / EDGE;
}

static const struct cadence *cadence_of(const struct tone *t)
{
    switch (t->kind) {
    case ARS_TONE_RINGING:
        return &rings[t->ringer.sound].cadence;
    case ARS_TONE_ATTENTION:
        return &attention;
    case ARS_TONE_TEST:
        return &test;
    default:
        return &cadences[t->country][t->kind];
    }
}

/* How much of its peak a ringing sound has at the sample that comes next. */
static double ring_amplitude(const struct tone *t)
{
    const struct ring *r = &rings[t->ringer.sound];
    double volume = t->ringer.volume ? t->ringer.volume / 100.0 : 1;
    double a = volume * volume;

    if (r->decay_ms)
        a *= exp(-(double)t->at / (r->decay_ms * (AUDIO_RATE / 1000.0)));
    if (r->strokes)
        a *= 0.55 + 0.45 * cos(TWO_PI * r->strokes * t->at / AUDIO_RATE);
    return a;
}

static double amplitude(const struct tone *t, const struct cadence *c, unsigned len)
{
    return c->peak * edge(t->at, len) * (t->kind == ARS_TONE_RINGING ? ring_amplitude(t) : 1);
}

void tone_add(struct tone *t, int32_t *mix)
{
    const struct cadence *c = cadence_of(t);

    for (unsigned i = 0; i < AUDIO_FRAME && t->kind != ARS_TONE_NONE; i++) {
        const struct step *s = &c->steps[t->step];
        unsigned len = s->ms * (AUDIO_RATE / 1000);
        if (s->hz > 0) {
            mix[i] += (int32_t)(amplitude(t, c, len) *
                                (sin(t->phase) + (s->also_hz > 0 ? sin(t->also_phase) : 0)));
            t->phase = fmod(t->phase + TWO_PI * s->hz / AUDIO_RATE, TWO_PI);
            t->also_phase = fmod(t->also_phase + TWO_PI * s->also_hz / AUDIO_RATE, TWO_PI);
        }
        if (++t->at < len)
            continue;
        t->at = 0;
        t->step = t->step + 1 < STEPS_MAX && c->steps[t->step + 1].ms ? t->step + 1 : 0;
    }
}

void keys_press(struct keys *k, const char *digits)
{
    size_t n = strlen(k->waiting);

    for (; *digits && n < KEYS_MAX; digits++)
        if (*digits == PAUSE || strchr(KEYS, toupper((unsigned char)*digits)))
            k->waiting[n++] = (char)toupper((unsigned char)*digits);
    k->waiting[n] = '\0';
}

int keys_send(struct keys *k, const char *digits)
{
    if (digits[strspn(digits, KEYS "abcd,")])
        return EINVAL;
    if (strlen(k->waiting) + strlen(digits) > KEYS_MAX)
        return ENOSPC;
    keys_press(k, digits);
    return 0;
}

static void add_key(char digit, unsigned from, int32_t *mix)
{
    static const double low[] = {697, 770, 852, 941};
    static const double high[] = {1209, 1336, 1477, 1633};
    size_t key = (size_t)(strchr(KEYS, digit) - KEYS);

    for (unsigned i = 0; i < AUDIO_FRAME && from + i < KEY_ON; i++) {
        double t = TWO_PI * (from + i) / AUDIO_RATE;

        mix[i] += (int32_t)(KEY_PEAK * edge(from + i, KEY_ON) *
                            (sin(low[key / 4] * t) + sin(high[key % 4] * t)));
    }
}

bool keys_add(struct keys *k, int32_t *mix)
{
    bool pause = k->waiting[0] == PAUSE;

    if (!k->waiting[0])
        return false;
    if (!pause)
        add_key(k->waiting[0], k->at, mix);
    k->at += AUDIO_FRAME;
    if (k->at >= (pause ? PAUSE_ON : KEY_ON + KEY_OFF)) {
        k->at = 0;
        memmove(k->waiting, k->waiting + 1, strlen(k->waiting));
    }
    return !pause;
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
