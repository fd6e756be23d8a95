/* store: passwords: the keyring first, the file where there is none. */
#include <errno.h>
#include <stdlib.h>

#include <ars/log.h>
#include <ars/secret.h>
#include <ars/secrets.h>
#include <ars/str.h>

#include "secrets_file.h"
#include "secrets_libsecret.h"

/* A person has to find the keyring's password. */
#define TIMEOUT_MS 120000

struct request {
    struct request *next;
    struct ars_secrets *owner;
    enum keyring_op op;
    char *account_id;
    char *label;
    struct ars_secret *secret;
    ars_secrets_stored_fn *stored;
    ars_secrets_found_fn *found;
    void *arg;
};

struct ars_secrets {
    char *dir;
    uint32_t timeout_ms;
    struct keyring *keyring;
    struct request *first;
};

static void request_free(struct request *r)
{
    ars_secret_free(r->secret);
    free(r->account_id);
    free(r->label);
    free(r);
}

static void unlink_request(struct request *r)
{
    struct request **p = &r->owner->first;

    while (*p != r)
        p = &(*p)->next;
    *p = r->next;
}

/* r is gone afterwards; s may be. */
static void finish(struct request *r, int err, enum ars_secrets_place where,
                   const struct ars_secret *secret)
{
    ars_secrets_stored_fn *stored = r->stored;
    ars_secrets_found_fn *found = r->found;
    void *arg = r->arg;

    unlink_request(r);
    if (stored)
        stored(err, where, arg);
    if (found)
        found(err, where, r->account_id, secret, arg);
    request_free(r);
}

static void leave_file(const struct request *r)
{
    int err = secrets_file_put(r->owner->dir, r->account_id, NULL);

    if (err)
        ars_log(ARS_LOG_WARN, "store", "a password stays in the file: error %d", err);
}

static void on_stored(int err, const struct ars_secret *secret, void *arg)
{
    struct request *r = arg;

    if (err == ENOSYS) {
        err = secrets_file_put(r->owner->dir, r->account_id, r->secret);
        finish(r, err, ARS_SECRETS_FILE, NULL);
        return;
    }
    if (!err)
        leave_file(r);
    finish(r, err, ARS_SECRETS_SERVICE, NULL);
}

/* The service came later than the file: what is there moves. */
static void move_to_service(struct request *r, const struct ars_secret *secret)
{
    (void)ars_secrets_store(r->owner, r->account_id, r->label, secret, NULL, NULL);
}

static void on_found(int err, const struct ars_secret *secret, void *arg)
{
    struct request *r = arg;
    struct ars_secret *kept = NULL;
    bool no_service = err == ENOSYS;

    if (!no_service && err != ENOENT) {
        finish(r, err, ARS_SECRETS_SERVICE, secret);
        return;
    }
    err = secrets_file_get(r->owner->dir, r->account_id, &kept);
    if (!err && !no_service)
        move_to_service(r, kept);
    finish(r, err, no_service || !err ? ARS_SECRETS_FILE : ARS_SECRETS_SERVICE, kept);
    ars_secret_free(kept);
}

static void on_forgotten(int err, const struct ars_secret *secret, void *arg)
{
    struct request *r = arg;
    int file_err = secrets_file_put(r->owner->dir, r->account_id, NULL);

    if (err == ENOSYS || !err)
        finish(r, file_err, err ? ARS_SECRETS_FILE : ARS_SECRETS_SERVICE, NULL);
    else
        finish(r, err, ARS_SECRETS_SERVICE, NULL);
}

static int ask(struct ars_secrets *s, const struct request *what)
{
    static keyring_done_fn *const done[] = {
        [KEYRING_STORE] = on_stored,
        [KEYRING_FIND] = on_found,
        [KEYRING_FORGET] = on_forgotten,
    };
    struct request *r = calloc(1, sizeof(*r));
    int err = 0;

    if (!r)
        return ENOMEM;
    *r = *what;
    r->owner = s;
    r->account_id = ars_strdup(what->account_id);
    r->label = ars_strdup(what->label);
    r->secret = what->secret ? ars_secret_dup(what->secret) : NULL;
    if (!r->account_id || (what->label && !r->label) || (what->secret && !r->secret))
        err = ENOMEM;
    if (!err)
        err = keyring_ask(s->keyring, r->op, r->account_id, r->label, r->secret, s->timeout_ms,
                          done[r->op], r);
    if (err) {
        request_free(r);
        return err;
    }
    r->next = s->first;
    s->first = r;
    return 0;
}

/* ---- public ---- */

int ars_secrets_alloc(struct ars_secrets **ret, const char *dir, uint32_t timeout_ms)
{
    struct ars_secrets *s = calloc(1, sizeof(*s));
    int err;

    if (!s)
        return ENOMEM;
    s->timeout_ms = timeout_ms ? timeout_ms : TIMEOUT_MS;
    s->dir = ars_strdup(dir);
    err = s->dir ? keyring_alloc(&s->keyring) : ENOMEM;
    if (err) {
        free(s->dir);
        free(s);
        return err;
    }
    *ret = s;
    return 0;
}

void ars_secrets_free(struct ars_secrets *s)
{
    if (!s)
        return;
    keyring_free(s->keyring);
    while (s->first) {
        struct request *r = s->first;

        s->first = r->next;
        request_free(r);
    }
    free(s->dir);
    free(s);
}

int ars_secrets_store(struct ars_secrets *s, const char *account_id, const char *label,
                      const struct ars_secret *secret, ars_secrets_stored_fn *fn, void *arg)
{
    return ask(s, &(struct request){.op = KEYRING_STORE,
                                    .account_id = (char *)(uintptr_t)account_id,
                                    .label = (char *)(uintptr_t)label,
                                    .secret = (struct ars_secret *)(uintptr_t)secret,
                                    .stored = fn,
                                    .arg = arg});
}

int ars_secrets_find(struct ars_secrets *s, const char *account_id, const char *label,
                     ars_secrets_found_fn *fn, void *arg)
{
    return ask(s, &(struct request){.op = KEYRING_FIND,
                                    .account_id = (char *)(uintptr_t)account_id,
                                    .label = (char *)(uintptr_t)label,
                                    .found = fn,
                                    .arg = arg});
}

int ars_secrets_forget(struct ars_secrets *s, const char *account_id, ars_secrets_stored_fn *fn,
                       void *arg)
{
    return ask(s, &(struct request){.op = KEYRING_FORGET,
                                    .account_id = (char *)(uintptr_t)account_id,
                                    .stored = fn,
                                    .arg = arg});
}
