/* store: the journal's tables, version by version. A migration that was released never changes. */
#include <errno.h>
#include <stdio.h>

#include <sqlite3.h>

#include <ars/log.h>

#include "history_db.h"

/* clang-format off */
const char *const history_migrations[] = {
    /* 1: calls, and the words (fold.h) by which they are found */
    "CREATE TABLE calls ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  incoming INTEGER NOT NULL,"
    "  seen INTEGER NOT NULL,"
    "  result INTEGER NOT NULL,"
    "  reason TEXT NOT NULL,"
    "  details TEXT NOT NULL,"
    "  number TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  start_us INTEGER NOT NULL,"
    "  duration_ms INTEGER NOT NULL,"
    "  folded TEXT NOT NULL);"
    "CREATE INDEX calls_unseen ON calls (id) WHERE seen = 0;"
    "CREATE INDEX calls_open ON calls (id) WHERE result <= 1;"
    "CREATE VIRTUAL TABLE calls_words USING fts5 ("
    "  words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');",
    /* 2: whose call it was, and where it was recorded */
    "ALTER TABLE calls ADD COLUMN account TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE calls ADD COLUMN recording TEXT NOT NULL DEFAULT '';",
};
/* clang-format on */

const int history_migrations_n = sizeof(history_migrations) / sizeof(history_migrations[0]);

int history_errno(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return EBADMSG;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return EACCES;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EAGAIN;
    default:
        return EIO;
    }
}

int history_version(struct sqlite3 *sql, int *ret)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(sql, "PRAGMA user_version", -1, &st, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        *ret = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return code;
}

/* The version is a part of the transaction. */
static int migrate_one(sqlite3 *sql, const char *migration, int version)
{
    char set[64];
    int code;

    snprintf(set, sizeof(set), "PRAGMA user_version = %d", version);
    code = sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return history_errno(code);
    code = sqlite3_exec(sql, migration, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(sql, set, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(sql, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        ars_log(ARS_LOG_ERROR, "store", "journal: migration %d: %s", version, sqlite3_errmsg(sql));
        (void)sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL);
    }
    return history_errno(code);
}

int history_migrate(struct sqlite3 *sql, const char *const *migrations, int n)
{
    int version = 0;
    int err;

    err = history_errno(history_version(sql, &version));
    for (; !err && version < n; version++)
        err = migrate_one(sql, migrations[version], version + 1);
    return err;
}
