/*
 * The host of the cards: a thread that does what can take long (a sound server that starts, or
 * hangs), one thing after the other.
 */
#include "audio/card_host.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/ring.h>
#include <ars/str.h>

#include "audio/portaudio.h"
#include "audio/pulse.h"

#define STOP_WAIT_S 1

struct card_host {
    struct ars_loop *loop;
    card_changed_fn *changed;
    void *arg;
    struct ars_bell *bell;
    struct ars_device *list; /* the loop's */
    size_t n_list;

    pthread_t thread;
    bool running;
    struct pulse *pulse; /* the thread's */
    bool portaudio;      /* has been used */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool quit;
    struct card_stream *todo;
    struct card_stream *ended;
    struct ars_device *fresh; /* on its way from libpulse's thread to the loop's */
    size_t n_fresh;
};

void card_on_frames(const void *in, void *out, size_t n, struct card_stream *s)
{
    size_t got;

    if (s->input) {
        if (in && ars_ring_write(s->ring, in, n) < n)
            atomic_fetch_add_explicit(&s->starved, 1, memory_order_relaxed);
    } else {
        got = ars_ring_read(s->ring, out, n);
        if (got < n) {
            memset((int16_t *)out + got, 0, (n - got) * sizeof(int16_t));
            atomic_fetch_add_explicit(&s->missing, (int)(n - got), memory_order_relaxed);
            atomic_fetch_add_explicit(&s->starved, 1, memory_order_relaxed);
        }
    }
    atomic_fetch_add_explicit(&s->callbacks, 1, memory_order_relaxed);
}

/* "bluez_sink.AA_BB_CC_DD_EE_FF.a2dp_sink": up to the profile. */
static size_t bluetooth_len(const char *name)
{
    const char *address = strncmp(name, "bluez_", 6) ? NULL : strchr(name, '.');

    return address ? (size_t)(address - name) + 1 + strcspn(address + 1, ".") : 0;
}

bool card_same(const char *a, const char *b)
{
    size_t n = bluetooth_len(a);

    return ars_streq(a, b) || (n && n == bluetooth_len(b) && !strncmp(a, b, n));
}

const char *card_name(const struct card_stream *s)
{
    return s->n_names ? s->names[s->choice] : "";
}

bool card_is_server(const char *name)
{
    return ars_streq(name, "pulse") || ars_streq(name, "default");
}

static void on_changed(struct ars_device *list, size_t n, void *arg)
{
    struct card_host *h = arg;

    (void)pthread_mutex_lock(&h->lock);
    free(h->fresh);
    h->fresh = list;
    h->n_fresh = n;
    if (h->bell)
        ars_bell_ring(h->bell);
    (void)pthread_mutex_unlock(&h->lock);
}

static int open_by(const struct card_driver *driver, void *arg, struct card_stream *s,
                   const char *name)
{
    int err = driver->open(arg, s, name);

    s->open = !err;
    s->driver = driver;
    return err;
}

/* ENODEV: it is not there. */
static int open_chosen(struct card_host *h, struct card_stream *s)
{
    const char *name = card_name(s);
    int err = ENODEV;

    if (!s->unserved && card_is_server(name))
        name = "";
    if (!s->unserved)
        err = open_by(&pulse_driver, h->pulse, s, name);
    if (err == ENODEV && (s->unserved || portaudio_alone_knows(name)))
        err = open_by(&portaudio_driver, &h->portaudio, s, name);
    return err;
}

/* Its own card; where a server runs, which tells when that comes, the default one till then. */
static int open_stream(struct card_host *h, struct card_stream *s)
{
    int err;

    s->replaced = false;
    s->unserved = !h->pulse || !pulse_connect(h->pulse);
    atomic_store(&s->ended, false);
    atomic_store(&s->elsewhere, false);
    s->choice = 0;
    err = open_chosen(h, s);
    while (err == ENODEV && s->choice + 1 < s->n_names) {
        s->choice++;
        err = open_chosen(h, s);
    }
    if (err != ENODEV || !s->n_names)
        return err;
    s->choice = 0;
    if (s->unserved || portaudio_alone_knows(card_name(s)))
        return err;
    s->replaced = true;
    return open_by(&pulse_driver, h->pulse, s, "");
}

static void close_stream(struct card_host *h, struct card_stream *s)
{
    if (!s->open)
        return;
    s->driver->close(s->driver == &pulse_driver ? (void *)h->pulse : &h->portaudio, s);
    s->open = false;
}

static int list_cards(struct card_host *h, struct card_stream *s)
{
    return h->pulse && pulse_connect(h->pulse) ? pulse_list(h->pulse, s)
                                               : portaudio_list(&h->portaudio, s);
}

