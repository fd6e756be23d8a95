/* Unit tests of store: the journal, through its front door. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include <ars/clock.h>
#include <ars/history.h>
#include <ars/str.h>

#include "history_db.h"
#include "tests.h"

#define FILE_NAME "history.sqlite"
#define PATIENCE  20000 /* ms */

struct journal {
    struct folder folder;
    struct ars_history *h;
    int bell;
    unsigned changed;
    size_t missed;
    int problem;
    unsigned problems;
    char where[512];
    /* the newest answer */
    unsigned answers;
    int err;
    struct ars_history_entry *v;
    size_t n;
};

/* ---- a journal and its face ---- */

static void on_bell(void *arg)
{
    const struct journal *j = arg;
    uint64_t one = 1;

    if (write(j->bell, &one, sizeof(one)) != sizeof(one))
        abort();
}

static void on_changed(size_t missed, void *arg)
{
    struct journal *j = arg;

    j->changed++;
    j->missed = missed;
}

static void on_problem(int err, const char *where, void *arg)
{
    struct journal *j = arg;

    j->problem = err;
    j->problems++;
    ars_strcpy(j->where, sizeof(j->where), where ? where : "");
}

static void drop_answer(struct journal *j)
{
    history_entries_free(j->v, j->n);
    j->v = NULL;
    j->n = 0;
}

static void on_answer(int err, const struct ars_history_entry *v, size_t n, void *arg)
{
    struct journal *j = arg;

    drop_answer(j);
    j->answers++;
    j->err = err;
    j->v = calloc(n + 1, sizeof(*v));
    for (; j->v && j->n < n; j->n++)
        if (history_entry_copy(&j->v[j->n], &v[j->n]))
            break;
}

static int journal_open(struct journal *j)
{
    static const struct ars_history_handlers handlers = {
        .changed = on_changed,
        .problem = on_problem,
    };
    struct ars_history_conf conf = {
        .file = folder_file(&j->folder, FILE_NAME),
        .bell = on_bell,
        .bell_arg = j,
        .handlers = &handlers,
        .arg = j,
    };

    return ars_history_open(&j->h, &conf);
}

static int journal_make(struct journal *j)
{
    int err = folder_make(&j->folder);

    j->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!err && j->bell < 0)
        err = errno;
    return err ? err : journal_open(j);
}

static void journal_close(struct journal *j)
{
    ars_history_close(j->h);
    j->h = NULL;
}

static void journal_remove(struct journal *j)
{
    journal_close(j);
    drop_answer(j);
    if (j->bell > 0)
        close(j->bell);
    folder_remove(&j->folder);
}

/* Until *count has reached `n`. */
static int await(struct journal *j, const unsigned *count, unsigned n)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    for (;;) {
        struct pollfd p = {.fd = j->bell, .events = POLLIN};
        uint64_t rung;

        ars_history_dispatch(j->h);
        if (*count >= n)
            return 0;
        if (ars_clock_ms() >= end || poll(&p, 1, 1000) < 0)
            return check_fail(__FILE__, __LINE__, "nothing came in %d ms", PATIENCE);
        if (read(j->bell, &rung, sizeof(rung)) < 0 && errno != EAGAIN)
            return errno;
    }
}

static int ask_page(struct journal *j, const char *typed, size_t offset, size_t limit)
{
    int err = ars_history_query(j->h, typed, offset, limit, on_answer, j);

    if (!err)
        err = await(j, &j->answers, j->answers + 1);
    return err ? err : j->err;
}

static int ask(struct journal *j, const char *typed)
{
    return ask_page(j, typed, 0, 100);
}

static struct ars_history_entry entry(bool incoming, enum ars_history_result result,
                                      const char *number, const char *name)
{
    return (struct ars_history_entry){
        .incoming = incoming,
        .result = result,
        .number = text(number),
        .name = text(name),
        .start_us = 1700000000000000,
    };
}

/* A call that has ended; waits until it is written. */
static int put(struct journal *j, uint32_t key, bool incoming, enum ars_history_result result,
               const char *number, const char *name)
{
    struct ars_history_entry e = entry(incoming, result, number, name);
    int err = ars_history_put(j->h, key, &e);

    return err ? err : await(j, &j->changed, j->changed + 1);
}

