/*
 * store: the file of passwords, secrets.json with mode 0600, for where there is no Secret Service.
 * A broken one is set aside. Any thread, one at a time.
 */
#ifndef ARS_STORE_SECRETS_FILE_H
#define ARS_STORE_SECRETS_FILE_H

struct ars_secret;

/* ENOENT, EACCES, EIO, ENOMEM. Caller frees *ret. */
int secrets_file_get(const char *dir, const char *id, struct ars_secret **ret);

/* secret NULL: takes it out, and removes a file that is empty then; 0 also when there is none. */
int secrets_file_put(const char *dir, const char *id, const struct ars_secret *secret);

#endif
