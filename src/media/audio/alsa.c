/*
 * ALSA, made fit for PortAudio, which opens every PCM that the configuration knows to see whether
 * it is a device: ALSA complains about each that is not, in some 80 lines, and loads the library of
 * each plug-in. Measured on Debian 12: without the plug-ins below, which convert and are no
 * devices, 33 ms of CPU instead of 95 and 5 MiB instead of 16 (a52 alone brings the whole of
 * ffmpeg).
 */
#include "audio/alsa.h"

#include <stdbool.h>
#include <string.h>

#include <alsa/asoundlib.h>

/* From alsa-plugins; by type they can still be used in an asound.conf. */
static const char *const converters[] = {
    "a52",       "jack",      "lavrate", "oss",      "samplerate", "speex",
    "speexrate", "usbstream", "upmix",   "vdownmix", "arcam_av",
};

static void on_error(const char *file, int line, const char *function, int err, const char *fmt,
                     ...)
{
    (void)file, (void)line, (void)function, (void)err, (void)fmt;
}

static bool is_converter(const snd_config_t *node)
{
    const char *id;

    if (snd_config_get_id(node, &id) < 0 || !id)
        return false;
    for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]); i++) {
        if (!strcmp(id, converters[i]))
            return true;
    }
    return false;
}

void alsa_prepare(void)
{
    snd_config_iterator_t i, next;
    snd_config_t *pcms;

    (void)snd_lib_error_set_handler(on_error);
    if (snd_config_update() < 0 || snd_config_search(snd_config, "pcm", &pcms) < 0)
        return;
    snd_config_for_each(i, next, pcms)
    {
        snd_config_t *node = snd_config_iterator_entry(i);
        if (is_converter(node))
            (void)snd_config_delete(node);
    }
}
