/* Mixer, tones and files. */
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <ars/audio.h>
#include <ars/clock.h>
#include <ars/timer.h>

#include "audio/mixer.h"
#include "audio/tone.h"
#include "audio/wav.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

#define TWO_PI 6.283185307179586

static double rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return n ? sqrt(sum / (double)n) : 0;
}

/* A file of our own; caller unlinks. */
static int make_temp(char path[32], const void *data, size_t len)
{
    FILE *f;
    int fd;

    (void)snprintf(path, 32, "/tmp/ars-audio-XXXXXX.wav");
    fd = mkstemps(path, 4);
    if (fd < 0)
        return errno;
    f = fdopen(fd, "wb");
    if (!f)
        return errno;
    if (len)
        (void)fwrite(data, 1, len, f);
    return fclose(f) ? EIO : 0;
}

/* A WAVE file by hand: any rate and channels, a chunk that nobody knows before the data. */
static size_t build_wav(uint8_t *out, unsigned rate, unsigned channels, const int16_t *pcm,
                        size_t frames)
{
    size_t bytes = frames * channels * 2;
    uint8_t head[56] = {'R',
                        'I',
                        'F',
                        'F',
                        0,
                        0,
                        0,
                        0,
                        'W',
                        'A',
                        'V',
                        'E',
                        'L',
                        'I',
                        'S',
                        'T',
                        3,
                        0,
                        0,
                        0,
                        'a',
                        'b',
                        'c',
                        0,
                        'f',
                        'm',
                        't',
                        ' ',
                        16,
                        0,
                        0,
                        0,
                        1,
                        0,
                        (uint8_t)channels,
                        0,
                        (uint8_t)rate,
                        (uint8_t)(rate >> 8),
                        (uint8_t)(rate >> 16),
                        0,
                        0,
                        0,
                        0,
                        0,
                        (uint8_t)(channels * 2),
                        0,
                        16,
                        0,
                        'd',
                        'a',
                        't',
                        'a',
                        (uint8_t)bytes,
                        (uint8_t)(bytes >> 8),
                        (uint8_t)(bytes >> 16),
                        (uint8_t)(bytes >> 24)};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), pcm, bytes);
    return sizeof(head) + bytes;
}

/* 425 Hz at the rate and channels given comes out at 48 kHz: as long, as loud, in tune. */
static int load_one(unsigned rate, unsigned channels)
{
    static int16_t in[96000];
    static uint8_t file[200000];
    char path[32] = "";
    int16_t *pcm = NULL;
    unsigned crossings = 0;
    size_t n;
    int err = 0;

    for (size_t i = 0; i < rate / 2 * channels; i++)
        in[i] = (int16_t)lrint(8000 * sin(TWO_PI * 425 * (double)(i / channels) / rate));
    TRY(make_temp(path, file, build_wav(file, rate, channels, in, rate / 2)));
    TRY(wav_load(path, &pcm, &n));
    CHECK(n >= 23900 && n <= 24010);
    CHECK(fabs(rms(pcm, n) / (8000 / sqrt(2)) - 1) < 0.01);
    for (size_t i = 1; i < n; i++)
        crossings += pcm[i - 1] < 0 && pcm[i] >= 0;
    CHECK(crossings >= 211 && crossings <= 213);
out:
    free(pcm);
    (void)unlink(path);
    return err;
}

static int test_wav_load(void)
{
    int err = 0;

    TRY(load_one(8000, 1));
    TRY(load_one(16000, 2));
    TRY(load_one(44100, 1));
    TRY(load_one(48000, 2));
out:
    return err;
}

