/* A call into a file. What Opus makes of it is judged by opusdec: tests/interop/test_record.py. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/log.h>

#include "audio/mixer.h"
#include "audio/recorder.h"
#include "audio/wav.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

#define FRAMES 150
#define FOLDER 32
#define LIMIT  4096

struct news {
    unsigned on;
    unsigned off;
    int err;
    bool stop_when_on;
};

static void on_news(bool on, int err, void *arg)
{
    struct news *n = arg;

    n->on += on;
    n->off += !on;
    n->err = err;
    if (!on || n->stop_when_on)
        ars_loop_stop(lab_loop());
}

static char *fresh_path(char *folder, const char *name)
{
    static char path[64];

    (void)snprintf(folder, FOLDER, "/tmp/ars-recorder-XXXXXX");
    if (!mkdtemp(folder))
        abort();
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void forget(const char *folder, const char *path)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

/* Each side its own sawtooth, so that every sample says where it belongs. */
static void put_frames(struct recorder *r, unsigned n)
{
    int16_t near[AUDIO_FRAME], far[AUDIO_FRAME];

    for (unsigned f = 0; f < n; f++) {
        for (unsigned i = 0; i < AUDIO_FRAME; i++) {
            near[i] = (int16_t)((f * AUDIO_FRAME + i) % 30000);
            far[i] = (int16_t)(-(int)((f * AUDIO_FRAME + i) % 20000));
        }
        recorder_put(r, near, f % 10 == 9 ? NULL : far);
    }
}

static int test_sides(void)
{
    struct recorders all = {0};
    struct recorder *r = NULL;
    struct news news = {.stop_when_on = true};
    uint8_t data[WAV_HEADER + FRAMES * AUDIO_FRAME * 4 + 1];
    char folder[FOLDER];
    char *path = fresh_path(folder, "call.wav");
    FILE *file = NULL;
    struct stat st;
    int err;

    TRY(recorder_start(&r, &all, lab_loop(), path, on_news, &news));
    (void)ars_loop_run(lab_loop());
    CHECK(news.on == 1 && !news.off);
    put_frames(r, FRAMES);
    recorder_stop(r);
    recorders_finish(&all);
    CHECK(news.on == 1 && !news.off);
    CHECK(!stat(path, &st) && (st.st_mode & 0777) == 0600); /* nobody else's */
    file = fopen(path, "rb");
    CHECK(file);
    CHECK(fread(data, 1, sizeof(data), file) == sizeof(data) - 1);
    CHECK(!memcmp(data, "RIFF", 4) && data[22] == 2 && data[32] == 4);
    for (unsigned i = 0; i < FRAMES * AUDIO_FRAME; i++) {
        const uint8_t *p = data + WAV_HEADER + (size_t)4 * i;
        int far = i / AUDIO_FRAME % 10 == 9 ? 0 : -(int)(i % 20000);

        CHECK((int16_t)(p[0] | p[1] << 8) == (int16_t)(i % 30000));
        CHECK((int16_t)(p[2] | p[3] << 8) == far);
    }
out:
    if (file)
        (void)fclose(file);
    forget(folder, path);
    return err;
}

static void put_noise(struct recorder *r, unsigned n)
{
    int16_t pcm[AUDIO_FRAME];
    uint32_t x = 1;

    for (unsigned f = 0; f < n; f++) {
        for (unsigned i = 0; i < AUDIO_FRAME; i++) {
            x = x * 1664525 + 1013904223;
            pcm[i] = (int16_t)(x >> 18);
        }
        recorder_put(r, pcm, pcm);
    }
}

/* The disk is full: told once, and what goes on is no longer written. */
static int full(const char *name, unsigned frames)
{
    const struct rlimit small = {LIMIT, RLIM_INFINITY};
    struct rlimit before;
    struct recorders all = {0};
    struct recorder *r = NULL;
    struct news news = {0};
    char folder[FOLDER];
    char *path = fresh_path(folder, name);
    struct stat st;
    int err;

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)getrlimit(RLIMIT_FSIZE, &before);
    (void)setrlimit(RLIMIT_FSIZE, &small);
    TRY(recorder_start(&r, &all, lab_loop(), path, on_news, &news));
    put_noise(r, frames);
    (void)ars_loop_run(lab_loop());
    CHECK(news.off == 1 && news.err == EFBIG);
    put_noise(r, 100);
    recorder_stop(r);
    recorders_finish(&all);
    CHECK(news.off == 1);
    CHECK(!stat(path, &st) && st.st_size > LIMIT / 4 && st.st_size <= LIMIT);
out:
    recorders_finish(&all);
    (void)setrlimit(RLIMIT_FSIZE, &before);
    forget(folder, path);
    return err;
}

static int test_full(void)
{
    int err = full("call.wav", 40);

    return err ? err : full("call.opus", 395);
}

static void on_log(enum ars_log_level level, const char *room, const char *line, void *arg)
{
    *(bool *)arg = *(bool *)arg || strstr(line, strerror(EFBIG));
}

/* Its last second does not fit any more: nobody listens then, but the log says so. */
static int test_full_at_the_end(void)
{
    const struct rlimit small = {LIMIT, RLIM_INFINITY};
    struct rlimit before;
    struct recorders all = {0};
    struct recorder *r = NULL;
    struct news news = {.stop_when_on = true};
    char folder[FOLDER];
    char *path = fresh_path(folder, "call.wav");
    bool logged = false;
    int err;

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)getrlimit(RLIMIT_FSIZE, &before);
    (void)setrlimit(RLIMIT_FSIZE, &small);
    ars_log_set_sink(ARS_LOG_WARN, on_log, &logged);
    TRY(recorder_start(&r, &all, lab_loop(), path, on_news, &news));
    (void)ars_loop_run(lab_loop());
    CHECK(news.on == 1);
    put_noise(r, 10); /* fewer than wake the thread */
    recorder_stop(r);
    recorders_finish(&all);
    CHECK(logged && !news.off);
out:
    recorders_finish(&all);
    ars_log_set_sink(ARS_LOG_WARN, NULL, NULL);
    (void)setrlimit(RLIMIT_FSIZE, &before);
    forget(folder, path);
    return err;
}

static int refused(const char *path, int why)
{
    struct recorders all = {0};
    struct recorder *r = NULL;
    struct news news = {0};
    int err;

    TRY(recorder_start(&r, &all, lab_loop(), path, on_news, &news));
    (void)ars_loop_run(lab_loop());
    CHECK(!news.on && news.off == 1 && news.err == why);
out:
    recorder_stop(r);
    recorders_finish(&all);
    return err;
}

/* Nothing is overwritten. */
static int test_refused(void)
{
    char folder[FOLDER];
    char *path = fresh_path(folder, "call.opus");
    FILE *file = fopen(path, "w");
    struct stat st;
    int err = 0;

    CHECK(file);
    CHECK(fputs("kept", file) >= 0 && !fclose(file));
    TRY(refused(path, EEXIST));
    CHECK(!stat(path, &st) && st.st_size == 4);
    TRY(refused("/nowhere/at/all/call.opus", ENOENT));
out:
    forget(folder, path);
    return err;
}

int suite_recorder(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"recorder/sides", test_sides, false},
        {"recorder/full", test_full, false},
        {"recorder/full-at-the-end", test_full_at_the_end, false},
        {"recorder/refused", test_refused, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
