/*
 * engine: what a face asks of it. A command owns its texts; it is made on any thread, posted once
 * with ars_engine_post(), and freed by the engine.
 */
#ifndef ARS_COMMAND_H
#define ARS_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/answering.h>
#include <ars/sound.h>
#include <ars/types.h>
#include <ars/voice.h>

enum ars_command_type {
    ARS_CMD_ACCOUNT_SET, /* account, conf (id 0: a new one, ARS_EV_ACCOUNT tells its id) */
    ARS_CMD_ACCOUNT_OFF, /* account: un-registers and disconnects */
    ARS_CMD_RETRY,       /* account: now instead of after the wait */
    ARS_CMD_DIAL,        /* account (0: the first), text: number or URI */
    ARS_CMD_ANSWER,      /* call */
    ARS_CMD_REJECT,      /* call, number: SIP status, 0 for 603 */
    ARS_CMD_HANGUP,      /* call; 0: all */
    ARS_CMD_HOLD,        /* call */
    ARS_CMD_RESUME,      /* call */
    ARS_CMD_MERGE,       /* call: talks together with who talks now, or with the newest other */
    ARS_CMD_SPLIT,       /* call: leaves the conference, and is held */
    ARS_CMD_SILENCE,     /* call, number: 1: nobody hears its far side; 0 */
    ARS_CMD_MUTE,        /* call, number: 0 or 1 */
    ARS_CMD_VOLUME,      /* call, number: 0..100 */
    ARS_CMD_RECORD,      /* call, text: a new file, *.wav or Opus; NULL: no more; number: 1: a
                            tone tells both sides of it */
    ARS_CMD_DTMF,        /* call, text: digits */
    ARS_CMD_TRANSFER,    /* call, text: number or URI that the far end is to call instead */
    ARS_CMD_CONNECT,     /* call, number: another call; their far ends talk, without us */
    ARS_CMD_FOLLOW,      /* call, number: 1 or 0: calls whom the far end asks us to, or not */
    ARS_CMD_PICKUP,      /* account (0: the first), text: the line that rings; "": of the group */
    ARS_CMD_PARK,        /* call, text: code, or NULL for the account's */
    ARS_CMD_ANSWERING,   /* answering: what becomes of callers from now on */
    ARS_CMD_WATCH,       /* account (0: the first), text: number; ARS_EV_WATCH at each change */
    ARS_CMD_UNWATCH,     /* the same, no more */
    ARS_CMD_AUDIO,       /* text, text2, text3: in, out, ring as in audio.h; NULL leaves it */
    ARS_CMD_VOICE,       /* voice: what is done to the microphone */
    ARS_CMD_RINGER,      /* ringer: how callers are announced */
    ARS_CMD_TONES,       /* number: enum ars_tones, of the next tone on */
    ARS_CMD_SOUND_TEST,  /* number: enum ars_sound_test; not during a call */
    ARS_CMD_STATS,       /* call: one ARS_EV_STATS now */
    ARS_CMD_STATS_EVERY, /* number: ms between ARS_EV_STATS of each call; 0 stops */
    ARS_CMD_COUNTS,      /* one ARS_EV_COUNTS */
    ARS_CMD_DEVICES,     /* one ARS_EV_DEVICES, and from then on one at each change */
    ARS_CMD_RESOLVE,     /* text: host, number: port, text2: host map; one ARS_EV_RESOLVED */
    ARS_CMD_SLEEP,       /* the machine is about to: un-registers, then ARS_EV_ASLEEP */
    ARS_CMD_WAKE,        /* it is awake again: connects at once, calls go on if they still can */
    ARS_CMD_SHUTDOWN,    /* hangs up, un-registers, then ARS_EV_STOPPED */
};

struct ars_command {
    enum ars_command_type type;
    uint32_t tag; /* the face's own, repeated in `dialing` and `error` */
    ars_id account;
    ars_id call;
    int number;
    char *text;
    char *text2;
    char *text3;
    struct ars_voice voice;
    struct ars_ringer ringer;
    struct ars_account_conf *conf;
    struct ars_answering answering;
};

/* NULL on ENOMEM. Texts are copied. */
struct ars_command *ars_command_new(enum ars_command_type type);
struct ars_command *ars_command_account(ars_id account, const struct ars_account_conf *conf);
struct ars_command *ars_command_call(enum ars_command_type type, ars_id call, int number,
                                     const char *text);
struct ars_command *ars_command_dial(ars_id account, const char *number);
struct ars_command *ars_command_answering(const struct ars_answering *answering);

/* Takes NULL. */
void ars_command_free(struct ars_command *cmd);

#endif
