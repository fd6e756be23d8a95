/*
 * media: comfort noise, RFC 3389: the level and colour of the far end's background, which it sends
 * in place of silence. Pure arithmetic. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_COMFORT_H
#define ARS_MEDIA_RTP_COMFORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMFORT_ORDER 12 /* of the model; more in a payload is not looked at */

/* Zeroed before first use. */
struct comfort {
    bool on; /* something was heard */
    double gain;
    size_t order;
    double k[COMFORT_ORDER]; /* reflection coefficients */
    double back[COMFORT_ORDER + 1];
    uint32_t seed;
};

/* A payload; an empty one says nothing. */
void comfort_hear(struct comfort *c, const uint8_t *payload, size_t len);

void comfort_make(struct comfort *c, int16_t *pcm, size_t n);

#endif
