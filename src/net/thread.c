/* Short-lived threads, and their way back to the loop. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <ars/loop.h>
#include <ars/mailbox.h>

#include "thread.h"

#define BATCH 32 /* messages handled before timers and sockets get their turn */

struct outlet {
    pthread_mutex_t lock;
    struct ars_bell *bell; /* under lock; NULL once closed */
    atomic_uint refs;
    struct ars_mailbox *box;
    outlet_fn *fn;
    void *arg;
    bool closed; /* loop's thread only */
};

struct start {
    void (*fn)(void *arg);
    void *arg;
};

static void *thread_main(void *arg)
{
    struct start s = *(struct start *)arg;

    (void)pthread_detach(pthread_self());
    free(arg);
    s.fn(s.arg);
    return NULL;
}

int thread_start_joinable(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
    sigset_t all;
    sigset_t old;
    int err;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(ret, NULL, fn, arg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err;
}

int thread_start(void (*fn)(void *arg), void *arg)
{
    struct start *s = malloc(sizeof(*s));
    pthread_t th;
    int err;

    if (!s)
        return ENOMEM;
    s->fn = fn;
    s->arg = arg;
    err = thread_start_joinable(&th, thread_main, s);
    if (err)
        free(s);
    return err;
}

static void on_mailbox(void *arg)
{
    struct outlet *o = arg;

    pthread_mutex_lock(&o->lock);
    if (o->bell)
        ars_bell_ring(o->bell);
    pthread_mutex_unlock(&o->lock);
}

static void on_bell(void *arg)
{
    struct outlet *o = outlet_ref(arg);
    void *msg = NULL;

    for (int i = 0; i < BATCH && !o->closed; i++) {
        msg = ars_mailbox_pop(o->box);
        if (!msg)
            break;
        o->fn(msg, o->arg);
    }
    if (msg && !o->closed)
        ars_bell_ring(o->bell);
    outlet_unref(o);
}

int outlet_alloc(struct outlet **ret, struct ars_loop *l, size_t capacity, size_t last,
                 void (*drop)(void *msg), outlet_fn *fn, void *arg)
{
    struct outlet *o = calloc(1, sizeof(*o));
    const struct ars_mailbox_conf conf = {
        .capacity = capacity, .reserved = last, .bell = on_mailbox, .arg = o, .drop = drop};
    int err;

    if (!o)
        return ENOMEM;
    (void)pthread_mutex_init(&o->lock, NULL);
    atomic_init(&o->refs, 1);
    o->fn = fn;
    o->arg = arg;
    err = ars_mailbox_alloc(&o->box, &conf);
    if (!err)
        err = ars_bell_alloc(&o->bell, l, on_bell, o);
    if (err) {
        outlet_unref(o);
        return err;
    }
    *ret = o;
    return 0;
}

void outlet_close(struct outlet *o)
{
    struct ars_bell *bell;

    if (!o)
        return;
    pthread_mutex_lock(&o->lock);
    bell = o->bell;
    o->bell = NULL;
    pthread_mutex_unlock(&o->lock);
    o->closed = true;
    ars_bell_free(bell);
    outlet_unref(o);
}

struct outlet *outlet_ref(struct outlet *o)
{
    atomic_fetch_add(&o->refs, 1);
    return o;
}

void outlet_unref(struct outlet *o)
{
    if (!o || atomic_fetch_sub(&o->refs, 1) != 1)
        return;
    ars_mailbox_free(o->box);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

unsigned outlet_workers(struct outlet *o)
{
    return atomic_load(&o->refs) - 1;
}

int outlet_push(struct outlet *o, void *msg)
{
    return ars_mailbox_push(o->box, msg);
}

int outlet_push_last(struct outlet *o, void *msg)
{
    return ars_mailbox_push_reserved(o->box, msg);
}
