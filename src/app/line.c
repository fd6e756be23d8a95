/* app: one account, from what is stored to what the engine makes of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/str.h>

#include "core.h"

#define LABEL_MAX 1024

/* ---- the view ---- */

static void changed(struct line *l)
{
    l->app->lines.changed = true;
    app_ring(l->app);
}

void line_set_state(struct line *l, enum ars_account_state state)
{
    l->view.state = state;
    l->view.reason = (struct ars_reason){0};
    if (state != ARS_ACCOUNT_RESOLVING && state != ARS_ACCOUNT_CONNECTING)
        l->view.cert = NULL; /* looked at while it is tried again */
    l->view.retry_at_ms = 0;
    changed(l);
}

static void set_texts(struct line *l)
{
    l->view.account_id = l->account_id ? l->account_id : "";
    l->view.login = l->conf && l->conf->login ? l->conf->login : "";
    l->view.server = l->conf && l->conf->server ? l->conf->server : "";
    changed(l);
}

void line_set_conf(struct line *l, struct ars_account_conf *conf)
{
    ars_account_conf_free(l->conf);
    l->conf = conf;
    set_texts(l);
}

static void add_problem(struct ars_app *app, enum ars_app_problem_kind kind, const char *text)
{
    problems_add(&app->problems, &(struct ars_app_problem){.kind = kind, .text = text});
    app_ring(app);
}

int line_alloc(struct line **ret, struct ars_app *app, const char *account_id)
{
    struct line *l = calloc(1, sizeof(*l));

    if (!l)
        return ENOMEM;
    l->app = app;
    l->view.configured = true;
    l->account_id = ars_strdup(account_id);
    if (account_id && !l->account_id) {
        free(l);
        return ENOMEM;
    }
    set_texts(l);
    *ret = l;
    return 0;
}

void line_release(struct line *l)
{
    ars_account_conf_free(l->conf);
    free(l->account_id);
    free(l->mailbox.number);
    free(l);
}

void line_free(struct line *l)
{
    struct lines *ls;

    if (!l)
        return;
    ls = &l->app->lines;
    if (l->engine_id)
        line_turn_off(l);
    else if (l->tag && ls->orphans_n < LINES_MAX)
        ls->orphans[ls->orphans_n++] = l->tag;
    line_release(l);
}

/* ---- the engine ---- */

void line_fail(struct line *l, const char *what, int error)
{
    line_set_state(l, ARS_ACCOUNT_FAILED);
    ars_reason_set(&l->view.reason, ARS_REASON_INTERNAL, 0, "%s: %s", what, strerror(error));
}

void line_connect(struct line *l)
{
    uint32_t tag = app_next_tag(l->app);
    int err;

    line_set_state(l, ARS_ACCOUNT_RESOLVING);
    l->view.cert = NULL;
    l->view.needs_password = false;
    l->view.asking_keyring = false;
    if (l->tag && !l->engine_id) {
        l->again = true; /* a second one without id would be a second account */
        return;
    }
    err = app_post(l->app, ars_command_account(l->engine_id, l->conf), tag);
    if (err)
        line_fail(l, "cannot connect", err);
    else
        l->tag = tag;
}

void line_turn_off(struct line *l)
{
    struct ars_command *cmd;

    l->again = false;
    l->view.needs_password = false;
    l->view.asking_keyring = false;
    line_set_state(l, ARS_ACCOUNT_OFF);
    if (!l->engine_id)
        return; /* as soon as it is known */
    cmd = ars_command_new(ARS_CMD_ACCOUNT_OFF);
    if (cmd)
        cmd->account = l->engine_id;
    if (app_post(l->app, cmd, 0))
        ars_log(ARS_LOG_WARN, "app", "the account stays connected");
    l->tag = 0; /* what it says on its way out is no news */
}

static void on_failed(struct line *l, const struct ars_event *ev)
{
    line_set_state(l, ev->account_state);
    l->view.reason = ev->reason;
    if (ev->cert) {
        l->cert = *ev->cert;
        l->view.cert = &l->cert;
    }
    if (ev->retry_ms)
        l->view.retry_at_ms = ev->t_us / 1000 + ev->retry_ms;
}

