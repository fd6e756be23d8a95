/*
 * media: sound in and out of the machine: microphone, speaker, ringer; the calls are mixed here and
 * the local tones are made here. Lives on the loop's thread; the cards' callbacks meet it at rings.
 */
#ifndef ARS_AUDIO_H
#define ARS_AUDIO_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/sound.h>
#include <ars/stats.h>
#include <ars/voice.h>

struct ars_audio;
struct ars_loop;

/*
 * Where sound comes from: "device", "device:NAME|NAME", "FILE.wav" (looped), "tone:HZ", "silence".
 * Where it goes: "device", "device:NAME|NAME", "FILE.wav", "none". NULL: "device": the system's
 * default, and the next default when that changes. NAME is one of ars_audio_devices(), or any that
 * PulseAudio, PipeWire or PortAudio know; of several the first that is there, again when it comes
 * back; while none is the default is used, if there is a sound server. "loopback" as both: what is
 * played is what comes in, a frame later.
 */
struct ars_audio_conf {
    const char *in;
    const char *out;
    const char *ring; /* NULL: as out */
    struct ars_ringer ringer;
    struct ars_voice voice; /* of a sound card's microphone; files and tones stay as they are */
};

enum ars_tone {
    ARS_TONE_NONE,
    ARS_TONE_RINGBACK,   /* the far end rings, and sends no early media */
    ARS_TONE_RINGING,    /* somebody calls us; on the ring device */
    ARS_TONE_WAITING,    /* somebody calls us while we talk */
    ARS_TONE_BUSY,       /* the far end is, ITU-T E.180 */
    ARS_TONE_CONGESTION, /* no way there, or no such number */
    ARS_TONE_ATTENTION,  /* the phone has answered by itself; once */
    ARS_TONE_TEST,       /* a tune; once */
    ARS_TONE_KINDS,
};

struct ars_audio_handlers {
    /* label: as the user knows it; why in English. The calls go on. */
    void (*device)(bool input, enum ars_device_state state, const char *label, const char *why,
                   void *arg);
    /* What ars_audio_test() has come to; in dBFS what the microphone hears, -96: nothing. */
    void (*test)(enum ars_sound_test_step step, double dbfs, void *arg);
    /*
     * A thread that keeps time to a card may not make itself real-time, see realtime.h: somebody
     * else has to.
     */
    void (*realtime)(int thread, void *arg);
    /* Devices came or went, or there is another default. After the first use of any. */
    void (*devices)(const struct ars_device *list, size_t n, void *arg);
};

/*
 * Opens no device: they run only while a call or a tone needs them. EINVAL (spec), ENOENT (file),
 * ENOMEM.
 */
int ars_audio_alloc(struct ars_audio **ret, struct ars_loop *loop,
                    const struct ars_audio_conf *conf, const struct ars_audio_handlers *handlers,
                    void *arg);

/* After the last session. Takes NULL. */
void ars_audio_free(struct ars_audio *a);

/* Replaces the devices, also during a call. EINVAL, ENOENT: the old ones stay. */
int ars_audio_set(struct ars_audio *a, const struct ars_audio_conf *conf);

/* One tone at a time. */
void ars_audio_tone(struct ars_audio *a, enum ars_tone tone);

/*
 * Instead of the test under way; ARS_SOUND_TEST_NONE: none. What comes of it is told by
 * handlers.test; a call or a tone ends it at once. EBUSY: there is a call or a tone. ENOMEM.
 */
int ars_audio_test(struct ars_audio *a, enum ars_sound_test test);

void ars_audio_get_counts(const struct ars_audio *a, struct ars_audio_counts *ret);

/* Whose tones they are from the next one on; the European ones at first. */
void ars_audio_country(struct ars_audio *a, enum ars_tones country);

/*
 * The digits of a call are heard at the speaker, as they are sent: 0-9 * # A-D, ',' is a pause of
 * 2 s; others make no sound. Nor do those that still wait when the last call ends.
 */
void ars_audio_keys(struct ars_audio *a, const char *digits);

/* err: EIO, ENOMEM, list NULL; else list is the callee's. */
typedef void ars_audio_devices_fn(int err, struct ars_device *list, size_t n, void *arg);

/*
 * The list as it is now, or while a device is in use as it was before: fn gets it, once, later or
 * from inside ars_audio_free(). ENOMEM.
 */
int ars_audio_devices(struct ars_audio *a, ars_audio_devices_fn *fn, void *arg);

#endif
