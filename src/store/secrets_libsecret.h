/*
 * store: the desktop's Secret Service (GNOME Keyring, KWallet, KeePassXC), through libsecret; the
 * only file that knows GLib. On the thread whose GLib main context runs.
 */
#ifndef ARS_STORE_SECRETS_LIBSECRET_H
#define ARS_STORE_SECRETS_LIBSECRET_H

#include <stdint.h>

struct ars_secret;
struct keyring;

enum keyring_op {
    KEYRING_STORE,
    KEYRING_FIND,
    KEYRING_FORGET,
};

/*
 * ENOSYS: there is no such service here, neither running nor to be started. ENOENT, EACCES,
 * ETIMEDOUT, EIO, ENOMEM. secret: what was found, borrowed.
 */
typedef void keyring_done_fn(int err, const struct ars_secret *secret, void *arg);

/* ENOMEM. */
int keyring_alloc(struct keyring **ret);

/* Cancels; nothing calls back after. Takes NULL. */
void keyring_free(struct keyring *k);

/* label and secret: of KEYRING_STORE. Never calls back before it returns. ENOMEM, EAGAIN. */
int keyring_ask(struct keyring *k, enum keyring_op op, const char *account_id, const char *label,
                const struct ars_secret *secret, uint32_t timeout_ms, keyring_done_fn *fn,
                void *arg);

#endif
