/* base: random bytes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include <ars/rand.h>

void ars_rand_bytes(void *buf, size_t len)
{
    uint8_t *p = buf;

    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            abort();
        p += n;
        len -= (size_t)n;
    }
}

uint32_t ars_rand_u32(void)
{
    uint32_t v;

    ars_rand_bytes(&v, sizeof(v));
    return v;
}

uint32_t ars_rand_below(uint32_t n)
{
    return (uint32_t)(((uint64_t)ars_rand_u32() * n) >> 32);
}

void ars_rand_token(char *out, size_t len)
{
    static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i < len; i++)
        out[i] = set[ars_rand_below(sizeof(set) - 1)];
    out[len] = '\0';
}

void ars_rand_uuid(char out[37])
{
    uint8_t b[16];

    ars_rand_bytes(b, sizeof(b));
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}
