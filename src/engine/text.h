/* engine: a piece of somebody else's bytes. */
#ifndef ENGINE_TEXT_H
#define ENGINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
    const char *p;
    size_t len;
};

static inline bool text_find(struct text t, const char *s, size_t *ret_at)
{
    const char *at = memmem(t.p, t.len, s, strlen(s));

    if (at)
        *ret_at = (size_t)(at - t.p);
    return at != NULL;
}

/* Cuts n bytes off the front. */
static inline struct text text_skip(struct text t, size_t n)
{
    return (struct text){t.p + n, t.len - n};
}

/* Without white space at both ends. */
static inline struct text text_trim(struct text t)
{
    while (t.len && strchr(" \t\r\n", *t.p))
        t = text_skip(t, 1);
    while (t.len && strchr(" \t\r\n", t.p[t.len - 1]))
        t.len--;
    return t;
}

static inline bool text_is(struct text t, const char *s)
{
    return t.len == strlen(s) && memcmp(t.p, s, t.len) == 0;
}

#endif
