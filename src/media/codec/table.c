/*
 * The table of codecs, in our order of preference.
 */
#include "codec/table.h"

#include <strings.h>

#include "codec/codecs.h"

static const struct codec *const codecs[] = {
    &codec_opus,
    &codec_g722,
    &codec_pcmu,
    &codec_pcma,
};

const struct codec *codec_find(const char *name)
{
    if (!name)
        return NULL;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (!strcasecmp(codecs[i]->key, name) || !strcasecmp(codecs[i]->name, name))
            return codecs[i];
    }
    return NULL;
}

const struct codec *codec_find_pt(uint8_t static_pt)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (codecs[i]->static_pt == static_pt)
            return codecs[i];
    }
    return NULL;
}

const struct codec *codec_at(size_t i)
{
    return i < sizeof(codecs) / sizeof(codecs[0]) ? codecs[i] : NULL;
}
