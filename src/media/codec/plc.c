/*
 * Concealment by pitch repetition.
 */
#include "codec/plc.h"
#include "pcm.h"

#include <math.h>
#include <string.h>

/* All in microseconds. The shortest period: 200 Hz; a shorter one shows as its multiple. */
#define PITCH_MIN_US 5000
#define PITCH_MAX_US 15000
/* Compared over this much: the two windows end at the loss and one period before it. */
#define WINDOW_US 20000
/*
 * G.711 Appendix I: full level for 10 ms, gone at 60 ms; a longer cycle at 10 ms and 20 ms, because
 * one period alone soon buzzes.
 */
#define FADE_START_US 10000
#define FADE_END_US   60000
#define CYCLE_STEP_US 10000
/*
 * The return to real samples is blended over 4 ms, and 4 ms more for each 10 ms of loss, up to
 * 10 ms.
 */
#define BLEND_MIN_US 4000
#define BLEND_MAX_US 10000
/* A voice's period beyond a hole is alike, within a quarter. */
#define ACROSS 4

static size_t samples(const struct plc *p, unsigned us)
{
    return (size_t)us * p->rate / 1000000;
}

void plc_init(struct plc *p, unsigned rate)
{
    memset(p, 0, sizeof(*p));
    p->rate = rate;
}

static void remember(struct plc *p, const int16_t *pcm, size_t n)
{
    p->known = p->known + n < PLC_HISTORY ? p->known + n : PLC_HISTORY;
    if (n >= PLC_HISTORY) {
        memcpy(p->history, pcm + n - PLC_HISTORY, sizeof(p->history));
        return;
    }
    memmove(p->history, p->history + n, (PLC_HISTORY - n) * sizeof(*pcm));
    memcpy(p->history + PLC_HISTORY - n, pcm, n * sizeof(*pcm));
}

/* How alike the newest samples are to those `lag` before them; 1: the same. */
static double alike(const struct plc *p, size_t lag, size_t window)
{
    const int16_t *x = p->history + PLC_HISTORY - window;
    const int16_t *y = x - lag;
    int64_t cross = 0, a = 1, b = 1;

    for (size_t i = 0; i < window; i++) {
        cross += x[i] * y[i];
        a += x[i] * x[i];
        b += y[i] * y[i];
    }
    return (double)cross / sqrt((double)a * (double)b);
}

/* The lag from `from` to `to` at which the newest samples are most like those before them. */
static size_t find_pitch(const struct plc *p, size_t from, size_t to)
{
    double best = 0;
    size_t pitch = to;

    for (size_t lag = from; lag <= to; lag++) {
        size_t window = samples(p, WINDOW_US);
        double like;
        if (window + lag > p->known)
            window = p->known > lag ? p->known - lag : 0;
        like = alike(p, lag, window);
        if (like > best) {
            best = like;
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

static void begin(struct plc *p, size_t from, size_t to)
{
    p->pitch = find_pitch(p, from, to);
    make_cycle(p, 1);
    p->at = 0;
    p->step = p->history[PLC_HISTORY - 1] - p->history[PLC_HISTORY - 1 - p->pitch];
}

/* history stands still during a loss, so a longer cycle can be cut from it at any time */
static void lengthen(struct plc *p)
{
    size_t want = 1 + p->lost / samples(p, CYCLE_STEP_US);

    if (want > PLC_PERIODS)
        want = PLC_PERIODS;
    while (want > 1 && want * p->pitch + p->pitch / 4 > p->known)
        want--;
    if (want <= p->periods || p->at % p->pitch)
        return;
    make_cycle(p, want);
    p->at = 0;
}

static int16_t next_sample(struct plc *p)
{
    size_t smooth = p->pitch / 4;
    size_t fade = samples(p, FADE_START_US);
    size_t end = samples(p, FADE_END_US);
    int v;

    lengthen(p);
    v = p->cycle[p->at];
    if (p->lost < smooth)
        v += p->step * (int)(smooth - p->lost) / (int)(smooth + 1);
    if (p->lost >= end)
        v = 0;
    else if (p->lost > fade)
        v = v * (int)(end - p->lost) / (int)(end - fade);
    p->at = (p->at + 1) % (p->periods * p->pitch);
    p->lost++;
    return pcm_clip(v);
}

void plc_lost(struct plc *p, int16_t *pcm, size_t n)
{
    if (!p->lost)
        begin(p, samples(p, PITCH_MIN_US), samples(p, PITCH_MAX_US));
    for (size_t i = 0; i < n; i++)
        pcm[i] = next_sample(p);
}

/* out[i] runs from a[i] to b[i] over n samples; out may be a or b. */
static void crossfade(int16_t *out, const int16_t *a, const int16_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int w = (int)((i + 1) * 32768 / (n + 1));
        out[i] = (int16_t)((a[i] * (32768 - w) + b[i] * w) / 32768);
    }
}

static void reverse(int16_t *out, const int16_t *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[n - 1 - i];
}

/*
 * The hole from behind: `after` backwards is a sound that has just broken off. False: it is too
 * short to hold a period.
 */
static bool from_behind(const struct plc *p, int16_t *pcm, size_t n, const int16_t *after,
                        size_t n_after)
{
    int16_t turned[PLC_HISTORY];
    struct plc back;
    size_t from = p->pitch - p->pitch / ACROSS;
    size_t to = p->pitch + p->pitch / ACROSS;

    if (n_after > PLC_HISTORY)
        n_after = PLC_HISTORY;
    if (to > samples(p, PITCH_MAX_US))
        to = samples(p, PITCH_MAX_US);
    if (to > n_after * 3 / 4)
        to = n_after * 3 / 4;
    if (from > to)
        return false;
    plc_init(&back, p->rate);
    reverse(turned, after, n_after);
    remember(&back, turned, n_after);
    begin(&back, from, to);
    for (size_t i = n; i > 0; i--)
        pcm[i - 1] = next_sample(&back);
    return true;
}

void plc_bridge(struct plc *p, int16_t *pcm, size_t n, const int16_t *after, size_t n_after)
{
    int16_t behind[PLC_BRIDGE_MAX];
    size_t last = n < PLC_BRIDGE_MAX ? n : PLC_BRIDGE_MAX;

    plc_lost(p, pcm, n);
    if (!from_behind(p, behind, last, after, n_after))
        return;
    pcm += n - last;
    crossfade(pcm, pcm, behind, last);
    remember(p, pcm, last);
    p->lost = 0;
}

void plc_good(struct plc *p, int16_t *pcm, size_t n)
{
    int16_t made_up[PLC_RATE_MAX / 1000 * BLEND_MAX_US / 1000];
    size_t blend;

    if (p->lost) {
        blend = samples(p, BLEND_MIN_US) * (1 + p->lost / samples(p, CYCLE_STEP_US));
        if (blend > samples(p, BLEND_MAX_US))
            blend = samples(p, BLEND_MAX_US);
        if (blend > n)
            blend = n;
        plc_lost(p, made_up, blend);
        crossfade(pcm, made_up, pcm, blend);
        p->lost = 0;
    }
    remember(p, pcm, n);
}
