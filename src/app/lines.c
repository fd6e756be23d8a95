/* app: all accounts, and which of them dials. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/rand.h>
#include <ars/str.h>

#include "core.h"

/* ---- which ---- */

struct line *lines_find(struct ars_app *app, const char *account_id)
{
    struct lines *ls = &app->lines;

    for (size_t i = 0; account_id && *account_id && i < ls->n; i++)
        if (ars_streq(ls->list[i]->account_id, account_id))
            return ls->list[i];
    return NULL;
}

struct line *lines_find_engine(struct ars_app *app, ars_id id)
{
    struct lines *ls = &app->lines;

    for (size_t i = 0; id && i < ls->n; i++)
        if (ls->list[i]->engine_id == id)
            return ls->list[i];
    return NULL;
}

struct line *lines_main(struct ars_app *app)
{
    const struct ars_stored_account *a = ars_settings_default(app->settings);
    struct lines *ls = &app->lines;
    struct line *l = a ? lines_find(app, a->id) : NULL;

    if (l)
        return l;
    return ls->n ? ls->list[0] : &ls->none;
}

/* ---- the list ---- */

static void changed(struct ars_app *app)
{
    app->lines.changed = true;
    app_ring(app);
}

static void clear(struct ars_app *app)
{
    struct lines *ls = &app->lines;

    while (ls->n)
        line_free(ls->list[--ls->n]);
    changed(app);
}

static void leave_demo(struct ars_app *app)
{
    if (!app->demo)
        return;
    demo_stop(app->demo);
    app->demo = NULL;
    clear(app);
}

/* As it is stored now; what was known of its password stays. */
static int configure(struct line *l, const struct ars_stored_account *a)
{
    struct ars_account_conf *conf;
    int err = line_conf_from_stored(a, &conf);

    if (err)
        return err;
    if (l->conf) {
        conf->password = l->conf->password;
        l->conf->password = NULL;
    }
    if (l->conf && conf->turn) {
        conf->turn_password = l->conf->turn_password;
        l->conf->turn_password = NULL;
    }
    l->view.disabled = a->disabled;
    line_set_conf(l, conf);
    return 0;
}

static void begin(struct line *l)
{
    if (l->view.disabled)
        line_turn_off(l);
    else if (l->conf->password)
        line_begin(l);
    else
        line_find_password(l);
}

static int add(struct ars_app *app, const struct ars_stored_account *a, struct line **ret)
{
    struct lines *ls = &app->lines;
    struct line *l;
    int err;

    if (ls->n >= LINES_MAX)
        return ENOSPC;
    err = line_alloc(&l, app, a->id);
    if (err)
        return err;
    err = configure(l, a);
    if (err == EINVAL) { /* written by hand: to be mended in the settings dialog */
        line_fail(l, "the stored account", err);
        err = 0;
    }
    if (err) {
        line_free(l);
        return err;
    }
    ls->list[ls->n++] = l;
    if (ret)
        *ret = l;
    return 0;
}

/* All that are stored and have no line yet. */
static int add_missing(struct ars_app *app)
{
    const struct ars_settings *s = app->settings;
    struct line *l;
    int err = 0;

    for (size_t i = 0; !err && i < s->account_count; i++) {
        if (lines_find(app, s->accounts[i].id))
            continue;
        err = add(app, &s->accounts[i], &l);
        if (!err && l->conf)
            begin(l);
    }
    return err;
}

int lines_start(struct ars_app *app)
{
    app->lines.none =
        (struct line){.app = app, .view = {.account_id = "", .login = "", .server = ""}};
    return add_missing(app);
}

void lines_close(struct lines *ls)
{
    while (ls->n)
        line_release(ls->list[--ls->n]);
}

/* ---- news ---- */

static bool is_orphan(struct ars_app *app, const struct ars_event *ev)
{
    struct lines *ls = &app->lines;

    for (size_t i = 0; i < ls->orphans_n; i++) {
        struct ars_command *cmd;

        if (ls->orphans[i] != ev->tag)
            continue;
        ls->orphans[i] = ls->orphans[--ls->orphans_n];
        cmd = ev->account ? ars_command_new(ARS_CMD_ACCOUNT_OFF) : NULL;
        if (cmd) {
            cmd->account = ev->account;
            (void)app_post(app, cmd, 0);
        }
        return true;
    }
    return false;
}

