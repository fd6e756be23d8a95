/* A mixer under a clock of our own. */
#include "lab.h"

#include <ars/clock.h>
#include <ars/timer.h>

static uint64_t now_us;
static struct ars_loop *loop;

int lab_begin(void)
{
    return ars_loop_alloc(&loop);
}

void lab_end(void)
{
    ars_loop_free(loop);
    loop = NULL;
}

struct ars_loop *lab_loop(void)
{
    return loop;
}

uint64_t lab_now_us(void)
{
    return now_us;
}

int lab_open(struct lab *l, const char *in, const char *out)
{
    const struct ars_audio_conf conf = {.in = in, .out = out};

    now_us = 1000000000;
    ars_clock_set_source(lab_now_us);
    l->audio = NULL;
    l->loop = loop;
    return ars_audio_alloc(&l->audio, l->loop, &conf, NULL, NULL);
}

void lab_close(struct lab *l)
{
    ars_audio_free(l->audio);
    l->audio = NULL;
    ars_clock_set_source(NULL);
}

void lab_run(struct lab *l, unsigned ms)
{
    for (unsigned i = 0; i < ms; i += 5) {
        now_us += 5000;
        ars_timers_run(ars_loop_timers(l->loop));
    }
}
