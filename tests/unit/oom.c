/* Failing allocations: glibc's own functions behind ours. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "oom.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static _Thread_local bool armed;
static _Thread_local bool hit;
static _Thread_local size_t left;
static _Thread_local long live;
static _Thread_local bool counting;
static _Thread_local size_t counted;

#ifdef SANITIZED

bool oom_supported(void)
{
    return false;
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *p);

bool oom_supported(void)
{
    return true;
}

static bool fails(void)
{
    counted += counting;
    if (!armed)
        return false;
    if (left-- > 0 || hit)
        return false;
    hit = true;
    errno = ENOMEM;
    return true;
}

static void *made(void *p)
{
    if (armed && p)
        live++;
    return p;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return fails() ? NULL : made(__libc_malloc(size));
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : made(__libc_calloc(n, size));
}

__attribute__((visibility("default"))) void *realloc(void *p, size_t size)
{
    void *q;

    if (fails())
        return NULL;
    q = __libc_realloc(p, size);
    return p ? q : made(q);
}

__attribute__((visibility("default"))) void *aligned_alloc(size_t align, size_t size)
{
    return fails() ? NULL : made(__libc_memalign(align, size));
}

__attribute__((visibility("default"))) void free(void *p)
{
    counted += counting;
    if (armed && p)
        live--;
    __libc_free(p);
}

#endif

void oom_arm(size_t n)
{
    left = n;
    hit = false;
    live = 0;
    armed = true;
}

bool oom_disarm(void)
{
    armed = false;
    return hit;
}

long oom_live(void)
{
    return live;
}

void oom_count_start(void)
{
    counted = 0;
    counting = true;
}

size_t oom_count(void)
{
    counting = false;
    return counted;
}
