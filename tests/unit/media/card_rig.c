/* Unit tests of media: a PulseAudio of one's own, and a call that listens to what it plays. */
#include "card_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ars/clock.h>

#include "check.h"
#include "lab.h"

#define TWO_PI  6.283185307179586
#define PEAK    8000.0 /* of the tone */

#define WINDOW  960 /* 20 ms: short enough for stalls of the machine, whole periods of the tone */
#define WHOLE   5   /* windows that are enough */
#define WINDOWS (AUDIO_RATE / 2 / WINDOW)

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

int start_pulse(struct pulse *p)
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

void kill_pulse(struct pulse *p)
{
    if (p->pid <= 0)
        return;
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

int open_pulse(struct pulse *p)
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

void close_pulse(struct pulse *p)
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

int pactl(char *ret, size_t size, const char *arguments)
{
    char line[512];
    size_t n = 0;
    FILE *f;

    (void)snprintf(line, sizeof(line), "LC_ALL=C pactl %s", arguments);
    f = popen(line, "r");
    if (!f)
        return errno;
    if (size)
        n = fread(ret, 1, size - 1, f);
    if (size)
        ret[n] = '\0';
    while (fgets(line, sizeof(line), f))
        ;
    return pclose(f) ? check_fail(__FILE__, __LINE__, "pactl %s", arguments) : 0;
}

/* ---- the call ---- */

static void maybe_stop(struct caller *c)
{
    if (c->bad >= c->want_bad && c->good >= c->want_good && c->away >= c->want_away &&
        c->heard >= c->want_heard && c->chirps >= c->want_chirps && c->lists >= c->want_lists &&
        c->taken_n >= c->want_taken)
        ars_loop_stop(c->loop);
}

static void on_deadline(void *arg)
{
    struct caller *c = arg;

    c->timed_out = true;
    ars_loop_stop(c->loop);
}

static void on_device(bool input, enum ars_device_state state, const char *label, const char *why,
                      void *arg)
{
    struct caller *c = arg;

    *(state == ARS_DEVICE_WORKS ? &c->good : state == ARS_DEVICE_AWAY ? &c->away : &c->bad) += 1;
    (void)snprintf(c->label, sizeof(c->label), "%s", label);
    printf("# %s %s: %s\n", input ? "input" : "output", label, why);
    maybe_stop(c);
}

static void on_devices(const struct ars_device *list, size_t n, void *arg)
{
    struct caller *c = arg;

    c->lists++;
    c->n_list = n < CHECK_COUNT(c->list) ? n : CHECK_COUNT(c->list);
    memcpy(c->list, list, c->n_list * sizeof(*list));
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
        pcm[i] = c->faint ? 1 : on ? (int16_t)(PEAK * sin(c->phase)) : 0;
        c->phase = fmod(c->phase + TWO_PI * 1000 / AUDIO_RATE, TWO_PI);
    }
}

static void on_capture(const int16_t *pcm, const int16_t *others, void *arg)
{
    struct caller *c = arg;
    int at = -1;

    for (int i = 0; i < AUDIO_FRAME && c->taken_n < c->want_taken; i++)
        c->taken[c->taken_n++] = pcm[i];
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

static void on_realtime(int thread, void *arg)
{
    struct caller *c = arg;

    c->slow++;
}

int open_caller(struct caller *c, const char *in, const char *out)
{
    const struct ars_audio_conf conf = {.in = in, .out = out};
    const struct ars_audio_handlers handlers = {
        .device = on_device, .devices = on_devices, .realtime = on_realtime};

    memset(c, 0, sizeof(*c));
    c->loop = lab_loop();
    c->port.capture = on_capture;
    c->port.playback = on_playback;
    c->port.arg = c;
    c->port.volume = 100;
    c->port.talk = true;
    return ars_audio_alloc(&c->audio, c->loop, &conf, &handlers, c);
}

void close_caller(struct caller *c)
{
    audio_port_detach(&c->port);
    ars_timer_stop(&c->deadline);
    ars_audio_free(c->audio);
}

bool comes(struct caller *c, unsigned ms)
{
    c->timed_out = false;
    ars_timer_start(ars_loop_timers(c->loop), &c->deadline, ms, on_deadline, c);
    (void)ars_loop_run(c->loop);
    ars_timer_stop(&c->deadline);
    return !c->timed_out;
}

int run(struct caller *c, unsigned ms)
{
    return comes(c, ms) ? 0
                        : check_fail(__FILE__, __LINE__,
                                     "%u bad, %u away, %u ok, %u frames heard, %u chirps", c->bad,
                                     c->away, c->good, c->heard, c->chirps);
}

/* What the windows without a dropout say of a tone of 1000 Hz, each in the middle of them. */
struct tone {
    unsigned n;
    double off_hz, off_db; /* its pitch, by its phase from window to window; its loudness */
    double noise_db;       /* what is no tone, below it */
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *list, unsigned n)
{
    qsort(list, n, sizeof(*list), by_size);
    return n ? list[n / 2] : NAN;
}

static void measure_tone(const int16_t *pcm, struct tone *ret)
{
    double hz[WINDOWS], db[WINDOWS], noise[WINDOWS];
    double phase = NAN, turn;
    unsigned n = 0;

    for (const int16_t *w = pcm; w < pcm + WINDOWS * WINDOW; w += WINDOW) {
        double re = 0, im = 0, all = 1, power, before = phase;
        for (int i = 0; i < WINDOW; i++) {
            re += w[i] * cos(TWO_PI * 1000 * i / AUDIO_RATE);
            im -= w[i] * sin(TWO_PI * 1000 * i / AUDIO_RATE);
            all += (double)w[i] * w[i];
        }
        power = 2 * (re * re + im * im) / WINDOW;
        phase = power > 0.95 * all ? atan2(im, re) : NAN;
        if (isnan(phase) || isnan(before))
            continue;
        turn = remainder(phase - before, TWO_PI);
        hz[n] = turn / TWO_PI * AUDIO_RATE / WINDOW;
        db[n] = 10 * log10(power / WINDOW / (PEAK * PEAK / 2));
        noise[n++] = 10 * log10((all - power) / power);
    }
    *ret = (struct tone){n, median(hz, n), median(db, n), median(noise, n)};
}

/* Pitch: a hundredth of a semitone. */
static bool is_good(const struct tone *t)
{
    return t->n >= WHOLE && fabs(t->off_hz) < 0.5 && fabs(t->off_db) < 0.1 && t->noise_db < -40;
}

/* On a machine that stands still often, now and then a voice is moved for a while. */
int judge_tone(struct caller *c, const char *what)
{
    static int16_t pcm[WINDOWS * WINDOW];
    struct tone t = {0};
    int err = 0;

    c->taken = pcm;
    for (int i = 0; i < 20 && !is_good(&t); i++) {
        c->taken_n = 0;
        c->want_taken = CHECK_COUNT(pcm);
        TRY(run(c, 6000));
        measure_tone(pcm, &t);
        printf("# %s: %u windows, %+.2f Hz, %+.2f dB, noise %.0f dB\n", what, t.n, t.off_hz,
               t.off_db, t.noise_db);
    }
    CHECK(is_good(&t));
out:
    return err;
}
