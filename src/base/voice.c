/* base: the words for what is done to a voice. */
#include <ars/voice.h>

#include <ars/str.h>

static const char *const names[ARS_STRENGTHS] = {"off", "low", "high"};

const char *ars_strength_name(enum ars_strength s)
{
    return names[s];
}

bool ars_strength_parse(const char *word, enum ars_strength *ret)
{
    for (enum ars_strength s = 0; s < ARS_STRENGTHS; s++) {
        if (!ars_streq(word, names[s]))
            continue;
        *ret = s;
        return true;
    }
    return false;
}
