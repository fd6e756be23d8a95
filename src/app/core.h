/*
 * app: what its files share. All of it on the face's thread.
 */
#ifndef ARS_APP_CORE_H
#define ARS_APP_CORE_H

#include <ars/app.h>
#include <ars/engine.h>
#include <ars/history.h>
#include <ars/inhibit.h>
#include <ars/secret.h>
#include <ars/secrets.h>
#include <ars/settings.h>
#include <ars/sleep.h>

#include "calls.h"
#include "demo.h"
#include "line.h"
#include "problems.h"
#include "watching.h"

struct ars_app {
    struct ars_app_handlers handlers;
    void *arg;
    void (*bell)(void *arg);
    void *bell_arg;
    char *config_dir;
    char *demo_program; /* NULL: the installed one */
    char *audio_in;     /* instead of the settings' */
    char *audio_out;
    char *audio_ring;
    struct ars_settings *settings;
    int settings_err; /* the file could not be read: it is not written over */
    struct ars_secrets *secrets;
    struct ars_history *history;
    struct ars_engine *engine;
    struct lines lines;
    struct calls calls;
    struct watching watching;
    struct problems problems;
    struct demo *demo;
    struct ars_inhibit *inhibit;
    struct ars_sleep *sleep; /* NULL: the machine sleeps without a word */
    char *awake_why;         /* NULL: the machine may sleep */
    size_t missed;
    uint32_t last_tag;
    bool levels; /* somebody looks at them */
    bool stopped;
};

/* Handlers are called from ars_app_dispatch() alone: what changes elsewhere rings for it. */
void app_ring(struct ars_app *app);

uint32_t app_next_tag(struct ars_app *app);

/* Takes cmd over (NULL: ENOMEM) and gives it the tag. ENOMEM, EAGAIN. */
int app_post(struct ars_app *app, struct ars_command *cmd, uint32_t tag);

/* The figures of all calls, every so often. */
int app_ask_stats(struct ars_app *app);

/* Writes settings.json; what goes wrong is a problem. */
void app_save_settings(struct ars_app *app);

/* ---- sound.c ---- */

/* The engine's sound as the settings have it. */
void sound_conf(const struct ars_app *app, struct ars_engine_conf *conf);
int sound_apply(struct ars_app *app);
int sound_apply_voice(struct ars_app *app);
int sound_apply_ringer(struct ars_app *app);
int sound_apply_tones(struct ars_app *app);

/* ---- answering.c ---- */

bool answering_same(const struct ars_settings *a, const struct ars_settings *b);
int answering_copy(struct ars_settings *to, const struct ars_settings *from);
/* The engine does with callers as the settings have it; at the start only what is not as usual. */
int answering_apply(struct ars_app *app);
int answering_start(struct ars_app *app);

/* ---- journal.c ---- */

/* answered: the user took it. */
enum ars_history_result journal_result(const struct ars_app_call *c, bool answered);
void journal_put(struct ars_app *app, const struct call *c, int64_t duration_ms);
/* A caller for whom nothing rang. */
void journal_put_refused(struct ars_app *app, const struct ars_event *ev);
/* A number that never became a call. */
void journal_put_failed_dial(struct ars_app *app, const struct dial *d,
                             const struct ars_reason *why);

#endif
