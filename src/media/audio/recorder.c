/* Recording. The thread owns the file; the two sides meet at a ring, a semaphore and a bell. */
#include "audio/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <opusenc.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/ring.h>
#include <ars/str.h>

#include "audio/mixer.h"
#include "audio/wav.h"

#define CHANNELS 2
/* The thread is woken each 200 ms and may lag by 4 s. */
#define WAKE_FRAMES 20
#define RING        (4 * AUDIO_RATE * CHANNELS)
#define BATCH       (AUDIO_FRAME * CHANNELS)
/* RIFF counts its bytes in 32 bits. */
#define WAV_BYTES_MAX 0xfffff000u
/* Of both sides together: speech at 48 kHz without audible loss, 22 MB an hour. */
#define BIT_RATE 48000

struct recorder {
    struct recorders *all;
    struct recorder *next;
    recorder_fn *fn; /* NULL: nobody listens any more */
    void *arg;
    struct ars_bell *bell;
    struct ars_ring *ring;
    unsigned frames; /* since the thread was woken */
    bool lagged;     /* said once */
    bool told_on;
    bool told_off;

    pthread_t thread;
    sem_t wake;
    atomic_bool quit;
    atomic_bool open;
    atomic_bool done;
    atomic_int error;

    char *path; /* the thread's, from here */
    int fd;
    OggOpusEnc *opus; /* NULL: WAV */
    uint32_t bytes;   /* of WAV */
};

/* ---- the thread ---- */

static void broken(struct recorder *r, int err)
{
    if (atomic_load(&r->error))
        return;
    atomic_store(&r->error, err ? err : EIO);
    ars_bell_ring(r->bell);
}