static int test_wav_refused(void)
{
    static const int16_t pcm[8];
    uint8_t file[128];
    char path[32] = "";
    int16_t *out = NULL;
    size_t n, len;
    int err = 0;

    CHECK_INT(wav_load("/tmp/there-is-no-such.wav", &out, &n), ENOENT);
    len = build_wav(file, 8000, 1, pcm, 8);
    for (size_t cut = 0; cut < 58; cut++) {
        TRY(make_temp(path, file, cut));
        CHECK_INT(wav_load(path, &out, &n), EBADMSG);
        (void)unlink(path);
    }
    /* a writer that was killed: the header promises more */
    file[52] = 0xff;
    file[53] = 0xff;
    TRY(make_temp(path, file, len));
    TRY(wav_load(path, &out, &n));
    free(out);
    out = NULL;
    (void)unlink(path);
    file[46] = 8; /* bits */
    TRY(make_temp(path, file, len));
    CHECK_INT(wav_load(path, &out, &n), EBADMSG);
    (void)unlink(path);
    file[46] = 16;
    file[34] = 3; /* channels */
    TRY(make_temp(path, file, len));
    CHECK_INT(wav_load(path, &out, &n), EBADMSG);
out:
    free(out);
    (void)unlink(path);
    return err;
}

struct listener {
    struct audio_port port;
    double energy;     /* of the last frame from the microphone */
    unsigned captured; /* frames, with or without sound */
    unsigned pulled;
    unsigned silent; /* frames handed over as NULL */
    int16_t says;
    int16_t others;         /* the last sample that the conference said */
    bool alone;             /* there is no conference */
    struct listener *drops; /* detached in our callback */
    bool early;             /* in the first of the two */
};

static void on_capture(const int16_t *pcm, const int16_t *others, void *arg)
{
    struct listener *l = arg;

    l->others = others ? others[AUDIO_FRAME - 1] : 0;
    l->alone = !others;

    l->captured++;
    l->silent += !pcm;
    l->energy = pcm ? rms(pcm, AUDIO_FRAME) : 0;
    if (l->drops && !l->early)
        audio_port_detach(&l->drops->port);
}

static void on_playback(int16_t *pcm, void *arg)
{
    struct listener *l = arg;

    l->pulled++;
    if (l->drops && l->early)
        audio_port_detach(&l->drops->port);
    for (size_t i = 0; pcm && i < AUDIO_FRAME; i++)
        pcm[i] = l->says;
}

static void init_listener(struct listener *l, int16_t says)
{
    memset(l, 0, sizeof(*l));
    l->says = says;
    l->port.capture = on_capture;
    l->port.playback = on_playback;
    l->port.arg = l;
    l->port.volume = 100;
    l->port.talk = true;
}

/* Reads back what a mixer that goes to a file has written: samples after the first `skip` ms. */
static int read_back(const char *path, size_t skip_ms, int16_t **ret, size_t *ret_n)
{
    int16_t *pcm;
    size_t n;
    int err = wav_load(path, &pcm, &n);

    if (err)
        return err;
    if (n <= skip_ms * 48) {
        free(pcm);
        return ENODATA;
    }
    memmove(pcm, pcm + skip_ms * 48, (n - skip_ms * 48) * sizeof(*pcm));
    *ret = pcm;
    *ret_n = n - skip_ms * 48;
    return 0;
}

/* Two who talk are added and held within 16 bits, each at its volume; the third is not heard. */
static int test_mix(void)
{
    struct listener a, b, c;
    char path[32] = "";
    int16_t *pcm = NULL;
    struct lab l = {0};
    size_t n;
    int err = 0;

    init_listener(&a, 20000);
    init_listener(&b, 10000);
    init_listener(&c, 5000);
    c.port.talk = false;
    TRY(make_temp(path, NULL, 0));
    TRY(lab_open(&l, "tone:1000", path));
    audio_port_attach(l.audio, &a.port);
    audio_port_attach(l.audio, &b.port);
    audio_port_attach(l.audio, &c.port);
    lab_run(&l, 100);
    audio_port_volume(&b.port, 200); /* full is the most */
    a.says = 30000;
    lab_run(&l, 100);
    audio_port_volume(&a.port, 50);
    audio_port_volume(&b.port, 0);
    lab_run(&l, 100);
    CHECK_INT(a.captured, 30);
    CHECK_INT(a.pulled, 30);
    CHECK_INT(c.silent, 30);
    CHECK_INT(c.pulled, 30);
    CHECK(fabs(a.energy / 5820 - 1) < 0.01); /* -15 dBFS */
    audio_port_detach(&a.port);
    audio_port_detach(&b.port);
    audio_port_detach(&c.port);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    TRY(read_back(path, 0, &pcm, &n));
    CHECK_INT(n, 300 * 48);
    CHECK_INT(pcm[0], 30000);
    CHECK_INT(pcm[100 * 48], INT16_MAX);
    CHECK_INT(pcm[n - 1], 15000);
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(path);
    return err;
}

