/*
 * store: the journal's file: SQLite in WAL mode. All of it on one thread, the journal's.
 */
#ifndef ARS_STORE_HISTORY_DB_H
#define ARS_STORE_HISTORY_DB_H

#include <stddef.h>
#include <stdint.h>

#include <ars/history.h>

struct history_db;
struct sqlite3;

/*
 * Makes the folder and the file, runs the migrations, and ends what a crash left open. file NULL:
 * in memory. EBADMSG: damaged. EPERM: a later version's. EACCES, ENOSPC, EIO, ENOMEM.
 */
int history_db_open(struct history_db **ret, const char *file);
void history_db_close(struct history_db *db);

/* *id 0: a new one, whose id it becomes. Errors as above. */
int history_db_put(struct history_db *db, int64_t *id, const struct ars_history_entry *e);
/* id 0: all that have ended. */
int history_db_delete(struct history_db *db, int64_t id);
int history_db_mark_seen(struct history_db *db);
int history_db_missed(struct history_db *db, size_t *ret);

/* Newest first. */
int history_db_query(struct history_db *db, const char *text, size_t offset, size_t limit,
                     struct ars_history_entry **ret, size_t *ret_n);

void history_entries_free(struct ars_history_entry *v, size_t n);
/* Texts cut to their maximum, NULL made "". ENOMEM. */
int history_entry_copy(struct ars_history_entry *to, const struct ars_history_entry *from);
void history_entry_clear(struct ars_history_entry *e);

/* ---- history_schema.c ---- */

/* SQL that leads from one version to the next; the file's version is its PRAGMA user_version. */
extern const char *const history_migrations[];
extern const int history_migrations_n;

/* SQLite's result. */
int history_version(struct sqlite3 *sql, int *ret);

/* Each in a transaction of its own, up to version n. Errors as above. */
int history_migrate(struct sqlite3 *sql, const char *const *migrations, int n);

/* errno of an SQLite result. */
int history_errno(int code);

#endif
