/* Tests: a message bus of one's own. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus.h"

#define PATIENCE 20000 /* ms */

extern char **environ;

static int write_config(const char *dir, const char *path)
{
    FILE *f = fopen(path, "we");
    int n;

    if (!f)
        return errno;
    n = fprintf(f,
                "<busconfig><type>session</type><listen>unix:dir=%s</listen>\n"
                "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
                "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
                dir);
    return fclose(f) || n < 0 ? EIO : 0;
}

static int spawn(struct bus *b, const char *path, int out)
{
    char config[512];
    char name[] = "dbus-daemon";
    char print[] = "--print-address";
    char nofork[] = "--nofork";
    char *argv[] = {name, config, print, nofork, NULL};
    posix_spawn_file_actions_t actions;
    int err;

    snprintf(config, sizeof(config), "--config-file=%s", path);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    err = posix_spawnp(&b->pid, name, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static int read_address(struct bus *b, int fd)
{
    for (size_t n = 0; n < sizeof(b->address); n++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        if (poll(&p, 1, PATIENCE) <= 0)
            return ETIMEDOUT;
        if (read(fd, &b->address[n], 1) != 1)
            return EPIPE;
        if (b->address[n] == '\n') {
            b->address[n] = '\0';
            return 0;
        }
    }
    return EMSGSIZE;
}

int bus_start(struct bus *b, const char *dir)
{
    char path[400];
    int out[2];
    int err;

    snprintf(path, sizeof(path), "%s/bus.conf", dir);
    err = write_config(dir, path);
    if (err)
        return err;
    if (pipe2(out, O_CLOEXEC))
        return errno;
    err = spawn(b, path, out[1]);
    close(out[1]);
    if (!err)
        err = read_address(b, out[0]);
    close(out[0]);
    if (err)
        bus_stop(b);
    return err;
}

void bus_stop(struct bus *b)
{
    if (b->pid <= 0)
        return;
    kill(b->pid, SIGTERM);
    waitpid(b->pid, NULL, 0);
    b->pid = 0;
}
