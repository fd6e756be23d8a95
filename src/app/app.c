/* app: the telephone as a face sees it: its beginning, its dispatch and its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/realtime.h>
#include <ars/rtkit.h>
#include <ars/str.h>

#include "core.h"

#define HISTORY_FILE "history.sqlite"
#define STATS_MS     1000
#define LEVELS_MS    125
#define NAME         "ARS Phone"
#define PATH_LEN     4096

void app_ring(struct ars_app *app)
{
    app->bell(app->bell_arg);
}

uint32_t app_next_tag(struct ars_app *app)
{
    app->last_tag = app->last_tag % INT32_MAX + 1;
    return app->last_tag;
}

int app_post(struct ars_app *app, struct ars_command *cmd, uint32_t tag)
{
    int err;

    if (!cmd)
        return ENOMEM;
    cmd->tag = tag;
    err = ars_engine_post(app->engine, cmd);
    if (err)
        ars_command_free(cmd);
    return err;
}

int app_ask_stats(struct ars_app *app)
{
    int ms = app->levels ? LEVELS_MS : STATS_MS;

    return app_post(app, ars_command_call(ARS_CMD_STATS_EVERY, 0, ms, NULL), 0);
}

static void add_problem(struct ars_app *app, enum ars_app_problem_kind kind, const char *text)
{
    problems_add(&app->problems, &(struct ars_app_problem){.kind = kind, .text = text});
    app_ring(app);
}

void app_save_settings(struct ars_app *app)
{
    int err = app->settings_err;

    if (!err)
        err = ars_settings_save(app->config_dir, app->settings);
    if (!err)
        return;
    ars_log(ARS_LOG_ERROR, "app", "the settings were not saved: %s", strerror(err));
    if (app->settings->newer)
        add_problem(app, ARS_APP_SETTINGS_NEWER, "");
    else
        add_problem(app, ARS_APP_SETTINGS_NOT_SAVED, strerror(err));
}

/* ---- what comes in ---- */

static void on_device(struct ars_app *app, const struct ars_event *ev)
{
    static const enum ars_app_problem_kind kinds[] = {
        [ARS_DEVICE_BROKEN] = ARS_APP_AUDIO_DEVICE,
        [ARS_DEVICE_WORKS] = ARS_APP_AUDIO_DEVICE_BACK,
        [ARS_DEVICE_AWAY] = ARS_APP_AUDIO_DEVICE_AWAY,
    };

    problems_add(&app->problems, &(struct ars_app_problem){
                                     .kind = kinds[ev->number],
                                     .text = ev->text,
                                     .input = ev->input,
                                     .reason = ev->reason,
                                 });
}

static void on_event(struct ars_app *app, const struct ars_event *ev)
{
    if (ev->type == ARS_EV_STOPPED) {
        app->stopped = true;
        return;
    }
    if (watching_event(app, ev) || lines_event(app, ev) || calls_event(app, ev))
        return;
    switch (ev->type) {
    case ARS_EV_ASLEEP:
        if (app->sleep)
            ars_sleep_ready(app->sleep);
        break;
    case ARS_EV_REALTIME:
        ars_rtkit_raise(ev->number, ARS_REALTIME_PRIORITY);
        break;
    case ARS_EV_AUDIO_DEVICE:
        on_device(app, ev);
        break;
    case ARS_EV_DEVICES:
        if (app->handlers.devices)
            app->handlers.devices(ev->devices, ev->devices_n, app->arg);
        break;
    case ARS_EV_SOUND_TEST:
        if (app->handlers.sound_test)
            app->handlers.sound_test((enum ars_sound_test_step)ev->number, ev->dbfs, app->arg);
        break;
    case ARS_EV_ERROR:
        problems_add(&app->problems,
                     &(struct ars_app_problem){.kind = ARS_APP_COMMAND, .reason = ev->reason});
        break;
    default:
        break;
    }
}