static void on_map_problem(struct line *l, const struct ars_event *ev)
{
    struct ars_buf b;
    int err = 0;
    char *text;

    ars_buf_init(&b, 1024);
    ars_buf_addf(&b, "%d: %s", ev->number, ev->text ? ev->text : "");
    text = ars_buf_take(&b, &err);
    if (text)
        add_problem(l->app, ARS_APP_HOST_MAP, text);
    free(text);
}

static void on_refused(struct line *l, const struct ars_event *ev)
{
    line_set_state(l, ARS_ACCOUNT_FAILED);
    l->view.reason = ev->reason;
    if (!l->engine_id)
        l->tag = 0; /* the next one may be without id again */
}

/* Whether what was asked for is out of date. */
static bool learn_id(struct line *l, ars_id id)
{
    l->engine_id = id;
    if (l->view.disabled) {
        line_turn_off(l);
        return true;
    }
    if (!l->again)
        return false;
    l->again = false;
    line_connect(l);
    return true;
}

void line_event(struct line *l, const struct ars_event *ev)
{
    if (ev->account && !l->engine_id && learn_id(l, ev->account))
        return;
    switch (ev->type) {
    case ARS_EV_ACCOUNT:
        /* of these two the reason follows, with the state */
        if (ev->account_state != ARS_ACCOUNT_WAITING && ev->account_state != ARS_ACCOUNT_FAILED)
            line_set_state(l, ev->account_state);
        if (ev->account_state == ARS_ACCOUNT_OFFLINE)
            l->view.reason.code = ARS_REASON_NO_NETWORK;
        break;
    case ARS_EV_REGISTRATION_FAILED:
        on_failed(l, ev);
        break;
    case ARS_EV_HOST_MAP_PROBLEM:
        on_map_problem(l, ev);
        break;
    case ARS_EV_ERROR:
        on_refused(l, ev);
        break;
    default:
        break;
    }
}

/* ---- the password ---- */

static char *label_of(const struct line *l)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, LABEL_MAX);
    ars_buf_addf(&b, "ARS Phone: %s@%s", l->view.login, l->view.server);
    return ars_buf_take(&b, &err);
}

void line_tell_secret_error(struct ars_app *app, int err)
{
    if (err == EACCES)
        add_problem(app, ARS_APP_SECRET_LOCKED, "");
    else
        add_problem(app, ARS_APP_SECRET_FAILED, strerror(err));
}

static void on_stored(int err, enum ars_secrets_place where, void *arg)
{
    struct ars_app *app = arg;

    if (err)
        line_tell_secret_error(app, err);
    else if (where == ARS_SECRETS_FILE)
        add_problem(app, ARS_APP_SECRET_IN_FILE, "");
}

void line_store_secret(struct line *l, const char *key, const char *label,
                       const struct ars_secret *secret)
{
    int err = ars_secrets_store(l->app->secrets, key, label, secret, on_stored, l->app);

    if (err)
        line_tell_secret_error(l->app, err);
}

void line_store_password(struct line *l, const struct ars_secret *password)
{
    char *label = label_of(l);

    if (label)
        line_store_secret(l, l->account_id, label, password);
    else
        line_tell_secret_error(l->app, ENOMEM);
    free(label);
}

static void need_password(struct line *l)
{
    l->view.asking_keyring = false;
    l->view.needs_password = true;
    line_set_state(l, ARS_ACCOUNT_OFF);
}

static void on_found(int err, enum ars_secrets_place where, const char *account_id,
                     const struct ars_secret *secret, void *arg)
{
    struct ars_app *app = arg;
    struct line *l = lines_find(app, account_id);

    if (!l || !l->view.asking_keyring)
        return; /* the user has typed one meanwhile, or gone on to something else */
    if (!err) {
        ars_secret_free(l->conf->password);
        l->conf->password = ars_secret_dup(secret);
        err = l->conf->password ? 0 : ENOMEM;
    }
    if (!err) {
        line_begin(l);
        return;
    }
    if (err != ENOENT)
        line_tell_secret_error(app, err);
    need_password(l);
}

void line_find_password(struct line *l)
{
    char *label;
    int err = ENOMEM;

    line_set_state(l, ARS_ACCOUNT_OFF);
    l->view.needs_password = false;
    l->view.asking_keyring = true;
    label = label_of(l);
    if (label)
        err = ars_secrets_find(l->app->secrets, l->account_id, label, on_found, l->app);
    free(label);
    if (err) {
        line_tell_secret_error(l->app, err);
        need_password(l);
    }
}
