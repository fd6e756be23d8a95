/* Unit tests of store: a folder for a case. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/str.h>

#include "tests.h"

int folder_make(struct folder *f)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(f->path, sizeof(f->path), "%s/ars-store-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    return mkdtemp(f->path) ? 0 : errno;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void folder_remove(struct folder *f)
{
    if (f->path[0])
        nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    f->path[0] = '\0';
}

const char *folder_file(const struct folder *f, const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", f->path, name);
    return path;
}

int folder_write(const struct folder *f, const char *name, const char *content)
{
    int fd = open(folder_file(f, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t len = strlen(content);
    ssize_t n;

    if (fd < 0)
        return errno;
    n = write(fd, content, len);
    close(fd);
    return n == (ssize_t)len ? 0 : EIO;
}

char *folder_read(const struct folder *f, const char *name)
{
    int fd = open(folder_file(f, name), O_RDONLY | O_CLOEXEC);
    struct ars_buf b;
    char chunk[4096];
    ssize_t n;
    int err = 0;

    if (fd < 0)
        return NULL;
    ars_buf_init(&b, 1 << 24);
    ars_buf_adds(&b, "");
    while ((n = read(fd, chunk, sizeof(chunk))) > 0)
        ars_buf_addn(&b, chunk, (size_t)n);
    close(fd);
    return ars_buf_take(&b, &err);
}
