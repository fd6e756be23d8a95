/*
 * engine: one call: sip's dialog and media's session brought together. Engine thread.
 *
 * A call frees itself through env.gone: after call_hangup(), call_abort() and inside any handler of
 * sip or media it may not exist any more.
 */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdbool.h>

#include <ars/audio.h>
#include <ars/fsm.h>
#include <ars/reason.h>
#include <ars/types.h>

#include "account.h"
#include "outbox.h"

struct ars_audio;
struct call;

/* Our own hold; what the far end does is apart from it. */
enum call_hold {
    CALL_TALKING,
    CALL_HOLDING, /* re-INVITE is out */
    CALL_HELD,
    CALL_RESUMING,
    CALL_HOLDS,
};

/* Whether the server knows where we are reached, and the far end is heard. */
enum call_link {
    CALL_LINK_GOOD,
    CALL_LINK_LOST,
    CALL_LINK_MOVING, /* the server is being told: re-INVITE, or INVITE in its place */
    CALL_LINKS,
};

/* The far end is asked to call somebody else. */
enum call_transfer {
    CALL_TRANSFER_NONE,
    CALL_TRANSFER_HOLDING, /* our hold is under way: REFER goes out after it */
    CALL_TRANSFER_ASKED,
    CALL_TRANSFER_UNSURE,  /* no news will come: BYE says that it went well */
    CALL_TRANSFER_LEAVING, /* one side has another call instead; BYE comes, or is sent */
    CALL_TRANSFERS,
};

/* Whom to call because a far end asks for it, or in whose place. All texts are owned. */
struct call_referral {
    char *target;
    char *number;
    char *replaces;    /* header value, or NULL */
    char *referred_by; /* header value, or NULL */
    char *by;          /* whose wish it is; NULL: the user's, who picks up */
};
void call_referral_free(struct call_referral *r);

extern const struct ars_fsm engine_call_fsm;
extern const struct ars_fsm call_hold_fsm;
extern const struct ars_fsm call_transfer_fsm;
extern const struct ars_fsm call_link_fsm;

/* Borrowed by every call. */
struct call_env {
    struct ars_loop *loop;
    struct outbox *outbox;
    struct ars_audio *audio;
    /* State, hold or tone may have changed. */
    void (*changed)(struct call *c, void *arg);
    void (*established)(struct call *c, void *arg);
    /* The time of call_set_alarm() has come, and it still rings. */
    void (*alarm)(struct call *c, void *arg);
    /* NULL: gone. */
    struct call *(*find)(ars_id id, void *arg);
    /* The far ends of both talk to each other. */
    void (*connected)(struct call *c, ars_id other, void *arg);
    /* The far end asks for another call, and the settings say yes. */
    void (*follow)(struct call *c, void *arg);
    /* How far a call has come that was made for call `origin`; 200 and more is the last. */
    void (*followed)(struct call *c, ars_id origin, int status, void *arg);
    /* Takes c and frees it. */
    void (*gone)(struct call *c, void *arg);
    void *arg;
};

/*
 * Begins at once; `dialing` is told with tag. number: what the user knows target by. r:
 * the far end of another call asks for it, or NULL. ENOTCONN, ENOMEM, or what media says.
 */
int call_dial(struct call **ret, ars_id id, struct account *a, const char *target,
              const char *number, const struct call_referral *r, uint32_t tag,
              const struct call_env *env);

/*
 * Somebody calls: rings; or, with `old`, is answered at once in its place. A SIP status to refuse
 * with, or 0.
 */
int call_ring(struct call **ret, ars_id id, struct account *a, struct ars_sip_call *sc,
              const struct ars_sip_incoming *in, const struct call *old,
              const struct call_env *env);

/* Whether that is its dialog. */
bool call_is(const struct call *c, const struct ars_sip_call *sc);

/* The call in whose place it is, as long as that has not left; 0: none's. */
ars_id call_successor_of(const struct call *c);

