/* The waiting times of the issue: from 0.5 s, capped at 2 s in the first minute and 30 s after. */
#include <ars/backoff.h>
#include <ars/clock.h>

#include "suites.h"

static uint64_t now_us = 5000000;

static uint64_t fake_clock(void)
{
    return now_us;
}

static int test_steps(void)
{
    static const uint32_t steps[] = {500, 1000, 2000, 2000, 2000, 2000};
    int err = 0;

    ars_clock_set_source(fake_clock);
    for (int round = 0; round < 200; round++) {
        struct ars_backoff b = {0};

        for (size_t i = 0; i < CHECK_COUNT(steps); i++) {
            uint32_t ms = ars_backoff_next(&b);

            CHECK(ms >= steps[i] / 2 && ms <= steps[i]);
            now_us += ms * 1000ULL;
        }
    }
out:
    ars_clock_set_source(NULL);
    return err;
}

static int test_is_spread(void)
{
    uint32_t low = UINT32_MAX;
    uint32_t high = 0;
    int err = 0;

    for (int i = 0; i < 1000; i++) {
        struct ars_backoff b = {0};
        uint32_t ms = ars_backoff_next(&b);

        low = ms < low ? ms : low;
        high = ms > high ? ms : high;
    }
    /* 251 values: that 1000 draws miss both outer tenths has odds of 1e-45 */
    CHECK(low < 275 && high > 475);
out:
    return err;
}

static int test_after_a_minute(void)
{
    struct ars_backoff b = {0};
    uint64_t start = now_us;
    uint32_t ms;
    int err = 0;

    ars_clock_set_source(fake_clock);
    while (now_us - start < 60000000) {
        ms = ars_backoff_next(&b);
        CHECK(ms <= 2000);
        now_us += ms * 1000ULL;
    }
    for (int i = 0; i < 100; i++) {
        ms = ars_backoff_next(&b);
        CHECK(ms >= 15000 && ms <= 30000);
        now_us += ms * 1000ULL;
    }
out:
    ars_clock_set_source(NULL);
    return err;
}

static int test_reset(void)
{
    struct ars_backoff b = {0};
    int err = 0;

    ars_clock_set_source(fake_clock);
    for (int i = 0; i < 50; i++) {
        (void)ars_backoff_next(&b);
        now_us += 10000000;
    }
    ars_backoff_reset(&b);
    CHECK(ars_backoff_next(&b) <= 500);
out:
    ars_clock_set_source(NULL);
    return err;
}

static const struct check_case cases[] = {
    {"backoff_steps", test_steps, false},
    {"backoff_is_spread", test_is_spread, false},
    {"backoff_after_a_minute", test_after_a_minute, false},
    {"backoff_reset", test_reset, false},
};

const struct suite suite_backoff = {cases, CHECK_COUNT(cases)};
