/*
 * WAV files as devices. What is played is read whole at the start; what is recorded goes through a
 * ring to a thread of its own, because the loop's thread does not write to disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ars/log.h>
#include <ars/ring.h>

#include "audio/device.h"
#include "audio/mixer.h"
#include "audio/wav.h"

/* The writer is woken each 200 ms and may lag by 2 s. */
#define WAKE_FRAMES 20
#define RING        (2 * AUDIO_RATE)
#define BATCH       4096
/* RIFF counts its bytes in 32 bits. */
#define BYTES_MAX 0xfffff000u

struct file_source {
    struct audio_dev dev;
    int16_t *pcm;
    size_t n;
    size_t at;
};

struct file_sink {
    struct audio_dev dev;
    struct ars_ring *ring;
    unsigned frames; /* since the writer was woken */
    bool lagged;     /* said once */

    pthread_t thread;
    sem_t wake;
    atomic_bool quit;
    int fd; /* the writer's, from here */
    uint32_t bytes;
    bool broken;
};

static void source_start(struct audio_dev *d)
{
    struct file_source *f = (struct file_source *)d;

    f->at = 0;
}

static void do_nothing(struct audio_dev *d)
{
    (void)d;
}

static void source_free(struct audio_dev *d)
{
    struct file_source *f = (struct file_source *)d;

    free(f->pcm);
    free(f);
}

static void source_read(struct audio_dev *d, int16_t *pcm)
{
    struct file_source *f = (struct file_source *)d;

    for (size_t i = 0; i < AUDIO_FRAME; i++) {
        pcm[i] = f->pcm[f->at];
        f->at = f->at + 1 < f->n ? f->at + 1 : 0;
    }
}

static const struct audio_dev_ops source_ops = {
    .start = source_start,
    .stop = do_nothing,
    .free = source_free,
    .read = source_read,
};

int file_source_alloc(struct audio_dev **ret, const char *path)
{
    struct file_source *f = calloc(1, sizeof(*f));
    int err;

    if (!f)
        return ENOMEM;
    f->dev.ops = &source_ops;
    err = wav_load(path, &f->pcm, &f->n);
    if (err) {
        free(f);
        return err;
    }
    *ret = &f->dev;
    return 0;
}

static bool write_fully(int fd, const uint8_t *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* What waits, then the header: the file is whole after each batch. */
static void drain(struct file_sink *f)
{
    uint8_t header[WAV_HEADER];
    uint8_t bytes[BATCH * 2];
    int16_t pcm[BATCH];
    size_t n;

    while ((n = ars_ring_read(f->ring, pcm, BATCH)) > 0) {
        for (size_t i = 0; i < n; i++) {
            bytes[2 * i] = (uint8_t)pcm[i];
            bytes[2 * i + 1] = (uint8_t)((uint16_t)pcm[i] >> 8);
        }
        if (f->broken || f->bytes > BYTES_MAX - sizeof(bytes))
            continue;
        f->broken = !write_fully(f->fd, bytes, n * 2);
        f->bytes += (uint32_t)n * 2;
        if (f->broken)
            ars_log(ARS_LOG_WARN, "media", "recording ends: %s", strerror(errno));
    }
    wav_header(header, f->bytes, 1);
    if (!f->broken && pwrite(f->fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
        f->broken = true;
}

static void *writer(void *arg)
{
    struct file_sink *f = arg;

    while (!atomic_load(&f->quit)) {
        if (!sem_wait(&f->wake))
            drain(f);
    }
    drain(f);
    return NULL;
}

static void sink_write(struct audio_dev *d, const int16_t *pcm)
{
    struct file_sink *f = (struct file_sink *)d;

    if (ars_ring_write(f->ring, pcm, AUDIO_FRAME) < AUDIO_FRAME && !f->lagged) {
        f->lagged = true;
        ars_log(ARS_LOG_WARN, "media", "recording has holes: the disk is too slow");
    }
    if (++f->frames < WAKE_FRAMES)
        return;
    f->frames = 0;
    (void)sem_post(&f->wake);
}

static void sink_stop(struct audio_dev *d)
{
    struct file_sink *f = (struct file_sink *)d;

    (void)sem_post(&f->wake);
}

static void sink_free(struct audio_dev *d)
{
    struct file_sink *f = (struct file_sink *)d;

    atomic_store(&f->quit, true);
    (void)sem_post(&f->wake);
    (void)pthread_join(f->thread, NULL);
    (void)sem_destroy(&f->wake);
    (void)close(f->fd);
    ars_ring_free(f->ring);
    free(f);
}

static const struct audio_dev_ops sink_ops = {
    .start = do_nothing,
    .stop = sink_stop,
    .free = sink_free,
    .write = sink_write,
    .gapless = true,
};

int file_sink_alloc(struct audio_dev **ret, const char *path)
{
    struct file_sink *f = calloc(1, sizeof(*f));
    uint8_t header[WAV_HEADER];
    int err;

    if (!f)
        return ENOMEM;
    f->dev.ops = &sink_ops;
    f->fd = -1;
    (void)sem_init(&f->wake, 0, 0);
    err = ars_ring_alloc(&f->ring, RING);
    if (err)
        goto out;
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (f->fd < 0) {
        err = errno;
        goto out;
    }
    wav_header(header, 0, 1);
    err = write_fully(f->fd, header, sizeof(header)) ? 0 : EIO;
    if (!err)
        err = pthread_create(&f->thread, NULL, writer, f);
    if (err)
        goto out;
    *ret = &f->dev;
    f = NULL;
out:
    if (f) {
        if (f->fd >= 0)
            (void)close(f->fd);
        (void)sem_destroy(&f->wake);
        ars_ring_free(f->ring);
        free(f);
    }
    return err;
}
