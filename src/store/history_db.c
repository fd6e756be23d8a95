/* store: the journal's file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <ars/log.h>
#include <ars/str.h>

#include "file.h"
#include "fold.h"
#include "history_db.h"

#define BUSY_MS 2000

enum statement {
    INSERT,
    UPDATE,
    DELETE,
    GET_FOLDED,
    ADD_WORDS,
    DROP_WORDS,
    MARK_SEEN,
    MISSED,
    LIST,
    SEARCH,
    STATEMENTS,
};

#define COLUMNS                                                                                    \
    "c.id, c.incoming, c.seen, c.result, c.reason, c.details, c.number, c.name, c.start_us,"       \
    " c.duration_ms, c.account, c.recording"

static const char *const statements[STATEMENTS] = {
    [INSERT] = "INSERT INTO calls (incoming, seen, result, reason, details, number, name,"
               " start_us, duration_ms, folded, account, recording)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [UPDATE] = "UPDATE calls SET incoming = ?1, seen = ?2, result = ?3, reason = ?4, details = ?5,"
               " number = ?6, name = ?7, start_us = ?8, duration_ms = ?9, folded = ?10,"
               " account = ?11, recording = ?12 WHERE id = ?13",
    [DELETE] = "DELETE FROM calls WHERE id = ?1",
    [GET_FOLDED] = "SELECT folded FROM calls WHERE id = ?1",
    [ADD_WORDS] = "INSERT INTO calls_words (rowid, words) VALUES (?1, ?2)",
    [DROP_WORDS] = "INSERT INTO calls_words (calls_words, rowid, words) VALUES ('delete', ?1, ?2)",
    [MARK_SEEN] = "UPDATE calls SET seen = 1 WHERE seen = 0",
    [MISSED] = "SELECT count(*) FROM calls WHERE seen = 0",
    [LIST] = "SELECT " COLUMNS " FROM calls c ORDER BY c.id DESC LIMIT ?1 OFFSET ?2",
    [SEARCH] = "SELECT " COLUMNS " FROM calls_words w CROSS JOIN calls c ON c.id = w.rowid"
               " WHERE w.calls_words MATCH ?3 AND instr(c.folded, ?4) > 0"
               " ORDER BY w.rowid DESC LIMIT ?1 OFFSET ?2",
};

/*
 * FULL: a committed call outlives a loss of power. In WAL mode that is one fsync a commit, two or
 * three a call, on a thread that nobody waits for.
 */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = 4194304;";

/* A missed call of the time when the phone was not there to write it is still missed. */
static const char end_open_calls[] =
    "UPDATE calls SET"
    " seen = NOT (result = 0 AND incoming), reason = '" ARS_HISTORY_BROKEN_OFF "',"
    " result = CASE WHEN result = 1 THEN 2 WHEN incoming THEN 3 ELSE 9 END"
    " WHERE result <= 1";

_Static_assert(ARS_HISTORY_RUNNING == 0 && ARS_HISTORY_TALKING == 1 && ARS_HISTORY_ANSWERED == 2 &&
                   ARS_HISTORY_MISSED == 3 && ARS_HISTORY_FAILED == 9,
               "end_open_calls and the index calls_open have these numbers");

/* The index goes with the words, since a table without content cannot be emptied row by row. */
static const char delete_all[] = "DELETE FROM calls WHERE result > 1";

struct history_db {
    sqlite3 *sql;
    sqlite3_stmt *statements[STATEMENTS];
};

/* ---- entries ---- */

void history_entry_clear(struct ars_history_entry *e)
{
    free(e->reason);
    free(e->details);
    free(e->number);
    free(e->name);
    free(e->account);
    free(e->recording);
    *e = (struct ars_history_entry){0};
}

void history_entries_free(struct ars_history_entry *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        history_entry_clear(&v[i]);
    free(v);
}

/* Cut between characters. */
static char *bounded(const char *s, size_t max)
{
    size_t len = s ? strlen(s) : 0;

    if (len > max) {
        len = max;
        while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
            len--;
    }
    return ars_utf8_clean(s ? s : "", len);
}

