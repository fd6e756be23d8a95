/*
 * media: concealment for waveform codecs: the last pitch periods are repeated and fade away, in the
 * manner of ITU-T G.711 Appendix I but without its delay; where the sound after the hole is there
 * already, its first periods are repeated backwards to meet them. Loop's thread.
 */
#ifndef ARS_MEDIA_CODEC_PLC_H
#define ARS_MEDIA_CODEC_PLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLC_RATE_MAX 16000
/* Most of what follows a hole that is looked at: 40 ms, here in bytes of G.711 and G.722. */
#define PLC_AHEAD_BYTES 320
/* A hole is met from behind over this much of its end: 20 ms at the higher rate. */
#define PLC_BRIDGE_MAX 320

#define PLC_PITCH_MAX  (PLC_RATE_MAX * 15 / 1000) /* 66 Hz */
#define PLC_PERIODS    3
#define PLC_HISTORY    (PLC_PERIODS * PLC_PITCH_MAX + PLC_PITCH_MAX / 4)

struct plc {
    unsigned rate;
    int16_t history[PLC_HISTORY]; /* the newest last */
    size_t known;                 /* of it */
    int16_t cycle[PLC_PERIODS * PLC_PITCH_MAX];
    size_t pitch;
    size_t periods; /* in the cycle */
    size_t at;      /* in the cycle */
    size_t lost;    /* samples since the loss began, 0: none */
    int step;       /* between the last real sample and the cycle's start */
};

/* rate: 8000 or 16000. */
void plc_init(struct plc *p, unsigned rate);

/* What was decoded; after a loss its start is blended with the made-up signal. */
void plc_good(struct plc *p, int16_t *pcm, size_t n);

/* Makes up n samples. */
void plc_lost(struct plc *p, int16_t *pcm, size_t n);

/* Makes up n samples that run into `after`, which is what will be given to plc_good() next. */
void plc_bridge(struct plc *p, int16_t *pcm, size_t n, const int16_t *after, size_t n_after);

#endif
