/*
 * media: concealment for waveform codecs: the last pitch periods are repeated and fade away, in the
 * manner of ITU-T G.711 Appendix I but without its delay. Samples at 8 kHz. Loop's thread.
 */
#ifndef ARS_MEDIA_CODEC_PLC_H
#define ARS_MEDIA_CODEC_PLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLC_PITCH_MIN 40  /* 5 ms: 200 Hz; a shorter period shows as its multiple */
#define PLC_PITCH_MAX 120 /* 15 ms: 66 Hz */
#define PLC_HISTORY   (3 * PLC_PITCH_MAX + PLC_PITCH_MAX / 4)

/* Zeroed before first use. */
struct plc {
    int16_t history[PLC_HISTORY]; /* the newest last */
    int16_t cycle[3 * PLC_PITCH_MAX];
    size_t pitch;
    size_t periods; /* in the cycle */
    size_t at;      /* in the cycle */
    size_t lost;    /* samples since the loss began, 0: none */
    int step;       /* between the last real sample and the cycle's start */
};

/* What was decoded; after a loss its start is blended with the made-up signal. */
void plc_good(struct plc *p, int16_t *pcm, size_t n);

/* Makes up n samples. */
void plc_lost(struct plc *p, int16_t *pcm, size_t n);

#endif
