/*
 * base: sound as all rooms speak of it: devices and what becomes of them, the bell, tests. Plain
 * data.
 */
#ifndef ARS_SOUND_H
#define ARS_SOUND_H

#include <stdbool.h>

#define ARS_DEVICE_NAME_MAX 128
/* Devices in order of preference, "A|B". */
#define ARS_DEVICE_NAMES_MAX 4
#define ARS_DEVICE_OR        "|"

struct ars_device {
    char name[ARS_DEVICE_NAME_MAX];  /* its own for ever: the sound server's, if there is one */
    char label[ARS_DEVICE_NAME_MAX]; /* what the user calls it */
    bool input;
    bool output;
    bool is_default;
};

enum ars_device_state {
    ARS_DEVICE_BROKEN, /* stopped, or cannot be opened; is tried again each second */
    ARS_DEVICE_WORKS,  /* again */
    ARS_DEVICE_AWAY,   /* none of them is there; the system's default is used till it is */
};

/* How a caller is announced. */
enum ars_ring_sound {
    ARS_RING_TRILL,
    ARS_RING_BELL,
    ARS_RING_CHIME,
    ARS_RING_MARIMBA,
    ARS_RING_SOUNDS,
};

struct ars_ringer {
    enum ars_ring_sound sound;
    unsigned volume; /* 1..100, as the ear has it: 50 is 12 dB less; 0: 100 */
};

/* "trill". Any thread. */
const char *ars_ring_sound_name(enum ars_ring_sound sound);
/* false: no such word. Any thread. */
bool ars_ring_sound_parse(const char *word, enum ars_ring_sound *ret);

/* Whose tones of the network are heard: ITU-T E.180 Supplement 2. */
enum ars_tones {
    ARS_TONES_EU,
    ARS_TONES_RU,
    ARS_TONES_US,
    ARS_TONES_COUNTRIES,
};

/* "eu". Any thread. */
const char *ars_tones_name(enum ars_tones country);
/* false: no such word. Any thread. */
bool ars_tones_parse(const char *word, enum ars_tones *ret);

/* What the user tries out while there is no call. */
enum ars_sound_test {
    ARS_SOUND_TEST_NONE,
    ARS_SOUND_TEST_SPEAKER,    /* a short tune */
    ARS_SOUND_TEST_RING,       /* once, as a caller is announced */
    ARS_SOUND_TEST_MICROPHONE, /* one speaks, and hears oneself after */
};

enum ars_sound_test_step {
    ARS_SOUND_TEST_ENDED,
    ARS_SOUND_TEST_PLAYS,   /* speaker or ring */
    ARS_SOUND_TEST_LISTENS, /* microphone: how loud it is, ten times a second */
    ARS_SOUND_TEST_REPEATS, /* what it heard */
};

#define ARS_SOUND_TEST_SECONDS 4 /* that the microphone is listened to */

#endif
