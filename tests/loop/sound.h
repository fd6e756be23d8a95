/*
 * What a recording holds.
 */
#ifndef ARS_TEST_SOUND_H
#define ARS_TEST_SOUND_H

#include <stddef.h>
#include <stdint.h>

struct sound {
    int16_t *pcm; /* mono */
    size_t n;
    uint32_t rate;
};

/* A WAV file of 16 bits, mono. EBADMSG. */
int sound_read(struct sound *s, const char *path);
void sound_free(struct sound *s);

uint32_t sound_ms(const struct sound *s);

/* RMS in dB relative to full scale, -120 for nothing at all. */
double sound_level(const struct sound *s, uint32_t from_ms, uint32_t to_ms);

/* How much of the power is a sine of hz, 0..1. */
double sound_share(const struct sound *s, double hz, uint32_t from_ms, uint32_t to_ms);

/* The strongest sine between 100 and 2000 Hz, to 0.5 Hz over a second. */
double sound_pitch(const struct sound *s, uint32_t from_ms, uint32_t to_ms);

/* The longest stretch below `dbfs`, in steps of 20 ms: where it begins and how long it is. */
void sound_gap(const struct sound *s, double dbfs, uint32_t *ret_from_ms, uint32_t *ret_ms);

#endif
