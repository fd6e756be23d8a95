/* The runner of unit tests. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "oom.h"

#define OOM_MAX 20000 /* allocations of one case */

static bool quiet;
static char why[512];

int check_fail(const char *file, int line, const char *fmt, ...)
{
    const char *base = strrchr(file, '/');
    va_list ap;
    int n;

    if (quiet || why[0])
        return EBADMSG;
    n = snprintf(why, sizeof(why), "%s:%d: ", base ? base + 1 : file, line);
    va_start(ap, fmt);
    vsnprintf(why + n, sizeof(why) - (size_t)n, fmt, ap);
    va_end(ap);
    return EBADMSG;
}

int check_str(const char *file, int line, const char *what, const char *is, const char *want)
{
    if (is == want || (is && want && strcmp(is, want) == 0))
        return 0;
    return check_fail(file, line, "%s is '%s', want '%s'", what, is ? is : "(null)",
                      want ? want : "(null)");
}

int check_int(const char *file, int line, const char *what, long long is, long long want)
{
    if (quiet && is == ENOMEM)
        return ENOMEM;
    return is == want ? 0 : check_fail(file, line, "%s is %lld, want %lld", what, is, want);
}

static bool run_plain(const struct check_case *c)
{
    int err;

    why[0] = '\0';
    err = c->fn();
    if (!err && !why[0]) {
        printf("ok %s\n", c->name);
        return true;
    }
    printf("not ok %s - %s\n", c->name, why[0] ? why : strerror(err));
    return false;
}

static bool run_oom(const struct check_case *c)
{
    size_t n = 0;
    bool failed = true;

    quiet = true;
    for (; failed && n < OOM_MAX; n++) {
        long live;
        int err;

        oom_arm(n);
        err = c->fn();
        failed = oom_disarm();
        live = oom_live();
        if ((failed && err && err != ENOMEM) || live > 0) {
            printf("not ok %s!oom - allocation %zu: %s, %ld not freed\n", c->name, n,
                   err ? strerror(err) : "no error", live);
            return false;
        }
    }
    quiet = false;
    printf("ok %s!oom (%zu allocations)\n", c->name, n - 1);
    return true;
}

static bool chosen(const char *name, int argc, char **argv)
{
    bool any = false;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            continue;
        any = true;
        if (strstr(name, argv[i]))
            return true;
    }
    return !any;
}

static bool has_option(const char *option, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0)
            return true;
    }
    return false;
}

int check_run(const struct check_case *cases, size_t n, int argc, char **argv)
{
    bool oom = has_option("--oom", argc, argv);
    int failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (oom && !oom_supported()) {
        printf("not ok oom - a sanitized build has its own allocator\n");
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!chosen(cases[i].name, argc, argv) || (oom && !cases[i].oom))
            continue;
        if (!(oom ? run_oom(&cases[i]) : run_plain(&cases[i])))
            failed++;
    }
    return failed ? 1 : 0;
}
