/*
 * How long a test waits before it gives up: a sanitizer makes everything slower, and so does a busy
 * machine. Waits end with the event; only a failure takes the whole time.
 */
#ifndef ARS_TEST_PACE_H
#define ARS_TEST_PACE_H

#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PACE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PACE_SANITIZED 1
#endif
#endif
#ifndef PACE_SANITIZED
#define PACE_SANITIZED 0
#endif

static inline uint32_t pace_ms(uint32_t ms)
{
    return PACE_SANITIZED ? ms * 4 : ms;
}

#endif
