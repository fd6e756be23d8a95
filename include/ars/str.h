/*
 * base: strings. A growing buffer with a maximum, and the few helpers that C lacks. Any thread; an
 * object on one thread at a time.
 */
#ifndef ARS_STR_H
#define ARS_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer, always NUL-terminated after the first add. The first error (ENOMEM, or
 * EMSGSIZE past `max`) sticks: check once, at the end.
 */
struct ars_buf {
    char *data;
    size_t len;
    size_t size;
    size_t max;
    int err;
};

void ars_buf_init(struct ars_buf *b, size_t max);
void ars_buf_free(struct ars_buf *b);
void ars_buf_addn(struct ars_buf *b, const void *data, size_t len);
void ars_buf_adds(struct ars_buf *b, const char *s);
void ars_buf_addf(struct ars_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Takes the text out (caller frees); NULL and *ret_err set on a stuck error. b is empty after. */
char *ars_buf_take(struct ars_buf *b, int *ret_err);

/* strdup of [s, s+len); NULL on ENOMEM or s NULL. Caller frees. */
char *ars_strndup(const char *s, size_t len);
char *ars_strdup(const char *s);

/* Copies with truncation, always terminated. Returns false when it had to cut. */
bool ars_strcpy(char *dst, size_t size, const char *src);
bool ars_strncpy(char *dst, size_t size, const char *src, size_t len);

/* NULL-safe equality. */
bool ars_streq(const char *a, const char *b);

/* Unsigned decimal over the whole string. EINVAL, ERANGE (above max). */
int ars_str_to_u32(const char *s, uint32_t max, uint32_t *ret);

/* Lower-case hex, out holds 2 * len + 1. */
void ars_hex(const void *data, size_t len, char *out);

/* Hex with optional colons and any case into exactly `len` bytes. EINVAL. */
int ars_unhex(const char *s, void *out, size_t len);

/*
 * RFC 3986 section 2.1, as a browser's encodeURIComponent() does it: all but A-Z a-z 0-9 and
 * - _ . ! ~ * ' ( ) become %XX. Caller frees; NULL on ENOMEM.
 */
char *ars_percent_encode(const char *s);

/*
 * The lenient inverse: a broken escape stays as it is, bytes that are not UTF-8 become U+FFFD,
 * control characters become spaces. Caller frees; NULL on ENOMEM.
 */
char *ars_percent_decode(const char *s, size_t len);

bool ars_utf8_valid(const char *s, size_t len);

/*
 * As ars_utf8_clean(), and what is no UTF-8 is read as Windows-1251 or Latin-1, whichever its
 * letters look like. Caller frees; NULL on ENOMEM.
 */
char *ars_text_to_utf8(const char *s, size_t len);

/* A copy of [s, s+len) that is valid UTF-8 without control characters. Caller frees. */
char *ars_utf8_clean(const char *s, size_t len);

#endif
