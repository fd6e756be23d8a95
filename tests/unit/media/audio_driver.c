/*
 * What the drivers ask of PortAudio and of libpulse, seen on its way there while real streams are
 * open: the callbacks, which are what a sound card's thread runs of ours, and how many streams.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <portaudio.h>
#include <pulse/pulseaudio.h>

#include <ars/ring.h>

#include "audio/card_host.h"
#include "audio/mixer.h"
#include "card_rig.h"
#include "check.h"
#include "lab.h"
#include "realtime.h"
#include "suites.h"

#define SERVED "Card (served)" /* a name that is PortAudio's alone */
#define ROUNDS 100

/* The callbacks of the last streams, and their arguments. */
static struct {
    PaStreamCallback *fn[2]; /* PortAudio's: output, input */
    void *fn_arg[2];
    pa_stream_request_cb_t write;
    void *write_arg;
    pa_stream_request_cb_t read;
    void *read_arg;
} caught;

/* A card as ALSA has it without a sound server: one stream to the speaker at a time. */
static struct {
    bool on;
    PaStream *stream;
    atomic_uint opened, refused;
} exclusive;

/* A card without a converter before it: it does not run at our rate. */
static bool no_48k;
static double opened_rate;

/* In the child: libpulse's part is played by these, who do nothing that is forbidden. */
static bool alone;
static int16_t samples[AUDIO_FRAME];
static unsigned peeks;

/* The library's own function behind ours. */
#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (!real)                                                                                     \
        *(void **)&real = dlsym(RTLD_NEXT, #name);

#define EXPORTED __attribute__((visibility("default")))

EXPORTED PaError Pa_OpenStream(PaStream **stream, const PaStreamParameters *in,
                               const PaStreamParameters *out, double rate, unsigned long frames,
                               PaStreamFlags flags, PaStreamCallback *fn, void *arg)
{
    REAL(Pa_OpenStream)
    PaError err;

    caught.fn[in != NULL] = fn;
    caught.fn_arg[in != NULL] = arg;
    if (no_48k && rate == AUDIO_RATE)
        return paInvalidSampleRate;
    if (exclusive.on && out && exclusive.stream) {
        exclusive.refused++;
        return paDeviceUnavailable;
    }
    err = real(stream, in, out, rate, frames, flags, fn, arg);
    opened_rate = rate;
    if (exclusive.on && out && err == paNoError) {
        exclusive.stream = *stream;
        exclusive.opened++;
    }
    return err;
}

EXPORTED PaError Pa_CloseStream(PaStream *stream)
{
    REAL(Pa_CloseStream)
    if (stream == exclusive.stream)
        exclusive.stream = NULL;
    return real(stream);
}

EXPORTED void pa_stream_set_write_callback(pa_stream *p, pa_stream_request_cb_t fn, void *arg)
{
    REAL(pa_stream_set_write_callback)
    if (fn) {
        caught.write = fn;
        caught.write_arg = arg;
    }
    real(p, fn, arg);
}

EXPORTED void pa_stream_set_read_callback(pa_stream *p, pa_stream_request_cb_t fn, void *arg)
{
    REAL(pa_stream_set_read_callback)
    if (fn) {
        caught.read = fn;
        caught.read_arg = arg;
    }
    real(p, fn, arg);
}

EXPORTED int pa_stream_begin_write(pa_stream *p, void **data, size_t *n)
{
    REAL(pa_stream_begin_write)
    if (!alone)
        return real(p, data, n);
    *data = samples;
    return 0;
}

EXPORTED int pa_stream_write(pa_stream *p, const void *data, size_t n, pa_free_cb_t fn,
                             int64_t offset, pa_seek_mode_t seek)
{
    REAL(pa_stream_write)
    return alone ? 0 : real(p, data, n, fn, offset, seek);
}

/* Sound, a hole in it, and no more. */
EXPORTED int pa_stream_peek(pa_stream *p, const void **data, size_t *n)
{
    REAL(pa_stream_peek)
    if (!alone)
        return real(p, data, n);
    *data = peeks % 3 == 0 ? samples : NULL;
    *n = peeks++ % 3 < 2 ? sizeof(samples) : 0;
    return 0;
}

EXPORTED int pa_stream_drop(pa_stream *p)
{
    REAL(pa_stream_drop)
    return alone ? 0 : real(p);
}

/* So often that one ring runs full and the other empty. */
static void call_pulse(void *arg)
{
    alone = true;
    for (int i = 0; i < ROUNDS; i++) {
        caught.write(NULL, 3 * sizeof(samples), caught.write_arg);
        caught.read(NULL, sizeof(samples), caught.read_arg);
    }
    alone = false;
}

static void call_portaudio(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        caught.fn[0](NULL, samples, AUDIO_FRAME, NULL, 0, caught.fn_arg[0]);
        caught.fn[1](samples, NULL, AUDIO_FRAME, NULL, 0, caught.fn_arg[1]);
    }
}

