/*
 * store: passwords, in the desktop's Secret Service through libsecret; where there is no service,
 * in a file with mode 0600, and the user is told so. Asynchronous: a locked keyring asks the user.
 * Called, and calls back, on the face's thread, whose GLib main context must run.
 */
#ifndef ARS_SECRETS_H
#define ARS_SECRETS_H

#include <stdint.h>

struct ars_secret;
struct ars_secrets;

enum ars_secrets_place {
    ARS_SECRETS_SERVICE,
    ARS_SECRETS_FILE, /* there is no service */
};

/*
 * dir: where the fallback file lives. timeout_ms: how long a request may take, with the user's
 * answer to the keyring's question; 0 for two minutes. ENOMEM.
 */
int ars_secrets_alloc(struct ars_secrets **ret, const char *dir, uint32_t timeout_ms);

/* Gives up what is under way; nothing calls back after. Takes NULL. */
void ars_secrets_free(struct ars_secrets *s);

/* err 0, EACCES (locked, and the user declined), ETIMEDOUT, EIO, ENOMEM; of the file ENOSPC. */
typedef void ars_secrets_stored_fn(int err, enum ars_secrets_place where, void *arg);
/* As above; ENOENT: none is kept. secret is borrowed. */
typedef void ars_secrets_found_fn(int err, enum ars_secrets_place where, const char *account_id,
                                  const struct ars_secret *secret, void *arg);

/*
 * Never calls back before it returns. label: what the keyring shows ("ARS Phone: 100@pbx.example").
 * fn may be NULL. What the service takes leaves the file. ENOMEM, EAGAIN: too many at once.
 */
int ars_secrets_store(struct ars_secrets *s, const char *account_id, const char *label,
                      const struct ars_secret *secret, ars_secrets_stored_fn *fn, void *arg);
/* Asks the service, then the file; what is in the file moves to a service that has come since. */
int ars_secrets_find(struct ars_secrets *s, const char *account_id, const char *label,
                     ars_secrets_found_fn *fn, void *arg);
/* From both places. */
int ars_secrets_forget(struct ars_secrets *s, const char *account_id, ars_secrets_stored_fn *fn,
                       void *arg);

#endif