static void take_demo(struct ars_app *app)
{
    const struct demo_info *info;
    enum demo_state state;
    const char *text;

    if (!app->demo || !demo_changed(app->demo, &state, &info, &text))
        return;
    if (state == DEMO_READY) {
        lines_demo_ready(app, info);
    } else if (state == DEMO_FAILED) {
        char *copy = ars_strdup(text);

        lines_demo_failed(app, copy ? copy : "");
        free(copy);
    }
}

static void on_journal_changed(size_t missed, void *arg)
{
    struct ars_app *app = arg;

    app->missed = missed;
    if (app->handlers.journal_changed)
        app->handlers.journal_changed(missed, app->arg);
}

static void on_journal_problem(int err, const char *where, void *arg)
{
    if (err == EBADMSG)
        add_problem(arg, ARS_APP_JOURNAL_DAMAGED, where);
    else
        add_problem(arg, ARS_APP_JOURNAL, strerror(err));
}

void ars_app_dispatch(struct ars_app *app)
{
    struct ars_event *ev;
    bool was_stopped = app->stopped;

    while ((ev = ars_engine_next_event(app->engine))) {
        on_event(app, ev);
        ars_event_free(ev);
        calls_flush(app);
    }
    ars_history_dispatch(app->history);
    take_demo(app);
    calls_flush(app);
    lines_flush(app);
    watching_flush(app);
    ars_inhibit_set(app->inhibit, app->calls.n > 0 ? app->awake_why : NULL);
    problems_tell(&app->problems, &app->handlers, app->arg);
    if (app->stopped && !was_stopped && app->handlers.stopped)
        app->handlers.stopped(app->arg); /* the last: it may free the app */
}

/* ---- sleep: un-registered before, connected at once after ---- */

static void on_sleeps(void *arg)
{
    struct ars_app *app = arg;

    if (app_post(app, ars_command_new(ARS_CMD_SLEEP), 0))
        ars_sleep_ready(app->sleep);
}

static void on_wakes(void *arg)
{
    (void)app_post(arg, ars_command_new(ARS_CMD_WAKE), 0);
}

static int watch_sleep(struct ars_app *app, const char *why)
{
    static const struct ars_sleep_handlers handlers = {.sleeps = on_sleeps, .wakes = on_wakes};

    return why ? ars_sleep_alloc(&app->sleep, NAME, why, &handlers, app) : 0;
}

/* ---- beginning ---- */

static int load_settings(struct ars_app *app)
{
    enum ars_settings_state state = ARS_SETTINGS_NONE;
    char *aside = NULL;
    int err = ars_settings_load(app->config_dir, &app->settings, &state, &aside);

    if (err == ENOMEM)
        return err;
    if (err) {
        app->settings_err = err;
        add_problem(app, ARS_APP_SETTINGS_NOT_READ, strerror(err));
        app->settings = ars_settings_new();
        return app->settings ? 0 : ENOMEM;
    }
    if (state == ARS_SETTINGS_NEWER)
        add_problem(app, ARS_APP_SETTINGS_NEWER, "");
    if (state == ARS_SETTINGS_BROKEN) {
        add_problem(app, ARS_APP_SETTINGS_BROKEN, aside);
        if (app->settings->account_count > 0)
            app_save_settings(app); /* what could be read of it */
    }
    free(aside);
    return 0;
}

static int start_engine(struct ars_app *app, const struct ars_app_conf *conf)
{
    struct ars_engine_conf e = {
        .sip_trace = conf->sip_trace,
        .bell = app->bell,
        .arg = app->bell_arg,
    };
    int err;

    sound_conf(app, &e);
    err = ars_engine_start(&app->engine, &e);
    if (err == EINVAL || err == ENOENT) { /* a device that nobody can make sense of */
        add_problem(app, ARS_APP_AUDIO_DEVICE, e.audio_in);
        e.audio_in = e.audio_out = e.audio_ring = NULL;
        err = ars_engine_start(&app->engine, &e);
    }
    if (!err)
        err = app_ask_stats(app);
    return err;
}

