/* Unit tests of app: a face without a window. */
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "face.h"

#define PATIENCE 20000 /* ms */
#define QUIET    5     /* ms without anything to do */

/* ---- handlers ---- */

static struct face *seen(void *arg)
{
    struct face *f = arg;

    if (!f->dispatching)
        f->misplaced = true;
    return f;
}

static void on_line(const struct ars_app_line *line, void *arg)
{
    seen(arg)->lines++;
}

static void on_added(const struct ars_app_call *call, void *arg)
{
    seen(arg)->added++;
}

static void on_changed(const struct ars_app_call *call, void *arg)
{
    seen(arg)->changed++;
}

static void on_ended(const struct ars_app_call *call, void *arg)
{
    struct face *f = seen(arg);

    f->ended++;
    f->last_ended = *call;
    f->last_ended.number = f->last_ended.name = NULL;
    if (ars_app_find_call(f->app, call->id) != call)
        f->misplaced = true;
}

static void on_levels(ars_id call, double in_dbfs, double out_dbfs, void *arg)
{
    struct face *f = seen(arg);

    f->levels++;
    f->last_level_in = in_dbfs;
    f->last_level_out = out_dbfs;
}

static void on_dtmf(ars_id call, char digit, void *arg)
{
    seen(arg)->dtmf++;
}

static void on_journal(size_t missed, void *arg)
{
    struct face *f = seen(arg);

    f->journals++;
    f->missed = missed;
}

static void on_problem(const struct ars_app_problem *p, void *arg)
{
    struct face *f = seen(arg);

    if (f->problems_n < FACE_PROBLEMS)
        f->problems[f->problems_n++] = p->kind;
    ars_strcpy(f->problem_text, sizeof(f->problem_text), p->text);
    f->problem_reason = p->reason;
}

static void on_devices(const struct ars_device *v, size_t n, void *arg)
{
    seen(arg)->devices += (unsigned)n;
}

static void on_watched(void *arg)
{
    seen(arg)->watched++;
}

static void on_stopped(void *arg)
{
    seen(arg)->stopped++;
}

static void on_bell(void *arg)
{
    struct face *f = arg;

    atomic_store(&f->rung, true);
}

/* ---- its life ---- */

int face_make(struct face *f)
{
    const char *tmp = getenv("TMPDIR");

    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all", 1);
    fake_reset();
    snprintf(f->dir, sizeof(f->dir), "%s/ars-app-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    return mkdtemp(f->dir) ? 0 : errno;
}

int face_start_with(struct face *f, const struct ars_app_conf *with)
{
    static const struct ars_app_handlers handlers = {
        .line = on_line,
        .call_added = on_added,
        .call_changed = on_changed,
        .call_ended = on_ended,
        .dtmf = on_dtmf,
        .levels = on_levels,
        .journal_changed = on_journal,
        .problem = on_problem,
        .devices = on_devices,
        .watched = on_watched,
        .stopped = on_stopped,
    };
    struct ars_app_conf conf = *with;

    conf.config_dir = conf.data_dir = f->dir;
    conf.bell = on_bell;
    conf.bell_arg = conf.arg = f;
    conf.handlers = &handlers;
    return ars_app_start(&f->app, &conf);
}

int face_start(struct face *f)
{
    return face_start_with(f, &(struct ars_app_conf){.config_dir = NULL});
}

void face_stop(struct face *f)
{
    ars_app_free(f->app);
    f->app = NULL;
    f->problems_n = 0;
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void face_remove(struct face *f)
{
    face_stop(f);
    for (size_t i = 0; i < f->entries_n; i++)
        free(f->entries[i].number);
    if (f->dir[0])
        nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    fake_reset();
}

/* ---- waiting ---- */

static bool serve_once(struct face *f)
{
    bool rung = atomic_exchange(&f->rung, false);

    if (rung) {
        f->dispatching = true;
        ars_app_dispatch(f->app);
        f->dispatching = false;
    }
    return g_main_context_iteration(NULL, FALSE) || rung;
}

void face_serve(struct face *f)
{
    uint64_t last = ars_clock_ms();

    while (ars_clock_ms() - last < QUIET) {
        if (serve_once(f))
            last = ars_clock_ms();
        poll(NULL, 0, 1);
    }
}

int face_await(struct face *f, const unsigned *count, unsigned n)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    while (*count < n) {
        if (ars_clock_ms() > end)
            return check_fail(__FILE__, __LINE__, "nothing came in %d ms", PATIENCE);
        if (!serve_once(f))
            poll(NULL, 0, 1);
    }
    return 0;
}

int face_await_state(struct face *f, enum ars_account_state state)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    face_serve(f);
    while (ars_app_get_line(f->app)->state != state) {
        if (ars_clock_ms() > end)
            return check_fail(__FILE__, __LINE__, "state %d, want %d",
                              (int)ars_app_get_line(f->app)->state, (int)state);
        if (!serve_once(f))
            poll(NULL, 0, 1);
    }
    return 0;
}

