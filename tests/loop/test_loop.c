/*
 * Whole engines against the demo line, with sound from and into files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

int scene_open(struct scene *s, const char *in_a, const char *in_b)
{
    memset(s, 0, sizeof(*s));

    int err = line_start(&s->line, NULL);

    if (err)
        return err;
    snprintf(s->wav_a, sizeof(s->wav_a), "%s/a.wav", line_dir(s->line));
    snprintf(s->wav_b, sizeof(s->wav_b), "%s/b.wav", line_dir(s->line));
    err = phone_start(&s->a, "a", in_a, s->wav_a);
    if (!err)
        err = phone_register(s->a, s->line);
    if (!err && in_b)
        err = phone_start(&s->b, "b", in_b, s->wav_b);
    if (!err && in_b)
        err = phone_register(s->b, s->line);
    return err;
}

int scene_end(struct scene *s)
{
    int err = phone_end(s->a);

    if (!err && s->b)
        err = phone_end(s->b);
    phone_free(s->a);
    phone_free(s->b);
    s->a = s->b = NULL;
    return err ? err : line_end(s->line);
}

void scene_close(struct scene *s)
{
    phone_free(s->a);
    phone_free(s->b);
    line_free(s->line);
    memset(s, 0, sizeof(*s));
}

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

    int failed = check_run(call_cases, call_case_count, argc, argv);

    failed += check_run(network_cases, network_case_count, argc, argv);
    failed += check_run(growth_cases, growth_case_count, argc, argv);
    return failed ? 1 : 0;
}