static int open_history(struct ars_app *app, const struct ars_app_conf *conf)
{
    static const struct ars_history_handlers handlers = {
        .changed = on_journal_changed,
        .problem = on_journal_problem,
    };
    struct ars_history_conf h = {
        .bell = app->bell,
        .bell_arg = app->bell_arg,
        .handlers = &handlers,
        .arg = app,
    };
    struct ars_buf b;
    char *file;
    int err = 0;

    ars_buf_init(&b, PATH_LEN);
    ars_buf_addf(&b, "%s/" HISTORY_FILE, conf->data_dir);
    file = ars_buf_take(&b, &err);
    if (err)
        return err;
    h.file = file;
    err = ars_history_open(&app->history, &h);
    free(file);
    return err;
}

static int copy(char **to, const char *from)
{
    if (!from)
        return 0;
    *to = ars_strdup(from);
    return *to ? 0 : ENOMEM;
}

static int copy_conf(struct ars_app *app, const struct ars_app_conf *conf)
{
    int err = copy(&app->config_dir, conf->config_dir);

    if (!err)
        err = copy(&app->demo_program, conf->demo_line);
    if (!err)
        err = copy(&app->awake_why, conf->awake_why);
    if (!err)
        err = copy(&app->audio_in, conf->audio_in);
    if (!err)
        err = copy(&app->audio_out, conf->audio_out);
    if (!err)
        err = copy(&app->audio_ring, conf->audio_ring);
    if (conf->handlers)
        app->handlers = *conf->handlers;
    app->arg = conf->arg;
    app->bell = conf->bell;
    app->bell_arg = conf->bell_arg;
    return err;
}

int ars_app_start(struct ars_app **ret, const struct ars_app_conf *conf)
{
    struct ars_app *app = calloc(1, sizeof(*app));
    int err;

    if (!app)
        return ENOMEM;
    err = copy_conf(app, conf);
    if (!err)
        err = load_settings(app);
    if (!err)
        err = watching_start(app);
    if (!err)
        err = ars_secrets_alloc(&app->secrets, app->config_dir, 0);
    if (!err)
        err = ars_inhibit_alloc(&app->inhibit, NAME);
    if (!err)
        err = open_history(app, conf);
    if (!err)
        err = start_engine(app, conf);
    if (!err)
        err = answering_start(app);
    if (!err)
        err = lines_start(app);
    if (!err)
        err = watch_sleep(app, conf->sleep_why);
    if (err) {
        ars_app_free(app);
        return err;
    }
    *ret = app;
    return 0;
}

/* ---- end ---- */

void ars_app_quit(struct ars_app *app)
{
    if (app_post(app, ars_command_new(ARS_CMD_SHUTDOWN), 0))
        ars_log(ARS_LOG_WARN, "app", "the engine does not listen"); /* ars_app_free() ends it */
}

void ars_app_free(struct ars_app *app)
{
    if (!app)
        return;
    ars_engine_free(app->engine);
    demo_stop(app->demo);
    ars_inhibit_free(app->inhibit);
    ars_sleep_free(app->sleep);
    ars_secrets_free(app->secrets);
    ars_history_close(app->history);
    app_calls_close(&app->calls);
    lines_close(&app->lines);
    watching_close(&app->watching);
    problems_close(&app->problems);
    ars_settings_free(app->settings);
    free(app->config_dir);
    free(app->demo_program);
    free(app->awake_why);
    free(app->audio_in);
    free(app->audio_out);
    free(app->audio_ring);
    free(app);
}

/* ---- settings ---- */

const struct ars_settings *ars_app_settings(const struct ars_app *app)
{
    return app->settings;
}

static bool same_sound(const struct ars_settings *a, const struct ars_settings *b)
{
    return ars_streq(a->audio_in, b->audio_in) && ars_streq(a->audio_out, b->audio_out) &&
           ars_streq(a->audio_ring, b->audio_ring) && a->ring_off == b->ring_off;
}

static bool same_voice(const struct ars_settings *a, const struct ars_settings *b)
{
    return ars_streq(a->echo, b->echo) && ars_streq(a->noise, b->noise) &&
           ars_streq(a->gain, b->gain) && ars_streq(a->highpass, b->highpass);
}

