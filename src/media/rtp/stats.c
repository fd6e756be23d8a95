/*
 * Levels.
 */
#include "rtp/stats.h"

#include <math.h>

void level_add(struct level *l, const int16_t *pcm, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (int32_t)pcm[i] * pcm[i];
    l->energy += (double)sum;
    l->n += n;
}

double level_take(struct level *l)
{
    double db = (double)NAN;

    if (l->n) {
        db = 10 * log10((l->energy / (double)l->n + 1e-9) / (32768.0 * 32768.0));
        if (db < LEVEL_FLOOR_DBFS)
            db = LEVEL_FLOOR_DBFS;
    }
    l->energy = 0;
    l->n = 0;
    return db;
}
