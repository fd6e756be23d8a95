/*
 * media: the level of a signal, gathered between two looks at it. Pure arithmetic.
 */
#ifndef ARS_MEDIA_RTP_STATS_H
#define ARS_MEDIA_RTP_STATS_H

#include <stddef.h>
#include <stdint.h>

#define LEVEL_FLOOR_DBFS (-127.0) /* digital silence, as RFC 6465 has it */

/* Zeroed before first use. */
struct level {
    double energy;
    uint64_t n;
};

void level_add(struct level *l, const int16_t *pcm, size_t n);

/* RMS since the last look, dB relative to full scale; NAN when nothing came. */
double level_take(struct level *l);

#endif
