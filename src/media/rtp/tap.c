/* What is recorded of a call. */
#include "rtp/tap.h"

#include <string.h>

#include "audio/tone.h"
#include "pcm.h"

#define TONE_HZ 1400
/* -24 dBFS at its peak: heard, and below speech */
#define TONE_PEAK 2000.0
#define TONE      (AUDIO_RATE / 5)
#define PERIOD    (15 * AUDIO_RATE)

int tap_start(struct tap *t, struct recorders *all, struct ars_loop *loop, const char *path,
              bool announced, recorder_fn *fn, void *arg)
{
    memset(t, 0, sizeof(*t));
    t->announced = announced;
    return recorder_start(&t->recorder, all, loop, path, fn, arg);
}

void tap_stop(struct tap *t)
{
    recorder_stop(t->recorder);
    t->recorder = NULL;
}

static void add_tone(const struct tap *t, const int16_t *pcm, int16_t *sum)
{
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        sum[i] = pcm_clip((pcm ? pcm[i] : 0) + t->tone[i]);
}

void tap_far(struct tap *t, int16_t *pcm)
{
    if (!t->recorder)
        return;
    if (pcm)
        memcpy(t->far, pcm, sizeof(t->far));
    else
        memset(t->far, 0, sizeof(t->far));
    t->sounds = t->announced && t->at < TONE;
    t->at = t->at + AUDIO_FRAME < PERIOD ? t->at + AUDIO_FRAME : 0;
    if (!t->sounds)
        return;
    tone_sine(t->tone, AUDIO_FRAME, TONE_HZ, TONE_PEAK, &t->phase);
    if (pcm)
        add_tone(t, pcm, pcm);
}

const int16_t *tap_near(struct tap *t, const int16_t *pcm, int16_t *sum)
{
    if (!t->recorder)
        return pcm;
    recorder_put(t->recorder, pcm, t->far);
    if (!t->sounds)
        return pcm;
    add_tone(t, pcm, sum);
    return sum;
}
