/*
 * media: PortAudio and the thread that opens and closes its streams, which can take long.
 */
#ifndef ARS_MEDIA_AUDIO_PA_HOST_H
#define ARS_MEDIA_AUDIO_PA_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/audio.h>

struct ars_loop;
struct ars_ring;
struct pa_host;

#define PA_NAME_MAX 128
#define PA_WHY_MAX  160

enum pa_op { PA_OPEN, PA_CLOSE, PA_LIST };

/*
 * One half-duplex stream of 10 ms callbacks, mono. The owner (loop's thread) may touch it but while
 * an operation is under way; ring and counters are shared with the callback.
 */
struct pa_stream {
    bool input;
    char name[PA_NAME_MAX]; /* "": the default device */
    struct ars_ring *ring;  /* at `rate`; the callback writes (input) or reads it */
    atomic_uint callbacks;
    atomic_int missing;  /* output: samples that were silence instead, ever */
    atomic_uint starved; /* the ring was full (input) or ran empty (output) */

    /* After an operation. */
    int err; /* EIO; why says it in English. PA_LIST: ENOMEM */
    char why[PA_WHY_MAX];
    unsigned rate;
    bool open;
    struct ars_audio_device *list; /* PA_LIST: of all devices; the owner frees it */
    size_t n_list;

    /* On the loop's thread, when the operation has ended. */
    void (*done)(struct pa_stream *s, enum pa_op op, void *arg);
    void *arg;

    enum pa_op op; /* the host's, from here */
    struct pa_stream *next;
    void *pa;
};

/* The thread starts with the first operation. ENOMEM. */
int pa_host_alloc(struct pa_host **ret, struct ars_loop *loop);

/*
 * Operations under way, and those that their ends bring about, are waited for; a hung sound server
 * for a second. Takes NULL.
 */
void pa_host_free(struct pa_host *h);

/* One operation a stream at a time. */
void pa_host_do(struct pa_host *h, struct pa_stream *s, enum pa_op op);

/* Whether PortAudio still runs the stream. */
bool pa_stream_active(const struct pa_stream *s);

/* The callback itself, for the test that it makes no system call, allocates and locks nothing. */
int pa_on_frames(const void *in, void *out, unsigned long n, struct pa_stream *s);

#endif
