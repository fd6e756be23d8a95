/* app: the one account in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/str.h>

#include "core.h"

#define LABEL_MAX 1024

static void connect_now(struct ars_app *app);

/* ---- the view ---- */

static void set_state(struct ars_app *app, enum ars_account_state state)
{
    struct line *l = &app->line;

    l->view.state = state;
    l->view.reason = (struct ars_reason){0};
    l->view.cert = NULL;
    l->view.retry_at_ms = 0;
    l->changed = true;
    app_ring(app);
}

static void set_texts(struct line *l)
{
    l->view.account_id = l->account_id ? l->account_id : "";
    l->view.login = l->conf && l->conf->login ? l->conf->login : "";
    l->view.server = l->conf && l->conf->server ? l->conf->server : "";
    l->changed = true;
}

/* Takes conf over. */
static void set_conf(struct line *l, struct ars_account_conf *conf)
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

void line_flush(struct ars_app *app)
{
    struct line *l = &app->line;

    if (!l->changed)
        return;
    l->changed = false;
    if (app->handlers.line)
        app->handlers.line(&l->view, app->arg);
}

/* ---- the engine ---- */

static void fail(struct ars_app *app, const char *what, int error)
{
    set_state(app, ARS_ACCOUNT_FAILED);
    ars_reason_set(&app->line.view.reason, ARS_REASON_INTERNAL, 0, "%s: %s", what, strerror(error));
}

static void connect_now(struct ars_app *app)
{
    struct line *l = &app->line;
    uint32_t tag = app_next_tag(app);
    int err;

    set_state(app, ARS_ACCOUNT_RESOLVING);
    l->view.needs_password = false;
    l->view.asking_keyring = false;
    if (l->tag && !l->engine_id) {
        l->again = true; /* a second one without id would be a second account */
        return;
    }
    err = app_post(app, ars_command_account(l->engine_id, l->conf), tag);
    if (err)
        fail(app, "cannot connect", err);
    else
        l->tag = tag;
}

static void turn_off(struct ars_app *app)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_ACCOUNT_OFF);

    if (cmd)
        cmd->account = app->line.engine_id;
    if (app_post(app, cmd, 0))
        ars_log(ARS_LOG_WARN, "app", "the account stays connected");
    app->line.tag = 0; /* what it says on its way out is no news */
}

static void on_failed(struct ars_app *app, const struct ars_event *ev)
{
    struct line *l = &app->line;

    set_state(app, ev->account_state);
    l->view.reason = ev->reason;
    if (ev->cert) {
        l->cert = *ev->cert;
        l->view.cert = &l->cert;
    }
    if (ev->retry_ms)
        l->view.retry_at_ms = ev->t_us / 1000 + ev->retry_ms;
}

static void on_map_problem(struct ars_app *app, const struct ars_event *ev)
{
    struct ars_buf b;
    int err = 0;
    char *text;

    ars_buf_init(&b, 1024);
    ars_buf_addf(&b, "%d: %s", ev->number, ev->text ? ev->text : "");
    text = ars_buf_take(&b, &err);
    if (text)
        add_problem(app, ARS_APP_HOST_MAP, text);
    free(text);
}

static void on_refused(struct ars_app *app, const struct ars_event *ev)
{
    set_state(app, ARS_ACCOUNT_FAILED);
    app->line.view.reason = ev->reason;
    if (!app->line.engine_id)
        app->line.tag = 0; /* the next one may be without id again */
}

/* Whether what was asked for is out of date. */
static bool learn_id(struct ars_app *app, ars_id id)
{
    struct line *l = &app->line;

    l->engine_id = id;
    if (!l->conf) { /* removed meanwhile */
        turn_off(app);
        return true;
    }
    if (!l->again)
        return false;
    l->again = false;
    connect_now(app);
    return true;
}

bool line_event(struct ars_app *app, const struct ars_event *ev)
{
    struct line *l = &app->line;

    if (ev->call || !ev->tag || ev->tag != l->tag)
        return ev->account != 0 && !ev->call && ev->type != ARS_EV_ERROR;
    if (ev->account && !l->engine_id && learn_id(app, ev->account))
        return true;
    switch (ev->type) {
    case ARS_EV_ACCOUNT:
        /* of these two the reason follows, with the state */
        if (ev->account_state != ARS_ACCOUNT_WAITING && ev->account_state != ARS_ACCOUNT_FAILED)
            set_state(app, ev->account_state);
        if (ev->account_state == ARS_ACCOUNT_OFFLINE)
            l->view.reason.code = ARS_REASON_NO_NETWORK;
        break;
    case ARS_EV_REGISTRATION_FAILED:
        on_failed(app, ev);
        break;
    case ARS_EV_HOST_MAP_PROBLEM:
        on_map_problem(app, ev);
        break;
    case ARS_EV_ERROR:
        on_refused(app, ev);
        break;
    default:
        break;
    }
    return true;
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

static void tell_secret_error(struct ars_app *app, int err)
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
        tell_secret_error(app, err);
    else if (where == ARS_SECRETS_FILE)
        add_problem(app, ARS_APP_SECRET_IN_FILE, "");
}

