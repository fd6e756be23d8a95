/*
 * media: the codecs behind the table; only codec/table.c names them.
 */
#ifndef ARS_MEDIA_CODEC_CODECS_H
#define ARS_MEDIA_CODEC_CODECS_H

#include "codec/table.h"

extern const struct codec codec_opus;
extern const struct codec codec_g722;
extern const struct codec codec_pcmu;
extern const struct codec codec_pcma;

#endif