/* ---- cases ---- */

static int test_a_call_from_begin_to_end(void)
{
    struct journal j = {0};
    struct ars_history_entry e = entry(false, ARS_HISTORY_RUNNING, "600", "Echo");
    struct stat st;
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 1, &e));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.v[0].result, ARS_HISTORY_RUNNING);
    e.result = ARS_HISTORY_TALKING;
    TRY(ars_history_put(j.h, 1, &e));
    e.result = ARS_HISTORY_ANSWERED;
    e.reason = text("media_failed");
    e.details = text("no sound");
    e.duration_ms = 61000;
    TRY(ars_history_put(j.h, 1, &e));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK(j.v[0].id > 0 && !j.v[0].incoming && j.v[0].seen);
    CHECK_INT(j.v[0].result, ARS_HISTORY_ANSWERED);
    CHECK_STR(j.v[0].reason, "media_failed");
    CHECK_STR(j.v[0].details, "no sound");
    CHECK_STR(j.v[0].number, "600");
    CHECK_STR(j.v[0].name, "Echo");
    CHECK_INT(j.v[0].start_us, 1700000000000000);
    CHECK_INT(j.v[0].duration_ms, 61000);
    CHECK(stat(folder_file(&j.folder, FILE_NAME), &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK(stat(folder_file(&j.folder, FILE_NAME "-wal"), &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK_INT(j.problems, 0);
out:
    journal_remove(&j);
    return err;
}

static int test_kept_between_runs(void)
{
    struct journal j = {0};
    struct ars_history_entry e = entry(true, ARS_HISTORY_MISSED, "101", "Иван");
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 1, &e));
    journal_close(&j); /* what is queued is written */
    TRY(journal_open(&j));
    TRY(ask(&j, "иван"));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.missed, 1);
    CHECK(!j.v[0].seen);
    e = entry(false, ARS_HISTORY_BUSY, "102", "");
    TRY(ars_history_put(j.h, 1, &e)); /* keys are of one run: this is another call */
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 2);
out:
    journal_remove(&j);
    return err;
}

static int test_newest_first_and_pages(void)
{
    struct journal j = {0};
    char number[16];
    int err;

    TRY(journal_make(&j));
    for (uint32_t i = 1; i <= 25; i++) {
        struct ars_history_entry e;

        snprintf(number, sizeof(number), "5%02u", i);
        e = entry(i % 2, ARS_HISTORY_ANSWERED, number, "");
        TRY(ars_history_put(j.h, i, &e));
    }
    TRY(ask_page(&j, NULL, 0, 10));
    CHECK_INT(j.n, 10);
    CHECK_STR(j.v[0].number, "525");
    CHECK_STR(j.v[9].number, "516");
    TRY(ask_page(&j, NULL, 20, 10));
    CHECK_INT(j.n, 5);
    CHECK_STR(j.v[4].number, "501");
    TRY(ask_page(&j, "51", 1, 3));
    CHECK_INT(j.n, 3);
    CHECK_STR(j.v[0].number, "518");
    CHECK_STR(j.v[2].number, "516");
    TRY(ask_page(&j, "nobody", 0, 10));
    CHECK_INT(j.n, 0);
    TRY(ask_page(&j, NULL, 0, 1000000));
    CHECK_INT(j.n, 25);
out:
    journal_remove(&j);
    return err;
}

