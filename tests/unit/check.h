/*
 * Unit tests: a program is a table of cases. A case returns 0, or the error that stopped it;
 * CHECK() reports and leaves through `out`, where the case frees what it made. Each case prints one
 * line, 'ok NAME' or 'not ok NAME - why'.
 *
 *     static int test_ring_wraps(void)
 *     {
 *         struct ars_ring *r = NULL;
 *         int err;
 *
 *         TRY(ars_ring_alloc(&r, 4));
 *         CHECK(ars_ring_fill(r) == 0);
 *     out:
 *         ars_ring_free(r);
 *         return err;
 *     }
 *
 * With the argument --oom each case marked `oom` runs again and again with the n-th allocation
 * failing, until no allocation is left to fail: it must return 0 or ENOMEM, free all and not crash.
 * Arguments that are not options choose cases by a part of their name.
 */
#ifndef ARS_TEST_CHECK_H
#define ARS_TEST_CHECK_H

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct check_case {
    const char *name;
    int (*fn)(void);
    bool oom; /* repeat with failing allocations */
};

/* The program's exit code. Suites may be run one after another; sum the results. */
int check_run(const struct check_case *cases, size_t n, int argc, char **argv);

/* Says where and what; quiet while allocations fail on purpose. Returns EBADMSG. */
int check_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a and b are the same text; says so otherwise. */
int check_str(const char *file, int line, const char *what, const char *is, const char *want);
int check_int(const char *file, int line, const char *what, long long is, long long want);

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            err = check_fail(__FILE__, __LINE__, "%s", #cond);                                     \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#define CHECK_STR(is, want)                                                                        \
    do {                                                                                           \
        err = check_str(__FILE__, __LINE__, #is, is, want);                                        \
        if (err)                                                                                   \
            goto out;                                                                              \
    } while (0)

#define CHECK_INT(is, want)                                                                        \
    do {                                                                                           \
        err = check_int(__FILE__, __LINE__, #is, (long long)(is), (long long)(want));              \
        if (err)                                                                                   \
            goto out;                                                                              \
    } while (0)

/* Leaves when e is an error (ENOMEM is not a failure while allocations fail on purpose). */
#define TRY(e)                                                                                     \
    do {                                                                                           \
        err = (e);                                                                                 \
        if (err) {                                                                                 \
            if (err != ENOMEM)                                                                     \
                check_fail(__FILE__, __LINE__, "%s: %s", #e, strerror(err));                       \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#define CHECK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
