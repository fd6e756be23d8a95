/*
 * Unit tests: malloc, calloc, realloc and aligned_alloc of the whole program, libraries included,
 * with the n-th call of one thread failing. In sanitized builds the sanitizer's own allocator stays
 * and oom_supported() is false.
 */
#ifndef ARS_TEST_OOM_H
#define ARS_TEST_OOM_H

#include <stdbool.h>
#include <stddef.h>

bool oom_supported(void);

/* From now on the n-th allocation (from 0) of the calling thread fails, and only that one. */
void oom_arm(size_t n);

/* Back to normal. Returns whether one has failed. */
bool oom_disarm(void);

/* Allocations of the calling thread since oom_arm() that have not been freed again. */
long oom_live(void);

/*
 * Counts what the calling thread allocates and frees from here on; for code that must do neither.
 */
void oom_count_start(void);
size_t oom_count(void);

#endif
