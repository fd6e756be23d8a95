/* The child, its filter and its counters. */
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "oom.h"
#include "realtime.h"

static _Thread_local bool counting;
static _Thread_local unsigned locks;

/* glibc's own functions behind ours, as in oom.c. */
#define COUNTED(name, type)                                                                        \
    __attribute__((visibility("default"))) int name(type *lock)                                    \
    {                                                                                              \
        static int (*real)(type * lock);                                                           \
                                                                                                   \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        locks += counting;                                                                         \
        return real(lock);                                                                         \
    }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#ifndef SANITIZED
COUNTED(pthread_mutex_lock, pthread_mutex_t)
COUNTED(pthread_mutex_trylock, pthread_mutex_t)
COUNTED(pthread_rwlock_rdlock, pthread_rwlock_t)
COUNTED(pthread_rwlock_wrlock, pthread_rwlock_t)
COUNTED(pthread_cond_signal, pthread_cond_t)
#endif

/* Nothing but the exit: whatever else is called kills with SIGSYS. */
static int shut_in(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = CHECK_COUNT(code), .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void child(void (*fn)(void *arg), void *arg)
{
    int sins = 0;

    /* what is printed is written at once, and so seen */
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    if (shut_in())
        _exit(REALTIME_BROKEN);
    counting = true;
    oom_count_start();
    fn(arg);
    if (oom_count())
        sins |= REALTIME_ALLOCATES;
    if (locks)
        sins |= REALTIME_LOCKS;
    _exit(sins);
}

int realtime_sins(void (*fn)(void *arg), void *arg, int expected)
{
    int status = 0;
    pid_t pid;

    if (!oom_supported()) {
        fn(arg);
        return expected;
    }
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0)
        child(fn, arg);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return REALTIME_BROKEN;
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? REALTIME_CALLS : REALTIME_BROKEN;
    return WEXITSTATUS(status);
}
