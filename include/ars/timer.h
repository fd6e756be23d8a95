/*
 * base: one-shot timers over ars_clock, kept in order. One ars_timers belongs to one thread;
 * whoever drives it (the engine's loop, or a test with its own clock) is told when the earliest
 * deadline changes and calls ars_timers_run().
 */
#ifndef ARS_TIMER_H
#define ARS_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ars_timers;

typedef void ars_timer_fn(void *arg);

/* Embedded in its owner, zeroed before first use, stopped before the owner goes. */
struct ars_timer {
    struct ars_timer *prev;
    struct ars_timer *next;
    struct ars_timers *owner;
    uint64_t due_ms;
    ars_timer_fn *fn;
    void *arg;
};

/*
 * rearm(delay_ms, arg): the earliest deadline changed; UINT64_MAX: none is left. May be NULL.
 * ENOMEM.
 */
int ars_timers_alloc(struct ars_timers **ret, void (*rearm)(uint64_t delay_ms, void *arg),
                     void *arg);

/* Stops what still runs. Takes NULL. */
void ars_timers_free(struct ars_timers *ts);

/* (Re)starts t. */
void ars_timer_start(struct ars_timers *ts, struct ars_timer *t, uint64_t delay_ms,
                     ars_timer_fn *fn, void *arg);
void ars_timer_stop(struct ars_timer *t);
bool ars_timer_running(const struct ars_timer *t);

/* Fires what is due, each once, in order; handlers may start and stop any timer. */
void ars_timers_run(struct ars_timers *ts);

/* Milliseconds until the earliest; UINT64_MAX when none runs. */
uint64_t ars_timers_next_ms(const struct ars_timers *ts);

/* How many run: what a leak check looks at. */
size_t ars_timers_count(const struct ars_timers *ts);

#endif
