/* app: which devices are used. */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include <ars/str.h>

#include "core.h"

#define DEFAULT "device"
#define SILENT  "none"

static const char *first(const char *a, const char *b, const char *c)
{
    return a ? a : b ? b : c;
}

static void set_strength(enum ars_strength *s, const char *word)
{
    if (word)
        (void)ars_strength_parse(word, s); /* a word of a later version: as if it was not there */
}

static void voice_conf(const struct ars_settings *s, struct ars_voice *ret)
{
    *ret = ARS_VOICE_DEFAULT;
    set_strength(&ret->echo, s->echo);
    set_strength(&ret->noise, s->noise);
    set_strength(&ret->gain, s->gain);
    set_strength(&ret->highpass, s->highpass);
}

static void ringer_conf(const struct ars_settings *s, struct ars_ringer *ret)
{
    *ret = (struct ars_ringer){.volume = s->ring_volume};
    if (s->ring_sound)
        (void)ars_ring_sound_parse(s->ring_sound, &ret->sound);
}

/* Unless the user says: by the country of language and customs, "ru_RU.UTF-8". */
static enum ars_tones tones_of(const struct ars_settings *s)
{
    const char *locale = setlocale(LC_MESSAGES, NULL);
    enum ars_tones chosen;

    if (s->tones && ars_tones_parse(s->tones, &chosen))
        return chosen;
    if (locale && strncmp(locale, "ru", 2) == 0)
        return ARS_TONES_RU;
    if (locale && (strstr(locale, "_US") || strstr(locale, "_CA")))
        return ARS_TONES_US;
    return ARS_TONES_EU;
}

void sound_conf(const struct ars_app *app, struct ars_engine_conf *conf)
{
    const struct ars_settings *s = app->settings;

    voice_conf(s, &conf->voice);
    ringer_conf(s, &conf->ringer);
    conf->audio_in = first(app->audio_in, s->audio_in, DEFAULT);
    conf->audio_out = first(app->audio_out, s->audio_out, DEFAULT);
    conf->tones = tones_of(s);
    conf->audio_ring =
        s->ring_off ? SILENT : first(app->audio_ring, s->audio_ring, conf->audio_out);
}

int sound_apply(struct ars_app *app)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_AUDIO);
    struct ars_engine_conf conf;

    if (!cmd)
        return ENOMEM;
    sound_conf(app, &conf);
    cmd->text = ars_strdup(conf.audio_in);
    cmd->text2 = ars_strdup(conf.audio_out);
    cmd->text3 = ars_strdup(conf.audio_ring);
    if (!cmd->text || !cmd->text2 || !cmd->text3) {
        ars_command_free(cmd);
        return ENOMEM;
    }
    return app_post(app, cmd, app_next_tag(app));
}

int sound_apply_voice(struct ars_app *app)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_VOICE);

    if (cmd)
        voice_conf(app->settings, &cmd->voice);
    return app_post(app, cmd, app_next_tag(app));
}

int sound_apply_ringer(struct ars_app *app)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_RINGER);

    if (cmd)
        ringer_conf(app->settings, &cmd->ringer);
    return app_post(app, cmd, app_next_tag(app));
}

int sound_apply_tones(struct ars_app *app)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_TONES);

    if (cmd)
        cmd->number = (int)tones_of(app->settings);
    return app_post(app, cmd, app_next_tag(app));
}

int ars_app_sound_test(struct ars_app *app, enum ars_sound_test test)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_SOUND_TEST);

    if (cmd)
        cmd->number = (int)test;
    return app_post(app, cmd, app_next_tag(app));
}
