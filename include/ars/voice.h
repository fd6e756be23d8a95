/*
 * base: how much is done to the voice of a microphone. Plain data.
 */
#ifndef ARS_VOICE_H
#define ARS_VOICE_H

#include <stdbool.h>

enum ars_strength { ARS_STRENGTH_OFF, ARS_STRENGTH_LOW, ARS_STRENGTH_HIGH, ARS_STRENGTHS };

struct ars_voice {
    enum ars_strength echo;     /* the speaker, heard by the microphone, is taken out */
    enum ars_strength noise;    /* steady noise is turned down */
    enum ars_strength gain;     /* who speaks softly is turned up */
    enum ars_strength highpass; /* rumble below speech is cut */
};

/* Without a headset one is heard well; with one nothing is taken away. */
#define ARS_VOICE_DEFAULT                                                                          \
    ((struct ars_voice){ARS_STRENGTH_HIGH, ARS_STRENGTH_LOW, ARS_STRENGTH_LOW, ARS_STRENGTH_LOW})

/* "off", "low", "high". Any thread. */
const char *ars_strength_name(enum ars_strength s);
/* false: no such word. Any thread. */
bool ars_strength_parse(const char *word, enum ars_strength *ret);

#endif
