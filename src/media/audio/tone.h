/*
 * media: the tones that we make ourselves. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_TONE_H
#define ARS_MEDIA_AUDIO_TONE_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/audio.h>

struct tone {
    enum ars_tone kind;
    enum ars_tones country;
    struct ars_ringer ringer;
    unsigned step; /* in the cadence */
    unsigned at;   /* samples in the step */
    double phase;
    double also_phase;
};

#define KEYS_MAX 64

/* Digits that are heard as they are pressed, one after the other. Zeroed before first use. */
struct keys {
    char waiting[KEYS_MAX + 1];
    unsigned at; /* samples of the first */
};

/* From its start; the ringer stays. */
void tone_set(struct tone *t, enum ars_tones country, enum ars_tone kind);

/* Of a ringing sound: from one announcement to the next. */
unsigned tone_ring_ms(enum ars_ring_sound sound);

/* Adds one frame of it to mix. */
void tone_add(struct tone *t, int32_t *mix);

/* ',' is a pause of 2 s; what is neither that nor a key makes no sound. */
void keys_press(struct keys *k, const char *digits);
/* The same, whole or not at all: EINVAL (a character), ENOSPC. */
int keys_send(struct keys *k, const char *digits);
/* Adds one frame of them to mix; false: none sounds, for now or any more. */
bool keys_add(struct keys *k, int32_t *mix);

/* n samples of a sine from *phase on, peak amplitude as given. */
void tone_sine(int16_t *pcm, unsigned n, double hz, double amplitude, double *phase);

#endif
