/*
 * net: how long to wait before the next attempt to connect: somewhere in the upper half of a step
 * that is 0.5 s first, then doubled, and capped at 2 s within the first minute of trouble and at
 * 30 s after. Plain data, one thread.
 */
#ifndef ARS_BACKOFF_H
#define ARS_BACKOFF_H

#include <stdint.h>

struct ars_backoff {
    uint64_t since_ms; /* when trouble began; 0: none */
    unsigned tries;
};

/* Milliseconds to wait before the next attempt; counts it. */
uint32_t ars_backoff_next(struct ars_backoff *b);

/* All is well again. */
void ars_backoff_reset(struct ars_backoff *b);

#endif
