/*
 * Sound cards: the callback alone, and a real PulseAudio that the case starts, kills and
 * starts again: what is played into a null sink comes back from its monitor.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ars/audio.h>
#include <ars/clock.h>
#include <ars/ring.h>
#include <ars/timer.h>

#include "audio/card_host.h"
#include "audio/mixer.h"
#include "card_rig.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

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

/* It gives nothing but what is in the ring, and counts what was missing. */
static int test_callback(void)
{
    struct card_stream s = {0};
    int16_t in[480], out[480];
    int err;

    TRY(ars_ring_alloc(&s.ring, 1024));
    for (int i = 0; i < 480; i++)
        in[i] = (int16_t)(i + 1);
    card_on_frames(NULL, out, 480, &s);
    CHECK_INT(out[0], 0);
    CHECK_INT(atomic_load(&s.starved), 1);
    s.input = true;
    for (int i = 0; i < 3; i++)
        card_on_frames(in, NULL, 480, &s);
    CHECK_INT(atomic_load(&s.starved), 2); /* 1440 into 1024 */
    s.input = false;
    for (int i = 0; i < 3; i++)
        card_on_frames(NULL, out, 480, &s);
    CHECK_INT(out[63], 64);
    CHECK_INT(out[64], 0);
    CHECK_INT(atomic_load(&s.callbacks), 7);
out:
    ars_ring_free(s.ring);
    return err;
}

#define LATE "Headset (late)"

/* A device of ALSA's that nobody knew before, as a sound card is that is plugged in. */
static int plug_late(const struct pulse *p, const char *what)
{
    char path[96];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/.asoundrc", p->dir);
    f = fopen(path, "w");
    if (!f)
        return errno;
    (void)fprintf(f, "pcm.'" LATE "' {\n%s    hint { show on description \"a headset\" }\n}\n",
                  what);
    return fclose(f) ? EIO : 0;
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
    CHECK(!c.port.wideband);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* Of this thread: whether it may make threads real-time. */
static bool may_be_realtime(bool wanted)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
    const uint32_t nice = 1u << CAP_SYS_NICE;

    if (syscall(SYS_capget, &head, caps))
        return false;
    caps[0].effective = wanted ? caps[0].effective | nice : caps[0].effective & ~nice;
    return !syscall(SYS_capset, &head, caps) && wanted;
}

static bool is_realtime(void)
{
    return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_RR;
}

/* The loop's thread and the callbacks' come first, or somebody is told who may see to it. */
static int test_pulse_realtime(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    for (int i = 0; i < 2; i++) {
        bool may = may_be_realtime(i);
        TRY(open_caller(&c, "device:speaker.monitor", "device:speaker"));
        CHECK(!is_realtime());
        audio_port_attach(c.audio, &c.port);
        c.want_heard = 1;
        TRY(run(&c, 10000));
        CHECK_INT(is_realtime(), may);
        CHECK(may ? c.slow == 0 : c.slow >= 2);
        close_caller(&c);
        memset(&c, 0, sizeof(c));
        CHECK(!is_realtime());
    }
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
    CHECK(c.port.wideband);
    audio_port_share(&c.port, true);
    c.want_heard = c.heard + 2;
    TRY(run(&c, 10000));
    CHECK(!c.port.wideband); /* the others' voices are what they are */
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
    unsigned heard, bad, good;
    int err;

    TRY(open_pulse(&p));
    TRY(open_caller(&c, "device:speaker.monitor", "device:speaker"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    c.want_heard = 50;
    TRY(run(&c, 10000));
    bad = c.bad; /* a machine that stands still may have had news, too */
    good = c.good;
    kill_pulse(&p);
    c.want_bad = bad + 2; /* both devices, once each */
    TRY(run(&c, 3000));
    heard = c.heard;
    c.want_bad = bad + 3; /* never: the second news would be one too many */
    CHECK(!comes(&c, 2500));
    CHECK_INT(c.bad, bad + 2);
    CHECK(c.heard <= heard + 5);
    TRY(start_pulse(&p));
    c.want_bad = bad + 2;
    c.want_good = good + 2;
    c.want_heard = c.heard + 50;
    TRY(run(&c, 6000));
    CHECK(c.good >= good + 2);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* A name of PortAudio's that nobody has; the call goes on without it. */
static int test_pulse_no_such(void)
{
    static const char *const names[] = {"device:a b", "device:x'},y"};
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
    struct ars_device *list;
    size_t n;
    int err;
    unsigned times;
};

static void on_list(int err, struct ars_device *list, size_t n, void *arg)
{
    struct listing *l = arg;

    free(l->list);
    l->err = err;
    l->list = list;
    l->n = n;
    l->times++;
    ars_loop_stop(l->loop);
}

static const struct ars_device *find(const struct listing *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->list[i].name, name) == 0)
            return &l->list[i];
    }
    return NULL;
}

