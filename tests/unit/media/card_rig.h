/*
 * Unit tests of media: a PulseAudio of one's own, and a call that listens to what it plays.
 */
#ifndef ARS_TEST_MEDIA_CARD_RIG_H
#define ARS_TEST_MEDIA_CARD_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <ars/audio.h>
#include <ars/timer.h>

#include "audio/mixer.h"

struct pulse {
    char dir[64];
    pid_t pid;
};

/* With the sinks `speaker` and `other`. It is the server of this process from here on. */
int open_pulse(struct pulse *p);
void close_pulse(struct pulse *p);
/* Waits until it answers at its socket. */
int start_pulse(struct pulse *p);
void kill_pulse(struct pulse *p);

/* What pactl says to "ARGUMENTS", up to 16 KiB; a failure is the case's. */
int pactl(char *ret, size_t size, const char *arguments);

/* A call that plays a chirp twice a second and listens for it. */
struct caller {
    struct ars_loop *loop;
    struct ars_audio *audio;
    struct audio_port port;
    struct ars_timer deadline;
    unsigned bad, good, away; /* news */
    unsigned want_bad, want_good, want_away;
    char label[ARS_DEVICE_NAME_MAX]; /* of the last */
    unsigned slow;                   /* threads that are to be real-time, and may not */
    unsigned lists, want_lists;      /* of devices that were told */
    struct ars_device list[16];
    size_t n_list;
    unsigned frames;
    double phase;
    bool tone;      /* steady instead of chirps */
    bool faint;     /* one step of 16 bits, that is all; heard when the mixer has seen it */
    unsigned heard; /* frames above the threshold */
    unsigned want_heard;
    int16_t *taken; /* of what is heard, so many samples; NULL: nobody wants them */
    size_t taken_n, want_taken;
    uint64_t played_us;
    double delays_ms[64];
    unsigned chirps, want_chirps;
    bool timed_out;
};

int open_caller(struct caller *c, const char *in, const char *out);
void close_caller(struct caller *c);

/* Whether all that is wanted has come in that time. */
bool comes(struct caller *c, unsigned ms);
/* The same; if not, the case fails. */
int run(struct caller *c, unsigned ms);

/* Whether it hears its own tone, pitch and loudness as they were, and little beside. */
int judge_tone(struct caller *c, const char *what);

#endif
