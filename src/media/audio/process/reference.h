/*
 * media: what was played, to be met again by its echo. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_REFERENCE_H
#define ARS_MEDIA_AUDIO_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* 1.36 s of 48 kHz */
#define REFERENCE_SIZE 65536
/* So far, and a little more, the clock of a card is off before its ring is corrected (drift.c). */
#define REFERENCE_ROOM 480

struct reference {
    int16_t pcm[REFERENCE_SIZE]; /* at position & (REFERENCE_SIZE - 1) */
    uint64_t written;            /* positions */
    uint64_t next;               /* of the frame that is to be read */
    float part;                  /* of a sample, beyond next */
    float skew;                  /* samples a frame by which next falls behind */
    int owed;                    /* samples by which next is to come nearer to written */
};

void reference_reset(struct reference *r);
/* AUDIO_FRAME samples each. */
void reference_put(struct reference *r, const int16_t *pcm);
/* The microphone's clock: by so many samples a frame more does its echo come later each frame. */
void reference_skew(struct reference *r, float more);
/* Later, so that it can run faster than what is played. False: there is room already. */
bool reference_room(struct reference *r);
/*
 * The frame played last before now, without and with so much lag. sooner: as process_near(); little
 * changes are spread over frames as the devices do it.
 */
void reference_get(struct reference *r, int sooner, unsigned lag, int16_t *fresh, int16_t *lagged);

#endif
