/* The descriptor that wakes a libwebsockets context. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libwebsockets.h>

#include "lws_pipe.h"

/* The eventfd whose counter follows that many calls is the context's. */
#define ROUNDS  8

#define NO_FILE UINT64_MAX

/* The counter of the eventfd that fd is; NO_FILE: it is none. */
static uint64_t counter(int fd)
{
    static const char key[] = "eventfd-count:";
    char path[64];
    char text[512];
    const char *at;
    ssize_t n;
    int info;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    info = open(path, O_RDONLY | O_CLOEXEC);
    if (info < 0)
        return NO_FILE;
    n = read(info, text, sizeof(text) - 1);
    (void)close(info);
    if (n <= 0)
        return NO_FILE;
    text[n] = '\0';
    at = strstr(text, key);
    return at ? strtoull(at + sizeof(key) - 1, NULL, 16) : NO_FILE;
}

static bool follows(struct lws_context *ctx, int fd)
{
    uint64_t count = counter(fd);

    for (unsigned i = 0; i < ROUNDS; i++) {
        if (count == NO_FILE)
            return false;
        lws_cancel_service(ctx);
        if (counter(fd) != ++count)
            return false;
    }
    return true;
}

/* -1: there is no /proc, or no eventfd. */
static int find(struct lws_context *ctx)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *entry;
    int fd = -1;

    while (d && fd < 0 && (entry = readdir(d))) {
        if (entry->d_name[0] != '.' && follows(ctx, (int)strtol(entry->d_name, NULL, 10)))
            fd = (int)strtol(entry->d_name, NULL, 10);
    }
    if (d)
        (void)closedir(d);
    return fd;
}

void lws_pipe_destroy_context(struct lws_context *ctx)
{
    int fd = find(ctx);
    uint64_t count = fd < 0 ? NO_FILE : counter(fd);

    lws_context_destroy(ctx);
    if (fd >= 0 && counter(fd) == count) /* a new one of that number would start at 0 */
        (void)close(fd);
}
