/* store: small files, whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "file.h"

#define READ_CHUNK 4096
#define ASIDE_MAX  1000

char *file_path(const char *dir, const char *name)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, PATH_MAX);
    ars_buf_addf(&b, "%s/%s", dir, name);
    return ars_buf_take(&b, &err);
}

int file_make_dir(const char *dir)
{
    char *path = ars_strdup(dir);
    int err = 0;

    if (!path)
        return ENOMEM;
    for (char *p = path + 1; !err; p++) {
        char c = *p;

        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, S_IRWXU) && errno != EEXIST)
            err = errno;
        if (c == '\0')
            break;
        *p = c;
    }
    free(path);
    return err;
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *data = NULL;
    size_t size = 0;
    size_t len = 0;
    struct stat st;
    int err = 0;

    if (fd < 0)
        return errno;
    if (fstat(fd, &st))
        err = errno;
    else if (!S_ISREG(st.st_mode))
        err = EIO;
    else if (st.st_size < 0 || (size_t)st.st_size > max)
        err = EFBIG;
    if (!err) {
        /* in one piece, so that no copy of a secret stays behind in a realloc() */
        size = (size_t)st.st_size + 1;
        data = malloc(size);
        err = data ? 0 : ENOMEM;
    }
    while (!err && len < size - 1) {
        ssize_t n = read(fd, data + len, size - 1 - len);

        if (n < 0)
            err = errno == EINTR ? 0 : errno;
        else if (n == 0)
            break;
        else
            len += (size_t)n;
    }
    close(fd);
    if (err) {
        if (data)
            ars_wipe(data, size);
        free(data);
        return err;
    }
    data[len] = '\0';
    *ret = data;
    *ret_len = len;
    return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return fsync(fd) ? errno : 0;
}

/* A new name in a folder is not on the disk before the folder is. */
static void sync_dir(const char *path)
{
    char *dir = ars_strdup(path);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    int fd;

    if (slash) {
        *slash = '\0';
        fd = open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
            (void)fsync(fd); /* some file systems refuse: then there is nothing better */
            close(fd);
        }
    }
    free(dir);
}

static int replace(const char *target, const void *data, size_t len)
{
    struct ars_buf b;
    char *temporary;
    int err = 0;
    int fd;

    ars_buf_init(&b, PATH_MAX);
    ars_buf_addf(&b, "%s.XXXXXX", target);
    temporary = ars_buf_take(&b, &err);
    if (err)
        return err;
    fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        err = errno;
        free(temporary);
        return err;
    }
    err = write_all(fd, data, len);
    if (close(fd) && !err)
        err = errno;
    if (!err && rename(temporary, target))
        err = errno;
    if (err)
        unlink(temporary);
    else
        sync_dir(target);
    free(temporary);
    return err;
}

int file_write(const char *dir, const char *name, const void *data, size_t len)
{
    char *path;
    char *real;
    int err;

    err = file_make_dir(dir);
    if (err)
        return err;
    path = file_path(dir, name);
    if (!path)
        return ENOMEM;
    real = realpath(path, NULL);
    err = replace(real ? real : path, data, len);
    free(real);
    free(path);
    return err;
}

static char *joined(const char *path, const char *suffix)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, PATH_MAX);
    ars_buf_addf(&b, "%s%s", path, suffix);
    return ars_buf_take(&b, &err);
}

static int move_with_suffix(const char *from, const char *to, const char *suffix)
{
    char *a = joined(from, suffix);
    char *b = joined(to, suffix);
    int err = a && b ? 0 : ENOMEM;

    if (!err && rename(a, b))
        err = errno;
    free(a);
    free(b);
    return err;
}

int file_set_aside(const char *path, const char *const *suffixes, char **ret_aside)
{
    for (unsigned n = 1; n <= ASIDE_MAX; n++) {
        char suffix[32];
        struct stat st;
        char *aside;
        int err;

        snprintf(suffix, sizeof(suffix), ".broken-%u", n);
        aside = joined(path, suffix);
        if (!aside)
            return ENOMEM;
        if (lstat(aside, &st) == 0) {
            free(aside);
            continue;
        }
        err = move_with_suffix(path, aside, "");
        if (err) {
            free(aside);
            return err;
        }
        for (; suffixes && *suffixes; suffixes++)
            (void)move_with_suffix(path, aside, *suffixes);
        sync_dir(path);
        *ret_aside = aside;
        return 0;
    }
    return EEXIST;
}
