/*
 * PortAudio devices: the callback alone, and a real PulseAudio that the case starts, kills and
 * starts again: what is played into a null sink comes back from its monitor.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ars/audio.h>
#include <ars/clock.h>
#include <ars/ring.h>
#include <ars/timer.h>

#include "audio/mixer.h"
#include "audio/pa_host.h"
#include "check.h"
#include "lab.h"
#include "realtime.h"
#include "suites.h"

#define TWO_PI 6.283185307179586

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
/* Libraries that are not built for it: their atomics are not seen. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libpulse\nrace:libportaudio\nrace:libasound\n";
}
#endif
#endif

/* A second of callbacks of each direction, among them such as find the ring full or empty. */
static void call_back(void *arg)
{
    static const int16_t in[480];
    struct pa_stream *s = arg;
    int16_t out[480];

    for (int i = 0; i < 100; i++) {
        s->input = true;
        for (int k = 0; k <= i % 4; k++)
            (void)pa_on_frames(in, NULL, 480, s);
        s->input = false;
        for (int k = 0; k <= i % 4; k++)
            (void)pa_on_frames(NULL, out, 480, s);
    }
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

/* No lock, no allocation, no system call in the callback; and the trap catches each of them. */
static int test_callback_is_free(void)
{
    struct pa_stream s = {0};
    int err;

    TRY(ars_ring_alloc(&s.ring, 1024));
    CHECK_INT(realtime_sins(call_back, &s, 0), 0);
    CHECK_INT(realtime_sins(take_a_lock, NULL, REALTIME_LOCKS), REALTIME_LOCKS);
    CHECK_INT(realtime_sins(allocate, NULL, REALTIME_ALLOCATES), REALTIME_ALLOCATES);
    CHECK_INT(realtime_sins(say_something, NULL, REALTIME_CALLS), REALTIME_CALLS);
out:
    ars_ring_free(s.ring);
    return err;
}

/* It gives nothing but what is in the ring, and counts what was missing. */
static int test_callback(void)
{
    struct pa_stream s = {0};
    int16_t in[480], out[480];
    int err;

    TRY(ars_ring_alloc(&s.ring, 1024));
    for (int i = 0; i < 480; i++)
        in[i] = (int16_t)(i + 1);
    CHECK_INT(pa_on_frames(NULL, out, 480, &s), 0);
    CHECK_INT(out[0], 0);
    CHECK_INT(atomic_load(&s.starved), 1);
    s.input = true;
    for (int i = 0; i < 3; i++)
        CHECK_INT(pa_on_frames(in, NULL, 480, &s), 0);
    CHECK_INT(atomic_load(&s.starved), 2); /* 1440 into 1024 */
    s.input = false;
    for (int i = 0; i < 3; i++)
        CHECK_INT(pa_on_frames(NULL, out, 480, &s), 0);
    CHECK_INT(out[63], 64);
    CHECK_INT(out[64], 0);
    CHECK_INT(atomic_load(&s.callbacks), 7);
out:
    ars_ring_free(s.ring);
    return err;
}

struct pulse {
    char dir[64];
    pid_t pid;
};

static int write_conf(const struct pulse *p)
{
    char path[96];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/default.pa", p->dir);
    f = fopen(path, "w");
    if (!f)
        return errno;
    /* without norewinds the first callback comes after 2 s */
    (void)fprintf(
        f,
        "load-module module-native-protocol-unix socket=%s/sock auth-anonymous=1\n"
        "load-module module-null-sink norewinds=1 sink_name=speaker rate=48000 channels=2\n"
        "load-module module-null-sink norewinds=1 sink_name=other rate=48000 channels=2\n",
        p->dir);
    return fclose(f) ? EIO : 0;
}

static void exec_pulse(const struct pulse *p)
{
    char conf[96];
    int null = open("/dev/null", O_RDWR);

    (void)snprintf(conf, sizeof(conf), "%s/default.pa", p->dir);
    (void)dup2(null, 1);
    (void)dup2(null, 2);
    (void)execlp("pulseaudio", "pulseaudio", "-n", "-F", conf, "--daemonize=no",
                 "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes", (char *)NULL);
    _exit(127);
}

/* Waits until it answers at its socket. */
static int start_pulse(struct pulse *p)
{
    char sock[96];
    int status;

    (void)snprintf(sock, sizeof(sock), "%s/sock", p->dir);
    (void)unlink(sock);
    p->pid = fork();
    if (p->pid < 0)
        return errno;
    if (p->pid == 0)
        exec_pulse(p);
    for (int i = 0; i < 500; i++) {
        if (waitpid(p->pid, &status, WNOHANG) == p->pid) {
            p->pid = 0;
            return check_fail(__FILE__, __LINE__, "pulseaudio does not start");
        }
        if (access(sock, F_OK) == 0)
            return 0;
        (void)poll(NULL, 0, 10);
    }
    return ETIMEDOUT;
}

static void kill_pulse(struct pulse *p)
{
    if (p->pid <= 0)
        return;
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

static int open_pulse(struct pulse *p)
{
    char text[128];

    memset(p, 0, sizeof(*p));
    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/ars-pulse-XXXXXX");
    if (!mkdtemp(p->dir))
        return errno;
    (void)setenv("XDG_RUNTIME_DIR", p->dir, 1);
    (void)setenv("HOME", p->dir, 1);
    (void)snprintf(text, sizeof(text), "unix:%s/sock", p->dir);
    (void)setenv("PULSE_SERVER", text, 1);
    if (write_conf(p))
        return EIO;
    return start_pulse(p);
}

static void close_pulse(struct pulse *p)
{
    char command[96];
    pid_t pid;

    kill_pulse(p);
    (void)snprintf(command, sizeof(command), "%s", p->dir);
    pid = fork();
    if (pid == 0) {
        (void)execlp("rm", "rm", "-rf", command, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
}

#define LATE "Headset (late)"

/* A device of ALSA's that nobody knew before, as a sound card is that is plugged in. */
static int plug_late(const struct pulse *p)
{
    char path[96];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/.asoundrc", p->dir);
    f = fopen(path, "w");
    if (!f)
        return errno;
    (void)fprintf(f, "pcm.'" LATE "' {\n    type asym\n"
                     "    playback.pcm { type pulse device \"speaker\" }\n"
                     "    capture.pcm { type pulse device \"speaker.monitor\" }\n"
                     "    hint { show on description \"a headset\" }\n}\n");
    return fclose(f) ? EIO : 0;
}

/* A call that plays a chirp each second and listens for it. */
struct caller {
    struct ars_loop *loop;
    struct ars_audio *audio;
    struct audio_port port;
    struct ars_timer deadline;
    unsigned bad, good; /* news */
    unsigned want_bad, want_good;
    unsigned frames;
    double phase;
    bool tone;      /* steady instead of chirps */
    bool faint;     /* one step of 16 bits, that is all; heard when the mixer has seen it */
    unsigned heard; /* frames above the threshold */
    unsigned want_heard;
    uint64_t played_us;
    double delays_ms[64];
    unsigned chirps, want_chirps;
    bool timed_out;
};

static void maybe_stop(struct caller *c)
{
    if (c->bad >= c->want_bad && c->good >= c->want_good && c->heard >= c->want_heard &&
        c->chirps >= c->want_chirps)
        ars_loop_stop(c->loop);
}

static void on_deadline(void *arg)
{
    struct caller *c = arg;

    c->timed_out = true;
    ars_loop_stop(c->loop);
}

static void on_device(bool input, bool ok, const char *name, const char *why, void *arg)
{
    struct caller *c = arg;

    *(ok ? &c->good : &c->bad) += 1;
    printf("# %s %s: %s (%s)\n", input ? "input" : "output", name, ok ? "ok" : "bad", why);
    maybe_stop(c);
}

static void on_playback(int16_t *pcm, void *arg)
{
    struct caller *c = arg;
    bool on = c->tone || c->frames % 50 < 3;

    if (c->frames % 50 == 0)
        c->played_us = ars_clock_us();
    c->frames++;
    for (int i = 0; i < AUDIO_FRAME; i++) {
        pcm[i] = c->faint ? 1 : on ? (int16_t)(8000 * sin(c->phase)) : 0;
        c->phase = fmod(c->phase + TWO_PI * 1000 / AUDIO_RATE, TWO_PI);
    }
}

static void on_capture(const int16_t *pcm, const int16_t *others, void *arg)
{
    struct caller *c = arg;
    int at = -1;

    for (int i = 0; i < AUDIO_FRAME && at < 0; i++)
        at = abs(pcm[i]) > (c->faint ? 0 : 2000) ? i : -1;
    if (c->faint ? at >= 0 || !c->port.mic_lives : at < 0)
        return;
    c->heard++;
    /* the frame's first sample was heard 10 ms ago */
    if (!c->tone && !c->faint && c->played_us && c->chirps < 64) {
        c->delays_ms[c->chirps++] = (double)(ars_clock_us() - c->played_us) / 1000 - 10 + at / 48.0;
        c->played_us = 0;
    }
    maybe_stop(c);
}

static int open_caller(struct caller *c, const char *in, const char *out)
{
    const struct ars_audio_conf conf = {.in = in, .out = out};
    const struct ars_audio_handlers handlers = {on_device};

    memset(c, 0, sizeof(*c));
    c->loop = lab_loop();
    c->port.capture = on_capture;
    c->port.playback = on_playback;
    c->port.arg = c;
    c->port.volume = 100;
    c->port.talk = true;
    return ars_audio_alloc(&c->audio, c->loop, &conf, &handlers, c);
}

static void close_caller(struct caller *c)
{
    audio_port_detach(&c->port);
    ars_timer_stop(&c->deadline);
    ars_audio_free(c->audio);
}

/* Whether all that is wanted has come in that time. */
static bool comes(struct caller *c, unsigned ms)
{
    c->timed_out = false;
    ars_timer_start(ars_loop_timers(c->loop), &c->deadline, ms, on_deadline, c);
    (void)ars_loop_run(c->loop);
    ars_timer_stop(&c->deadline);
    return !c->timed_out;
}

static int run(struct caller *c, unsigned ms)
{
    return comes(c, ms)
               ? 0
               : check_fail(__FILE__, __LINE__, "%u bad, %u ok, %u frames heard, %u chirps", c->bad,
                            c->good, c->heard, c->chirps);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Sound through the server and back, and how long it takes. */
static int test_pulse(void)
{
    struct pulse p;
    struct caller c = {0};
    uint64_t start;
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, "device:speaker.monitor", "device:speaker"));
    start = ars_clock_us();
    audio_port_attach(c.audio, &c.port);
    /* nobody waits for a device, which takes some 100 ms and more to open */
    CHECK(ars_clock_us() - start < 80000);
    c.tone = true;
    c.want_heard = 1;
    TRY(run(&c, 10000));
    printf("# first sound after %.0f ms\n", (double)(ars_clock_us() - start) / 1000);
    c.tone = false;
    c.played_us = 0;
    c.want_chirps = 16;
    TRY(run(&c, 20000));
    qsort(c.delays_ms, 16, sizeof(double), by_value);
    printf("# out, monitor, in: median %.1f ms, from %.1f to %.1f\n", c.delays_ms[8],
           c.delays_ms[0], c.delays_ms[15]);
    /* some 50 ms on a machine that does nothing else; the bench has the figure */
    CHECK(c.delays_ms[8] > 0 && c.delays_ms[8] < 400);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* A quiet microphone is no dead one, whatever the processing leaves of it. */
static int test_pulse_faint(void)
{
    const struct ars_audio_conf processed = {
        .in = "device:speaker.monitor", .out = "device:speaker", .voice = ARS_VOICE_DEFAULT};
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, processed.in, processed.out));
    TRY(ars_audio_set(c.audio, &processed));
    audio_port_attach(c.audio, &c.port);
    c.faint = true;
    c.want_heard = 50;
    TRY(run(&c, 10000));
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* The phone ends while its devices are opened, used and closed. */
static int test_pulse_free_early(void)
{
    static const unsigned after_ms[] = {0, 1, 3, 10, 30, 60, 100, 200, 400};
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    for (size_t i = 0; i < CHECK_COUNT(after_ms); i++) {
        TRY(open_caller(&c, "device:speaker.monitor", "device:speaker"));
        audio_port_attach(c.audio, &c.port);
        c.want_bad = 1;
        if (after_ms[i])
            CHECK(!comes(&c, after_ms[i]));
        CHECK_INT(c.bad, 0);
        close_caller(&c);
        memset(&c, 0, sizeof(c));
    }
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* The server dies in mid-call and comes back: news of both, silence between, sound after. */
static int test_pulse_dies(void)
{
    struct pulse p;
    struct caller c = {0};
    unsigned heard;
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, "device:speaker.monitor", "device:speaker"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    c.want_heard = 50;
    TRY(run(&c, 10000));
    kill_pulse(&p);
    c.want_bad = 2; /* both devices, once each */
    TRY(run(&c, 3000));
    heard = c.heard;
    c.want_bad = 3; /* never: the second news would be one too many */
    CHECK(!comes(&c, 2500));
    CHECK_INT(c.bad, 2);
    CHECK(c.heard <= heard + 5);
    TRY(start_pulse(&p));
    c.want_bad = 2;
    c.want_good = 2;
    c.want_heard = c.heard + 50;
    TRY(run(&c, 6000));
    CHECK_INT(c.good, 2);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* A name that nobody has; the call goes on without it, and with one that is there it sounds. */
static int test_pulse_no_such(void)
{
    static const char *const names[] = {"device:nobody", "device:a b", "device:x'},y"};
    struct ars_audio_conf conf = {.in = "device:speaker.monitor", .out = "device:speaker"};
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    for (size_t i = 0; i < CHECK_COUNT(names); i++) {
        TRY(open_caller(&c, names[i], names[i]));
        c.tone = true;
        audio_port_attach(c.audio, &c.port);
        c.want_bad = 2;
        TRY(run(&c, 6000));
        CHECK_INT(c.heard, 0);
        /* another device is chosen in mid-call */
        TRY(ars_audio_set(c.audio, &conf));
        c.want_heard = 20;
        TRY(run(&c, 6000));
        close_caller(&c);
        memset(&c, 0, sizeof(c));
    }
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* What ars_audio_devices() said. */
struct listing {
    struct ars_loop *loop;
    struct ars_audio_device *list;
    size_t n;
    int err;
    unsigned times;
};

static void on_list(int err, struct ars_audio_device *list, size_t n, void *arg)
{
    struct listing *l = arg;

    free(l->list);
    l->err = err;
    l->list = list;
    l->n = n;
    l->times++;
    ars_loop_stop(l->loop);
}

static bool lists(const struct listing *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->list[i].name, name) == 0 && l->list[i].input && l->list[i].output)
            return true;
    }
    return false;
}

/* The engine does not wait for the list, which holds what is there when it is asked for. */
static int test_list(void)
{
    struct listing l = {0};
    struct pulse p;
    struct caller c = {0};
    uint64_t start;
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, "silence", "none"));
    l.loop = c.loop;
    start = ars_clock_us();
    TRY(ars_audio_devices(c.audio, on_list, &l));
    CHECK(ars_clock_us() - start < 10000 && l.times == 0);
    CHECK(comes(&c, 10000));
    CHECK_INT(l.times, 1);
    TRY(l.err);
    for (size_t i = 0; i < l.n; i++)
        printf("# %s%s%s%s\n", l.list[i].name, l.list[i].input ? ", input" : "",
               l.list[i].output ? ", output" : "", l.list[i].is_default ? ", default" : "");
    CHECK(lists(&l, "pulse") && !lists(&l, LATE));
    TRY(plug_late(&p));
    TRY(ars_audio_devices(c.audio, on_list, &l));
    CHECK(comes(&c, 10000));
    CHECK(lists(&l, "pulse") && lists(&l, LATE));
    /* one that is asked for at the end is told all the same */
    TRY(ars_audio_devices(c.audio, on_list, &l));
    ars_audio_free(c.audio);
    c.audio = NULL;
    CHECK_INT(l.times, 3);
out:
    free(l.list);
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* A headset that is plugged in while a call waits for it. */
static int test_plugged_in_later(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, "device:" LATE, "device:" LATE));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    c.want_bad = 2;
    TRY(run(&c, 6000));
    TRY(plug_late(&p));
    c.want_good = 2;
    c.want_heard = 20;
    TRY(run(&c, 10000));
    CHECK_INT(c.bad, 2);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

int suite_audio_device(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"audio-device/callback", test_callback, false},
        {"audio-device/callback-is-free", test_callback_is_free, false},
        {"audio-device/list", test_list, false},
        {"audio-device/pulse", test_pulse, false},
        {"audio-device/pulse-faint", test_pulse_faint, false},
        {"audio-device/pulse-free-early", test_pulse_free_early, false},
        {"audio-device/pulse-dies", test_pulse_dies, false},
        {"audio-device/pulse-no-such", test_pulse_no_such, false},
        {"audio-device/plugged-in-later", test_plugged_in_later, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
