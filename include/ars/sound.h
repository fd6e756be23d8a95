/*
 * base: sound as all rooms speak of it: devices and what becomes of them. Plain data.
 */
#ifndef ARS_SOUND_H
#define ARS_SOUND_H

#include <stdbool.h>

#define ARS_DEVICE_NAME_MAX 128

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
    ARS_DEVICE_AWAY,   /* not there; the system's default is used till it is */
};

#endif