bool lines_event(struct ars_app *app, const struct ars_event *ev)
{
    struct lines *ls = &app->lines;

    for (size_t i = 0; !ev->call && ev->tag && i < ls->n; i++) {
        if (ls->list[i]->tag != ev->tag)
            continue;
        line_event(ls->list[i], ev);
        return true;
    }
    if (!ev->call && ev->tag && is_orphan(app, ev))
        return true;
    return ev->account != 0 && !ev->call && ev->type != ARS_EV_ERROR;
}

void lines_flush(struct ars_app *app)
{
    if (!app->lines.changed)
        return;
    app->lines.changed = false;
    if (app->handlers.line)
        app->handlers.line(&lines_main(app)->view, app->arg);
    if (app->handlers.lines)
        app->handlers.lines(app->arg);
}

/* ---- what a face asks ---- */

const struct ars_app_line *ars_app_get_line(const struct ars_app *app)
{
    return &lines_main((struct ars_app *)(uintptr_t)app)->view;
}

const struct ars_app_line *ars_app_line_at(const struct ars_app *app, size_t i)
{
    return i < app->lines.n ? &app->lines.list[i]->view : NULL;
}

const struct ars_app_line *ars_app_find_line(const struct ars_app *app, const char *account_id)
{
    const struct line *l = lines_find((struct ars_app *)(uintptr_t)app, account_id);

    return l ? &l->view : NULL;
}

bool ars_app_line_counts(const struct ars_app *app, size_t i)
{
    return app->lines.n < 2 || !app->lines.list[i]->view.disabled;
}

size_t ars_app_lines_on(const struct ars_app *app)
{
    size_t n = 0;

    for (size_t i = 0; i < app->lines.n; i++)
        n += !app->lines.list[i]->view.disabled;
    return n;
}

const struct ars_stored_account *ars_app_account(const struct ars_app *app)
{
    return app->demo ? NULL : ars_settings_default(app->settings);
}

/* ---- what the user does ---- */