/* The index finds what a plain look through all entries finds. */
static int test_search_finds_what_is_there(void)
{
    static const struct {
        const char *name;
        const char *number;
    } people[] = {
        {"Иван Петров", "+7 (495) 123-45-67"},
        {"Пётр Иванов", "84951234568"},
        {"Anna-Maria O'Neill", "101"},
        {"", "4951234569"},
        {"100% \"quoted\" AND", "*98"},
        {"名前", "sip:user@host"},
        {"Reception", "600"},
        {"a", "1"},
    };
    static const struct {
        const char *typed;
        const char *found; /* one digit a row of `people`, newest first */
    } rows[] = {
        {"", "76543210"},
        {"иван", "10"},   {"ИВАН П", "0"}, {"петр", "10"},    {"пётр", "10"},
        {"п", "10"},      {"пе", "10"},     {"495", "310"},  {"+7 495", "310"}, {"8495", "310"},
        {"1", "743210"},  {"10", "42"},     {"o'n", "2"},    {"a-m", "2"},      {"\"quoted\"", "4"},
        {"and", "4"},     {"AND OR", ""},   {"%", "4"},      {"*9", "4"},       {"名", "5"},
        {"名前", "5"},    {"@host", "5"},   {"a", "742"},    {"NEAR(x)", ""},   {"zzz", ""},
        {"я", ""},        {"1234567", "0"},
    };
    struct journal j = {0};
    char found[16];
    int err;

    TRY(journal_make(&j));
    for (uint32_t i = 0; i < CHECK_COUNT(people); i++) {
        struct ars_history_entry e =
            entry(true, ARS_HISTORY_ANSWERED, people[i].number, people[i].name);

        e.duration_ms = i;
        TRY(ars_history_put(j.h, i + 1, &e));
    }
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        size_t n = 0;

        TRY(ask(&j, rows[i].typed));
        for (; n < j.n && n < sizeof(found) - 1; n++)
            found[n] = (char)('0' + j.v[n].duration_ms);
        found[n] = '\0';
        err = check_str(__FILE__, __LINE__, rows[i].typed, found, rows[i].found);
        if (err)
            goto out;
    }
out:
    journal_remove(&j);
    return err;
}

/* A name that comes later is found, the one before it is not. */
static int test_words_follow_the_name(void)
{
    struct journal j = {0};
    struct ars_history_entry e = entry(false, ARS_HISTORY_RUNNING, "600", "Before");
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 7, &e));
    e.name = text("Afterwards");
    e.result = ARS_HISTORY_NO_ANSWER;
    TRY(ars_history_put(j.h, 7, &e));
    TRY(ask(&j, "before"));
    CHECK_INT(j.n, 0);
    TRY(ask(&j, "bef"));
    CHECK_INT(j.n, 0);
    TRY(ask(&j, "afterw"));
    CHECK_INT(j.n, 1);
out:
    journal_remove(&j);
    return err;
}

static int test_missed_until_seen(void)
{
    struct journal j = {0};
    int err;

    TRY(journal_make(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(put(&j, 2, true, ARS_HISTORY_ELSEWHERE, "2", ""));
    TRY(put(&j, 3, true, ARS_HISTORY_DECLINED, "3", ""));
    TRY(put(&j, 4, false, ARS_HISTORY_FAILED, "4", ""));
    TRY(put(&j, 5, true, ARS_HISTORY_MISSED, "5", ""));
    TRY(ask(&j, NULL));
    CHECK_INT(j.missed, 2);
    CHECK(!j.v[0].seen && j.v[1].seen && !j.v[4].seen);
    TRY(ars_history_mark_seen(j.h));
    TRY(ask(&j, NULL));
    CHECK_INT(j.missed, 0);
    CHECK(j.v[0].seen && j.v[4].seen);
out:
    journal_remove(&j);
    return err;
}

static int test_delete(void)
{
    struct journal j = {0};
    struct ars_history_entry e = entry(true, ARS_HISTORY_TALKING, "900", "Talking");
    int err;

    TRY(journal_make(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "1001", "One"));
    TRY(put(&j, 2, true, ARS_HISTORY_ANSWERED, "1002", "Two"));
    TRY(ars_history_put(j.h, 3, &e));
    TRY(ask(&j, "two"));
    TRY(ars_history_delete(j.h, j.v[0].id));
    TRY(ask(&j, "two"));
    CHECK_INT(j.n, 0);
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 2);
    TRY(ars_history_delete(j.h, 123456));
    TRY(ars_history_delete(j.h, 0));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1); /* it still goes on */
    CHECK_INT(j.missed, 0);
    TRY(ask(&j, "one"));
    CHECK_INT(j.n, 0);
    TRY(ask(&j, "talk"));
    CHECK_INT(j.n, 1);
    /* even deleted by its id: it comes back when it ends */
    TRY(ars_history_delete(j.h, j.v[0].id));
    e.result = ARS_HISTORY_ANSWERED;
    e.duration_ms = 5;
    TRY(ars_history_put(j.h, 3, &e));
    TRY(ask(&j, "talking"));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.v[0].duration_ms, 5);
    CHECK_INT(j.problems, 0);
