/*
 * store: small files, whole or not at all. Any thread.
 */
#ifndef ARS_STORE_FILE_H
#define ARS_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* "dir/name"; caller frees; NULL on ENOMEM. */
char *file_path(const char *dir, const char *name);

/* With its parents, mode 0700. EACCES, ENOTDIR ... */
int file_make_dir(const char *dir);

/* NUL-terminated, caller wipes and frees. ENOENT, EACCES, EIO, EFBIG (more than max), ENOMEM. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_len);

/*
 * Temporary file, fsync, rename, fsync of the folder; mode 0600; makes the folder. What a symbolic
 * link names is replaced, not the link. On an error nothing has changed.
 */
int file_write(const char *dir, const char *name, const void *data, size_t len);

/*
 * Renames it to path.broken-N, N from 1, the first that is free, and with it what has one of the
 * suffixes (NULL ends them; they may be missing). *ret_aside: where it went, caller frees.
 */
int file_set_aside(const char *path, const char *const *suffixes, char **ret_aside);

#endif
