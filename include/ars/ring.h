/*
 * base: single-producer, single-consumer ring of 16-bit samples. Lock-free, no allocation after
 * alloc: the audio callback holds one end.
 */
#ifndef ARS_RING_H
#define ARS_RING_H

#include <stddef.h>
#include <stdint.h>

struct ars_ring;

/* Capacity in samples is rounded up to a power of two. ENOMEM. */
int ars_ring_alloc(struct ars_ring **ret, size_t samples);

/* Both ends are done with it. Takes NULL. */
void ars_ring_free(struct ars_ring *r);

/* Producer only. Returns how many fitted. */
size_t ars_ring_write(struct ars_ring *r, const int16_t *s, size_t n);

/* Consumer only. Returns how many there were. */
size_t ars_ring_read(struct ars_ring *r, int16_t *s, size_t n);

/* Consumer only: throws away up to n of the oldest. Returns how many. */
size_t ars_ring_drop(struct ars_ring *r, size_t n);

/* Samples waiting; exact for the consumer, a lower bound of the free room for the producer. */
size_t ars_ring_fill(const struct ars_ring *r);

#endif