/* Each hears all the others, not itself, at any volume of the speaker, which plays all. */
static int test_conference(void)
{
    struct listener p[4];
    char path[32] = "";
    int16_t *pcm = NULL;
    struct lab l = {0};
    size_t n;
    int err = 0;

    TRY(make_temp(path, NULL, 0));
    TRY(lab_open(&l, "silence", path));
    for (size_t i = 0; i < 4; i++) {
        init_listener(&p[i], (int16_t)(1000 << i));
        audio_port_attach(l.audio, &p[i].port);
        audio_port_share(&p[i].port, i < 3);
    }
    audio_port_volume(&p[0].port, 0);
    lab_run(&l, 100);
    CHECK_INT(p[0].others, 2000 + 4000);
    CHECK_INT(p[1].others, 1000 + 4000);
    CHECK_INT(p[2].others, 1000 + 2000);
    CHECK(p[3].alone && !p[0].alone);
    /* one that is silenced listens on; one that does not talk is not there */
    audio_port_silence(&p[1].port, true);
    audio_port_talk(&p[2].port, false);
    lab_run(&l, 100);
    CHECK_INT(p[0].others, 0);
    CHECK_INT(p[1].others, 1000);
    CHECK(p[2].alone && p[2].silent > 0);
    /* held within 16 bits */
    audio_port_silence(&p[1].port, false);
    audio_port_talk(&p[2].port, true);
    p[1].says = p[2].says = 30000;
    lab_run(&l, 100);
    CHECK_INT(p[0].others, INT16_MAX);
    CHECK_INT(p[1].others, 31000);
    for (size_t i = 0; i < 4; i++)
        audio_port_detach(&p[i].port);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    TRY(read_back(path, 0, &pcm, &n));
    CHECK_INT(n, 300 * 48);
    CHECK_INT(pcm[0], 2000 + 4000 + 8000);
    CHECK_INT(pcm[150 * 48], 8000);
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(path);
    return err;
}

/* Nothing runs while nobody needs it: no timer, so no wake-up. */
static int test_idle(void)
{
    struct listener a;
    struct lab l = {0};
    int err = 0;

    init_listener(&a, 0);
    TRY(lab_open(&l, "silence", "none"));
    CHECK_INT(ars_timers_count(ars_loop_timers(l.loop)), 0);
    audio_port_attach(l.audio, &a.port);
    CHECK_INT(ars_timers_count(ars_loop_timers(l.loop)), 1);
    lab_run(&l, 1000);
    CHECK_INT(a.captured, 100);
    audio_port_detach(&a.port);
    lab_run(&l, 20);
    CHECK_INT(ars_timers_count(ars_loop_timers(l.loop)), 0);
    ars_audio_tone(l.audio, ARS_TONE_RINGING);
    CHECK_INT(ars_timers_count(ars_loop_timers(l.loop)), 1);
    lab_run(&l, 100);
    ars_audio_tone(l.audio, ARS_TONE_NONE);
    lab_run(&l, 20);
    CHECK_INT(ars_timers_count(ars_loop_timers(l.loop)), 0);
    CHECK_INT(a.captured, 100);
out:
    lab_close(&l);
    return err;
}