/* Stops everything without a word on the wire. Takes NULL. */
void call_free(struct call *c);

/* EPROTO: it does not ring here. */
int call_answer(struct call *c);

/* Refuses with status (0: 603), cancels or hangs up, as its state needs. */
void call_hangup(struct call *c, int status);

/* Ends it at once, without waiting for the peer. */
void call_abort(struct call *c, const struct ars_reason *why);

/* tag: repeated in `error` should the peer refuse. EPROTO: not established. EALREADY. */
int call_set_hold(struct call *c, bool on, uint32_t tag);

/*
 * Asks the far end to call target instead; ours is on hold meanwhile, and as before when that
 * fails. EPROTO: not now; EALREADY: under way. ENOTCONN, ENOMEM.
 */
int call_transfer(struct call *c, const char *target, uint32_t tag);
bool call_in_transfer(const struct call *c);

/* The same for whom we talk to, or ring, in `other`. EINVAL: c; EXDEV: it rings elsewhere. */
int call_connect(struct call *c, struct call *other, uint32_t tag);

/* What it waited for may have come: its hold is settled or refused, another call has gone. */
void call_transfer_step(struct call *c);

/* One side has another call instead: it ends in ms, unless the far end ends it before. */
void call_leave(struct call *c, uint32_t ms);

/* Gone to another call: hangs up at once, in any state. */
void call_leave_now(struct call *c);

/* It has ended: the line whose call it did not get, as the server could not take that; or NULL. */
const char *call_not_picked_up(const struct call *c);

/* What the far end asks for; the caller frees. NULL: nothing, or it has been taken. */
struct call_referral *call_take_referral(struct call *c);

/* After a 3xx: calls whom it names, or ends the call. EPROTO: nothing was asked. */
int call_redirect(struct call *c, bool follow);

/* The call that was made of it; held: ours went on hold for it. */
void call_set_follower(struct call *c, ars_id follower, bool held);
void call_set_origin(struct call *c, ars_id origin);

/* Tells the far end how far that call is. Failed: ours goes on as before. */
void call_followed(struct call *c, int status);

/* Whether it talks, alone of all calls or with its conference. */
void call_set_focus(struct call *c, bool on);
void call_set_merged(struct call *c, bool on); /* it is in the conference; told when it changes */

/* The network of this machine has changed. */
void call_network(struct call *c);

/* The connection is gone; once there is another one, the server is told over which it is now. */
void call_lost(struct call *c);
void call_found(struct call *c); /* it is the old one */
void call_rebind(struct call *c);
void call_sleep(struct call *c); /* the machine will: whoever we call would answer to nobody */

/* While it rings, env.alarm comes once in that time; by_itself: call_answers_itself() then. */
void call_set_alarm(struct call *c, uint32_t seconds, bool by_itself);
bool call_answers_itself(const struct call *c);
void call_tell_auto_answered(const struct call *c);

/* It rings here, nobody answers: its caller is sent to somebody else, but not twice. */
void call_divert(struct call *c, const char *target);

/* ENOTCONN: no media (any more). */
int call_mute(struct call *c, bool on);
int call_volume(struct call *c, unsigned percent);
int call_silence(struct call *c, bool on); /* nobody hears its far side */
/* What the user hears when it has ended so: it was ours, and the far end did not come. */
enum ars_tone call_end_tone(const struct call *c);
/* Into a file; path NULL: no more. As ars_media_record(). */
int call_record(struct call *c, const char *path, bool announced);
int call_dtmf(struct call *c, const char *digits);
int call_report_stats(struct call *c, uint32_t tag);

ars_id call_id(const struct call *c);
struct account *call_account(const struct call *c);
enum ars_call_state call_state(const struct call *c);
bool call_merged(const struct call *c);
bool call_on_hold(const struct call *c); /* or on the way there */
bool call_wants_ringback(const struct call *c);

#endif
