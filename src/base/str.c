/* base: strings. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

char *ars_strndup(const char *s, size_t len)
{
    char *d;

    if (!s)
        return NULL;
    d = malloc(len + 1);
    if (!d)
        return NULL;
    memcpy(d, s, len);
    d[len] = '\0';
    return d;
}

char *ars_strdup(const char *s)
{
    return s ? ars_strndup(s, strlen(s)) : NULL;
}

bool ars_strncpy(char *dst, size_t size, const char *src, size_t len)
{
    size_t n = len < size - 1 ? len : size - 1;

    memcpy(dst, src, n);
    dst[n] = '\0';
    return n == len;
}

bool ars_strcpy(char *dst, size_t size, const char *src)
{
    return ars_strncpy(dst, size, src, strlen(src));
}

bool ars_streq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

int ars_str_to_u32(const char *s, uint32_t max, uint32_t *ret)
{
    uint64_t v = 0;

    if (!s || !*s)
        return EINVAL;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return EINVAL;
        v = v * 10 + (uint64_t)(*s - '0');
        if (v > max)
            return ERANGE;
    }
    *ret = (uint32_t)v;
    return 0;
}

void ars_hex(const void *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i++) {
        *out++ = digits[p[i] >> 4];
        *out++ = digits[p[i] & 15];
    }
    *out = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int ars_unhex(const char *s, void *out, size_t len)
{
    uint8_t *p = out;

    for (size_t i = 0; i < len; i++) {
        int hi;
        int lo;

        if (i > 0 && *s == ':')
            s++;
        hi = hex_digit(s[0]);
        lo = hi < 0 ? -1 : hex_digit(s[1]);
        if (lo < 0)
            return EINVAL;
        p[i] = (uint8_t)(hi << 4 | lo);
        s += 2;
    }
    return *s ? EINVAL : 0;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.!~*'()", c));
}

char *ars_percent_encode(const char *s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = malloc(strlen(s) * 3 + 1);
    char *o = out;

    if (!out)
        return NULL;
    for (; *s; s++) {
        if (is_unreserved(*s)) {
            *o++ = *s;
            continue;
        }
        *o++ = '%';
        *o++ = digits[(uint8_t)*s >> 4];
        *o++ = digits[*s & 15];
    }
    *o = '\0';
    return out;
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629 section 4), 0: none. */
static size_t utf8_len(const uint8_t *s, size_t len)
{
    static const struct {
        uint8_t first_lo, first_hi, second_lo, second_hi, len;
    } rows[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n = rows[i].len;

        if (s[0] < rows[i].first_lo || s[0] > rows[i].first_hi)
            continue;
        if (n > len || (n > 1 && (s[1] < rows[i].second_lo || s[1] > rows[i].second_hi)))
            return 0;
        for (size_t k = 2; k < n; k++) {
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        }
        return n;
    }
    return 0;
}

bool ars_utf8_valid(const char *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i += n) {
        n = utf8_len((const uint8_t *)s + i, len - i);
        if (n == 0)
            return false;
    }
    return true;
}

char *ars_utf8_clean(const char *s, size_t len)
{
    char *out = malloc(len * 3 + 1);
    char *o = out;

    if (!out)
        return NULL;
    while (len > 0) {
        size_t n = utf8_len((const uint8_t *)s, len);

        if (n == 0) {
            memcpy(o, REPLACEMENT, 3);
            o += 3;
            n = 1;
        } else if (n == 1) {
            *o++ = ((uint8_t)*s < 0x20 || *s == 0x7f) ? ' ' : *s;
        } else {
            memcpy(o, s, n);
            o += n;
        }
        s += n;
        len -= n;
    }
    *o = '\0';
    return out;
}

char *ars_percent_decode(const char *s, size_t len)
{
    char *raw = malloc(len + 1);
    char *out;
    size_t n = 0;

    if (!raw)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        int hi = s[i] == '%' && i + 2 < len ? hex_digit(s[i + 1]) : -1;
        int lo = hi < 0 ? -1 : hex_digit(s[i + 2]);

        if (lo < 0) {
            raw[n++] = s[i];
            continue;
        }
        raw[n++] = (char)(hi << 4 | lo);
        i += 2;
    }
    out = ars_utf8_clean(raw, n);
    free(raw);
    return out;
}
