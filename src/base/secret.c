/* base: secrets. */
#include <stdlib.h>
#include <string.h>

#include <ars/secret.h>

struct ars_secret {
    size_t len;
    char text[];
};

struct ars_secret *ars_secret_new(const char *s, size_t len)
{
    struct ars_secret *sec = malloc(sizeof(*sec) + len + 1);

    if (!sec)
        return NULL;
    sec->len = len;
    memcpy(sec->text, s, len);
    sec->text[len] = '\0';
    return sec;
}

struct ars_secret *ars_secret_dup(const struct ars_secret *s)
{
    return s ? ars_secret_new(s->text, s->len) : NULL;
}

const char *ars_secret_text(const struct ars_secret *s)
{
    return s ? s->text : "";
}

void ars_secret_free(struct ars_secret *s)
{
    if (!s)
        return;
    ars_wipe(s, sizeof(*s) + s->len + 1);
    free(s);
}

void ars_wipe(void *p, size_t len)
{
    explicit_bzero(p, len);
}
