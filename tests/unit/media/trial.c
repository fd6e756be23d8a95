/* Speaker, bell and microphone are tried out. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/audio.h>

#include "audio/mixer.h"
#include "audio/wav.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

static double rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (double)n);
}

/* What a test of the devices has told. */
struct tried {
    unsigned steps[ARS_SOUND_TEST_REPEATS + 1];
    double loudest;
};

static void on_test(enum ars_sound_test_step step, double dbfs, void *arg)
{
    struct tried *t = arg;

    t->steps[step]++;
    if (step == ARS_SOUND_TEST_LISTENS && dbfs > t->loudest)
        t->loudest = dbfs;
}

/*
 * The clock goes faster than a disk: each second of it waits for the file, whose writer is woken
 * five times a second and has two seconds in hand. From the start until `ms` after it.
 */
static void run_to(struct lab *l, const char *out, unsigned from, unsigned ms)
{
    struct stat st = {0};

    while (from < ms) {
        unsigned step = ms - from < 1000 ? ms - from : 1000;

        lab_run(l, step);
        from += step;
        for (int i = 0; i < 10000 && st.st_size < ((int64_t)from - 400) * 48 * 2; i++) {
            (void)poll(NULL, 0, 1);
            (void)stat(out, &st);
        }
    }
}

/* The microphone is heard for four seconds, and then what it heard; a tone of -15 dBFS RMS. */
static int test_try_microphone(void)
{
    const struct ars_audio_handlers handlers = {.test = on_test};
    char out[] = "/tmp/ars-trial-XXXXXX.wav";
    struct ars_audio_conf conf = {.in = "tone:1000", .out = out};
    struct tried t = {.loudest = -96};
    struct lab l = {0};
    int16_t *pcm = NULL;
    size_t n;
    int fd, err = 0;

    fd = mkstemps(out, 4);
    CHECK(fd >= 0);
    (void)close(fd);
    TRY(lab_open(&l, "silence", "none"));
    ars_audio_free(l.audio);
    l.audio = NULL;
    TRY(ars_audio_alloc(&l.audio, l.loop, &conf, &handlers, &t));
    TRY(ars_audio_test(l.audio, ARS_SOUND_TEST_MICROPHONE));
    run_to(&l, out, 0, 3900);
    CHECK_INT(t.steps[ARS_SOUND_TEST_REPEATS], 0);
    CHECK(t.steps[ARS_SOUND_TEST_LISTENS] >= 38 && t.steps[ARS_SOUND_TEST_LISTENS] <= 42);
    CHECK(fabs(t.loudest + 15) < 0.5);
    run_to(&l, out, 3900, 8200);
    CHECK_INT(t.steps[ARS_SOUND_TEST_REPEATS], 1);
    CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 1);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    TRY(wav_load(out, &pcm, &n));
    CHECK(n >= 8 * 48000);
    CHECK(rms(pcm, 3 * 48000) < 1);            /* nobody hears oneself while one speaks */
    CHECK(rms(pcm + 5 * 48000, 48000) > 5500); /* 5820 */
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(out);
    return err;
}

static void hear_nothing(int16_t *pcm, void *arg)
{
    if (pcm)
        memset(pcm, 0, AUDIO_FRAME * sizeof(*pcm));
}

static void say_nothing(const int16_t *mic, const int16_t *others, void *arg)
{
}

/* A call, or somebody who calls, ends a test; during a call there is none. */
static int test_try_not_now(void)
{
    const struct ars_audio_handlers handlers = {.test = on_test};
    const struct ars_audio_conf conf = {.in = "silence", .out = "none"};
    struct audio_port port = {.playback = hear_nothing, .capture = say_nothing, .volume = 100};
    struct tried t = {.loudest = -96};
    struct lab l = {0};
    int err = 0;

    TRY(lab_open(&l, "silence", "none"));
    ars_audio_free(l.audio);
    l.audio = NULL;
    TRY(ars_audio_alloc(&l.audio, l.loop, &conf, &handlers, &t));
    for (enum ars_sound_test test = ARS_SOUND_TEST_SPEAKER; test <= ARS_SOUND_TEST_MICROPHONE;
         test++) {
        memset(&t, 0, sizeof(t));
        TRY(ars_audio_test(l.audio, test));
        ars_audio_tone(l.audio, ARS_TONE_NONE); /* as ever when nothing happens */
        lab_run(&l, 300);
        CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 0);
        ars_audio_tone(l.audio, ARS_TONE_RINGING);
        CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 1);
        CHECK_INT(ars_audio_test(l.audio, test), EBUSY);
        ars_audio_tone(l.audio, ARS_TONE_NONE);
        TRY(ars_audio_test(l.audio, test));
        audio_port_attach(l.audio, &port);
        CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 2);
        CHECK_INT(ars_audio_test(l.audio, test), EBUSY);
        audio_port_detach(&port);
        TRY(ars_audio_test(l.audio, test));
        TRY(ars_audio_test(l.audio, ARS_SOUND_TEST_NONE));
        CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 3);
    }
    /* by itself */
    TRY(ars_audio_test(l.audio, ARS_SOUND_TEST_SPEAKER));
    lab_run(&l, 2500);
    CHECK_INT(t.steps[ARS_SOUND_TEST_ENDED], 4);
out:
    audio_port_detach(&port);
    lab_close(&l);
    return err;
}

int suite_trial(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"trial/microphone", test_try_microphone, false},
        {"trial/not-now", test_try_not_now, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