static void on_forgotten(int err, enum ars_secrets_place where, void *arg)
{
    if (err)
        tell_secret_error(arg, err);
}

static void store_password(struct ars_app *app, const struct ars_secret *password)
{
    char *label = label_of(&app->line);
    int err = ENOMEM;

    if (label)
        err =
            ars_secrets_store(app->secrets, app->line.account_id, label, password, on_stored, app);
    if (err)
        tell_secret_error(app, err);
    free(label);
}

static void need_password(struct ars_app *app)
{
    app->line.view.asking_keyring = false;
    app->line.view.needs_password = true;
    set_state(app, ARS_ACCOUNT_OFF);
}

static void on_found(int err, enum ars_secrets_place where, const char *account_id,
                     const struct ars_secret *secret, void *arg)
{
    struct ars_app *app = arg;
    struct line *l = &app->line;

    if (!l->view.asking_keyring || !ars_streq(account_id, l->account_id))
        return; /* the user has typed one meanwhile, or gone on to something else */
    if (!err) {
        ars_secret_free(l->conf->password);
        l->conf->password = ars_secret_dup(secret);
        err = l->conf->password ? 0 : ENOMEM;
    }
    if (!err) {
        connect_now(app);
        return;
    }
    if (err != ENOENT)
        tell_secret_error(app, err);
    need_password(app);
}

static void find_password(struct ars_app *app)
{
    struct line *l = &app->line;
    char *label;
    int err = ENOMEM;

    set_state(app, ARS_ACCOUNT_OFF);
    l->view.needs_password = false;
    l->view.asking_keyring = true;
    label = label_of(l);
    if (label)
        err = ars_secrets_find(app->secrets, l->account_id, label, on_found, app);
    free(label);
    if (err) {
        tell_secret_error(app, err);
        need_password(app);
    }
}

/* ---- which account ---- */

static void leave_demo(struct ars_app *app)
{
    demo_stop(app->demo);
    app->demo = NULL;
    app->line.view.demo = false;
}

/* The stored account becomes the one in use. */
static int use_account(struct ars_app *app, const struct ars_stored_account *a)
{
    struct line *l = &app->line;
    struct ars_account_conf *conf;
    char *id;
    int err;

    err = line_conf_from_stored(a, &conf);
    if (err)
        return err;
    id = ars_strdup(a->id);
    if (!id) {
        ars_account_conf_free(conf);
        return ENOMEM;
    }
    if (l->conf && ars_streq(id, l->account_id)) { /* the same: its password is known */
        conf->password = l->conf->password;
        l->conf->password = NULL;
    }
    leave_demo(app);
    free(l->account_id);
    l->account_id = id;
    l->view.configured = true;
    set_conf(l, conf);
    return 0;
}

int line_start(struct ars_app *app)
{
    const struct ars_stored_account *a = ars_settings_default(app->settings);
    int err;

    set_texts(&app->line);
    if (!a)
        return 0;
    err = use_account(app, a);
    if (err == EINVAL) { /* written by hand: to be mended in the settings dialog */
        fail(app, "the stored account", err);
        app->line.view.configured = true;
        app->line.account_id = ars_strdup(a->id);
        set_texts(&app->line);
        return app->line.account_id ? 0 : ENOMEM;
    }
    if (!err)
        find_password(app);
    return err;
}

/* Another server is another certificate. */
static int prepare(const struct ars_app *app, struct ars_stored_account *a)
{
    const struct ars_stored_account *old = ars_settings_account(app->settings, a->id);
    char uuid[37];

    if (old && (!ars_streq(old->server, a->server) || old->port != a->port) &&
        ars_streq(old->pin, a->pin))
        (void)ars_settings_set_text(&a->pin, NULL);
    if (a->id && *a->id)
        return 0;
    ars_rand_uuid(uuid);
    return ars_settings_set_text(&a->id, uuid);
}

static int put_account(struct ars_app *app, const struct ars_stored_account *from, char **ret_id)
{
    struct ars_stored_account a;
    struct ars_account_conf *conf = NULL;
    int err;

    err = ars_stored_account_copy(&a, from);
    if (err)
        return err;
    err = prepare(app, &a);
    if (!err)
        err = line_conf_from_stored(&a, &conf); /* what cannot be used is not stored */
    if (!err)
        err = ars_settings_put_account(app->settings, &a);
    if (!err) {
        *ret_id = a.id;
        a.id = NULL;
    }
    ars_account_conf_free(conf);
    ars_stored_account_clear(&a);
    return err;
}

