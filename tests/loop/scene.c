#include "scene.h"

#include <stdio.h>
#include <string.h>

int scene_open(struct scene *s, const char *in_a, const char *in_b)
{
    memset(s, 0, sizeof(*s));

    int err = line_start(&s->line, NULL);

    if (err)
        return err;
    snprintf(s->wav_a, sizeof(s->wav_a), "%s/a.wav", line_dir(s->line));
    snprintf(s->wav_b, sizeof(s->wav_b), "%s/b.wav", line_dir(s->line));
    err = phone_start(&s->a, "a", in_a, s->wav_a);
    if (!err)
        err = phone_register(s->a, s->line);
    if (!err && in_b)
        err = phone_start(&s->b, "b", in_b, s->wav_b);
    if (!err && in_b)
        err = phone_register(s->b, s->line);
    return err;
}

int scene_end(struct scene *s)
{
    int err = phone_end(s->a);

    if (!err && s->b)
        err = phone_end(s->b);
    phone_free(s->a);
    phone_free(s->b);
    s->a = s->b = NULL;
    return err ? err : line_end(s->line);
}

void scene_close(struct scene *s)
{
    phone_free(s->a);
    phone_free(s->b);
    line_free(s->line);
    memset(s, 0, sizeof(*s));
}
