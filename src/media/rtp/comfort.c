/*
 * Comfort noise.
 */
#include "rtp/comfort.h"

#include <math.h>

/* A uniform value in -1..1 has this much less power than one of amplitude 1. */
#define UNIFORM_RMS 0.57735

void comfort_hear(struct comfort *c, const uint8_t *payload, size_t len)
{
    double power = 1;

    if (!len)
        return;
    c->on = true;
    c->order = len - 1 < COMFORT_ORDER ? len - 1 : COMFORT_ORDER;
    for (size_t i = 0; i < c->order; i++) {
        /* RFC 3389 3.2; 255 is not defined */
        int step = payload[i + 1] < 255 ? payload[i + 1] - 127 : 127;
        c->k[i] = 258.0 * step / 32768;
        power *= 1 - c->k[i] * c->k[i];
    }
    /* 3.1: -dBov, relative to the overload of the system; here: of what comes out of the filter */
    c->gain = INT16_MAX * pow(10, -(payload[0] & 0x7f) / 20.0) * sqrt(power) / UNIFORM_RMS;
}

static double white(struct comfort *c)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    return (int32_t)c->seed / 2147483648.0;
}

/* All poles, as a lattice. */
static double colour(struct comfort *c, double x)
{
    for (size_t i = c->order; i > 0; i--) {
        x -= c->k[i - 1] * c->back[i - 1];
        c->back[i] = c->back[i - 1] + c->k[i - 1] * x;
    }
    c->back[0] = x;
    return x;
}

void comfort_make(struct comfort *c, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = colour(c, c->gain * white(c));
        pcm[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
    }
}
