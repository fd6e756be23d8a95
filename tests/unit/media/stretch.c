/* What the jitter buffer decides with: stretching, and the spread of arrivals. */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "rtp/delay.h"
#include "rtp/stretch.h"
#include "suites.h"

#define TWO_PI 6.283185307179586

static double frame_rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (double)n);
}

/* A period more, a period less: as loud, as steady, and it meets at both ends. */
static int stretch_tone(unsigned rate, double hz)
{
    int16_t pcm[2000], orig[2000];
    size_t n = rate / 50;
    double most = 8000 * TWO_PI * hz / rate * 1.2; /* between two samples */
    size_t moved;
    int err = 0;

    for (size_t i = 0; i < n; i++)
        orig[i] = (int16_t)lrint(8000 * sin(TWO_PI * hz * (double)i / rate));
    for (int grow = 0; grow < 2; grow++) {
        size_t m;
        memcpy(pcm, orig, n * sizeof(*pcm));
        moved = grow ? stretch_grow(pcm, n, rate, false)
                     : stretch_shrink(pcm, n, rate, rate / 100, false);
        CHECK(moved >= rate / 400 && moved <= rate / 100);
        m = grow ? n + moved : n - moved;
        CHECK(pcm[0] == orig[0] || abs(pcm[0] - orig[0]) < most);
        CHECK(pcm[m - 1] == orig[n - 1]);
        for (size_t i = 1; i < m; i++)
            CHECK(abs(pcm[i] - pcm[i - 1]) <= most + 2);
        CHECK(fabs(frame_rms(pcm, m) / frame_rms(orig, n) - 1) < 0.05);
    }
out:
    return err;
}

static int test_stretch(void)
{
    int16_t noise[960];
    uint32_t seed = 3;
    int err = 0;

    TRY(stretch_tone(8000, 200));
    TRY(stretch_tone(8000, 425));
    TRY(stretch_tone(48000, 130));
    TRY(stretch_tone(48000, 333));
    /* noise does not repeat: it is left alone unless it must be */
    for (int i = 0; i < 960; i++) {
        seed = seed * 1664525u + 1013904223u;
        noise[i] = (int16_t)(16000.0 * (seed >> 8) / 16777216.0 - 8000);
    }
    CHECK_INT(stretch_shrink(noise, 960, 48000, 480, false), 0);
    CHECK_INT(stretch_grow(noise, 160, 48000, true), 0);
    /* silence gives as much as is asked */
    memset(noise, 0, sizeof(noise));
    CHECK_INT(stretch_shrink(noise, 960, 48000, 300, false), 300);
    CHECK_INT(stretch_shrink(noise, 960, 48000, 100, false), 0); /* less than a period */
out:
    return err;
}

static int test_delay(void)
{
    struct delay d;
    uint64_t now = 1000000;
    int err = 0;

    delay_init(&d);
    for (int i = 0; i < 500; i++, now += 20000)
        delay_put(&d, -123456789 + (i % 10 == 0 ? 30000 : 0), 20000, now);
    /* one in ten is 30 ms late: the 99 % are found, in steps of 2 ms */
    CHECK(delay_base(&d) == -123456789);
    CHECK(delay_target(&d, now) >= 30000 && delay_target(&d, now) <= 32000);
    for (int i = 0; i < 1500; i++, now += 20000)
        delay_put(&d, -123456789, 20000, now);
    CHECK(delay_target(&d, now) <= 2000);
    /* a faster way shows at once: what was on time by the old one would be late */
    delay_put(&d, -123456789 - 15000, 20000, now);
    CHECK(delay_target(&d, now) >= 13000 && delay_target(&d, now) <= 17000);
    /* packets behind a stalled one say nothing of their own */
    delay_init(&d);
    for (int i = 0; i < 300; i++, now += 20000)
        delay_put(&d, 0, 20000, now);
    now += 400000;
    for (int i = 0; i < 20; i++, now += 100)
        delay_put(&d, 400000 - i * 20000, 20000, now);
    CHECK(delay_target(&d, now) <= 2000);
out:
    return err;
}

/* A loss that could be mended in 20 ms: alone it moves nothing, but keeps what there is. */
static int test_lost(void)
{
    struct delay d;
    uint64_t now = 1000000;
    int err = 0;

    delay_init(&d);
    for (int i = 0; i < 100; i++, now += 20000)
        delay_put(&d, 0, 20000, now);
    CHECK(delay_enough(&d, now) <= 2000);
    delay_lost(&d, 20000, true, now);
    CHECK(delay_target(&d, now) <= 2000 && delay_enough(&d, now) == 20000);
    now += 11000000;
    delay_lost(&d, 20000, true, now);
    CHECK(delay_target(&d, now) <= 2000);
    /* the second soon after is waited for, if it was mended, and so long as more may come */
    now += 5000000;
    delay_lost(&d, 20000, false, now);
    CHECK(delay_target(&d, now) <= 2000 && delay_enough(&d, now) == 20000);
    delay_lost(&d, 20000, true, now + 1000000);
    now += 10000000;
    CHECK(delay_target(&d, now) == 20000 && delay_spread(&d) <= 2000);
    now += 20000000;
    CHECK(delay_target(&d, now) <= 2000 && delay_enough(&d, now) <= 2000);
    /* before the first report can have come */
    delay_expect(&d, 20000, now);
    CHECK(delay_target(&d, now) <= 2000 && delay_enough(&d, now + 5000000) == 20000);
    CHECK(delay_enough(&d, now + 10000000) <= 2000);
out:
    return err;
}

int suite_stretch(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"stretch/periods", test_stretch, false},
        {"stretch/spread", test_delay, false},
        {"stretch/lost", test_lost, false},
    };
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