/* The digits that are still to be heard when a call ends are nothing to the next one. */
static int test_keys_end(void)
{
    struct listener first, second;
    char path[32] = "";
    int16_t *pcm = NULL;
    struct lab l = {0};
    size_t n;
    int err = 0;

    init_listener(&first, 0);
    init_listener(&second, 0);
    TRY(make_temp(path, NULL, 0));
    TRY(lab_open(&l, "silence", path));
    audio_port_attach(l.audio, &first.port);
    ars_audio_keys(l.audio, "1234567890");
    lab_run(&l, 300);
    audio_port_detach(&first.port);
    ars_audio_keys(l.audio, "1"); /* there is no call */
    audio_port_attach(l.audio, &second.port);
    lab_run(&l, 500);
    audio_port_detach(&second.port);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    TRY(read_back(path, 0, &pcm, &n));
    CHECK_INT(n, 800 * 48);
    CHECK(rms(pcm, 100 * 48) > 500);
    CHECK(rms(pcm + 300 * 48, 500 * 48) == 0);
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(path);
    return err;
}

static uint64_t slept_us;

static uint64_t after_sleep(void)
{
    return lab_now_us() + slept_us;
}

/* The clock is absolute: a late tick is made up for; after a night's sleep it begins anew. */
static int test_clock(void)
{
    struct listener a;
    struct lab l = {0};
    int err = 0;

    init_listener(&a, 0);
    TRY(lab_open(&l, "silence", "none"));
    audio_port_attach(l.audio, &a.port);
    lab_run(&l, 100);
    CHECK_INT(a.captured, 10);
    slept_us = 150000;
    ars_clock_set_source(after_sleep);
    lab_run(&l, 100);
    CHECK_INT(a.captured, 35);
    slept_us = 3600000000ull;
    lab_run(&l, 100);
    CHECK(a.captured >= 45 && a.captured <= 46);
    audio_port_detach(&a.port);
out:
    lab_close(&l);
    return err;
}

/* A port may take away itself, the next one and the one before while it is served. */
static int test_detach_in_callback(void)
{
    struct listener p[3];
    struct lab l = {0};
    int err = 0;

    for (int n = 0; n < 2 * 3 * 3; n++) {
        int from = n / 2 / 3, to = n / 2 % 3;

        for (int i = 0; i < 3; i++)
            init_listener(&p[i], 0);
        p[from].drops = &p[to];
        p[from].early = n % 2;
        TRY(lab_open(&l, "silence", "none"));
        for (int i = 0; i < 3; i++) {
            audio_port_share(&p[i].port, true);
            audio_port_attach(l.audio, &p[i].port);
        }
        lab_run(&l, 50);
        for (int i = 0; i < 3; i++) {
            CHECK(i == to ? p[i].captured <= 1 : p[i].captured == 5);
            CHECK(i == to ? p[i].pulled <= 1 : p[i].pulled == 5);
            audio_port_detach(&p[i].port);
        }
        lab_close(&l);
        memset(&l, 0, sizeof(l));
    }
out:
    lab_close(&l);
    return err;
}

/*
 * A tone of ours goes over what the far end says; a ring device of its own takes the ringing alone.
 */
static int test_tone_devices(void)
{
    char out[32] = "", ring[32] = "";
    struct ars_audio_conf conf = {.in = "silence", .out = out, .ring = ring};
    int16_t *pcm = NULL;
    struct lab l = {0};
    size_t n;
    int err = 0;

    TRY(make_temp(out, NULL, 0));
    TRY(make_temp(ring, NULL, 0));
    TRY(lab_open(&l, "silence", "none"));
    TRY(ars_audio_set(l.audio, &conf));
    ars_audio_tone(l.audio, ARS_TONE_RINGBACK);
    lab_run(&l, 500);
    ars_audio_tone(l.audio, ARS_TONE_RINGING);
    lab_run(&l, 500);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    TRY(read_back(out, 0, &pcm, &n));
    CHECK_INT(n, 500 * 48);
    CHECK(rms(pcm + 4800, 4800) > 2000);
    free(pcm);
    pcm = NULL;
    TRY(read_back(ring, 0, &pcm, &n));
    CHECK_INT(n, 500 * 48);
    CHECK(rms(pcm + 4800, 4800) > 5000);
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(out);
    (void)unlink(ring);
    return err;
}

