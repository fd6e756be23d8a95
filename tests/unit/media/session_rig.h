/* Whole sessions on one loop, each with an audio of its own. Shared by the session suites. */
#ifndef ARS_TEST_SESSION_RIG_H
#define ARS_TEST_SESSION_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/audio.h>
#include <ars/media.h>

#include "ice_rig.h"
#include "session.h"

#define TONE_DBFS (-15.0) /* the tone source: peak -12 dBFS */

struct phone {
    struct call *call;
    struct ars_audio *audio;
    struct ars_media *media;
    bool gathered;
    bool connected;
    bool first_audio;
    enum ars_sound_cause unheard; /* while watched */
    bool failed;
    struct ars_reason why;
    char digits[16];
    bool free_in_handler;
};

struct call {
    struct rig rig; /* its loop and its waiting */
    struct phone a;
    struct phone b;
    struct phone c;
    char *offer;
    char *answer;
};

struct call *call_of(const struct rig *r);

int phone_open(struct call *c, struct phone *p, const char *in, const char *codecs);

/* For rig_wait(). */
bool all_gathered(const struct rig *r);
bool both_connected(const struct rig *r);
bool both_hear(const struct rig *r);
bool both_failed(const struct rig *r);

/* a and b, gathered. */
int call_open(struct call *c, const char *codecs);
void call_close(struct call *c);

/* One exchange: `from` offers with `dir`, `to` wants `want`. */
int exchange(struct call *c, struct phone *from, struct phone *to, enum ars_dir dir,
             enum ars_dir want);

/* A call in which both hear. */
int establish(struct call *c, const char *codecs);

/*
 * Whether x hears the tone at its level, over 400 ms, after 300 ms in which the old sound ends. A
 * machine that stalls makes the phone conceal for a while: then it is listened to again.
 */
bool hears_tone(struct call *c, struct phone *x);

#endif
