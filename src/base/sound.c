/* base: the words for the sounds of the bell. */
#include <ars/sound.h>

#include <ars/str.h>

static const char *const names[ARS_RING_SOUNDS] = {"trill", "bell", "chime", "marimba"};

const char *ars_ring_sound_name(enum ars_ring_sound sound)
{
    return names[sound];
}

bool ars_ring_sound_parse(const char *word, enum ars_ring_sound *ret)
{
    for (enum ars_ring_sound s = 0; s < ARS_RING_SOUNDS; s++) {
        if (!ars_streq(word, names[s]))
            continue;
        *ret = s;
        return true;
    }
    return false;
}
