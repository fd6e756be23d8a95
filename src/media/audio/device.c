/*
 * From words to devices.
 */
#include "audio/device.h"

#include <errno.h>
#include <string.h>

#include <ars/str.h>

/* What the ear may hear and 48 kHz can carry. */
#define TONE_MIN 20
#define TONE_MAX 20000

static bool is_wav(const char *spec)
{
    size_t n = strlen(spec);

    return n > 4 && ars_streq(spec + n - 4, ".wav");
}

/* "device" or "device:NAME|NAME". */
static bool is_device(const char *spec, const char **ret_name)
{
    if (ars_streq(spec, "device")) {
        *ret_name = NULL;
        return true;
    }
    if (strncmp(spec, "device:", 7) || !spec[7])
        return false;
    *ret_name = spec + 7;
    return true;
}

bool audio_is_card(const char *spec)
{
    const char *name;

    return is_device(spec, &name);
}

int audio_source_alloc(struct audio_dev **ret, struct audio_env *env, const char *spec)
{
    const char *name;
    uint32_t hz;

    if (is_device(spec, &name))
        return card_alloc(ret, env, name, true, CARD_ROLE_CALL);
    if (ars_streq(spec, "loopback"))
        return loopback_alloc(ret, env);
    if (ars_streq(spec, "silence"))
        return tone_source_alloc(ret, 0);
    if (!strncmp(spec, "tone:", 5)) {
        if (ars_str_to_u32(spec + 5, TONE_MAX, &hz) || hz < TONE_MIN)
            return EINVAL;
        return tone_source_alloc(ret, hz);
    }
    return is_wav(spec) ? file_source_alloc(ret, spec) : EINVAL;
}

int audio_sink_alloc(struct audio_dev **ret, struct audio_env *env, const char *spec,
                     enum card_role role)
{
    const char *name;

    if (is_device(spec, &name))
        return card_alloc(ret, env, name, false, role);
    if (ars_streq(spec, "loopback"))
        return loopback_alloc(ret, env);
    if (ars_streq(spec, "none"))
        return none_sink_alloc(ret);
    return is_wav(spec) ? file_sink_alloc(ret, spec) : EINVAL;
}
