/*
 * app: the accounts as a face sees them, each a line that is connected or not; and what a user does
 * with them. Rules of ars/app.h. While the demo line is on there is no other.
 */
#ifndef ARS_APP_LINE_H
#define ARS_APP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/reason.h>
#include <ars/settings.h>
#include <ars/types.h>

struct ars_app;
struct ars_cert;
struct ars_secret;

/* Borrowed texts, "" without an account, never NULL. */
struct ars_app_line {
    enum ars_account_state state;
    const char *account_id; /* of settings; "" on the demo line */
    const char *login;
    const char *server;
    struct ars_reason reason;    /* of FAILED, WAITING and OFFLINE */
    const struct ars_cert *cert; /* the refused certificate, or NULL */
    uint64_t retry_at_ms;        /* ars_clock_ms() of the next attempt, 0: none */
    bool configured;             /* false: there is no account yet */
    bool demo;                   /* the built-in demo line */
    bool disabled;               /* OFF: the user has switched it off */
    bool asking_keyring;         /* OFF: the password is on its way, the keyring may ask */
    bool needs_password;         /* OFF: none is known; save the account with one */
};

/* The one that dials: the default account's, the demo line, or an empty one. */
const struct ars_app_line *ars_app_get_line(const struct ars_app *app);

/* All of them, in the order of the settings. NULL past the last; by id NULL: there is none. */
const struct ars_app_line *ars_app_line_at(const struct ars_app *app, size_t i);
const struct ars_app_line *ars_app_find_line(const struct ars_app *app, const char *account_id);
/* Whether it is not switched off; a single one, or none, counts always. */
bool ars_app_line_counts(const struct ars_app *app, size_t i);
/* How many are not disabled. */
size_t ars_app_lines_on(const struct ars_app *app);

/* ---- what the user does: 0, EAGAIN, ENOMEM; what goes wrong later comes through handlers ---- */

/* The account that dials, or NULL when there is none or the demo line is. */
const struct ars_stored_account *ars_app_account(const struct ars_app *app);

/*
 * Stores, and connects unless it is disabled; leaves the demo line. a->id NULL: a new account.
 * password NULL: the one that is known stays. The pin goes when server, port or outbound proxy
 * change. *ret_id (or NULL): which it is, caller frees. EINVAL: server or login is missing, or
 * stun, pin, proxy or headers are none. EMSGSIZE: a text is too long. ENOSPC: too many accounts.
 */
int ars_app_save_account(struct ars_app *app, const struct ars_stored_account *a,
                         const struct ars_secret *password, char **ret_id);

/*
 * The password of the account's relay; kept as the account's own, and used from the next call on.
 * ENOENT: there is no such account in use, or it has no relay. EMSGSIZE.
 */
int ars_app_save_relay_password(struct ars_app *app, const char *account_id,
                                const struct ars_secret *password);

/* Un-registers and forgets it with its passwords. ENOENT. */
int ars_app_remove_account(struct ars_app *app, const char *account_id);

/* Un-registers and keeps it, or connects again. ENOENT. */
int ars_app_enable_account(struct ars_app *app, const char *account_id, bool on);

/* Dials from now on. ENOENT. */
int ars_app_set_default(struct ars_app *app, const char *account_id);

/* Trusts the refused certificate for this account alone, and connects again. ENOENT: none is. */
int ars_app_trust_certificate(struct ars_app *app, const char *account_id);

/* All lines that wait connect now; asks the keyring again where a password is missing. */
int ars_app_retry(struct ars_app *app);

/* Starts the demo line's program and connects to it; nothing is stored. Returns at once. */
int ars_app_use_demo(struct ars_app *app);

#endif
