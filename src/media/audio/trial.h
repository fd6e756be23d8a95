/*
 * media: the user tries out speaker, bell or microphone. Loop's thread.
 */
#ifndef ARS_MEDIA_AUDIO_TRIAL_H
#define ARS_MEDIA_AUDIO_TRIAL_H

#include <ars/audio.h>

struct audio_port;
struct trial;

typedef void trial_fn(enum ars_sound_test_step step, double dbfs, void *arg);

/* fn is told of each step; after ARS_SOUND_TEST_ENDED the owner frees it. ENOMEM. */
int trial_start(struct trial **ret, struct ars_audio *a, struct ars_loop *loop,
                enum ars_sound_test test, trial_fn *fn, void *arg);

/* Takes NULL. Not told. */
void trial_free(struct trial *t);

/* Whether this port is its own. */
bool trial_has(const struct trial *t, const struct audio_port *p);

#endif
