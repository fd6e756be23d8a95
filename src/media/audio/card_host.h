/*
 * media: the thread that opens and closes the streams of sound cards, which can take long, and
 * knows which cards there are: PulseAudio's (or PipeWire's) where such a server runs, else those of
 * PortAudio.
 */
#ifndef ARS_MEDIA_AUDIO_CARD_HOST_H
#define ARS_MEDIA_AUDIO_CARD_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/audio.h>

struct ars_loop;
struct ars_ring;
struct card_host;
struct card_stream;

#define CARD_WHY_MAX 160

enum card_op { CARD_OPEN, CARD_CLOSE, CARD_LIST };

/* What a sound server makes of it: who talks gets the headset's microphone, and others' music. */
enum card_role { CARD_ROLE_CALL, CARD_ROLE_RING };

/* Both on the host's thread. */
struct card_driver {
    /* 0; ENODEV: there is no such card, EIO: s->why says why not. */
    int (*open)(void *driver, struct card_stream *s, const char *name);
    void (*close)(void *driver, struct card_stream *s);
};

/*
 * One half-duplex stream of some 10 ms a callback, mono. The owner (loop's thread) may touch it but
 * while an operation is under way; ring and counters are shared with the callback.
 */
struct card_stream {
    bool input;
    enum card_role role;
    char names[ARS_DEVICE_NAMES_MAX][ARS_DEVICE_NAME_MAX]; /* in order of preference */
    unsigned n_names;                                      /* 0: the system's default */
    struct ars_ring *ring; /* at `rate`; the callback writes (input) or reads it */
    atomic_uint callbacks;
    atomic_int missing;    /* output: samples that were silence instead, ever */
    atomic_uint starved;   /* the ring was full (input) or ran empty (output) */
    atomic_uint underruns; /* output: the card had played all that it had */
    atomic_bool ended;     /* no callback comes any more */
    atomic_bool elsewhere; /* the server has moved it away from its card */

    /* After an operation. */
    int err; /* EIO; why says it in English. CARD_LIST: ENOMEM */
    char why[CARD_WHY_MAX];
    unsigned rate;
    int thread; /* of the callbacks, by the kernel's id; 0: nobody knows */
    bool open;
    unsigned choice;         /* of the names */
    bool replaced;           /* by the default card: none of them is there, `choice` is 0 */
    bool unserved;           /* there was no sound server */
    struct ars_device *list; /* CARD_LIST: of all cards; the owner frees it */
    size_t n_list;

    /* On the loop's thread, when the operation has ended. */
    void (*done)(struct card_stream *s, enum card_op op, void *arg);
    void *arg;

    enum card_op op; /* the host's, from here */
    struct card_stream *next;
    const struct card_driver *driver;
    void *handle;
};

/*
 * The thread starts with the first operation. changed: other cards are there, or another default,
 * or a sound server has come; on the loop's thread, with a list that is the host's. ENOMEM.
 */
typedef void card_changed_fn(const struct ars_device *list, size_t n, void *arg);
int card_host_alloc(struct card_host **ret, struct ars_loop *loop, card_changed_fn *changed,
                    void *arg);

/*
 * Operations under way, and those that their ends bring about, are waited for; a hung sound server
 * for a second. Takes NULL.
 */
void card_host_free(struct card_host *h);

/* One operation a stream at a time. */
void card_host_do(struct card_host *h, struct card_stream *s, enum card_op op);

/* Its card, or the one that it is to be; "": the system's default. */
const char *card_name(const struct card_stream *s);

/* The card of that name in what `changed` told last; NULL: it is not there. Loop's thread. */
const struct ars_device *card_host_find(const struct card_host *h, const char *name, bool input);

/* The callback itself: makes no system call, allocates and locks nothing. in or out. */
void card_on_frames(const void *in, void *out, size_t n, struct card_stream *s);

/*
 * Whether two names are the same card: a Bluetooth headset has a name of its own for each profile,
 * and changes it when a call begins.
 */
bool card_same(const char *a, const char *b);

/* A name of PortAudio's own for the sound server: no card, but its default one. */
bool card_is_server(const char *name);

#endif
