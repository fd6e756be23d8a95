/* app: which devices are used. */
#include <errno.h>

#include <ars/str.h>

#include "core.h"

#define DEFAULT "device"
#define SILENT  "none"

static const char *first(const char *a, const char *b, const char *c)
{
    return a ? a : b ? b : c;
}

void sound_conf(const struct ars_app *app, struct ars_engine_conf *conf)
{
    const struct ars_settings *s = app->settings;

    conf->audio_in = first(app->audio_in, s->audio_in, DEFAULT);
    conf->audio_out = first(app->audio_out, s->audio_out, DEFAULT);
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
