/*
 * The network goes and comes back: the demo line is killed without a word, and started again on the
 * same port.
 */
#include <stdio.h>

#include <ars/clock.h>

#include "scene.h"

#define BACK_MS 3000 /* registered again, from the moment when the line is there */

static int lose(uint32_t outage_ms)
{
    struct scene s;
    ars_id call;
    int err;

    TRY(scene_open(&s, "tone:500", NULL));
    TRY(line_kill(s.line));
    TRY(phone_wait(s.a, ARS_EV_REGISTRATION_FAILED, 0, 5000, NULL));
    phone_listen(s.a, outage_ms);
    CHECK(!phone_heard(s.a, ARS_EV_REGISTERED, 0, 0));
    TRY(line_restart(s.line));

    uint64_t there = ars_clock_ms();

    TRY(phone_wait(s.a, ARS_EV_REGISTERED, 0, BACK_MS, NULL));
    printf("# registered again %u ms after an outage of %u ms\n",
           (unsigned)(ars_clock_ms() - there), outage_ms);
    TRY(phone_call(s.a, "600", &call));
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

static int test_short_outage(void)
{
    return lose(100);
}

static int test_long_outage(void)
{
    return lose(6000);
}

/* The line dies while we talk: the call can be hung up without anybody to hear it. */
static int test_lost_in_call(void)
{
    struct scene s;
    ars_id call;
    int err;

    TRY(scene_open(&s, "tone:500", NULL));
    TRY(phone_call(s.a, "600", &call));
    TRY(line_kill(s.line));
    TRY(phone_wait(s.a, ARS_EV_REGISTRATION_FAILED, 0, 5000, NULL));
    CHECK(!phone_heard(s.a, ARS_EV_ENDED, call, 500));
    TRY(phone_hangup(s.a, call));
    TRY(line_restart(s.line));
    TRY(phone_wait(s.a, ARS_EV_REGISTERED, 0, BACK_MS, NULL));
    TRY(phone_call(s.a, "600", &call));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

/* No line at all at the start, then there is one. */
static int test_late_line(void)
{
    struct scene s = {0};
    int err;

    TRY(line_start(&s.line, NULL));
    TRY(line_end(s.line));
    TRY(phone_start(&s.a, "a", "silence", "none"));
    TRY(phone_account(s.a, s.line, NULL, NULL));
    TRY(phone_wait(s.a, ARS_EV_REGISTRATION_FAILED, 0, 5000, NULL));
    TRY(line_restart(s.line));
    TRY(phone_wait(s.a, ARS_EV_REGISTERED, 0, BACK_MS, NULL));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

const struct check_case network_cases[] = {
    {"loop/outage-short", test_short_outage, false},
    {"loop/outage-long", test_long_outage, false},
    {"loop/outage-in-call", test_lost_in_call, false},
    {"loop/late-line", test_late_line, false},
};
const size_t network_case_count = CHECK_COUNT(network_cases);
