/*
 * An adaptive filter (NLMS) over the lowest kilohertz, long enough for any sound server; the echo
 * is where it is strongest.
 */
#include "audio/process/search.h"

#include <math.h>
#include <string.h>

#include "audio/mixer.h"

#define DECIMATE 24
#define STEP     0.5f
/* Below it nobody speaks: mean square of the difference, samples of 16 bits. */
#define POWER_MIN 400.0f
#define AGREED    4
#define NEAR_TAPS 10 /* 5 ms: the same echo */
#define MOVED_MAX 12
/* So much stronger than the mean of all taps, in power. */
#define CLEAR 30.0f

void search_reset(struct search *s)
{
    memset(s, 0, sizeof(*s));
    s->found = -1;
}

static float mean(const int16_t *pcm)
{
    int sum = 0;

    for (unsigned i = 0; i < DECIMATE; i++)
        sum += pcm[i];
    return (float)sum / DECIMATE;
}

static void push(struct search *s, float x)
{
    float old = s->far[s->at + SEARCH_TAPS - 1];

    s->at = s->at ? s->at - 1 : SEARCH_TAPS - 1;
    s->far[s->at] = s->far[s->at + SEARCH_TAPS] = x;
    s->power += x * x - old * old;
}

static void adapt(struct search *s, float near)
{
    const float *x = s->far + s->at;
    float error = near;
    float step;

    if (s->power < POWER_MIN * SEARCH_TAPS)
        return;
#pragma omp simd reduction(- : error)
    for (unsigned i = 0; i < SEARCH_TAPS; i++)
        error -= s->weight[i] * x[i];
    step = STEP * error / s->power;
#pragma omp simd
    for (unsigned i = 0; i < SEARCH_TAPS; i++)
        s->weight[i] += step * x[i];
}

/* The tap that stands out, or -1. */
static int strongest(const struct search *s)
{
    float sum = 0;
    float most = 0;
    int at = -1;

    for (int i = 0; i < SEARCH_TAPS; i++) {
        float w = s->weight[i] * s->weight[i];
        sum += w;
        if (w > most) {
            most = w;
            at = i;
        }
    }
    return most > CLEAR * sum / SEARCH_TAPS ? at : -1;
}

/* What rounding has left of a loud while. */
static float power(const struct search *s)
{
    float sum = 0;

    for (unsigned i = 0; i < SEARCH_TAPS; i++)
        sum += s->far[s->at + i] * s->far[s->at + i];
    return sum;
}

static void look(struct search *s)
{
    int at = strongest(s);
    int apart = at * DECIMATE - s->found;

    if (at >= 0 && s->found >= 0 && apart <= NEAR_TAPS * DECIMATE && -apart <= NEAR_TAPS * DECIMATE)
        s->agreed++;
    else
        s->agreed = 0;
    s->found = at >= 0 ? at * DECIMATE : -1;
}

int search_frame(struct search *s, const int16_t *far, const int16_t *near)
{
    for (unsigned i = 0; i < AUDIO_FRAME; i += DECIMATE) {
        float f = mean(far + i);
        float n = mean(near + i);
        push(s, f - s->last_far);
        adapt(s, n - s->last_near);
        s->last_far = f;
        s->last_near = n;
    }
    if (++s->frames >= SEARCH_LOOK) {
        s->frames = 0;
        s->power = power(s);
        look(s);
    }
    return s->agreed >= AGREED ? s->found : -1;
}

bool search_looked(const struct search *s)
{
    return s->frames == 0;
}

void search_mark(struct search *s)
{
    memcpy(s->marked, s->weight, sizeof(s->marked));
}

/* How alike the weights and the marked ones are, these so many taps later. */
static float alike(const struct search *s, int later)
{
    const float *marked = s->marked + (later < 0 ? -later : 0);
    const float *weight = s->weight + (later > 0 ? later : 0);
    int n = SEARCH_TAPS - (later < 0 ? -later : later);
    float sum = 0;

#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++)
        sum += weight[i] * marked[i];
    return sum;
}

float search_moved(const struct search *s)
{
    float at[2 * MOVED_MAX + 1];
    int best = 1;
    float a, b, c;

    for (int i = 0; i <= 2 * MOVED_MAX; i++)
        at[i] = alike(s, i - MOVED_MAX);
    for (int i = 1; i < 2 * MOVED_MAX; i++) {
        if (at[i] > at[best])
            best = i;
    }
    a = at[best - 1];
    b = at[best];
    c = at[best + 1];
    /* the top of a parabola through the three */
    return ((float)(best - MOVED_MAX) + (a + c < 2 * b ? (a - c) / (a - 2 * b + c) / 2 : 0)) *
           DECIMATE;
}
