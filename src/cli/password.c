/* cli: where passwords come from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "password.h"

#define PASSWORD_MAX 1024

static int set(struct ars_secret **secret, const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    ars_secret_free(*secret);
    *secret = ars_secret_new(text, len);
    return *secret ? 0 : ENOMEM;
}

int password_from_file(struct ars_secret **secret, const char *path)
{
    char text[PASSWORD_MAX];
    FILE *f = fopen(path, "re");
    size_t n;
    int err;

    if (!f)
        return errno;
    setvbuf(f, NULL, _IONBF, 0); /* no copy of it stays in a buffer of stdio */
    n = fread(text, 1, sizeof(text), f);
    err = ferror(f) || n == sizeof(text) ? EINVAL : 0;
    fclose(f);
    if (!err)
        err = set(secret, text, n);
    ars_wipe(text, sizeof(text));
    return err;
}

int password_from_env(struct ars_secret **secret, const char *name)
{
    char *text = getenv(name);
    size_t len;
    int err;

    if (!text)
        return 0;
    len = strlen(text);
    err = set(secret, text, len);
    ars_wipe(text, len);
    unsetenv(name);
    return err;
}
