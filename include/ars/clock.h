/*
 * base: time. All rooms read it here, so that tests can hand in their own. Any thread.
 */
#ifndef ARS_CLOCK_H
#define ARS_CLOCK_H

#include <stdint.h>

/* Monotonic microseconds and milliseconds from an arbitrary start. */
uint64_t ars_clock_us(void);
uint64_t ars_clock_ms(void);

/* Microseconds since 1970, UTC. */
uint64_t ars_clock_wall_us(void);

/* Tests only: replaces the monotonic source (microseconds); NULL restores the system's. */
void ars_clock_set_source(uint64_t (*us)(void));

#endif