/* A call whose sound is heard. */
static int talk(struct caller *c, const char *in, const char *out)
{
    int err;

    memset(&caught, 0, sizeof(caught));
    TRY(open_caller(c, in, out));
    c->tone = true;
    audio_port_attach(c->audio, &c->port);
    c->want_heard = 5;
    TRY(run(c, 10000));
out:
    return err;
}

static int test_pulse(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(talk(&c, "device:speaker.monitor", "device:speaker"));
    CHECK(caught.write && caught.read && !caught.fn[0]);
    CHECK_INT(realtime_sins(call_pulse, NULL, 0), 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* A card that PortAudio alone knows. */
static int open_card(struct pulse *p)
{
    char path[96];
    FILE *f;
    int err;

    TRY(open_pulse(p));
    (void)snprintf(path, sizeof(path), "%s/.asoundrc", p->dir);
    f = fopen(path, "w");
    CHECK(f);
    (void)fprintf(f, "pcm.'" SERVED "' {\n    type asym\n"
                     "    playback.pcm { type pulse device \"speaker\" }\n"
                     "    capture.pcm { type pulse device \"speaker.monitor\" }\n"
                     "    hint { show on description \"a card\" }\n}\n");
    CHECK_INT(fclose(f), 0);
out:
    return err;
}

static int test_portaudio(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_card(&p));
    TRY(talk(&c, "device:" SERVED, "device:" SERVED));
    CHECK(caught.fn[0] && caught.fn[1]);
    CHECK_INT(realtime_sins(call_portaudio, NULL, 0), 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* ALSA says 44.1 kHz of it. */
static int test_rate(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_card(&p));
    no_48k = true;
    TRY(talk(&c, "device:" SERVED, "device:" SERVED));
    CHECK(opened_rate == 44100);
    TRY(judge_tone(&c, "44100 Hz"));
out:
    close_caller(&c);
    close_pulse(&p);
    no_48k = false;
    return err;
}

/* A call has just ended, and another rings on the card where it was heard. */
static int test_one_stream(void)
{
    const struct ars_audio_conf conf = {
        .in = "device:" SERVED, .out = "device:" SERVED, .ring = "device:" SERVED};
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_card(&p));
    exclusive.on = true;
    exclusive.opened = exclusive.refused = 0;
    TRY(talk(&c, conf.in, conf.out));
    TRY(ars_audio_set(c.audio, &conf));
    audio_port_detach(&c.port);
    ars_audio_tone(c.audio, ARS_TONE_RINGING);
    c.want_bad = 1; /* never: the time alone ends the waiting */
    for (unsigned i = 0; i < 100 && exclusive.opened < 2; i++)
        CHECK(!comes(&c, 50));
    CHECK_INT(exclusive.opened, 2);
    ars_audio_tone(c.audio, ARS_TONE_NONE);
    audio_port_attach(c.audio, &c.port);
    c.want_bad = 0;
    c.want_heard = c.heard + 5;
    TRY(run(&c, 10000));
    CHECK_INT(exclusive.opened, 3);
    CHECK_INT(exclusive.refused, 0);
    CHECK_INT(c.bad, 0);
out:
    close_caller(&c);
    close_pulse(&p);
    exclusive.on = false;
    return err;
}

static void take_a_lock(void *arg)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    (void)pthread_mutex_lock(&lock);
    (void)pthread_mutex_unlock(&lock);
}

static void allocate(void *arg)
{
    void *volatile p = malloc(100);

    free(p);
}

static void say_something(void *arg)
{
    printf("# in a callback\n");
}

/* Each of them is caught. */
static int test_trap(void)
{
    int err = 0;

    CHECK_INT(realtime_sins(take_a_lock, NULL, REALTIME_LOCKS), REALTIME_LOCKS);
    CHECK_INT(realtime_sins(allocate, NULL, REALTIME_ALLOCATES), REALTIME_ALLOCATES);
    CHECK_INT(realtime_sins(say_something, NULL, REALTIME_CALLS), REALTIME_CALLS);
out:
    return err;
}

int suite_audio_driver(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"audio-driver/trap", test_trap, false},
        {"audio-driver/pulse", test_pulse, false},
        {"audio-driver/portaudio", test_portaudio, false},
        {"audio-driver/rate", test_rate, false},
        {"audio-driver/one-stream", test_one_stream, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