out:
    journal_remove(&j);
    return err;
}

/* Only the newest of several that were not answered yet; another asker's is its own. */
static int test_overtaken_queries(void)
{
    struct journal j = {0};
    struct journal other = {0};
    int err;

    TRY(journal_make(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_ANSWERED, "100", ""));
    TRY(put(&j, 2, true, ARS_HISTORY_ANSWERED, "200", ""));
    TRY(ars_history_query(j.h, "1", 0, 10, on_answer, &j));
    TRY(ars_history_query(j.h, "100", 0, 10, on_answer, &other));
    for (int i = 0; i < 500; i++)
        TRY(ars_history_query(j.h, i < 499 ? "1" : "200", 0, 10, on_answer, &j));
    TRY(await(&j, &other.answers, 1));
    while (j.n != 1 || strcmp(j.v[0].number, "200") != 0)
        TRY(await(&j, &j.answers, j.answers + 1));
    CHECK(j.answers <= 501);
    CHECK_INT(other.n, 1);
    CHECK_STR(other.v[0].number, "100");
out:
    drop_answer(&other);
    journal_remove(&j);
    return err;
}

static int test_long_and_broken_texts(void)
{
    struct journal j = {0};
    char number[2000];
    int err;

    TRY(journal_make(&j));
    memset(number, '7', sizeof(number) - 1);
    number[sizeof(number) - 1] = '\0';
    TRY(put(&j, 1, true, ARS_HISTORY_ANSWERED, number, "\xff\xfe\x01"));
    TRY(ask(&j, number));
    CHECK_INT(j.n, 1);
    CHECK_INT(strlen(j.v[0].number), ARS_HISTORY_TEXT_MAX);
    CHECK_STR(j.v[0].name, "\xef\xbf\xbd\xef\xbf\xbd ");
out:
    journal_remove(&j);
    return err;
}

/* ---- what may go wrong ---- */

/* Writes three calls in each state, and dies without a word. */
static void crash(const struct folder *f)
{
    struct journal j = {.folder = *f, .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct ars_history_entry e[] = {
        entry(true, ARS_HISTORY_RUNNING, "101", "Ringing"),
        entry(false, ARS_HISTORY_RUNNING, "102", "Dialled"),
        entry(true, ARS_HISTORY_TALKING, "103", "Talking"),
        entry(true, ARS_HISTORY_ELSEWHERE, "104", "Over"),
    };

    if (journal_open(&j))
        _exit(1);
    for (uint32_t i = 0; i < CHECK_COUNT(e); i++)
        if (ars_history_put(j.h, i + 1, &e[i]))
            _exit(1);
    if (ask(&j, NULL) || j.n != 4) /* they have been written */
        _exit(1);
    kill(getpid(), SIGKILL);
}

static int test_a_crash_loses_nothing(void)
{
    static const struct {
        const char *number;
        enum ars_history_result result;
        const char *reason;
        bool seen;
    } want[] = {
        {"104", ARS_HISTORY_ELSEWHERE, "", true},
        {"103", ARS_HISTORY_ANSWERED, ARS_HISTORY_BROKEN_OFF, true},
        {"102", ARS_HISTORY_FAILED, ARS_HISTORY_BROKEN_OFF, true},
        {"101", ARS_HISTORY_MISSED, ARS_HISTORY_BROKEN_OFF, false},
    };
    struct journal j = {0};
    int status;
    pid_t pid;
    int err;

    TRY(folder_make(&j.folder));
    pid = fork();
    if (pid == 0)
        crash(&j.folder);
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    j.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    TRY(journal_open(&j));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK_STR(j.v[i].number, want[i].number);
        CHECK_INT(j.v[i].result, want[i].result);
        CHECK_STR(j.v[i].reason, want[i].reason);
        CHECK_INT(j.v[i].seen, want[i].seen);
    }
    CHECK_INT(j.missed, 1);
    CHECK_INT(j.problems, 0);
out:
    journal_remove(&j);
    return err;
}

