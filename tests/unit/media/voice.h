/*
 * A voice-like sound as packets of each codec.
 */
#ifndef ARS_TEST_MEDIA_VOICE_H
#define ARS_TEST_MEDIA_VOICE_H

#include <stddef.h>
#include <stdint.h>

struct codec;

struct voice_packet {
    uint8_t payload[1200];
    size_t len;
};

/*
 * The first n packets of ptime ms, encoded for so many percent of losses. Kept by us until the same
 * codec is asked for something else.
 */
int voice_encoded(const struct codec *codec, unsigned ptime, unsigned loss, unsigned n,
                  const struct voice_packet **ret);

#endif