static void work(struct card_host *h, struct card_stream *s)
{
    s->err = 0;
    s->why[0] = '\0';
    if (!h->pulse)
        (void)pulse_alloc(&h->pulse, on_changed, h);
    if (s->op == CARD_OPEN)
        s->err = open_stream(h, s);
    else if (s->op == CARD_LIST)
        s->err = list_cards(h, s);
    else
        close_stream(h, s);
    if (s->err && !s->why[0])
        (void)ars_strcpy(s->why, sizeof(s->why),
                         s->err == ENODEV ? "no such device" : strerror(s->err));
}

static struct card_stream *pop(struct card_stream **list)
{
    struct card_stream *s = *list;

    if (s)
        *list = s->next;
    return s;
}

static void push(struct card_stream **list, struct card_stream *s)
{
    while (*list)
        list = &(*list)->next;
    s->next = NULL;
    *list = s;
}

static void *worker(void *arg)
{
    struct card_host *h = arg;
    struct card_stream *s;

    (void)pthread_mutex_lock(&h->lock);
    for (;;) {
        s = pop(&h->todo);
        if (!s && h->quit)
            break;
        if (!s) {
            (void)pthread_cond_wait(&h->wake, &h->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&h->lock);
        work(h, s);
        (void)pthread_mutex_lock(&h->lock);
        push(&h->ended, s);
        if (h->bell)
            ars_bell_ring(h->bell);
    }
    (void)pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void take_fresh(struct card_host *h)
{
    struct ars_device *fresh;

    (void)pthread_mutex_lock(&h->lock);
    fresh = h->fresh;
    h->fresh = NULL;
    if (fresh) {
        free(h->list);
        h->list = fresh;
        h->n_list = h->n_fresh;
    }
    (void)pthread_mutex_unlock(&h->lock);
    if (fresh)
        h->changed(h->list, h->n_list, h->arg);
}

static void on_bell(void *arg)
{
    struct card_host *h = arg;
    struct card_stream *s;

    take_fresh(h);
    for (;;) {
        (void)pthread_mutex_lock(&h->lock);
        s = pop(&h->ended);
        (void)pthread_mutex_unlock(&h->lock);
        if (!s)
            return;
        s->done(s, s->op, s->arg);
    }
}

const struct ars_device *card_host_find(const struct card_host *h, const char *name, bool input)
{
    for (size_t i = 0; i < h->n_list; i++) {
        const struct ars_device *d = &h->list[i];
        if ((input ? d->input : d->output) && card_same(d->name, name))
            return d;
    }
    return NULL;
}

int card_host_alloc(struct card_host **ret, struct ars_loop *loop, card_changed_fn *changed,
                    void *arg)
{
    struct card_host *h = calloc(1, sizeof(*h));
    int err;

    if (!h)
        return ENOMEM;
    h->loop = loop;
    h->changed = changed;
    h->arg = arg;
    err = ars_bell_alloc(&h->bell, loop, on_bell, h);
    if (err) {
        free(h);
        return err;
    }
    (void)pthread_mutex_init(&h->lock, NULL);
    (void)pthread_cond_init(&h->wake, NULL);
    *ret = h;
    return 0;
}

void card_host_do(struct card_host *h, struct card_stream *s, enum card_op op)
{
    s->op = op;
    if (!h->running && !h->quit)
        h->running = pthread_create(&h->thread, NULL, worker, h) == 0;
    if (!h->running)
        work(h, s);
    (void)pthread_mutex_lock(&h->lock);
    push(h->running ? &h->todo : &h->ended, s);
    (void)pthread_cond_signal(&h->wake);
    (void)pthread_mutex_unlock(&h->lock);
    /* never from inside this call: its caller is not done with the stream */
    if (!h->running)
        ars_bell_ring(h->bell);
}

/* Whether the thread has ended. */
static bool stop(struct card_host *h)
{
    struct timespec until;

    (void)pthread_mutex_lock(&h->lock);
    h->quit = true;
    (void)pthread_cond_signal(&h->wake);
    (void)pthread_mutex_unlock(&h->lock);
    if (!h->running)
        return true;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_WAIT_S;
    if (pthread_timedjoin_np(h->thread, NULL, &until))
        return false;
    h->running = false;
    return true;
}

void card_host_free(struct card_host *h)
{
    if (!h)
        return;
    if (!stop(h)) {
        /* It hangs in the sound system, and its stream with it: left to the process's end. */
        ars_log(ARS_LOG_WARN, "media", "the sound system hangs, its devices stay open");
        (void)pthread_mutex_lock(&h->lock);
        ars_bell_free(h->bell);
        h->bell = NULL;
        (void)pthread_mutex_unlock(&h->lock);
        (void)pthread_detach(h->thread);
        return;
    }
    on_bell(h);
    pulse_free(h->pulse);
    portaudio_leave(&h->portaudio);
    ars_bell_free(h->bell);
    (void)pthread_cond_destroy(&h->wake);
    (void)pthread_mutex_destroy(&h->lock);
    free(h->fresh);
    free(h->list);
    free(h);
}