static int write_fully(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : ENOSPC;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int on_opus_page(void *arg, const unsigned char *page, opus_int32 len)
{
    struct recorder *r = arg;
    int err = write_fully(r->fd, page, (size_t)len);

    if (err)
        broken(r, err);
    return err != 0;
}

static int on_opus_close(void *arg)
{
    return 0;
}

static void open_opus(struct recorder *r)
{
    static const OpusEncCallbacks callbacks = {on_opus_page, on_opus_close};
    OggOpusComments *comments = ope_comments_create();
    int err = 0;

    if (comments)
        r->opus =
            ope_encoder_create_callbacks(&callbacks, r, comments, AUDIO_RATE, CHANNELS, 0, &err);
    ope_comments_destroy(comments);
    if (!r->opus || ope_encoder_ctl(r->opus, OPUS_SET_BITRATE(BIT_RATE)) != OPE_OK ||
        ope_encoder_flush_header(r->opus) != OPE_OK)
        broken(r, ENOMEM);
}

static void write_wav_header(struct recorder *r)
{
    uint8_t header[WAV_HEADER];

    wav_header(header, r->bytes, CHANNELS);
    if (pwrite(r->fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
        broken(r, errno);
}

static bool is_wav(const char *path)
{
    size_t n = strlen(path);

    return n >= 4 && strcasecmp(path + n - 4, ".wav") == 0;
}

static void open_file(struct recorder *r)
{
    r->fd = open(r->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (r->fd < 0) {
        broken(r, errno);
        return;
    }
    if (is_wav(r->path)) {
        write_wav_header(r);
        (void)lseek(r->fd, WAV_HEADER, SEEK_SET);
    } else {
        open_opus(r);
    }
    if (atomic_load(&r->error))
        return;
    atomic_store(&r->open, true);
    ars_bell_ring(r->bell);
}

static void write_wav(struct recorder *r, const int16_t *pcm, size_t n)
{
    uint8_t bytes[2 * BATCH];
    int err = r->bytes > WAV_BYTES_MAX - sizeof(bytes) ? EFBIG : 0;

    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)pcm[i];
        bytes[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
    }
    if (!err)
        err = write_fully(r->fd, bytes, 2 * n);
    r->bytes += (uint32_t)(2 * n);
    if (err)
        broken(r, err);
}

/* What waits; whole frames of both sides. */
static void drain(struct recorder *r)
{
    int16_t pcm[BATCH];
    size_t n;

    while ((n = ars_ring_read(r->ring, pcm, BATCH)) > 0) {
        if (atomic_load(&r->error))
            continue;
        if (!r->opus)
            write_wav(r, pcm, n);
        else if (ope_encoder_write(r->opus, pcm, (int)(n / CHANNELS)) != OPE_OK)
            broken(r, ENOMEM);
    }
    if (!r->opus && !atomic_load(&r->error))
        write_wav_header(r); /* it is whole after each batch */
}

static void close_file(struct recorder *r)
{
    if (r->opus && !atomic_load(&r->error) && ope_encoder_drain(r->opus) != OPE_OK)
        broken(r, EIO);
    if (r->opus)
        ope_encoder_destroy(r->opus);
    if (r->fd >= 0 && close(r->fd))
        broken(r, errno);
}

static void *record(void *arg)
{
    struct recorder *r = arg;

    open_file(r);
    while (!atomic_load(&r->quit)) {
        if (!sem_wait(&r->wake))
            drain(r);
    }
    drain(r);
    close_file(r);
    atomic_store(&r->done, true);
    ars_bell_ring(r->bell);
    return NULL;
}

/* ---- the loop ---- */

/* True: it was not told yet. */
static bool tell_error(struct recorder *r)
{
    int err = atomic_load(&r->error);

    if (!err || r->told_off)
        return false;
    r->told_off = true;
    ars_log(ARS_LOG_WARN, "media", "%s: recording ends early: %s", r->path, strerror(err));
    return true;
}

/* Its thread is at its end. */
static void destroy(struct recorder *r)
{
    struct recorder **at = &r->all->first;

    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    (void)pthread_join(r->thread, NULL);
    (void)tell_error(r); /* what came after recorder_stop() */
    ars_bell_free(r->bell);
    (void)sem_destroy(&r->wake);
    ars_ring_free(r->ring);
    free(r->path);
    free(r);
}

static void on_bell(void *arg)
{
    struct recorder *r = arg;
    recorder_fn *fn = r->fn;

    if (atomic_load(&r->done)) {
        destroy(r);
        return;
    }
    if (atomic_load(&r->open) && !r->told_on && fn) {
        r->told_on = true;
        fn(true, 0, r->arg);
        fn = r->fn;
    }
    if (fn && tell_error(r))
        fn(false, atomic_load(&r->error), r->arg);
}

int recorder_start(struct recorder **ret, struct recorders *all, struct ars_loop *loop,
                   const char *path, recorder_fn *fn, void *arg)
{
    struct recorder *r = calloc(1, sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->all = all;
    r->fn = fn;
    r->arg = arg;
    r->fd = -1;
    (void)sem_init(&r->wake, 0, 0);
    r->path = ars_strdup(path);
    err = r->path ? ars_ring_alloc(&r->ring, RING) : ENOMEM;
    if (!err)
        err = ars_bell_alloc(&r->bell, loop, on_bell, r);
    if (!err)
        err = pthread_create(&r->thread, NULL, record, r);
    if (err) {
        ars_bell_free(r->bell);
        (void)sem_destroy(&r->wake);
        ars_ring_free(r->ring);
        free(r->path);
        free(r);
        return err;
    }
    r->next = all->first;
    all->first = r;
    *ret = r;
    return 0;
}

void recorder_stop(struct recorder *r)
{
    if (!r)
        return;
    r->fn = NULL;
    atomic_store(&r->quit, true);
    (void)sem_post(&r->wake);
}

void recorder_put(struct recorder *r, const int16_t *near, const int16_t *far)
{
    int16_t pcm[BATCH];

    for (size_t i = 0; i < AUDIO_FRAME; i++) {
        pcm[2 * i] = near ? near[i] : 0;
        pcm[2 * i + 1] = far ? far[i] : 0;
    }
    /* all of it or nothing: the sides stay where they are */
    if (ars_ring_fill(r->ring) + BATCH > RING) {
        if (!r->lagged)
            ars_log(ARS_LOG_WARN, "media", "recording has holes: the disk is too slow");
        r->lagged = true;
    } else {
        (void)ars_ring_write(r->ring, pcm, BATCH);
    }
    if (++r->frames < WAKE_FRAMES)
        return;
    r->frames = 0;
    (void)sem_post(&r->wake);
}

void recorders_finish(struct recorders *all)
{
    while (all->first)
        destroy(all->first);
}