static int ask(struct caller *c, struct listing *l)
{
    int err;

    l->loop = c->loop;
    TRY(ars_audio_devices(c->audio, on_list, l));
    CHECK(comes(c, 10000));
    TRY(l->err);
out:
    return err;
}

/* The engine does not wait for the list, which holds what the server has, in the user's words. */
static int test_list(void)
{
    struct listing l = {0};
    struct pulse p;
    struct caller c = {0};
    const struct ars_device *d;
    uint64_t start;
    int err;

    TRY(open_pulse(&p));
    TRY(pactl(NULL, 0,
              "load-module module-null-sink sink_name=headset "
              "sink_properties=device.description=Гарнитура"));
    TRY(pactl(NULL, 0,
              "load-module module-remap-source master=headset.monitor source_name=headset_mic "
              "source_properties=device.description=Microphone"));
    TRY(pactl(NULL, 0, "set-default-sink other"));
    TRY(open_caller(&c, "silence", "none"));
    c.want_heard = 1; /* never: the list alone ends the waiting */
    l.loop = c.loop;
    start = ars_clock_us();
    TRY(ars_audio_devices(c.audio, on_list, &l));
    CHECK(ars_clock_us() - start < 10000 && l.times == 0);
    CHECK(comes(&c, 10000));
    TRY(l.err);
    CHECK_INT(l.n, 4); /* no monitors, and nothing of PortAudio's */
    d = find(&l, "headset");
    CHECK(d && d->output && !d->input && !d->is_default);
    CHECK_STR(d->label, "Гарнитура");
    d = find(&l, "headset_mic");
    CHECK(d && d->input && !d->output);
    CHECK_STR(d->label, "Microphone");
    d = find(&l, "other");
    CHECK(d && d->is_default);
    /* one that is asked for at the end is told all the same */
    TRY(ars_audio_devices(c.audio, on_list, &l));
    ars_audio_free(c.audio);
    c.audio = NULL;
    CHECK_INT(l.times, 2);
out:
    free(l.list);
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* Where no server runs it is PortAudio's list, as it is when it is asked for. */
static int test_list_without_server(void)
{
    struct listing l = {0};
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    kill_pulse(&p);
    TRY(open_caller(&c, "silence", "none"));
    c.want_heard = 1; /* never: the list alone ends the waiting */
    TRY(ask(&c, &l));
    CHECK(!find(&l, LATE));
    TRY(plug_late(&p, "    type null\n"));
    TRY(ask(&c, &l));
    CHECK(find(&l, LATE) && find(&l, LATE)->input && find(&l, LATE)->output);
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
    TRY(plug_late(&p, "    type asym\n"
                      "    playback.pcm { type pulse device \"speaker\" }\n"
                      "    capture.pcm { type pulse device \"speaker.monitor\" }\n"));
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
        {"audio-device/list", test_list, false},
        {"audio-device/list-without-server", test_list_without_server, false},
        {"audio-device/pulse", test_pulse, false},
        {"audio-device/pulse-realtime", test_pulse_realtime, false},
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
