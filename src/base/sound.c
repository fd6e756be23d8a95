/* base: the words for the sounds of the bell, and for countries. */
#include <ars/sound.h>

#include <ars/str.h>

static const char *const sounds[ARS_RING_SOUNDS] = {"trill", "bell", "chime", "marimba"};
static const char *const countries[ARS_TONES_COUNTRIES] = {"eu", "ru", "us"};

static bool parse(const char *word, const char *const *names, int n, int *ret)
{
    for (int i = 0; i < n; i++) {
        if (!ars_streq(word, names[i]))
            continue;
        *ret = i;
        return true;
    }
    return false;
}

const char *ars_ring_sound_name(enum ars_ring_sound sound)
{
    return sounds[sound];
}

bool ars_ring_sound_parse(const char *word, enum ars_ring_sound *ret)
{
    int i;

    if (!parse(word, sounds, ARS_RING_SOUNDS, &i))
        return false;
    *ret = (enum ars_ring_sound)i;
    return true;
}

const char *ars_tones_name(enum ars_tones country)
{
    return countries[country];
}

bool ars_tones_parse(const char *word, enum ars_tones *ret)
{
    int i;

    if (!parse(word, countries, ARS_TONES_COUNTRIES, &i))
        return false;
    *ret = (enum ars_tones)i;
    return true;
}
