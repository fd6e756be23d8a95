/*
 * media: where calls meet the sound devices: each call is a port that is handed the microphone and
 * asked for its far side each 10 ms. Loop's thread.
 */
#ifndef ARS_MEDIA_AUDIO_MIXER_H
#define ARS_MEDIA_AUDIO_MIXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/audio.h>

struct ars_audio;
struct ars_loop;
struct recorders;

#define AUDIO_RATE  48000
#define AUDIO_FRAME 480 /* 10 ms */

/*
 * Embedded in its owner. Both are called once a frame while it is attached, playback first; NULL:
 * the port does not talk, time passes all the same. others: what the far sides of the other shared
 * ports said, NULL outside a conference. They may detach this and any other port.
 */
struct audio_port {
    void (*playback)(int16_t *pcm, void *arg);
    void (*capture)(const int16_t *mic, const int16_t *others, void *arg);
    void *arg;

    struct audio_port *next; /* the mixer's own, from here */
    struct ars_audio *audio;
    bool talk;
    bool shared;
    bool silenced;
    bool mic_lives;  /* in this frame; before it was processed, which silences what is faint */
    bool wideband;   /* what this frame captures ends at 8 kHz */
    bool heard;      /* in this frame's conference, with `said` */
    unsigned volume; /* percent */
    int16_t said[AUDIO_FRAME];
};

/* The caller has set callbacks, arg, talk and volume. The clock runs from here on. */
void audio_port_attach(struct ars_audio *a, struct audio_port *p);
/* Takes one that is not attached. */
void audio_port_detach(struct audio_port *p);

/* Also before it is attached. */
void audio_port_talk(struct audio_port *p, bool on);
void audio_port_volume(struct audio_port *p, unsigned percent);
/* Those that talk and are shared hear one another; volumes are the speaker's alone. */
void audio_port_share(struct audio_port *p, bool on);
/* Nobody hears its far side. */
void audio_port_silence(struct audio_port *p, bool on);

/* For a trial of the devices, which ars_audio_tone() would end. */
void audio_tone(struct ars_audio *a, enum ars_tone tone);
enum ars_ring_sound audio_ring_sound(const struct ars_audio *a);
struct ars_loop *audio_loop(const struct ars_audio *a);

/* Those that record a call of this mixer. */
struct recorders *audio_recorders(struct ars_audio *a);

/* One frame of everything: what the clock calls each 10 ms. */
void audio_frame(struct ars_audio *a);

#endif