static int set_password(struct line *l, const struct ars_secret *password)
{
    struct ars_secret *copy = ars_secret_dup(password);

    if (!copy)
        return ENOMEM;
    ars_secret_free(l->conf->password);
    l->conf->password = copy;
    return 0;
}

/* ---- public ---- */

const struct ars_app_line *ars_app_get_line(const struct ars_app *app)
{
    return &app->line.view;
}

const struct ars_stored_account *ars_app_account(const struct ars_app *app)
{
    return ars_settings_account(app->settings, app->line.account_id);
}

int ars_app_save_account(struct ars_app *app, const struct ars_stored_account *a,
                         const struct ars_secret *password)
{
    struct line *l = &app->line;
    char *id;
    int err;

    if (!a->server || !*a->server || !a->login || !*a->login)
        return EINVAL;
    if (password && strlen(ars_secret_text(password)) > ARS_PASSWORD_MAX)
        return EMSGSIZE;
    err = put_account(app, a, &id);
    if (err)
        return err;
    app_save_settings(app);
    err = use_account(app, ars_settings_account(app->settings, id));
    free(id);
    if (!err && password)
        err = set_password(l, password);
    if (err)
        return err;
    if (password)
        store_password(app, password);
    if (l->conf->password)
        connect_now(app);
    else
        find_password(app);
    return 0;
}

static void forget_line(struct ars_app *app)
{
    struct line *l = &app->line;

    if (l->engine_id)
        turn_off(app);
    l->again = false;
    l->view.configured = false;
    l->view.needs_password = false;
    l->view.asking_keyring = false;
    free(l->account_id);
    l->account_id = NULL;
    set_conf(l, NULL);
    set_state(app, ARS_ACCOUNT_OFF);
}

int ars_app_remove_account(struct ars_app *app)
{
    struct line *l = &app->line;
    int err;

    if (!l->account_id)
        return ENOENT;
    err = ars_secrets_forget(app->secrets, l->account_id, on_forgotten, app);
    if (err)
        return err;
    (void)ars_settings_remove_account(app->settings, l->account_id);
    app_save_settings(app);
    forget_line(app);
    return 0;
}

int ars_app_trust_certificate(struct ars_app *app)
{
    struct ars_stored_account *a = ars_settings_account(app->settings, app->line.account_id);
    struct line *l = &app->line;
    char pin[2 * ARS_PIN_LEN + 1];
    int err;

    if (!l->view.cert || !a || !l->conf)
        return ENOENT;
    ars_hex(l->cert.sha256, ARS_PIN_LEN, pin);
    err = ars_settings_set_text(&a->pin, pin);
    if (err)
        return err;
    memcpy(l->conf->pin, l->cert.sha256, ARS_PIN_LEN);
    l->conf->has_pin = true;
    app_save_settings(app);
    connect_now(app);
    return 0;
}

int ars_app_retry(struct ars_app *app)
{
    struct line *l = &app->line;
    struct ars_command *cmd;

    if (l->view.needs_password) {
        find_password(app);
        return 0;
    }
    if (!l->engine_id)
        return 0; /* on its way already */
    cmd = ars_command_new(ARS_CMD_RETRY);
    if (cmd)
        cmd->account = l->engine_id;
    return app_post(app, cmd, 0);
}

/* ---- the demo line ---- */

int ars_app_use_demo(struct ars_app *app)
{
    struct line *l = &app->line;
    struct demo *demo = NULL;
    int err;

    err = demo_start(&demo, app->demo_program, app->bell, app->bell_arg);
    if (err)
        return err;
    leave_demo(app);
    if (l->conf)
        forget_line(app);
    app->demo = demo;
    l->view.demo = true;
    l->view.configured = true;
    set_state(app, ARS_ACCOUNT_RESOLVING);
    return 0;
}

void line_demo_ready(struct ars_app *app, const struct demo_info *info)
{
    struct ars_account_conf *conf;
    int err = line_conf_from_demo(info, &conf);

    if (err) {
        line_demo_failed(app, strerror(err));
        return;
    }
    set_conf(&app->line, conf);
    connect_now(app);
}

void line_demo_failed(struct ars_app *app, const char *text)
{
    leave_demo(app);
    forget_line(app);
    add_problem(app, ARS_APP_DEMO, text);
}

void line_close(struct line *l)
{
    ars_account_conf_free(l->conf);
    free(l->account_id);
    *l = (struct line){0};
}
