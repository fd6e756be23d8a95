/*
 * Time stretching.
 */
#include "rtp/stretch.h"

#include <math.h>
#include <string.h>

/*
 * Looked for at 8 kHz, where two periods of 10 ms are 160 samples; then refined at the full rate.
 */
#define COARSE_RATE 8000
#define COARSE_MAX  160
/* Like enough to be joined without being heard; what will do when the delay must change. */
#define ALIKE      0.8
#define ALIKE_MUST 0.3
/* RMS below -54 dBFS is silence, where any period will do. */
#define SILENT_RMS 65.0

struct match {
    size_t lag;
    double alike;
};

/* Normalised correlation of x[0..n) with x[lag..lag + n). */
static double correlate(const int16_t *x, size_t lag, size_t n)
{
    double cross = 0, a = 1, b = 1;

    for (size_t i = 0; i < n; i++) {
        cross += (double)x[i] * x[i + lag];
        a += (double)x[i] * x[i];
        b += (double)x[i + lag] * x[i + lag];
    }
    return cross / sqrt(a * b);
}

static struct match search(const int16_t *x, size_t window, size_t from, size_t to)
{
    struct match best = {0, -1};

    for (size_t lag = from; lag <= to; lag++) {
        double alike = correlate(x, lag, window);
        if (alike > best.alike) {
            best.lag = lag;
            best.alike = alike;
        }
    }
    return best;
}

static bool silent(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum <= SILENT_RMS * SILENT_RMS * (double)n;
}

/* The period at the start of pcm, at most `most` samples; lag 0: none. */
static struct match find_period(const int16_t *pcm, size_t n, unsigned rate, size_t most)
{
    int16_t coarse[COARSE_MAX] = {0};
    size_t ratio = rate / COARSE_RATE;
    size_t min = (size_t)rate * STRETCH_MIN_US / 1000000;
    size_t max = (size_t)rate * STRETCH_MAX_US / 1000000;
    struct match found = {0, -1};
    size_t len, from, to;

    if (max > n / 2)
        max = n / 2;
    if (max > most)
        max = most;
    if (max < min)
        return found;
    if (silent(pcm, 2 * max)) {
        found.lag = max;
        found.alike = 1;
        return found;
    }
    len = 2 * max / ratio;
    for (size_t i = 0; i < len; i++) {
        int sum = 0;
        for (size_t k = 0; k < ratio; k++)
            sum += pcm[i * ratio + k];
        coarse[i] = (int16_t)(sum / (int)ratio);
    }
    found = search(coarse, len / 2, min / ratio, len / 2);
    if (ratio == 1)
        return found;
    from = found.lag * ratio > ratio + min ? found.lag * ratio - ratio : min;
    to = found.lag * ratio + ratio < max ? found.lag * ratio + ratio : max;
    return search(pcm, max, from, to);
}

/* out[i] runs from a[i] to b[i] over n samples; out may be a or b. */
static void crossfade(int16_t *out, const int16_t *a, const int16_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int w = (int)((i * 2 + 1) * 16384 / n);
        out[i] = (int16_t)((a[i] * (32768 - w) + b[i] * w) / 32768);
    }
}

size_t stretch_shrink(int16_t *pcm, size_t n, unsigned rate, size_t most, bool must)
{
    struct match m = find_period(pcm, n, rate, most);

    if (!m.lag || m.alike < (must ? ALIKE_MUST : ALIKE))
        return 0;
    crossfade(pcm, pcm, pcm + m.lag, m.lag);
    memmove(pcm + m.lag, pcm + 2 * m.lag, (n - 2 * m.lag) * sizeof(*pcm));
    return m.lag;
}

size_t stretch_grow(int16_t *pcm, size_t n, unsigned rate, bool must)
{
    struct match m = find_period(pcm, n, rate, n);

    if (!m.lag || m.alike < (must ? ALIKE_MUST : ALIKE))
        return 0;
    memmove(pcm + 2 * m.lag, pcm + m.lag, (n - m.lag) * sizeof(*pcm));
    /* between the first period and the second: from the second's start into the first's end */
    crossfade(pcm + m.lag, pcm + 2 * m.lag, pcm, m.lag);
    return m.lag;
}
