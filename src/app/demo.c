/* app: the demo line, as a child. A short worker thread waits for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/str.h>

#include "demo.h"

#define NAME         "ars-demo-line"
#define READY_MS     15000
#define LINE_MAX_LEN 4096
#define PASSWORD_LEN 256
#define PROGRAM_MAX  4096
#define TEXT_LEN     192

extern char **environ;

struct demo {
    pthread_mutex_t lock;
    unsigned refs; /* face and worker; under the lock, as all below */
    enum demo_state state;
    bool changed;
    bool stopped;
    void (*bell)(void *arg);
    void *arg;
    char text[TEXT_LEN];
    struct demo_info info; /* immutable once READY */
    /* the worker's, but for the closing of input */
    char program[PROGRAM_MAX];
    int input; /* its standard input; closing it ends the program */
    int output;
    pid_t pid;
};

static void release(struct demo *d)
{
    bool last;

    pthread_mutex_lock(&d->lock);
    last = --d->refs == 0;
    pthread_mutex_unlock(&d->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&d->lock);
    ars_secret_free(d->info.password);
    free(d);
}

static void set_state(struct demo *d, enum demo_state state, const char *text)
{
    pthread_mutex_lock(&d->lock);
    d->state = state;
    d->changed = true;
    if (text)
        ars_strcpy(d->text, sizeof(d->text), text);
    if (!d->stopped)
        d->bell(d->arg); /* under the lock: after demo_stop() there may be nothing to ring */
    pthread_mutex_unlock(&d->lock);
}

/* ---- where it is ---- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

static bool find_program(char path[PROGRAM_MAX])
{
    static const char *const places[] = {NAME, "../libexec/ars-phone/" NAME};
    char self[PROGRAM_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    if (n <= 0)
        return false;
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (!slash)
        return false;
    *slash = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(path, PROGRAM_MAX, "%s/%s", self, places[i]);
        if (is_program(path))
            return true;
    }
    return false;
}

/* ---- the child ---- */

