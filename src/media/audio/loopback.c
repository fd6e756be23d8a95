/*
 * A device whose loudspeaker stands before its microphone: what is played in one frame is heard in
 * the next. For the demo line's echo; source and sink of one ars_audio meet at its audio_env.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audio/device.h"
#include "audio/mixer.h"

struct loopback {
    struct audio_dev dev;
    struct audio_env *env;
};

/* Nothing of before the pause comes back. */
static void forget(struct audio_dev *d)
{
    struct loopback *l = (struct loopback *)d;

    memset(l->env->loopback, 0, sizeof(l->env->loopback));
}

static void free_dev(struct audio_dev *d)
{
    free(d);
}

static void read_frame(struct audio_dev *d, int16_t *pcm)
{
    struct loopback *l = (struct loopback *)d;

    memcpy(pcm, l->env->loopback, sizeof(l->env->loopback));
}

static void write_frame(struct audio_dev *d, const int16_t *pcm)
{
    struct loopback *l = (struct loopback *)d;

    memcpy(l->env->loopback, pcm, sizeof(l->env->loopback));
}

static const struct audio_dev_ops ops = {
    .start = forget,
    .stop = forget,
    .free = free_dev,
    .read = read_frame,
    .write = write_frame,
};

int loopback_alloc(struct audio_dev **ret, struct audio_env *env)
{
    struct loopback *l = calloc(1, sizeof(*l));

    if (!l)
        return ENOMEM;
    l->dev.ops = &ops;
    l->env = env;
    *ret = &l->dev;
    return 0;
}