bool face_had_problem(const struct face *f, enum ars_app_problem_kind kind)
{
    for (size_t i = 0; i < f->problems_n; i++)
        if (f->problems[i] == kind)
            return true;
    return false;
}

int face_await_problem(struct face *f, enum ars_app_problem_kind kind)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    while (!face_had_problem(f, kind)) {
        if (ars_clock_ms() > end)
            return check_fail(__FILE__, __LINE__, "problem %d did not come", (int)kind);
        face_serve(f);
    }
    return 0;
}

/* ---- the journal ---- */

static void on_answer(int err, const struct ars_history_entry *v, size_t n, void *arg)
{
    struct face *f = seen(arg);
    const size_t max = sizeof(f->entries) / sizeof(f->entries[0]);

    for (size_t i = 0; i < f->entries_n; i++)
        free(f->entries[i].number);
    f->entries_n = 0;
    for (; f->entries_n < n && f->entries_n < max; f->entries_n++) {
        struct ars_history_entry *e = &f->entries[f->entries_n];
        struct ars_buf b;
        int stuck = 0;

        /* all texts in one piece, behind the number */
        *e = v[f->entries_n];
        ars_buf_init(&b, 4096);
        ars_buf_addf(&b, "%s%c%s%c%s%c%s%c%s%c%s", e->number, 0, e->name, 0, e->reason, 0,
                     e->details, 0, e->account, 0, e->recording);
        e->number = ars_buf_take(&b, &stuck);
        if (!e->number)
            abort();
        e->name = e->number + strlen(e->number) + 1;
        e->reason = e->name + strlen(e->name) + 1;
        e->details = e->reason + strlen(e->reason) + 1;
        e->account = e->details + strlen(e->details) + 1;
        e->recording = e->account + strlen(e->account) + 1;
    }
    f->answers++;
}

int face_ask_journal(struct face *f, const char *search)
{
    int err = ars_app_journal(f->app, search, 0, 32, on_answer, f);

    return err ? err : face_await(f, &f->answers, f->answers + 1);
}

/* ---- files ---- */

const char *face_file(const struct face *f, const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", f->dir, name);
    return path;
}

int face_write(const struct face *f, const char *name, const char *content)
{
    int fd = open(face_file(f, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    size_t len = strlen(content);
    ssize_t n;

    if (fd < 0)
        return errno;
    n = write(fd, content, len);
    close(fd);
    return n == (ssize_t)len ? 0 : EIO;
}

char *face_read(const struct face *f, const char *name)
{
    int fd = open(face_file(f, name), O_RDONLY | O_CLOEXEC);
    char chunk[4096];
    struct ars_buf b;
    ssize_t n;
    int err = 0;

    if (fd < 0)
        return NULL;
    ars_buf_init(&b, 1 << 20);
    ars_buf_adds(&b, "");
    while ((n = read(fd, chunk, sizeof(chunk))) > 0)
        ars_buf_addn(&b, chunk, (size_t)n);
    close(fd);
    return ars_buf_take(&b, &err);
}

/* ---- an account ---- */

struct ars_stored_account face_account(void)
{
    return (struct ars_stored_account){
        .server = text("pbx.example"),
        .login = text("100"),
        .display_name = text("Иван"),
    };
}

int face_save(struct face *f, const struct ars_stored_account *a, const char *password)
{
    struct ars_secret *secret = password ? ars_secret_new(password, strlen(password)) : NULL;
    int err = ars_app_save_account(f->app, a, secret, NULL);

    ars_secret_free(secret);
    return err;
}

int face_ready(struct face *f)
{
    struct ars_stored_account a = face_account();
    int err = face_make(f);

    if (!err)
        err = face_start(f);
    if (!err)
        err = face_save(f, &a, "x");
    if (!err)
        err = face_await_state(f, ARS_ACCOUNT_READY);
    if (!err)
        err = face_await_problem(f, ARS_APP_SECRET_IN_FILE);
    f->problems_n = 0;
    return err;
}
