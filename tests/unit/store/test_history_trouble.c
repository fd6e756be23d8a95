/* Unit tests of store: what may go wrong with the journal. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "history_db.h"
#include "journal.h"

/* Writes three calls in each state, and dies without a word. */
static void crash(const struct folder *f)
{
    struct journal j = {.folder = *f};
    struct ars_history_entry e[] = {
        journal_entry(true, ARS_HISTORY_RUNNING, "101", "Ringing"),
        journal_entry(false, ARS_HISTORY_RUNNING, "102", "Dialled"),
        journal_entry(true, ARS_HISTORY_TALKING, "103", "Talking"),
        journal_entry(true, ARS_HISTORY_ELSEWHERE, "104", "Over"),
    };

    if (journal_open_in(&j))
        _exit(1);
    for (uint32_t i = 0; i < CHECK_COUNT(e); i++)
        if (ars_history_put(j.h, i + 1, &e[i]))
            _exit(1);
    if (journal_ask(&j, NULL) || j.n != 4) /* they have been written */
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
    TRY(journal_open_in(&j));
    TRY(journal_ask(&j, NULL));
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
    TRY(journal_open_in(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(journal_await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EBADMSG);
    CHECK_STR(j.where, folder_file(&j.folder, FILE_NAME ".broken-1"));
    kept = folder_read(&j.folder, FILE_NAME ".broken-1");
    CHECK(kept && strstr(kept, "no database"));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 1);
    journal_close(&j);
    TRY(journal_open(&j));
    TRY(journal_ask(&j, NULL));
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
        struct ars_history_entry e =
            journal_entry(true, ARS_HISTORY_ANSWERED, "123456", "Somebody");

        TRY(ars_history_put(j.h, i, &e));
    }
    journal_close(&j);
    memset(junk, 0x5a, sizeof(junk));
    fd = open(folder_file(&j.folder, FILE_NAME), O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = 4096; at < st.st_size; at += 4096)
        CHECK(pwrite(fd, junk, sizeof(junk), at) == (ssize_t)sizeof(junk));
    TRY(journal_open(&j));
    TRY(journal_await(&j, &j.changed, 1));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "777", "New"));
    TRY(journal_await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EBADMSG);
    TRY(journal_ask(&j, "777"));
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
    TRY(journal_open_in(&j));
    TRY(journal_await(&j, &j.problems, 1));
    CHECK_INT(j.problem, EPERM);
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(journal_ask(&j, NULL));
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

/* A file of the first version, with a call in it. */
static int make_first_version(const struct folder *f)
{
    static const char call[] =
        "INSERT INTO calls (incoming, seen, result, reason, details, number, name, start_us,"
        " duration_ms, folded) VALUES (1, 0, 3, '', '', '101', 'Anna', 1, 0, 'anna 101')";
    sqlite3 *sql = NULL;
    int err = history_errno(sqlite3_open(folder_file(f, FILE_NAME), &sql));

    if (!err)
        err = history_migrate(sql, history_migrations, 1);
    if (!err)
        err = history_errno(sqlite3_exec(sql, call, NULL, NULL, NULL));
    sqlite3_close(sql);
    return err;
}

static int test_calls_of_an_earlier_version_stay(void)
{
    struct journal j = {0};
    struct ars_history_entry e = journal_entry(true, ARS_HISTORY_ANSWERED, "102", "");
    int err;

    TRY(folder_make(&j.folder));
    TRY(make_first_version(&j.folder));
    TRY(journal_open_in(&j));
    e.account = text("b7c1");
    TRY(ars_history_put(j.h, 1, &e));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.problems, 0);
    CHECK_INT(j.n, 2);
    CHECK_STR(j.v[0].account, "b7c1");
    CHECK_STR(j.v[1].name, "Anna");
    CHECK_STR(j.v[1].account, "");
    CHECK_STR(j.v[1].recording, "");
    CHECK_INT(j.missed, 1);
out:
    journal_remove(&j);
    return err;
}

static int test_folder_that_cannot_be_written(void)
{
    struct journal j = {0};
    int err;

    TRY(folder_make(&j.folder));
    CHECK(mkdir(folder_file(&j.folder, FILE_NAME), 0700) == 0); /* stops root, too */
    TRY(journal_open_in(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(journal_await(&j, &j.problems, 1));
    CHECK(j.problem != 0 && j.problem != EBADMSG);
    TRY(journal_ask(&j, NULL));
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
    TRY(journal_open_in(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_ANSWERED, "100", "Before"));
    TRY(fill_disk(&j.folder, "ballast"));
    for (uint32_t key = 2; j.problems == 0; key++) {
        CHECK(key < 1000);
        TRY(journal_put(&j, key, true, ARS_HISTORY_MISSED, "200", "During"));
    }
    CHECK_INT(j.problem, ENOSPC);
    TRY(journal_put(&j, 2000, true, ARS_HISTORY_MISSED, "201", "Later"));
    CHECK_INT(j.problems, 1);
    CHECK(unlink(folder_file(&j.folder, "ballast")) == 0);
    TRY(journal_put(&j, 2001, true, ARS_HISTORY_MISSED, "300", "After"));
    TRY(journal_ask_page(&j, NULL, 0, 3));
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

const struct check_case trouble_cases[] = {
    {"history/a-crash-loses-nothing", test_a_crash_loses_nothing, false},
    {"history/not-a-database", test_not_a_database, false},
    {"history/damaged-while-open", test_damaged_while_open, false},
    {"history/newer-version-is-left-alone", test_newer_version_is_left_alone, false},
    {"history/migrations-in-order", test_migrations_in_order, false},
    {"history/calls-of-an-earlier-version-stay", test_calls_of_an_earlier_version_stay, false},
    {"history/folder-that-cannot-be-written", test_folder_that_cannot_be_written, false},
    {"history/full-disk", test_full_disk, false},
};
const size_t trouble_cases_n = CHECK_COUNT(trouble_cases);
