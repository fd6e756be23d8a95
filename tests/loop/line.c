/*
 * A demo line as a child process.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "check.h"
#include "line.h"
#include "pace.h"

#define READY_MS     10000
#define END_MS       10000
#define LINE_MAX_LEN 4096

extern char **environ;

struct line {
    char dir[64];
    char algorithm[16];
    uint16_t port;
    uint8_t pin[ARS_PIN_LEN];
    struct ars_secret *password;
    pid_t pid;
    int in; /* its standard input: it ends when we do */
    int out;
};

/* The text or number behind "key": in one line of JSON. */
static int json_value(const char *json, const char *key, char *out, size_t size)
{
    char quoted[64];

    snprintf(quoted, sizeof(quoted), "\"%s\":", key);

    const char *p = strstr(json, quoted);

    if (!p)
        return ENOENT;
    p += strlen(quoted);
    if (*p == '"')
        return ars_strncpy(out, size, p + 1, strcspn(p + 1, "\"")) ? 0 : EMSGSIZE;
    return ars_strncpy(out, size, p, strcspn(p, ",}")) ? 0 : EMSGSIZE;
}

static int read_line(int fd, char *out, size_t size)
{
    uint64_t end = ars_clock_ms() + pace_ms(READY_MS);
    size_t n = 0;

    while (n + 1 < size) {
        uint64_t now = ars_clock_ms();
        struct pollfd pfd = {.fd = fd, .events = POLLIN};

        if (now >= end || poll(&pfd, 1, (int)(end - now)) <= 0)
            return ETIMEDOUT;
        if (read(fd, out + n, 1) != 1)
            return EPIPE;
        if (out[n] == '\n') {
            out[n] = '\0';
            return 0;
        }
        n++;
    }
    return EMSGSIZE;
}

static int read_password(struct line *l, const char *file)
{
    char text[128];
    FILE *f = fopen(file, "re");

    if (!f)
        return errno;

    bool ok = fgets(text, sizeof(text), f) != NULL;

    fclose(f);
    if (!ok)
        return EIO;
    ars_secret_free(l->password);
    l->password = ars_secret_new(text, strcspn(text, "\n"));
    return l->password ? 0 : ENOMEM;
}

static int read_ready(struct line *l)
{
    char json[LINE_MAX_LEN], value[512];
    uint32_t port;
    int err = read_line(l->out, json, sizeof(json));

    if (!err)
        err = json_value(json, "port", value, sizeof(value));
    if (!err)
        err = ars_str_to_u32(value, UINT16_MAX, &port);
    if (err)
        return err;
    l->port = (uint16_t)port;
    err = json_value(json, "sha256", value, sizeof(value));
    if (!err)
        err = ars_pin_parse(value, l->pin);
    if (!err)
        err = json_value(json, "password_file", value, sizeof(value));
    return err ? err : read_password(l, value);
}

static int spawn_with(struct line *l, char *const argv[], const int in[2], const int out[2])
{
    posix_spawn_file_actions_t actions;
    int err = posix_spawn_file_actions_init(&actions);

    if (err)
        return err;
    err = posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (!err)
        err = posix_spawn(&l->pid, ARS_DEMO_LINE, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static int run(struct line *l)
{
    char port[8];
    char *argv[] = {(char *)(uintptr_t)ARS_DEMO_LINE,
                    (char *)(uintptr_t) "--dir",
                    l->dir,
                    (char *)(uintptr_t) "--port",
                    port,
                    (char *)(uintptr_t) "--algorithm",
                    l->algorithm,
                    NULL};
    int in[2] = {-1, -1}, out[2] = {-1, -1};

    snprintf(port, sizeof(port), "%u", l->port);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return errno;

    int err = spawn_with(l, argv, in, out);

    close(in[0]);
    close(out[1]);
    l->in = in[1];
    l->out = out[0];
    return err ? err : read_ready(l);
}

static void close_pipes(struct line *l)
{
    if (l->in >= 0)
        close(l->in);
    if (l->out >= 0)
        close(l->out);
    l->in = l->out = -1;
}

static int wait_for_end(struct line *l, int *ret_status)
{
    uint64_t end = ars_clock_ms() + pace_ms(END_MS);

    for (;;) {
        pid_t pid = waitpid(l->pid, ret_status, WNOHANG);

        if (pid == l->pid)
            break;
        if (pid < 0 && errno != EINTR)
            return errno;
        if (ars_clock_ms() > end)
            return ETIMEDOUT;
        poll(NULL, 0, 10); /* a child's end is no event that poll() knows */
    }
    l->pid = 0;
    close_pipes(l);
    return 0;
}

int line_start(struct line **ret, const char *algorithm)
{
    struct line *l = calloc(1, sizeof(*l));

    if (!l)
        return ENOMEM;
    l->in = l->out = -1;
    snprintf(l->dir, sizeof(l->dir), "/tmp/ars-loop-XXXXXX");
    ars_strcpy(l->algorithm, sizeof(l->algorithm), algorithm ? algorithm : "SHA-256");

    int err = mkdtemp(l->dir) ? run(l) : errno;

    if (err) {
        check_fail(__FILE__, __LINE__, "the demo line does not start: %s", strerror(err));
        line_free(l);
        return err;
    }
    *ret = l;
    return 0;
}

int line_kill(struct line *l)
{
    int status;

    if (!l->pid)
        return ESRCH;
    if (kill(l->pid, SIGKILL))
        return errno;
    return wait_for_end(l, &status);
}

int line_restart(struct line *l)
{
    return l->pid ? EBUSY : run(l);
}

int line_end(struct line *l)
{
    int status;

    if (!l->pid)
        return 0;
    if (kill(l->pid, SIGTERM))
        return errno;

    int err = wait_for_end(l, &status);

    if (!err && (!WIFEXITED(status) || WEXITSTATUS(status)))
        return check_fail(__FILE__, __LINE__, "the demo line ended with status 0x%x", status);
    return err;
}

void line_free(struct line *l)
{
    static const char *const files[] = {"cert.pem", "key.pem", "password", "a.wav", "b.wav"};
    char path[128];

    if (!l)
        return;
    if (l->pid)
        line_kill(l);
    close_pipes(l);
    for (size_t i = 0; i < CHECK_COUNT(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", l->dir, files[i]);
        unlink(path);
    }
    rmdir(l->dir);
    ars_secret_free(l->password);
    free(l);
}

const char *line_dir(const struct line *l)
{
    return l->dir;
}

uint16_t line_port(const struct line *l)
{
    return l->port;
}

const struct ars_secret *line_password(const struct line *l)
{
    return l->password;
}

const uint8_t *line_pin(const struct line *l)
{
    return l->pin;
}

pid_t line_pid(const struct line *l)
{
    return l->pid;
}