static int test_not_a_database(void)
{
    struct journal j = {0};
    char *kept = NULL;
    int err;

    TRY(folder_make(&j.folder));
    TRY(folder_write(&j.folder, FILE_NAME,
                     "this is no database at all, and long enough to be one"));
    j.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    TRY(journal_open(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EBADMSG);
    CHECK_STR(j.where, folder_file(&j.folder, FILE_NAME ".broken-1"));
    kept = folder_read(&j.folder, FILE_NAME ".broken-1");
    CHECK(kept && strstr(kept, "no database"));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1);
    journal_close(&j);
    TRY(journal_open(&j));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.problems, 1);
out:
    free(kept);
    journal_remove(&j);
    return err;
}

/* Pages in the middle of a good file are overwritten: found when they are needed. */
static int test_damaged_while_open(void)
{
    struct journal j = {0};
    char junk[4096];
    struct stat st;
    int fd = -1;
    int err;

    TRY(journal_make(&j));
    for (uint32_t i = 1; i <= 300; i++) {
        struct ars_history_entry e = entry(true, ARS_HISTORY_ANSWERED, "123456", "Somebody");

        TRY(ars_history_put(j.h, i, &e));
    }
    journal_close(&j);
    memset(junk, 0x5a, sizeof(junk));
    fd = open(folder_file(&j.folder, FILE_NAME), O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        CHECK(pwrite(fd, junk, sizeof(junk), at) == (ssize_t)sizeof(junk));
    TRY(journal_open(&j));
    TRY(await(&j, &j.changed, 1));
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "777", "New"));
    TRY(await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EBADMSG);
    TRY(ask(&j, "777"));
    CHECK_INT(j.n, 1); /* the call that met it is in the new one */
    CHECK(access(folder_file(&j.folder, FILE_NAME ".broken-1"), F_OK) == 0);
out:
    if (fd >= 0)
        close(fd);
    journal_remove(&j);
    return err;
}

static int set_version(const struct folder *f, int version, int *ret)
{
    sqlite3 *sql = NULL;
    char set[64];
    int code = sqlite3_open(folder_file(f, FILE_NAME), &sql);

    snprintf(set, sizeof(set), "PRAGMA user_version = %d", version);
    if (code == SQLITE_OK && version)
        code = sqlite3_exec(sql, set, NULL, NULL, NULL);
    if (code == SQLITE_OK && ret)
        history_version(sql, ret);
    sqlite3_close(sql);
    return history_errno(code);
}

static int test_newer_version_is_left_alone(void)
{
    struct journal j = {0};
    int version = 0;
    int err;

    TRY(folder_make(&j.folder));
    TRY(set_version(&j.folder, 99, NULL));
    j.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    TRY(journal_open(&j));
    TRY(await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EPERM);
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1); /* in memory */
    journal_close(&j);
    TRY(set_version(&j.folder, 0, &version));
    CHECK_INT(version, 99);
    CHECK(access(folder_file(&j.folder, FILE_NAME ".broken-1"), F_OK) != 0);
out:
    journal_remove(&j);
    return err;
}

static int test_migrations_in_order(void)
{
    static const char *const steps[] = {
        "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1",
        "UPDATE a SET y = y * 10; INSERT INTO nothing VALUES (1)",
    };
    sqlite3 *sql = NULL;
    sqlite3_stmt *st = NULL;
    int version = -1;
    int err = 0;

    CHECK(sqlite3_open(":memory:", &sql) == SQLITE_OK);
    TRY(history_migrate(sql, steps, 1));
    TRY(history_migrate(sql, steps, 2));
    TRY(history_migrate(sql, steps, 2));
    CHECK(history_migrate(sql, steps, 3) != 0);
    CHECK(history_version(sql, &version) == SQLITE_ROW);
    CHECK_INT(version, 2);
    CHECK(sqlite3_prepare_v2(sql, "SELECT y FROM a", -1, &st, NULL) == SQLITE_OK);
    CHECK(sqlite3_step(st) == SQLITE_ROW);
    CHECK_INT(sqlite3_column_int(st, 0), 2); /* what the third had done is undone */
out:
    sqlite3_finalize(st);
    sqlite3_close(sql);
    return err;
}

