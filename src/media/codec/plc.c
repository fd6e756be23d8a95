/*
 * Concealment by pitch repetition.
 */
#include "codec/plc.h"

#include <string.h>

/* Correlated over this much, the two windows end at the loss and one period before it. */
#define WINDOW 160
/*
 * G.711 Appendix I: full level for 10 ms, gone at 60 ms; a longer cycle at 10 ms and 20 ms, because
 * one period alone soon buzzes.
 */
#define FADE_START  80
#define FADE_END    480
#define CYCLE_STEP  80
#define PERIODS_MAX 3
/*
 * The return to real samples is blended over 4 ms, and 4 ms more for each 10 ms of loss, up to 10
 * ms.
 */
#define BLEND_MIN 32
#define BLEND_MAX 80

static void remember(struct plc *p, const int16_t *pcm, size_t n)
{
    if (n >= PLC_HISTORY) {
        memcpy(p->history, pcm + n - PLC_HISTORY, sizeof(p->history));
        return;
    }
    memmove(p->history, p->history + n, (PLC_HISTORY - n) * sizeof(*pcm));
    memcpy(p->history + PLC_HISTORY - n, pcm, n * sizeof(*pcm));
}

/* The lag at which the newest samples are most like those before them. */
static size_t find_pitch(const struct plc *p)
{
    const int16_t *x = p->history + PLC_HISTORY - WINDOW;
    double best = -1;
    size_t pitch = PLC_PITCH_MAX;

    for (size_t lag = PLC_PITCH_MIN; lag <= PLC_PITCH_MAX; lag++) {
        const int16_t *y = x - lag;
        double cross = 0, energy = 1;
        for (size_t i = 0; i < WINDOW; i++) {
            cross += (double)x[i] * y[i];
            energy += (double)y[i] * y[i];
        }
        if (cross <= 0)
            continue;
        cross = cross * cross / energy;
        if (cross > best) {
            best = cross;
            pitch = lag;
        }
    }
    return pitch;
}

/* The last `periods` periods, their end bent so that it runs into their start. */
static void make_cycle(struct plc *p, size_t periods)
{
    size_t len = periods * p->pitch;
    size_t bend = p->pitch / 4;
    const int16_t *from = p->history + PLC_HISTORY - len;

    memcpy(p->cycle, from, len * sizeof(*from));
    for (size_t i = 0; i < bend; i++) {
        int w = (int)((i + 1) * 256 / (bend + 1));
        size_t k = len - bend + i;
        p->cycle[k] =
            (int16_t)((p->cycle[k] * (256 - w) + from[(ptrdiff_t)i - (ptrdiff_t)bend] * w) / 256);
    }
    p->periods = periods;
}

static void begin(struct plc *p)
{
    p->pitch = find_pitch(p);
    make_cycle(p, 1);
    p->at = 0;
    p->step = p->history[PLC_HISTORY - 1] - p->history[PLC_HISTORY - 1 - p->pitch];
}

/* history stands still during a loss, so a longer cycle can be cut from it at any time */
static void lengthen(struct plc *p)
{
    size_t want = 1 + p->lost / CYCLE_STEP;

    if (want > PERIODS_MAX)
        want = PERIODS_MAX;
    if (want == p->periods || p->at % p->pitch)
        return;
    make_cycle(p, want);
    p->at = 0;
}

static int16_t next_sample(struct plc *p)
{
    size_t smooth = p->pitch / 4;
    int v;

    lengthen(p);
    v = p->cycle[p->at];
    if (p->lost < smooth)
        v += p->step * (int)(smooth - p->lost) / (int)(smooth + 1);
    if (p->lost >= FADE_END)
        v = 0;
    else if (p->lost > FADE_START)
        v = v * (int)(FADE_END - p->lost) / (FADE_END - FADE_START);
    p->at = (p->at + 1) % (p->periods * p->pitch);
    p->lost++;
    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

void plc_lost(struct plc *p, int16_t *pcm, size_t n)
{
    if (!p->lost)
        begin(p);
    for (size_t i = 0; i < n; i++)
        pcm[i] = next_sample(p);
}

void plc_good(struct plc *p, int16_t *pcm, size_t n)
{
    size_t blend;

    if (p->lost) {
        blend = BLEND_MIN * (1 + p->lost / CYCLE_STEP);
        if (blend > BLEND_MAX)
            blend = BLEND_MAX;
        if (blend > n)
            blend = n;
        for (size_t i = 0; i < blend; i++) {
            int w = (int)((i + 1) * 256 / (blend + 1));
            pcm[i] = (int16_t)((next_sample(p) * (256 - w) + pcm[i] * w) / 256);
        }
        p->lost = 0;
    }
    remember(p, pcm, n);
}
