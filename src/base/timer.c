/* base: timers in a list ordered by deadline. */
#include <errno.h>
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/timer.h>

struct ars_timers {
    struct ars_timer *first;
    size_t count;
    void (*rearm)(uint64_t delay_ms, void *arg);
    void *arg;
    bool firing; /* rearm once, after the last handler */
};

static void tell(struct ars_timers *ts)
{
    if (ts->rearm && !ts->firing)
        ts->rearm(ars_timers_next_ms(ts), ts->arg);
}

static void unlink_timer(struct ars_timer *t)
{
    struct ars_timers *ts = t->owner;

    if (t->prev)
        t->prev->next = t->next;
    else
        ts->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->prev = t->next = NULL;
    t->owner = NULL;
    ts->count--;
}

static void link_timer(struct ars_timers *ts, struct ars_timer *t)
{
    struct ars_timer *prev = NULL;
    struct ars_timer *next = ts->first;

    while (next && next->due_ms <= t->due_ms) {
        prev = next;
        next = next->next;
    }
    t->prev = prev;
    t->next = next;
    if (prev)
        prev->next = t;
    else
        ts->first = t;
    if (next)
        next->prev = t;
    t->owner = ts;
    ts->count++;
}

int ars_timers_alloc(struct ars_timers **ret, void (*rearm)(uint64_t delay_ms, void *arg),
                     void *arg)
{
    struct ars_timers *ts = calloc(1, sizeof(*ts));

    if (!ts)
        return ENOMEM;
    ts->rearm = rearm;
    ts->arg = arg;
    *ret = ts;
    return 0;
}

void ars_timers_free(struct ars_timers *ts)
{
    if (!ts)
        return;
    while (ts->first)
        unlink_timer(ts->first);
    free(ts);
}

void ars_timer_start(struct ars_timers *ts, struct ars_timer *t, uint64_t delay_ms,
                     ars_timer_fn *fn, void *arg)
{
    const struct ars_timer *was_first = ts->first;

    if (t->owner)
        unlink_timer(t);
    t->due_ms = ars_clock_ms() + delay_ms;
    t->fn = fn;
    t->arg = arg;
    link_timer(ts, t);
    if (ts->first == t || was_first == t)
        tell(ts);
}

void ars_timer_stop(struct ars_timer *t)
{
    struct ars_timers *ts = t->owner;
    bool was_first;

    if (!ts)
        return;
    was_first = ts->first == t;
    unlink_timer(t);
    if (was_first)
        tell(ts);
}

bool ars_timer_running(const struct ars_timer *t)
{
    return t->owner != NULL;
}

void ars_timers_run(struct ars_timers *ts)
{
    uint64_t now = ars_clock_ms();
    size_t left =
        ts->count; /* one that a handler starts anew with no delay waits for the next run */

    ts->firing = true;
    while (left-- > 0 && ts->first && ts->first->due_ms <= now) {
        struct ars_timer *t = ts->first;

        unlink_timer(t);
        t->fn(t->arg);
    }
    ts->firing = false;
    tell(ts);
}

uint64_t ars_timers_next_ms(const struct ars_timers *ts)
{
    uint64_t now = ars_clock_ms();

    if (!ts->first)
        return UINT64_MAX;
    return ts->first->due_ms > now ? ts->first->due_ms - now : 0;
}

size_t ars_timers_count(const struct ars_timers *ts)
{
    return ts->count;
}
