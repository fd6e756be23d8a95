/*
 * demo: waits for the end, on a thread of its own.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/loop.h>

#include "watch.h"

struct demo_watch {
    struct ars_bell *bell;
    pthread_t thread;
    bool running;
    int signals;
    int quit; /* eventfd: demo_watch_free() wants the thread back */
};

static void fill_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

/* What is typed means nothing; a file or /dev/null has ended before we begin and says nothing. */
static bool stdin_counts(void)
{
    struct stat st;

    return !fstat(STDIN_FILENO, &st) &&
           (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(STDIN_FILENO));
}

static bool stdin_ended(void)
{
    char ignored[256];
    ssize_t n = read(STDIN_FILENO, ignored, sizeof(ignored));

    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static void *run(void *arg)
{
    struct demo_watch *w = arg;
    struct pollfd fds[] = {
        {.fd = w->quit, .events = POLLIN},
        {.fd = w->signals, .events = POLLIN},
        {.fd = stdin_counts() ? STDIN_FILENO : -1, .events = POLLIN},
    };

    while (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) >= 0 || errno == EINTR) {
        if (fds[0].revents)
            return NULL;
        if (fds[1].revents || (fds[2].revents && stdin_ended()))
            break;
    }
    ars_bell_ring(w->bell);
    return NULL;
}

int demo_watch_block_signals(void)
{
    sigset_t set;

    fill_set(&set);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int demo_watch_alloc(struct demo_watch **ret, struct ars_loop *loop, void (*stop)(void *arg),
                     void *arg)
{
    struct demo_watch *w = calloc(1, sizeof(*w));
    sigset_t set;
    int err;

    if (!w)
        return ENOMEM;
    fill_set(&set);
    w->quit = eventfd(0, EFD_CLOEXEC);
    w->signals = signalfd(-1, &set, SFD_CLOEXEC);
    err = w->quit < 0 || w->signals < 0 ? errno : 0;
    if (!err)
        err = ars_bell_alloc(&w->bell, loop, stop, arg);
    if (!err)
        err = pthread_create(&w->thread, NULL, run, w);
    if (err) {
        demo_watch_free(w);
        return err;
    }
    w->running = true;
    *ret = w;
    return 0;
}

void demo_watch_free(struct demo_watch *w)
{
    const uint64_t one = 1;

    if (!w)
        return;
    if (w->running && write(w->quit, &one, sizeof(one)) == sizeof(one))
        pthread_join(w->thread, NULL);
    ars_bell_free(w->bell);
    if (w->signals >= 0)
        close(w->signals);
    if (w->quit >= 0)
        close(w->quit);
    free(w);
}
