/* base: the SPSC ring. Counters run freely; a slot is counter & mask. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <ars/ring.h>

struct ars_ring {
    size_t mask;
    int16_t *samples;
    /* apart, so that the two ends do not share a cache line */
    _Alignas(64) atomic_size_t written; /* producer's */
    _Alignas(64) atomic_size_t read;    /* consumer's */
};

int ars_ring_alloc(struct ars_ring **ret, size_t samples)
{
    struct ars_ring *r;
    size_t size = 1;

    while (size < samples)
        size *= 2;
    r = aligned_alloc(_Alignof(struct ars_ring), sizeof(*r));
    if (!r)
        return ENOMEM;
    r->samples = calloc(size, sizeof(*r->samples));
    if (!r->samples) {
        free(r);
        return ENOMEM;
    }
    r->mask = size - 1;
    atomic_init(&r->written, 0);
    atomic_init(&r->read, 0);
    *ret = r;
    return 0;
}

void ars_ring_free(struct ars_ring *r)
{
    if (!r)
        return;
    free(r->samples);
    free(r);
}

size_t ars_ring_write(struct ars_ring *r, const int16_t *s, size_t n)
{
    size_t w = atomic_load_explicit(&r->written, memory_order_relaxed);
    size_t room = r->mask + 1 - (w - atomic_load_explicit(&r->read, memory_order_acquire));
    size_t at = w & r->mask;
    size_t first;

    if (n > room)
        n = room;
    first = n < r->mask + 1 - at ? n : r->mask + 1 - at;
    memcpy(r->samples + at, s, first * sizeof(*s));
    memcpy(r->samples, s + first, (n - first) * sizeof(*s));
    atomic_store_explicit(&r->written, w + n, memory_order_release);
    return n;
}

size_t ars_ring_read(struct ars_ring *r, int16_t *s, size_t n)
{
    size_t rd = atomic_load_explicit(&r->read, memory_order_relaxed);
    size_t fill = atomic_load_explicit(&r->written, memory_order_acquire) - rd;
    size_t at = rd & r->mask;
    size_t first;

    if (n > fill)
        n = fill;
    first = n < r->mask + 1 - at ? n : r->mask + 1 - at;
    memcpy(s, r->samples + at, first * sizeof(*s));
    memcpy(s + first, r->samples, (n - first) * sizeof(*s));
    atomic_store_explicit(&r->read, rd + n, memory_order_release);
    return n;
}

size_t ars_ring_drop(struct ars_ring *r, size_t n)
{
    size_t rd = atomic_load_explicit(&r->read, memory_order_relaxed);
    size_t fill = atomic_load_explicit(&r->written, memory_order_acquire) - rd;

    if (n > fill)
        n = fill;
    atomic_store_explicit(&r->read, rd + n, memory_order_release);
    return n;
}

size_t ars_ring_fill(const struct ars_ring *r)
{
    size_t rd = atomic_load_explicit(&r->read, memory_order_acquire);

    return atomic_load_explicit(&r->written, memory_order_acquire) - rd;
}
