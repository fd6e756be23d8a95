/*
 * The engine's loop: libre's re_main() with our timers in it, and bells to wake it.
 *
 * The timers hang on one timerfd and not on a libre timer: libre 1.1 and 2.0 take their time from
 * gettimeofday(), so that a clock set back would hold every timer for as long.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <re.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/timer.h>

#define DEBUG_MODULE "net"
#define DEBUG_LEVEL  4
#include <re_dbg.h>

#include "thread.h"

struct ars_loop {
    struct ars_timers *timers;
    int timer_fd;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    unsigned threads; /* under lock: between loop_enter() and loop_leave() */
};

struct ars_bell {
    struct mqueue *mq;
    atomic_bool pending; /* an entry is in the pipe: it never holds more than one, so never fills */
    void (*fn)(void *arg);
    void *arg;
};

/* libre as a whole is set up by the first loop of the process and closed by the last. */
static pthread_mutex_t libre_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned libre_users;

static void on_libre_debug(int level, const char *p, size_t len, void *arg)
{
    while (len && (p[len - 1] == '\n' || p[len - 1] == '\r')) {
        len--;
    }
    ars_log(ARS_LOG_DEBUG, "re", "%.*s", (int)len, p);
}

static int libre_get(void)
{
    int err = 0;

    pthread_mutex_lock(&libre_lock);
    if (libre_users == 0) {
        err = libre_init();
        if (err == EPERM) {
            err = ENOMEM; /* libre 1.1 says 1 when OpenSSL's start failed */
        }
        if (!err) {
            dbg_init(DBG_WARNING, DBG_NONE);
            dbg_handler_set(on_libre_debug, NULL);
        }
    }
    if (!err) {
        libre_users++;
    }
    pthread_mutex_unlock(&libre_lock);
    return err;
}

static void libre_put(void)
{
    pthread_mutex_lock(&libre_lock);
    if (--libre_users == 0) {
        libre_close();
    }
    pthread_mutex_unlock(&libre_lock);
}

static void timer_fd_set(const struct ars_loop *l, uint64_t delay_ms)
{
    struct itimerspec its = {0};

    if (delay_ms == 0) {
        its.it_value.tv_nsec = 1; /* all zeros would disarm */
    } else if (delay_ms != UINT64_MAX) {
        its.it_value.tv_sec = (time_t)(delay_ms / 1000);
        its.it_value.tv_nsec = (long)(delay_ms % 1000) * 1000000L;
    }
    (void)timerfd_settime(l->timer_fd, 0, &its, NULL);
}

static void on_rearm(uint64_t delay_ms, void *arg)
{
    timer_fd_set(arg, delay_ms);
}

/* Running them arms it anew, which also takes back that it has expired. */
static void on_timer_fd(int flags, void *arg)
{
    struct ars_loop *l = arg;

    ars_timers_run(l->timers);
}

static void on_mqueue(int id, void *data, void *arg)
{
    struct ars_bell *b = arg;

    /* before fn: a ring during fn makes it run again */
    atomic_store(&b->pending, false);
    b->fn(b->arg); /* may free b */
}

int ars_bell_alloc(struct ars_bell **ret, struct ars_loop *l, void (*fn)(void *arg), void *arg)
{
    struct ars_bell *b = calloc(1, sizeof(*b));
    int err;

    if (!b) {
        return ENOMEM;
    }
    atomic_init(&b->pending, false);
    b->fn = fn;
    b->arg = arg;
    err = mqueue_alloc(&b->mq, on_mqueue, b);
    if (err) {
        free(b);
        return err;
    }
    *ret = b;
    return 0;
}

void ars_bell_free(struct ars_bell *b)
{
    if (b) {
        mem_deref(b->mq);
        free(b);
    }
}

void ars_bell_ring(struct ars_bell *b)
{
    if (!atomic_exchange(&b->pending, true)) {
        if (mqueue_push(b->mq, 0, NULL)) {
            atomic_store(&b->pending, false);
        }
    }
}

void loop_enter(struct ars_loop *l)
{
    pthread_mutex_lock(&l->lock);
    l->threads++;
    pthread_mutex_unlock(&l->lock);
}

void loop_leave(struct ars_loop *l)
{
    pthread_mutex_lock(&l->lock);
    if (--l->threads == 0) {
        pthread_cond_signal(&l->idle);
    }
    pthread_mutex_unlock(&l->lock);
}

static void loop_struct_free(struct ars_loop *l)
{
    (void)pthread_mutex_destroy(&l->lock);
    (void)pthread_cond_destroy(&l->idle);
    free(l);
}

int ars_loop_alloc(struct ars_loop **ret)
{
    struct ars_loop *l;
    bool libre = false;
    bool thread = false;
    int err = ENOMEM;

    l = calloc(1, sizeof(*l));
    if (!l) {
        return ENOMEM;
    }
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->idle, NULL);
    l->timer_fd = -1;
    err = libre_get();
    if (err) {
        goto out;
    }
    libre = true;
    err = re_thread_init();
    if (err) {
        goto out;
    }
    thread = true;
    l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (l->timer_fd < 0) {
        err = errno;
        goto out;
    }
    err = fd_listen(l->timer_fd, FD_READ, on_timer_fd, l);
    if (err) {
        goto out;
    }
    err = ars_timers_alloc(&l->timers, on_rearm, l);
    if (err) {
        goto out;
    }
    *ret = l;
    return 0;

out:
    if (l->timer_fd >= 0) {
        fd_close(l->timer_fd);
        (void)close(l->timer_fd);
    }
    if (thread) {
        re_thread_close();
    }
    if (libre) {
        libre_put();
    }
    loop_struct_free(l);
    return err;
}

void ars_loop_free(struct ars_loop *l)
{
    if (!l) {
        return;
    }
    pthread_mutex_lock(&l->lock);
    while (l->threads) {
        pthread_cond_wait(&l->idle, &l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    ars_timers_free(l->timers);
    fd_close(l->timer_fd);
    (void)close(l->timer_fd);
    re_thread_close();
    libre_put();
    loop_struct_free(l);
}

int ars_loop_run(struct ars_loop *l)
{
    return re_main(NULL);
}

void ars_loop_stop(struct ars_loop *l)
{
    re_cancel();
}

struct ars_timers *ars_loop_timers(struct ars_loop *l)
{
    return l->timers;
}
