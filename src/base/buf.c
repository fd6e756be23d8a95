/* base: the growing buffer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

static bool reserve(struct ars_buf *b, size_t extra)
{
    size_t need;
    size_t size;
    char *data;

    if (b->err)
        return false;
    if (extra > b->max - b->len) {
        b->err = EMSGSIZE;
        return false;
    }
    need = b->len + extra + 1;
    if (need <= b->size)
        return true;
    size = b->size ? b->size : 64;
    while (size < need)
        size *= 2;
    data = realloc(b->data, size);
    if (!data) {
        b->err = ENOMEM;
        return false;
    }
    b->data = data;
    b->size = size;
    return true;
}

void ars_buf_init(struct ars_buf *b, size_t max)
{
    *b = (struct ars_buf){.max = max};
}

void ars_buf_free(struct ars_buf *b)
{
    free(b->data);
    ars_buf_init(b, b->max);
}

void ars_buf_addn(struct ars_buf *b, const void *data, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void ars_buf_adds(struct ars_buf *b, const char *s)
{
    ars_buf_addn(b, s, strlen(s));
}

void ars_buf_addf(struct ars_buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(b, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

char *ars_buf_take(struct ars_buf *b, int *ret_err)
{
    char *data = b->data;
    int err = b->err;

    if (!err && !data) {
        data = calloc(1, 1);
        err = data ? 0 : ENOMEM;
    }
    if (err) {
        free(data);
        data = NULL;
        *ret_err = err;
    }
    ars_buf_init(b, b->max);
    return data;
}
