/*
 * Calls in a row: neither our process nor the demo line's may hold more after them than before, and
 * no timer goes on.
 */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "scene.h"

#define WARM_UP 5
#define CALLS   50
/* What caches may settle at; a leak of 350 bytes a call would show. */
#define HEAP_MAX (16 * 1024)
/* An answered INVITE is remembered for 64 * T1 (RFC 6026 timers L and M), then forgotten. */
#define FORGOTTEN_MS (33 * 1000)
/* Then no timer of a call is left: the engine wakes less than once a second. */
#define IDLE_MS 4000

struct holdings {
    size_t fds;
    size_t threads;
    size_t heap; /* bytes in use, 0 where a sanitizer counts them itself */
};

static size_t count_entries(pid_t pid, const char *what)
{
    char path[64];
    size_t n = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);

    DIR *dir = opendir(path);

    if (!dir)
        return 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

static struct holdings count(pid_t pid)
{
    struct holdings h = {
        .fds = count_entries(pid, "fd"),
        .threads = count_entries(pid, "task"),
    };

    if (!PACE_SANITIZED && pid == getpid())
        h.heap = mallinfo2().uordblks + mallinfo2().hblkhd;
    return h;
}

/* How often our engine's thread has gone to sleep so far, and thus woken. */
static long engine_wakeups(void)
{
    char path[300], name[32], line[128];
    const struct dirent *entry;
    long n = -1;
    DIR *dir = opendir("/proc/self/task");

    while (dir && n < 0 && (entry = readdir(dir))) {
        snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);

        FILE *f = fopen(path, "re");
        bool engine = f && fscanf(f, "Name: %31s", name) == 1 && strcmp(name, "engine") == 0;

        while (engine && n < 0 && fgets(line, sizeof(line), f))
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) != 1)
                n = -1;
        if (f)
            fclose(f);
    }
    if (dir)
        closedir(dir);
    return n;
}

static int rests(struct phone *p)
{
    long before = engine_wakeups();
    long woken;
    int err = 0;

    phone_listen(p, IDLE_MS);
    woken = engine_wakeups() - before;
    printf("# the engine woke %ld times in %d s\n", woken, IDLE_MS / 1000);
    CHECK(before > 0 && woken < IDLE_MS / 1000);
out:
    return err;
}

static int call_often(struct phone *p, unsigned n)
{
    int err = 0;

    for (unsigned i = 0; i < n && !err; i++) {
        ars_id call;

        err = phone_call(p, "600", &call);
        if (!err)
            err = phone_hangup(p, call);
        phone_forget(p);
    }
    return err;
}

static int test_fifty_calls(void)
{
    struct scene s;
    struct holdings ours, ours_after, theirs, theirs_after;
    int err;

    TRY(scene_open(&s, "tone:500", NULL));
    TRY(call_often(s.a, WARM_UP));
    phone_listen(s.a, pace_ms(500)); /* what ends late has ended */
    ours = count(getpid());
    theirs = count(line_pid(s.line));
    TRY(call_often(s.a, CALLS));
    phone_listen(s.a, PACE_SANITIZED ? pace_ms(500) : FORGOTTEN_MS);
    phone_forget(s.a);
    if (!PACE_SANITIZED)
        TRY(rests(s.a));
    ours_after = count(getpid());
    theirs_after = count(line_pid(s.line));
    printf("# %u calls: heap %zu -> %zu, descriptors %zu -> %zu, threads %zu -> %zu\n", CALLS,
           ours.heap, ours_after.heap, ours.fds, ours_after.fds, ours.threads, ours_after.threads);
    CHECK(ours.fds > 0 && theirs.fds > 0);
    CHECK_INT(ours_after.fds, ours.fds);
    CHECK_INT(ours_after.threads, ours.threads);
    CHECK(ours_after.heap <= ours.heap + HEAP_MAX);
    CHECK_INT(theirs_after.fds, theirs.fds);
    CHECK_INT(theirs_after.threads, theirs.threads);
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

/* An engine that has gone leaves neither threads nor descriptors. */
static int test_engines_in_a_row(void)
{
    struct scene s;
    struct holdings before = {0}, after;
    int err = 0;

    for (unsigned i = 0; i < 5; i++) {
        TRY(scene_open(&s, "silence", "silence"));
        TRY(scene_end(&s));
        scene_close(&s);
        after = count(getpid());
        if (!i)
            before = after;
    }
    CHECK_INT(after.fds, before.fds);
    CHECK_INT(after.threads, before.threads);
    CHECK(after.heap <= before.heap + HEAP_MAX);
out:
    scene_close(&s);
    return err;
}

const struct check_case growth_cases[] = {
    {"loop/fifty-calls", test_fifty_calls, false},
    {"loop/engines-in-a-row", test_engines_in_a_row, false},
};
const size_t growth_case_count = CHECK_COUNT(growth_cases);
