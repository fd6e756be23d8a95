/* app: the password of an account's relay: a secret beside that of the account. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "core.h"

/* Behind the account's id: the name of the secret. */
#define SUFFIX    "/relay"
#define LABEL_MAX 1024

static char *key_of(const char *account_id)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, LABEL_MAX);
    ars_buf_addf(&b, "%s" SUFFIX, account_id);
    return ars_buf_take(&b, &err);
}

static struct line *line_of_key(struct ars_app *app, const char *key)
{
    size_t len = strlen(key);
    char *id = len > strlen(SUFFIX) ? ars_strndup(key, len - strlen(SUFFIX)) : NULL;
    struct line *l = lines_find(app, id);

    free(id);
    return l;
}

static char *label_of(const struct line *l)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, LABEL_MAX);
    ars_buf_addf(&b, "ARS Phone: relay of %s@%s", l->view.login, l->view.server);
    return ars_buf_take(&b, &err);
}

static int keep(struct line *l, const struct ars_secret *password)
{
    struct ars_secret *copy = ars_secret_dup(password);

    if (!copy)
        return ENOMEM;
    ars_secret_free(l->conf->turn_password);
    l->conf->turn_password = copy;
    return 0;
}

/* Without it the relay refuses, and what needs none goes on. */
static void on_found(int err, enum ars_secrets_place where, const char *key,
                     const struct ars_secret *secret, void *arg)
{
    struct line *l = line_of_key(arg, key);

    if (!l || !l->view.asking_keyring)
        return; /* the user has gone on meanwhile */
    if (!err)
        err = keep(l, secret);
    if (err && err != ENOENT)
        line_tell_secret_error(arg, err);
    line_connect(l);
}

static int find(struct line *l)
{
    char *key = key_of(l->account_id);
    char *label = label_of(l);
    int err = ENOMEM;

    if (key && label)
        err = ars_secrets_find(l->app->secrets, key, label, on_found, l->app);
    free(key);
    free(label);
    return err;
}

void line_begin(struct line *l)
{
    const struct ars_account_conf *conf = l->conf;
    int err;

    if (!conf->turn || !conf->turn_user || conf->turn_password) {
        line_connect(l);
        return;
    }
    line_set_state(l, ARS_ACCOUNT_OFF);
    l->view.needs_password = false;
    l->view.asking_keyring = true;
    err = find(l);
    if (!err)
        return;
    line_tell_secret_error(l->app, err);
    line_connect(l);
}

int line_set_relay_password(struct line *l, const struct ars_secret *password)
{
    char *key = key_of(l->account_id);
    char *label = label_of(l);
    int err = key && label ? keep(l, password) : ENOMEM;

    if (!err)
        line_store_secret(l, key, label, password);
    if (!err && !l->view.disabled && l->conf->password)
        line_connect(l);
    free(key);
    free(label);
    return err;
}

void line_forget_relay(struct ars_app *app, const char *account_id)
{
    char *key = key_of(account_id);

    if (key)
        (void)ars_secrets_forget(app->secrets, key, NULL, NULL);
    free(key);
}
