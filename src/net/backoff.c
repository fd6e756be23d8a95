/* Waiting times between attempts to connect. */
#include <ars/backoff.h>
#include <ars/clock.h>
#include <ars/rand.h>

#define STEP_FIRST_MS 500
#define STEP_EARLY_MS 2000  /* cap in the first minute: a PBX that restarts is back by then */
#define STEP_LATE_MS  30000 /* cap after it */
#define EARLY_MS      60000
#define DOUBLINGS_MAX 10

uint32_t ars_backoff_next(struct ars_backoff *b)
{
    uint64_t now = ars_clock_ms();
    uint32_t step;
    uint32_t cap;

    if (b->since_ms == 0)
        b->since_ms = now ? now : 1;
    cap = now - b->since_ms < EARLY_MS ? STEP_EARLY_MS : STEP_LATE_MS;
    step = (uint32_t)STEP_FIRST_MS << (b->tries < DOUBLINGS_MAX ? b->tries : DOUBLINGS_MAX);
    if (step > cap)
        step = cap;
    b->tries++;
    return step / 2 + ars_rand_below(step / 2 + 1);
}

void ars_backoff_reset(struct ars_backoff *b)
{
    b->since_ms = 0;
    b->tries = 0;
}