/* Another server is another certificate. */
static int prepare(const struct ars_app *app, struct ars_stored_account *a)
{
    const struct ars_stored_account *old = ars_settings_account(app->settings, a->id);
    char uuid[37];

    if (old &&
        (!ars_streq(old->server, a->server) || old->port != a->port ||
         !ars_streq(old->outbound_proxy, a->outbound_proxy)) &&
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

/* The stored account of that id, new or as before, is in use. */
static int use_account(struct ars_app *app, const char *id, const struct ars_secret *password)
{
    const struct ars_stored_account *a = ars_settings_account(app->settings, id);
    struct line *l = lines_find(app, id);
    bool had_relay = l && l->conf && l->conf->turn;
    int err = l ? configure(l, a) : add(app, a, &l);

    if (!err && password)
        err = set_password(l, password);
    if (err)
        return err;
    if (password)
        line_store_password(l, password);
    if (had_relay && !a->turn)
        line_forget_relay(app, id);
    begin(l);
    return 0;
}

int ars_app_save_account(struct ars_app *app, const struct ars_stored_account *a,
                         const struct ars_secret *password, char **ret_id)
{
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
    leave_demo(app);
    err = use_account(app, id, password);
    if (!err)
        err = add_missing(app);
    if (ret_id)
        *ret_id = id;
    else
        free(id);
    return err;
}

int ars_app_save_relay_password(struct ars_app *app, const char *account_id,
                                const struct ars_secret *password)
{
    struct line *l = lines_find(app, account_id);

    if (strlen(ars_secret_text(password)) > ARS_PASSWORD_MAX)
        return EMSGSIZE;
    return l && l->conf && l->conf->turn ? line_set_relay_password(l, password) : ENOENT;
}

static void on_forgotten(int err, enum ars_secrets_place where, void *arg)
{
    if (err)
        line_tell_secret_error(arg, err);
}

static void drop(struct ars_app *app, struct line *l)
{
    struct lines *ls = &app->lines;

    for (size_t i = 0; i < ls->n; i++) {
        if (ls->list[i] != l)
            continue;
        memmove(&ls->list[i], &ls->list[i + 1], (ls->n - i - 1) * sizeof(ls->list[0]));
        ls->n--;
        line_free(l);
        break;
    }
}

/* While the demo line is on, what is stored has no line. */
int ars_app_remove_account(struct ars_app *app, const char *account_id)
{
    struct line *l = lines_find(app, account_id);
    int err;

    if (!ars_settings_account(app->settings, account_id))
        return ENOENT;
    err = ars_secrets_forget(app->secrets, account_id, on_forgotten, app);
    if (err)
        return err;
    line_forget_relay(app, account_id);
    (void)ars_settings_remove_account(app->settings, account_id);
    app_save_settings(app);
    drop(app, l);
    changed(app);
    return 0;
}

int ars_app_enable_account(struct ars_app *app, const char *account_id, bool on)
{
    struct ars_stored_account *a = ars_settings_account(app->settings, account_id);
    struct line *l = lines_find(app, account_id);

    if (!a)
        return ENOENT;
    if (a->disabled == !on)
        return 0;
    a->disabled = !on;
    app_save_settings(app);
    changed(app);
    if (!l)
        return 0;
    l->view.disabled = !on;
    if (l->conf)
        begin(l);
    return 0;
}

int ars_app_set_default(struct ars_app *app, const char *account_id)
{
    int err;

    if (!ars_settings_account(app->settings, account_id))
        return ENOENT;
    err = ars_settings_set_text(&app->settings->default_account, account_id);
    if (err)
        return err;
    app_save_settings(app);
    changed(app);
    return 0;
}

int ars_app_trust_certificate(struct ars_app *app, const char *account_id)
{
    struct ars_stored_account *a = ars_settings_account(app->settings, account_id);
    struct line *l = lines_find(app, account_id);
    char pin[2 * ARS_PIN_LEN + 1];
    int err;

    if (!a || !l || !l->view.cert || !l->conf)
        return ENOENT;
    ars_hex(l->cert.sha256, ARS_PIN_LEN, pin);
    err = ars_settings_set_text(&a->pin, pin);
    if (err)
        return err;
    memcpy(l->conf->pin, l->cert.sha256, ARS_PIN_LEN);
    l->conf->has_pin = true;
    app_save_settings(app);
    line_connect(l);
    return 0;
}

int ars_app_retry(struct ars_app *app)
{
    struct lines *ls = &app->lines;
    int err = 0;

    for (size_t i = 0; i < ls->n; i++) {
        struct line *l = ls->list[i];
        struct ars_command *cmd;
        int e;

        if (l->view.disabled)
            continue;
        if (l->view.needs_password)
            line_find_password(l);
        if (l->view.asking_keyring || !l->engine_id)
            continue; /* on its way already */
        cmd = ars_command_new(ARS_CMD_RETRY);
        if (cmd)
            cmd->account = l->engine_id;
        e = app_post(app, cmd, 0);
        err = err ? err : e;
    }
    return err;
}

/* ---- the demo line ---- */

int ars_app_use_demo(struct ars_app *app)
{
    struct demo *demo = NULL;
    struct line *l;
    int err;

    err = line_alloc(&l, app, NULL);
    if (err)
        return err;
    err = demo_start(&demo, app->demo_program, app->bell, app->bell_arg);
    if (err) {
        line_free(l);
        return err;
    }
    leave_demo(app);
    clear(app);
    app->demo = demo;
    app->lines.list[app->lines.n++] = l;
    l->view.demo = true;
    line_set_state(l, ARS_ACCOUNT_RESOLVING);
    return 0;
}

void lines_demo_ready(struct ars_app *app, const struct demo_info *info)
{
    struct ars_account_conf *conf;
    int err = line_conf_from_demo(info, &conf);

    if (err) {
        lines_demo_failed(app, strerror(err));
        return;
    }
    line_set_conf(app->lines.list[0], conf);
    line_connect(app->lines.list[0]);
}

void lines_demo_failed(struct ars_app *app, const char *text)
{
    leave_demo(app);
    (void)add_missing(app);
    problems_add(&app->problems, &(struct ars_app_problem){.kind = ARS_APP_DEMO, .text = text});
    app_ring(app);
}