static int test_specs(void)
{
    static const struct {
        const char *in, *out;
        int err;
    } v[] = {
        {"tone:440", "none", 0},
        {"silence", "none", 0},
        {"tone:", "none", EINVAL},
        {"tone:19", "none", EINVAL},
        {"tone:20001", "none", EINVAL},
        {"tone:4x", "none", EINVAL},
        {"none", "none", EINVAL},
        {"silence", "silence", EINVAL},
        {"silence", "tone:440", EINVAL},
        {"", "none", EINVAL},
        {"speech.mp3", "none", EINVAL},
        {"device:", "none", EINVAL},
        {"/tmp/no-such-file.wav", "none", ENOENT},
        {"silence", "/tmp/no/such/folder.wav", ENOENT},
    };
    struct ars_audio_conf conf;
    struct lab l = {0};
    struct listener a;
    int err = 0;

    init_listener(&a, 0);
    TRY(lab_open(&l, "tone:1000", "none"));
    audio_port_attach(l.audio, &a.port);
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        memset(&conf, 0, sizeof(conf));
        conf.in = v[i].in;
        conf.out = v[i].out;
        CHECK_INT(ars_audio_set(l.audio, &conf), v[i].err);
        if (i == 1) {
            lab_run(&l, 20);
            CHECK(a.energy == 0);
            conf.in = "tone:440";
            TRY(ars_audio_set(l.audio, &conf));
        }
        /* on an error the old ones stay */
        lab_run(&l, 20);
        CHECK(a.energy > 5000);
    }
    audio_port_detach(&a.port);
out:
    lab_close(&l);
    return err;
}

/* A file that plays comes round again; one that records is whole though nobody closed it. */
static int test_files(void)
{
    static int16_t ramp[4800];
    static uint8_t file[20000];
    char in[32] = "", out[32] = "";
    struct listener a;
    int16_t *pcm = NULL;
    struct lab l = {0};
    uint8_t header[WAV_HEADER];
    size_t n = 0;
    int err = 0;

    init_listener(&a, 1234);
    for (int i = 0; i < 4800; i++)
        ramp[i] = (int16_t)(i < 2400 ? 1000 : 3000);
    TRY(make_temp(in, file, build_wav(file, 48000, 1, ramp, 4800)));
    TRY(make_temp(out, NULL, 0));
    TRY(lab_open(&l, in, out));
    audio_port_attach(l.audio, &a.port);
    for (int i = 0; i < 40; i++) {
        lab_run(&l, 10);
        CHECK(fabs(a.energy - (i % 10 < 5 ? 1000 : 3000)) < 1);
    }
    lab_run(&l, 600);
    /* not closed yet: the writer has run, each 200 ms of sound */
    for (int i = 0; i < 500 && n < 38400; i++) {
        free(pcm);
        pcm = NULL;
        err = wav_load(out, &pcm, &n);
        if (err && err != EBADMSG)
            goto out;
        (void)poll(NULL, 0, 10);
    }
    CHECK(n >= 38400);
    CHECK_INT(pcm[n - 1], 1234);
    audio_port_detach(&a.port);
    lab_close(&l);
    memset(&l, 0, sizeof(l));
    free(pcm);
    pcm = NULL;
    TRY(wav_load(out, &pcm, &n));
    CHECK_INT(n, 48000);
    wav_header(header, 0x01020304, 1);
    CHECK(!memcmp(header,
                  "RIFF\x28\x03\x02\x01WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb\0\0\0\x77\1\0\2\0\x10\0"
                  "data\x04\x03\x02\x01",
                  WAV_HEADER));
    err = 0;
out:
    free(pcm);
    lab_close(&l);
    (void)unlink(in);
    (void)unlink(out);
    return err;
}

int suite_audio(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"audio/wav-load", test_wav_load, true},
        {"audio/wav-refused", test_wav_refused, false},
        {"audio/mix", test_mix, false},
        {"audio/conference", test_conference, false},
        {"audio/idle", test_idle, true},
        {"audio/keys-end", test_keys_end, false},
        {"audio/clock", test_clock, false},
        {"audio/detach-in-callback", test_detach_in_callback, false},
        {"audio/tone-devices", test_tone_devices, false},
        {"audio/specs", test_specs, false},
        {"audio/files", test_files, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
