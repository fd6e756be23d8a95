/*
 * Trials of the devices. Speaker and bell are tones; the microphone is a call with oneself, who
 * first speaks and then listens.
 */
#include "audio/trial.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ars/loop.h>
#include <ars/timer.h>

#include "audio/mixer.h"
#include "audio/tone.h"

#define TUNE_MS     2000
#define SAMPLES     (ARS_SOUND_TEST_SECONDS * AUDIO_RATE)
#define LEVEL_EVERY (AUDIO_RATE / 10)
#define SILENT_DBFS (-96.0)
#define FULL_SCALE  32768.0

struct trial {
    struct ars_audio *audio;
    trial_fn *fn;
    void *arg;
    enum ars_sound_test test;
    struct ars_timer timer; /* of what ends by time */
    struct audio_port port; /* microphone, from here */
    int16_t *said;
    size_t n; /* samples of it that have been recorded */
    size_t played;
    double power;
};

static void tell(struct trial *t, enum ars_sound_test_step step, double dbfs)
{
    t->fn(step, dbfs, t->arg);
}

static void on_ended(void *arg)
{
    tell(arg, ARS_SOUND_TEST_ENDED, SILENT_DBFS);
}

/* Not from inside the mixer's walk. */
static void end_soon(struct trial *t)
{
    struct ars_loop *loop = audio_loop(t->audio);

    audio_port_talk(&t->port, false);
    ars_timer_start(ars_loop_timers(loop), &t->timer, 0, on_ended, t);
}

static void on_playback(int16_t *pcm, void *arg)
{
    struct trial *t = arg;

    if (!pcm)
        return;
    memset(pcm, 0, AUDIO_FRAME * sizeof(*pcm));
    if (t->n < SAMPLES || t->played >= SAMPLES)
        return;
    memcpy(pcm, t->said + t->played, AUDIO_FRAME * sizeof(*pcm));
    t->played += AUDIO_FRAME;
    if (t->played >= SAMPLES)
        end_soon(t);
}

static void on_capture(const int16_t *mic, const int16_t *others, void *arg)
{
    struct trial *t = arg;

    if (!mic || t->n >= SAMPLES)
        return;
    memcpy(t->said + t->n, mic, AUDIO_FRAME * sizeof(*mic));
    t->n += AUDIO_FRAME;
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        t->power += (double)mic[i] * mic[i];
    if (t->n % LEVEL_EVERY == 0) {
        double level = t->power / LEVEL_EVERY / (FULL_SCALE * FULL_SCALE);
        t->power = 0;
        tell(t, ARS_SOUND_TEST_LISTENS, level > 0 ? 10 * log10(level) : SILENT_DBFS);
    }
    if (t->n >= SAMPLES)
        tell(t, ARS_SOUND_TEST_REPEATS, SILENT_DBFS);
}

static int listen(struct trial *t)
{
    t->said = calloc(SAMPLES, sizeof(*t->said));
    if (!t->said)
        return ENOMEM;
    t->port.playback = on_playback;
    t->port.capture = on_capture;
    t->port.arg = t;
    t->port.volume = 100;
    t->port.talk = true;
    audio_port_attach(t->audio, &t->port);
    tell(t, ARS_SOUND_TEST_LISTENS, SILENT_DBFS);
    return 0;
}

static void play(struct trial *t, struct ars_loop *loop)
{
    bool rings = t->test == ARS_SOUND_TEST_RING;
    unsigned ms = rings ? tone_ring_ms(audio_ring_sound(t->audio)) : TUNE_MS;

    audio_tone(t->audio, rings ? ARS_TONE_RINGING : ARS_TONE_TEST);
    ars_timer_start(ars_loop_timers(loop), &t->timer, ms, on_ended, t);
    tell(t, ARS_SOUND_TEST_PLAYS, SILENT_DBFS);
}

int trial_start(struct trial **ret, struct ars_audio *a, struct ars_loop *loop,
                enum ars_sound_test test, trial_fn *fn, void *arg)
{
    struct trial *t = calloc(1, sizeof(*t));
    int err = 0;

    if (!t)
        return ENOMEM;
    *t = (struct trial){.audio = a, .fn = fn, .arg = arg, .test = test};
    *ret = t;
    if (test == ARS_SOUND_TEST_MICROPHONE)
        err = listen(t);
    else
        play(t, loop);
    if (err) {
        *ret = NULL;
        trial_free(t);
    }
    return err;
}

void trial_free(struct trial *t)
{
    if (!t)
        return;
    ars_timer_stop(&t->timer);
    audio_port_detach(&t->port);
    if (t->test != ARS_SOUND_TEST_MICROPHONE)
        audio_tone(t->audio, ARS_TONE_NONE);
    free(t->said);
    free(t);
}

bool trial_has(const struct trial *t, const struct audio_port *p)
{
    return t && p == &t->port;
}
