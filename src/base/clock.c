/* base: time. */
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include <ars/clock.h>

static _Atomic(uint64_t (*)(void)) source;

static uint64_t read_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

uint64_t ars_clock_us(void)
{
    uint64_t (*fn)(void) = atomic_load_explicit(&source, memory_order_relaxed);

    return fn ? fn() : read_us(CLOCK_MONOTONIC);
}

uint64_t ars_clock_ms(void)
{
    return ars_clock_us() / 1000u;
}

uint64_t ars_clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

void ars_clock_set_source(uint64_t (*us)(void))
{
    atomic_store(&source, us);
}
