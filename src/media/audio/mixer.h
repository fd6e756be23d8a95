/*
 * media: where calls meet the sound devices: each call is a port that is handed the microphone and
 * asked for its far side each 10 ms. Loop's thread.
 */
#ifndef ARS_MEDIA_AUDIO_MIXER_H
#define ARS_MEDIA_AUDIO_MIXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ars_audio;

#define AUDIO_RATE  48000
#define AUDIO_FRAME 480 /* 10 ms */

/*
 * Embedded in its owner. Both are called once a frame while it is attached; NULL: the port does not
 * talk, time passes all the same. They may detach this and any other port.
 */
struct audio_port {
    void (*capture)(const int16_t *pcm, void *arg);
    void (*playback)(int16_t *pcm, void *arg);
    void *arg;

    struct audio_port *next; /* the mixer's own, from here */
    struct ars_audio *audio;
    bool talk;
    unsigned volume; /* percent */
};

/* The caller has set callbacks, arg, talk and volume. The clock runs from here on. */
void audio_port_attach(struct ars_audio *a, struct audio_port *p);
/* Takes one that is not attached. */
void audio_port_detach(struct audio_port *p);

/* Also before it is attached. */
void audio_port_talk(struct audio_port *p, bool on);
void audio_port_volume(struct audio_port *p, unsigned percent);

/* One frame of everything: what the clock calls each 10 ms. */
void audio_frame(struct ars_audio *a);

#endif