static int test_folder_that_cannot_be_written(void)
{
    struct journal j = {0};
    int err;

    TRY(folder_make(&j.folder));
    CHECK(mkdir(folder_file(&j.folder, FILE_NAME), 0700) == 0); /* stops root, too */
    j.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    TRY(journal_open(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(await(&j, &j.problems, 1));
    CHECK(j.problem != 0 && j.problem != EBADMSG);
    TRY(ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.problems, 1);
out:
    journal_remove(&j);
    return err;
}

static int fill_disk(const struct folder *f, const char *name)
{
    int fd = open(folder_file(f, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    char data[4096] = {0};
    int err;

    if (fd < 0)
        return errno;
    while (write(fd, data, sizeof(data)) > 0)
        ;
    err = errno == ENOSPC ? 0 : errno;
    close(fd);
    return err;
}

/* Told once; what happened meanwhile is written when there is room again. */
static int test_full_disk(void)
{
    struct journal j = {0};
    bool mounted = false;
    int err;

    TRY(folder_make(&j.folder));
    mounted = mount("tmpfs", j.folder.path, "tmpfs", 0, "size=2m") == 0;
    if (!mounted) {
        printf("# no right to mount: the journal on a full disk is not tested here\n");
        goto out;
    }
    j.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    TRY(journal_open(&j));
    TRY(put(&j, 1, true, ARS_HISTORY_ANSWERED, "100", "Before"));
    TRY(fill_disk(&j.folder, "ballast"));
    for (uint32_t key = 2; j.problems == 0; key++) {
        CHECK(key < 1000);
        TRY(put(&j, key, true, ARS_HISTORY_MISSED, "200", "During"));
    }
    CHECK_INT(j.problem, ENOSPC);
    TRY(put(&j, 2000, true, ARS_HISTORY_MISSED, "201", "Later"));
    CHECK_INT(j.problems, 1);
    CHECK(unlink(folder_file(&j.folder, "ballast")) == 0);
    TRY(put(&j, 2001, true, ARS_HISTORY_MISSED, "300", "After"));
    TRY(ask_page(&j, NULL, 0, 3));
    CHECK_STR(j.v[0].number, "300");
    CHECK_STR(j.v[1].number, "201");
    CHECK_STR(j.v[2].number, "200");
out:
    journal_close(&j);
    if (mounted)
        umount2(j.folder.path, MNT_DETACH);
    journal_remove(&j);
    return err;
}

const struct check_case history_cases[] = {
    {"history/a-call-from-begin-to-end", test_a_call_from_begin_to_end, false},
    {"history/kept-between-runs", test_kept_between_runs, false},
    {"history/newest-first-and-pages", test_newest_first_and_pages, false},
    {"history/search-finds-what-is-there", test_search_finds_what_is_there, false},
    {"history/words-follow-the-name", test_words_follow_the_name, false},
    {"history/missed-until-seen", test_missed_until_seen, false},
    {"history/delete", test_delete, false},
    {"history/overtaken-queries", test_overtaken_queries, false},
    {"history/long-and-broken-texts", test_long_and_broken_texts, false},
    {"history/a-crash-loses-nothing", test_a_crash_loses_nothing, false},
    {"history/not-a-database", test_not_a_database, false},
    {"history/damaged-while-open", test_damaged_while_open, false},
    {"history/newer-version-is-left-alone", test_newer_version_is_left_alone, false},
    {"history/migrations-in-order", test_migrations_in_order, false},
    {"history/folder-that-cannot-be-written", test_folder_that_cannot_be_written, false},
    {"history/full-disk", test_full_disk, false},
};
const size_t history_cases_n = CHECK_COUNT(history_cases);