static bool is_whole(const struct ars_history_entry *e)
{
    return e->reason && e->details && e->number && e->name && e->account && e->recording;
}

int history_entry_copy(struct ars_history_entry *to, const struct ars_history_entry *from)
{
    struct ars_history_entry e = *from;

    e.reason = bounded(from->reason, ARS_HISTORY_TEXT_MAX);
    e.details = bounded(from->details, ARS_HISTORY_TEXT_MAX);
    e.number = bounded(from->number, ARS_HISTORY_TEXT_MAX);
    e.name = bounded(from->name, ARS_HISTORY_TEXT_MAX);
    e.account = bounded(from->account, ARS_HISTORY_TEXT_MAX);
    e.recording = bounded(from->recording, ARS_HISTORY_PATH_MAX);
    if (!is_whole(&e)) {
        history_entry_clear(&e);
        return ENOMEM;
    }
    *to = e;
    return 0;
}

/* ---- statements ---- */

static int told(struct history_db *db, int code)
{
    int err = history_errno(code);

    if (err)
        ars_log(ARS_LOG_ERROR, "store", "journal: %s", sqlite3_errmsg(db->sql));
    return err;
}

static int execute(struct history_db *db, const char *sql)
{
    return told(db, sqlite3_exec(db->sql, sql, NULL, NULL, NULL));
}

static int prepare(struct history_db *db, enum statement which, sqlite3_stmt **ret)
{
    int code = SQLITE_OK;

    if (!db->statements[which])
        code = sqlite3_prepare_v3(db->sql, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                  &db->statements[which], NULL);
    *ret = db->statements[which];
    return told(db, code);
}

static void done(sqlite3_stmt *st)
{
    (void)sqlite3_reset(st); /* what went wrong was told by the step */
    (void)sqlite3_clear_bindings(st);
}

/* For statements that give no rows. */
static int run(struct history_db *db, sqlite3_stmt *st)
{
    int err = told(db, sqlite3_step(st));

    done(st);
    return err;
}

static void bind_text(sqlite3_stmt *st, int i, const char *s)
{
    (void)sqlite3_bind_text(st, i, s ? s : "", -1, SQLITE_STATIC);
}

static int run_with_id(struct history_db *db, enum statement which, int64_t id, const char *text)
{
    sqlite3_stmt *st;
    int err = prepare(db, which, &st);

    if (err)
        return err;
    (void)sqlite3_bind_int64(st, 1, id);
    if (text)
        bind_text(st, 2, text);
    return run(db, st);
}

