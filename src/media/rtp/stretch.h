/*
 * media: speech made a little shorter or longer by one pitch period, its pitch kept (overlap-add).
 * Pure arithmetic.
 */
#ifndef ARS_MEDIA_RTP_STRETCH_H
#define ARS_MEDIA_RTP_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Periods from 2.5 to 10 ms, no longer than half of what there is. */
#define STRETCH_MIN_US 2500
#define STRETCH_MAX_US 10000

/*
 * Takes one period of at most `most` samples out of pcm[0..n). Returns how many samples went, 0
 * when nothing in it repeats well enough; `must` is content with less.
 */
size_t stretch_shrink(int16_t *pcm, size_t n, unsigned rate, size_t most, bool must);

/* Repeats one period; pcm has room for n + rate / 100. Returns how many samples came. */
size_t stretch_grow(int16_t *pcm, size_t n, unsigned rate, bool must);

#endif
