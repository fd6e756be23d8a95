/* Two clocks: the loop's and the sound card's. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "audio/drift.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

#define TWO_PI 6.283185307179586

static double rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return n ? sqrt(sum / (double)n) : 0;
}

struct card {
    double most;      /* ms that waited, after 30 s */
    unsigned starved; /* after 30 s */
};

/*
 * Ten minutes of a sink whose card runs `ppm` faster than the loop's clock and asks `burst` times
 * at once.
 */
static void run_sink(double ppm, unsigned burst, struct card *c)
{
    struct drift d;
    double due = 3;
    int fill = 0;
    unsigned starved = 0;

    memset(c, 0, sizeof(*c));
    drift_init(&d, 48000);
    for (unsigned frame = 0; frame < 60000; frame++) {
        int n = drift_frame(&d, fill, starved);
        if (n <= DRIFT_STEP)
            fill += 480 - n;
        if (frame > 3000 && fill > c->most * 48)
            c->most = fill / 48.0;
        for (; due < (frame + 1) * 10.0; due += burst * 10 * (1 - ppm * 1e-6)) {
            for (unsigned i = 0; i < burst; i++) {
                starved += fill < 480;
                c->starved += fill < 480 && frame > 3000;
                fill = fill < 480 ? 0 : fill - 480;
            }
        }
    }
}

/* The fill neither creeps nor runs dry: what waits is the card's burst, a margin and a frame. */
static int test_drift(void)
{
    struct card c;
    int err = 0;

    for (unsigned burst = 1; burst <= 2; burst++) {
        for (int ppm = -300; ppm <= 300; ppm += 100) {
            run_sink(ppm, burst, &c);
            printf("# card %+d ppm, %u at once: at most %.1f ms wait, starved %u times\n", ppm,
                   burst, c.most, c.starved);
            CHECK(c.most <= 10 * burst + 22);
            /* once the margin is found: where the two clocks' frames pass each other */
            CHECK(c.starved <= 10);
        }
    }
out:
    return err;
}

static int test_resize(void)
{
    int16_t in[482], out[482];
    int err = 0;

    for (int i = 0; i < 482; i++)
        in[i] = (int16_t)lrint(8000 * sin(TWO_PI * 1000 * i / 48000));
    for (size_t m = 478; m <= 482; m++) {
        drift_resize(in, 480, out, m);
        CHECK_INT(out[0], in[0]);
        CHECK_INT(out[m - 1], in[479]);
        for (size_t i = 1; i < m; i++)
            CHECK(abs(out[i] - out[i - 1]) < 1060); /* 8000 * 2 pi / 48, and rounding */
        CHECK(fabs(rms(out, m) / rms(in, 480) - 1) < 0.01);
    }
out:
    return err;
}

int suite_drift(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"drift/cards", test_drift, false},
        {"drift/resize", test_resize, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