/* commit or roll back */
static int end_transaction(struct history_db *db, int err)
{
    if (!err)
        err = execute(db, "COMMIT");
    if (err && !sqlite3_get_autocommit(db->sql))
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

/* ---- the index of words ---- */

static int change_words(struct history_db *db, enum statement which, int64_t id, const char *folded)
{
    char *words = fold_grams(folded);
    int err = words ? run_with_id(db, which, id, words) : ENOMEM;

    free(words);
    return err;
}

/* NULL: there is no such entry. */
static int get_folded(struct history_db *db, int64_t id, char **ret)
{
    sqlite3_stmt *st;
    int err = prepare(db, GET_FOLDED, &st);
    int code;

    if (err)
        return err;
    (void)sqlite3_bind_int64(st, 1, id);
    code = sqlite3_step(st);
    err = told(db, code);
    *ret = NULL;
    if (code == SQLITE_ROW) {
        *ret = ars_strdup((const char *)sqlite3_column_text(st, 0));
        err = *ret ? 0 : ENOMEM;
    }
    done(st);
    return err;
}

/* ---- writing ---- */

static int put_row(struct history_db *db, int64_t *id, const struct ars_history_entry *e,
                   const char *folded)
{
    bool seen = e->result != ARS_HISTORY_MISSED || e->seen;
    sqlite3_stmt *st;
    int err = prepare(db, *id ? UPDATE : INSERT, &st);

    if (err)
        return err;
    (void)sqlite3_bind_int(st, 1, e->incoming);
    (void)sqlite3_bind_int(st, 2, seen);
    (void)sqlite3_bind_int(st, 3, (int)e->result);
    bind_text(st, 4, e->reason);
    bind_text(st, 5, e->details);
    bind_text(st, 6, e->number);
    bind_text(st, 7, e->name);
    (void)sqlite3_bind_int64(st, 8, e->start_us);
    (void)sqlite3_bind_int64(st, 9, e->duration_ms);
    bind_text(st, 10, folded);
    bind_text(st, 11, e->account);
    bind_text(st, 12, e->recording);
    if (*id)
        (void)sqlite3_bind_int64(st, 13, *id);
    err = run(db, st);
    if (!err && !*id)
        *id = sqlite3_last_insert_rowid(db->sql);
    return err;
}

int history_db_put(struct history_db *db, int64_t *id, const struct ars_history_entry *e)
{
    char *folded = fold_entry(e->name ? e->name : "", e->number ? e->number : "");
    char *old = NULL;
    int64_t row = *id;
    int err;

    if (!folded)
        return ENOMEM;
    err = execute(db, "BEGIN IMMEDIATE");
    if (!err) {
        if (row)
            err = get_folded(db, row, &old);
        if (!err && row && !old)
            row = 0; /* deleted meanwhile: it is still going on */
        if (!err)
            err = put_row(db, &row, e, folded);
        if (!err && old && !ars_streq(old, folded))
            err = change_words(db, DROP_WORDS, row, old);
        if (!err && !ars_streq(old, folded))
            err = change_words(db, ADD_WORDS, row, folded);
        err = end_transaction(db, err);
    }
    if (!err)
        *id = row;
    free(folded);
    free(old);
    return err;
}

static int delete_one(struct history_db *db, int64_t id)
{
    char *folded;
    int err = get_folded(db, id, &folded);

    if (err || !folded)
        return err;
    err = run_with_id(db, DELETE, id, NULL);
    if (!err)
        err = change_words(db, DROP_WORDS, id, folded);
    free(folded);
    return err;
}

/* Those that are still going on stay, with their words. */
static int delete_ended(struct history_db *db)
{
    sqlite3_stmt *st = NULL;
    int err = execute(db, delete_all);
    int code;

    if (!err)
        err = execute(db, "INSERT INTO calls_words (calls_words) VALUES ('delete-all')");
    if (err)
        return err;
    code = sqlite3_prepare_v2(db->sql, "SELECT id, folded FROM calls", -1, &st, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(st);
        if (code == SQLITE_ROW && !err)
            err = change_words(db, ADD_WORDS, sqlite3_column_int64(st, 0),
                               (const char *)sqlite3_column_text(st, 1));
    }
    if (!err)
        err = told(db, code);
    sqlite3_finalize(st);
    return err;
}

int history_db_delete(struct history_db *db, int64_t id)
{
    int err = execute(db, "BEGIN IMMEDIATE");

    if (err)
        return err;
    return end_transaction(db, id ? delete_one(db, id) : delete_ended(db));
}

int history_db_mark_seen(struct history_db *db)
{
    sqlite3_stmt *st;
    int err = prepare(db, MARK_SEEN, &st);

    return err ? err : run(db, st);
}

/* ---- reading ---- */

int history_db_missed(struct history_db *db, size_t *ret)
{
    sqlite3_stmt *st;
    int err = prepare(db, MISSED, &st);
    int code;

    if (err)
        return err;
    code = sqlite3_step(st);
    err = told(db, code);
    if (code == SQLITE_ROW)
        *ret = (size_t)sqlite3_column_int64(st, 0);
    done(st);
    return err;
}

static char *column(sqlite3_stmt *st, int i)
{
    const unsigned char *s = sqlite3_column_text(st, i);

    return ars_strdup(s ? (const char *)s : "");
}

static int read_row(sqlite3_stmt *st, struct ars_history_entry *e)
{
    int result = sqlite3_column_int(st, 3);

    *e = (struct ars_history_entry){
        .id = sqlite3_column_int64(st, 0),
        .incoming = sqlite3_column_int(st, 1) != 0,
        .seen = sqlite3_column_int(st, 2) != 0,
        .result = result >= 0 && result < ARS_HISTORY_RESULTS ? (enum ars_history_result)result
                                                              : ARS_HISTORY_FAILED,
        .reason = column(st, 4),
        .details = column(st, 5),
        .number = column(st, 6),
        .name = column(st, 7),
        .start_us = sqlite3_column_int64(st, 8),
        .duration_ms = sqlite3_column_int64(st, 9),
        .account = column(st, 10),
        .recording = column(st, 11),
    };
    return is_whole(e) ? 0 : ENOMEM;
}

static int read_rows(struct history_db *db, sqlite3_stmt *st, size_t limit,
                     struct ars_history_entry **ret, size_t *ret_n)
{
    struct ars_history_entry *v = calloc(limit ? limit : 1, sizeof(*v));
    size_t n = 0;
    int code = SQLITE_ROW;
    int err = v ? 0 : ENOMEM;

    while (!err && n < limit && code == SQLITE_ROW) {
        code = sqlite3_step(st);
        if (code == SQLITE_ROW)
            err = read_row(st, &v[n++]);
        else
            err = told(db, code);
    }
    if (err) {
        history_entries_free(v, n);
        return err;
    }
    *ret = v;
    *ret_n = n;
    return 0;
}

int history_db_query(struct history_db *db, const char *text, size_t offset, size_t limit,
                     struct ars_history_entry **ret, size_t *ret_n)
{
    char *folded = fold_query(text ? text : "");
    char *match = folded ? fold_match(folded) : NULL;
    sqlite3_stmt *st = NULL;
    int err = match ? 0 : ENOMEM;

    if (!err)
        err = prepare(db, *match ? SEARCH : LIST, &st);
    if (!err) {
        (void)sqlite3_bind_int64(st, 1, (sqlite3_int64)limit);
        (void)sqlite3_bind_int64(st, 2, (sqlite3_int64)offset);
        if (*match) {
            bind_text(st, 3, match);
            bind_text(st, 4, folded);
        }
        err = read_rows(db, st, limit, ret, ret_n);
        done(st);
    }
    free(folded);
    free(match);
    return err;
}

/* ---- the file ---- */

/* SQLite would make it readable for all, as the umask says; its other files take the mode over. */
static int make_file(const char *file)
{
    char *dir = ars_strdup(file);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    int err = dir ? 0 : ENOMEM;
    int fd;

    if (slash && slash != dir) {
        *slash = '\0';
        err = file_make_dir(dir);
    }
    free(dir);
    if (err)
        return err;
    fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return errno == EROFS || errno == EPERM ? EACCES : errno;
    close(fd);
    return 0;
}

static int set_up(struct history_db *db)
{
    int version = 0;
    int err;

    (void)sqlite3_extended_result_codes(db->sql, 1);
    (void)sqlite3_busy_timeout(db->sql, BUSY_MS);
    err = told(db, history_version(db->sql, &version));
    if (!err && version > history_migrations_n)
        return EPERM; /* before anything is written */
    if (!err)
        err = execute(db, pragmas);
    if (!err)
        err = history_migrate(db->sql, history_migrations, history_migrations_n);
    if (!err)
        err = execute(db, end_open_calls);
    return err;
}

int history_db_open(struct history_db **ret, const char *file)
{
    struct history_db *db;
    int code;
    int err;

    err = file ? make_file(file) : 0;
    if (err)
        return err;
    db = calloc(1, sizeof(*db));
    if (!db)
        return ENOMEM;
    code = sqlite3_open_v2(file ? file : ":memory:", &db->sql,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    err = db->sql ? told(db, code) : ENOMEM;
    if (!err)
        err = set_up(db);
    if (err) {
        history_db_close(db);
        return err;
    }
    *ret = db;
    return 0;
}

void history_db_close(struct history_db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->sql);
    free(db);
}
