/*
 * media: what is done to the microphone before anybody hears it: high-pass, echo cancellation,
 * noise suppression, gain. Allocates nothing after process_alloc(). Loop's thread, or any one.
 */
#ifndef ARS_MEDIA_AUDIO_PROCESS_H
#define ARS_MEDIA_AUDIO_PROCESS_H

#include <stdint.h>

#include <ars/voice.h>

struct process;

/* *ret is NULL where nothing is to be done. ENOMEM. */
int process_alloc(struct process **ret, const struct ars_voice *conf);
/* Takes NULL. */
void process_free(struct process *p);

/* Another path from speaker to microphone (a device was opened): what was learnt is forgotten. */
void process_reset(struct process *p);

/*
 * One frame of 10 ms at 48 kHz each, first near, then far, in each tick. near becomes what is sent,
 * 10 ms later. sooner: by so many samples what is played comes back earlier than until now, because
 * a ring on the way was shortened, or later, if negative.
 */
void process_near(struct process *p, int16_t *pcm, int sooner);
void process_far(struct process *p, const int16_t *pcm);

/* Whether what comes out ends at 8 kHz. */
bool process_is_wideband(const struct process *p);

/* By how much the speaker's sound is held back to meet its echo, in samples of 48 kHz. */
unsigned process_lag(const struct process *p);

#endif