static int spawn(struct demo *d, int in, int out)
{
    char *argv[] = {d->program, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    sigset_t defaults;
    int err;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!err)
        err = posix_spawn(&d->pid, d->program, &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static int start_child(struct demo *d)
{
    int in[2];
    int out[2];
    int err;

    if (pipe2(in, O_CLOEXEC))
        return errno;
    if (pipe2(out, O_CLOEXEC)) {
        err = errno;
        close(in[0]);
        close(in[1]);
        return err;
    }
    err = spawn(d, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    if (err) {
        close(in[1]);
        close(out[0]);
        return err;
    }
    d->output = out[0];
    pthread_mutex_lock(&d->lock);
    if (d->stopped)
        close(in[1]);
    else
        d->input = in[1];
    pthread_mutex_unlock(&d->lock);
    return 0;
}

/* One line. ETIMEDOUT, EPIPE (it ended), EMSGSIZE, EIO. */
static int read_line(int fd, char line[LINE_MAX_LEN])
{
    uint64_t deadline = ars_clock_ms() + READY_MS;
    size_t len = 0;

    while (len < LINE_MAX_LEN - 1) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        uint64_t now = ars_clock_ms();
        ssize_t n;

        if (now >= deadline || poll(&p, 1, (int)(deadline - now)) == 0)
            return ETIMEDOUT;
        n = read(fd, line + len, LINE_MAX_LEN - 1 - len);
        if (n == 0)
            return EPIPE;
        if (n < 0 && errno != EINTR)
            return EIO;
        if (n > 0)
            len += (size_t)n;
        line[len] = '\0';
        if (strchr(line, '\n'))
            return 0;
    }
    return EMSGSIZE;
}

/* ---- what it says ---- */

static bool get_text(struct json_object *from, const char *key, char *to, size_t size)
{
    struct json_object *v;

    return json_object_object_get_ex(from, key, &v) && json_object_is_type(v, json_type_string) &&
           ars_strcpy(to, size, json_object_get_string(v));
}

static int read_password(const char *path, struct ars_secret **ret)
{
    char text[PASSWORD_LEN];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return errno;
    n = read(fd, text, sizeof(text));
    close(fd);
    if (n <= 0 || (size_t)n == sizeof(text))
        return EIO;
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    *ret = ars_secret_new(text, (size_t)n);
    ars_wipe(text, sizeof(text));
    return *ret ? 0 : ENOMEM;
}

static int parse_info(const char *line, struct demo_info *info)
{
    struct json_object *root = json_tokener_parse(line);
    char password_file[LINE_MAX_LEN];
    struct json_object *port;
    int err = EBADMSG;

    if (json_object_is_type(root, json_type_object) &&
        json_object_object_get_ex(root, "port", &port) &&
        get_text(root, "login", info->login, sizeof(info->login)) &&
        get_text(root, "sha256", info->sha256, sizeof(info->sha256)) &&
        get_text(root, "password_file", password_file, sizeof(password_file))) {
        int64_t n = json_object_get_int64(port);

        info->port = n > 0 && n <= UINT16_MAX ? (uint16_t)n : 0;
        err = info->port ? read_password(password_file, &info->password) : EBADMSG;
    }
    json_object_put(root);
    return err;
}

/* ---- the worker ---- */

static void fail(struct demo *d, const char *what, int err)
{
    char text[TEXT_LEN];

    snprintf(text, sizeof(text), "%s: %s", what, strerror(err));
    ars_log(ARS_LOG_WARN, "app", "demo line: %s", text);
    set_state(d, DEMO_FAILED, text);
}

static void end_child(struct demo *d)
{
    pthread_mutex_lock(&d->lock);
    if (d->input >= 0)
        close(d->input);
    d->input = -1;
    pthread_mutex_unlock(&d->lock);
}

static void wait_for_child(const struct demo *d)
{
    while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void serve(struct demo *d)
{
    char line[LINE_MAX_LEN];
    int err = start_child(d);

    if (err) {
        fail(d, "the program cannot be started", err);
        return;
    }
    err = read_line(d->output, line);
    if (!err)
        err = parse_info(line, &d->info);
    if (err) {
        fail(d, "the program did not get ready", err);
        end_child(d);
    } else {
        set_state(d, DEMO_READY, NULL);
    }
    wait_for_child(d);
    close(d->output);
    end_child(d);
    if (!err)
        set_state(d, DEMO_FAILED, "the program has ended");
}

static void *run(void *arg)
{
    struct demo *d = arg;

    (void)pthread_setname_np(pthread_self(), "demo");
    if (d->program[0] || find_program(d->program))
        serve(d);
    else
        fail(d, NAME, ENOENT);
    release(d);
    return NULL;
}

static int start_thread(struct demo *d)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all;
    sigset_t old;
    int err;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&thread, &attr, run, d);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return err;
}

/* ---- public ---- */

int demo_start(struct demo **ret, const char *program, void (*bell)(void *arg), void *arg)
{
    struct demo *d = calloc(1, sizeof(*d));
    int err;

    if (!d)
        return ENOMEM;
    pthread_mutex_init(&d->lock, NULL);
    d->refs = 2;
    d->bell = bell;
    d->arg = arg;
    d->input = -1;
    d->output = -1;
    if (program && !ars_strcpy(d->program, sizeof(d->program), program))
        err = ENAMETOOLONG;
    else
        err = start_thread(d);
    if (err) {
        d->refs = 1;
        release(d);
        return err;
    }
    *ret = d;
    return 0;
}

void demo_stop(struct demo *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopped = true;
    pthread_mutex_unlock(&d->lock);
    end_child(d);
    release(d);
}

bool demo_changed(struct demo *d, enum demo_state *ret, const struct demo_info **ret_info,
                  const char **ret_text)
{
    bool changed;

    pthread_mutex_lock(&d->lock);
    changed = d->changed;
    d->changed = false;
    *ret = d->state;
    *ret_info = &d->info;
    *ret_text = d->text;
    pthread_mutex_unlock(&d->lock);
    return changed;
}