static bool same_ringer(const struct ars_settings *a, const struct ars_settings *b)
{
    return ars_streq(a->ring_sound, b->ring_sound) && a->ring_volume == b->ring_volume;
}

static int copy_labels(struct ars_settings *to, const struct ars_settings *from)
{
    int err = ars_settings_set_text(&to->audio_in_label, from->audio_in_label);

    if (!err)
        err = ars_settings_set_text(&to->audio_out_label, from->audio_out_label);
    if (!err)
        err = ars_settings_set_text(&to->audio_ring_label, from->audio_ring_label);
    return err;
}

static int copy_voice(struct ars_settings *to, const struct ars_settings *from)
{
    int err = ars_settings_set_text(&to->echo, from->echo);

    if (!err)
        err = ars_settings_set_text(&to->noise, from->noise);
    if (!err)
        err = ars_settings_set_text(&to->gain, from->gain);
    if (!err)
        err = ars_settings_set_text(&to->highpass, from->highpass);
    return err;
}

static bool fits(const char *text)
{
    return !text || strlen(text) <= ARS_SETTINGS_TEXT_MAX;
}

int ars_app_save_preferences(struct ars_app *app, const struct ars_settings *from)
{
    struct ars_settings *s;
    struct ars_settings *old = app->settings;
    bool sound = !same_sound(old, from);
    bool voice = !same_voice(old, from);
    bool ringer = !same_ringer(old, from);
    bool tones = !ars_streq(old->tones, from->tones);
    bool answering = !answering_same(old, from);
    int err;

    if (!fits(from->audio_in) || !fits(from->audio_out) || !fits(from->audio_ring) ||
        !fits(from->forward_always) || !fits(from->forward_busy) ||
        !fits(from->forward_no_answer) || !fits(from->auto_answer))
        return EMSGSIZE;
    s = ars_settings_dup(old);
    if (!s)
        return ENOMEM;
    err = ars_settings_set_text(&s->audio_in, from->audio_in);
    if (!err)
        err = ars_settings_set_text(&s->audio_out, from->audio_out);
    if (!err)
        err = ars_settings_set_text(&s->audio_ring, from->audio_ring);
    if (!err)
        err = copy_labels(s, from);
    if (!err)
        err = ars_settings_set_text(&s->ring_sound, from->ring_sound);
    if (!err)
        err = ars_settings_set_text(&s->tones, from->tones);
    if (!err)
        err = copy_voice(s, from);
    if (!err)
        err = answering_copy(s, from);
    if (err) {
        ars_settings_free(s);
        return err;
    }
    s->ring_off = from->ring_off;
    s->ring_volume = from->ring_volume;
    s->record_tone = from->record_tone;
    s->window_width = from->window_width;
    s->window_height = from->window_height;
    app->settings = s; /* before old goes: from may be old */
    ars_settings_free(old);
    app_save_settings(app);
    if (sound)
        err = sound_apply(app);
    if (voice && !err)
        err = sound_apply_voice(app);
    if (ringer && !err)
        err = sound_apply_ringer(app);
    if (tones && !err)
        err = sound_apply_tones(app);
    return answering && !err ? answering_apply(app) : err;
}

/* $XDG_CONFIG_HOME, or what stands for it. NULL on ENOMEM. */
static char *config_home(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    struct ars_buf b;
    int err = 0;

    if (xdg && xdg[0] == '/')
        return ars_strdup(xdg);
    ars_buf_init(&b, PATH_LEN);
    ars_buf_addf(&b, "%s/.config", home ? home : "");
    return ars_buf_take(&b, &err);
}

int ars_app_import(struct ars_app *app, struct ars_stored_account *ret,
                   struct ars_secret **ret_password)
{
    char *home;
    int err;

    if (app->settings->account_count > 0)
        return ENOENT;
    home = config_home();
    if (!home)
        return ENOMEM;
    err = ars_settings_import(home, ret, ret_password);
    free(home);
    return err;
}

int ars_app_list_devices(struct ars_app *app)
{
    return app_post(app, ars_command_new(ARS_CMD_DEVICES), app_next_tag(app));
}
