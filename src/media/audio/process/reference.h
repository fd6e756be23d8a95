/*
 * media: what was played, to be met again by its echo. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_REFERENCE_H
#define ARS_MEDIA_AUDIO_REFERENCE_H

#include <stdint.h>

/* 1.36 s of 48 kHz */
#define REFERENCE_SIZE 65536

struct reference {
    int16_t pcm[REFERENCE_SIZE]; /* at position & (REFERENCE_SIZE - 1) */
    uint64_t written;            /* positions */
    uint64_t next;               /* of the frame that is to be read */
    int owed;                    /* samples by which next is to come nearer to written */
};

void reference_reset(struct reference *r);
/* AUDIO_FRAME samples each. */
void reference_put(struct reference *r, const int16_t *pcm);
/*
 * The frame played last before now, without and with so much lag. sooner: as process_near(); little
 * changes are spread over frames as the devices do it.
 */
void reference_get(struct reference *r, int sooner, unsigned lag, int16_t *fresh, int16_t *lagged);

#endif
