/*
 * Many calls and many engines in one process: a program of its own, whose memory is its own.
 */
#include <stdlib.h>
#include <unistd.h>

#include "scene.h"

/* What malloc's thread caches keep counts as in use: without them the heap is counted as it is. */
static void restart_without_caches(char **argv)
{
    static const char name[] = "GLIBC_TUNABLES";

    if (PACE_SANITIZED || getenv(name) || setenv(name, "glibc.malloc.tcache_count=0", 1))
        return;
    execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    restart_without_caches(argv);
    return check_run(growth_cases, growth_case_count, argc, argv) ? 1 : 0;
}
