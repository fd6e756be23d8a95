/*
 * base: real-time threads. The limit and its signal are the process's, and so is the list of the
 * threads that they are about.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ars/realtime.h>

#define THREADS_MAX 8
/* us of computing without a pause: then the signal comes, then the end, as rtkit wants it. */
#define LIMIT_US     100000
#define LIMIT_MAX_US 200000

static atomic_int raised[THREADS_MAX]; /* 0: free */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int set_policy(int thread, int policy, int priority)
{
    const struct sched_param param = {.sched_priority = priority};

    return sched_setscheduler(thread, policy | SCHED_RESET_ON_FORK, &param) ? errno : 0;
}

static void set_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_RTTIME, &limit))
        return;
    if (limit.rlim_max > LIMIT_MAX_US)
        limit.rlim_max = LIMIT_MAX_US;
    limit.rlim_cur = limit.rlim_max < LIMIT_US ? limit.rlim_max : LIMIT_US;
    (void)setrlimit(RLIMIT_RTTIME, &limit);
}

/*
 * The thread that computes may have been lowered meanwhile, and raised by a slow rtkit after that.
 * With its signal the kernel puts the limit off by a second, behind the one that kills.
 */
static void on_limit(int signal)
{
    int err = errno;

    (void)set_policy(0, SCHED_OTHER, 0);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        int thread = atomic_load(&raised[i]);
        if (thread)
            (void)set_policy(thread, SCHED_OTHER, 0);
    }
    set_limit();
    errno = err;
}

static void set_up(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_limit;
    action.sa_flags = SA_RESTART;
    (void)sigaction(SIGXCPU, &action, NULL);
    set_limit();
}

static bool is_realtime(int thread)
{
    int policy = sched_getscheduler(thread);

    return policy >= 0 && (policy & ~SCHED_RESET_ON_FORK) != SCHED_OTHER;
}

/* Takes the place of `from` in the list. */
static bool change(int from, int to)
{
    for (size_t i = 0; i < THREADS_MAX; i++) {
        int is = from;
        if (atomic_compare_exchange_strong(&raised[i], &is, to))
            return true;
    }
    return false;
}

int ars_realtime_thread(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGXCPU);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return gettid();
}

int ars_realtime_raise(int thread)
{
    if (is_realtime(thread))
        return 0;
    (void)pthread_once(&once, set_up);
    /* at the second time it is there already */
    if (!change(thread, thread) && !change(0, thread))
        return ENOSPC;
    return set_policy(thread, SCHED_RR, ARS_REALTIME_PRIORITY);
}

void ars_realtime_lower(int thread)
{
    if (thread && change(thread, 0))
        (void)set_policy(thread, SCHED_OTHER, 0);
}
