/* engine: the inside of a call, for call*.c. */
#ifndef ENGINE_CALL_PRIV_H
#define ENGINE_CALL_PRIV_H

#include <stddef.h>

#include <ars/stats.h>
#include <ars/timer.h>

#include "call.h"
#include "call_digits.h"
#include "call_report.h"

struct ars_media;
struct ars_sip_body;
struct ars_sip_call;

struct call {
    ars_id id;
    uint32_t tag; /* of the command that dialled */
    struct call_env env;
    struct account *account;
    int state; /* enum ars_call_state, by call_go() alone */
    int hold;  /* enum call_hold, by call_hold_go() alone */
    struct ars_sip_call *sip;
    struct ars_media *media;
    char *target;  /* outgoing: what is sent */
    char *dialled; /* and of what it was made */
    char *peer_name;
    char *peer_number;
    char *offer; /* incoming: the peer's, until it is answered; NULL: it wants ours */
    size_t offer_len;
    struct ars_timer ring_timer, alarm_timer;
    bool answers_itself;
    bool diverted_here; /* by us once already: two phones could send it away for ever */
    struct ars_timer sync_timer;

    /* facts */
    bool gathered;
    bool answered_early; /* an answer came in a 18x, or in the PRACK to ours */
    bool told_ringing;
    bool told_early;
    bool ringback;
    bool offer_first; /* the caller hears it ring with our offer (RFC 3262 section 5) */
    bool offered;     /* our offer went out in a 18x or 2xx: PRACK or ACK brings the answer */
    bool reinvite_out;
    bool remote_held;
    bool muted;
    bool silenced;
    enum ars_sound_cause unheard, silent; /* as told */
    bool talks_muted;                     /* as told */
    char *record_path;                    /* NULL: it is not recorded */
    unsigned quieter;                     /* than full, in percent */
    bool connected;

    /* wishes */
    bool focus;
    bool merged;
    bool want_hold;
    bool want_refresh;
    uint32_t hold_tag;

    /* on another connection than it began: call_survive.c */
    int link; /* enum call_link */
    struct ars_timer link_timer;
    struct ars_sip_call *next_sip; /* in whose dialog it is to go on */
    struct ars_media *next_media;
    bool next_held; /* what was offered there */

    /* going over to another call: call_transfer.c */
    int transfer; /* enum call_transfer */
    char *transfer_target;
    uint32_t transfer_tag;
    bool transfer_held; /* it went on hold for that */
    struct ars_timer transfer_timer;
    struct call_referral *asked; /* what the far end asks for */
    struct ars_timer follow_timer;
    ars_id follower; /* the call that came of it */
    ars_id origin;   /* the call whose far end wanted this one; 0: told already, or none */
    struct call_referral *referral; /* why we dialled, or NULL: as the user typed it */
    ars_id transfer_other;          /* whose far end is to take our place; 0: it is a number */
    ars_id transfer_after;          /* ours to that number, which is let go first; 0: none */
    bool joined;                    /* its far end is to be talked to by that of another call */
    ars_id replaces; /* the call in whose place this one came; 0: none, or it has left */

    struct call_digits digits;

    /* times */
    uint64_t start_ms; /* dial or answer */
    uint64_t talk_ms;
    int setup_ms;
    int first_audio_ms;

    enum ars_reason_code end; /* why it is over */
    int end_status;
    struct ars_reason why; /* ours, once we end it */
    struct ars_media_stats stats;
};

/* The only ways to change state; false: refused. */
bool call_go(struct call *c, enum ars_call_state to);
bool call_hold_go(struct call *c, enum call_hold to);

/* The microphone goes to it, or not, as focus, hold and state say. */
void call_update_talk(struct call *c);

/* Tells when the far end has begun or ended to hold us. */
void call_watch_remote_hold(struct call *c);

/* News for calls.c: who talks may have to change. */
void call_changed(struct call *c);

struct ars_sip_body call_sdp_body(const char *sdp);

/* We end it: `why` is what the face hears. c may be gone afterwards. */
void call_hang_up_for(struct call *c, int status, const struct ars_reason *why);

/* The same for what failed here. */
void call_hang_up_internal(struct call *c, const char *what, int error);

/* Stops whatever could call back but sip. */
void call_close(struct call *c);

/* As in ars_sip_call_handlers. */
void call_on_ended(struct ars_sip_call *sc, const struct ars_reason *why, void *arg);

/* INVITE, with our candidates. c may be gone afterwards. */
void call_send_invite(struct call *c);

/* 180, with our candidates, where the caller wants our offer first. c may be gone afterwards. */
void call_ring_with_offer(struct call *c);

/* ---- call_media.c ---- */

/* Its own media. What ars_media_alloc() says. */
int call_media_open(struct call *c);
void call_media_close(struct call *c);

/* Why nobody can do anything with our offer. */
enum ars_reason_code call_media_blame(const struct call *c);

/* c->media were opened for something else, and are its own now. */
void call_media_take(struct call *c);

/* ---- call_sound.c ---- */

/* As in ars_media_handlers. */
void call_on_hearing(enum ars_sound_cause unheard, enum ars_sound_cause silent, void *arg);
void call_on_talks_muted(bool on, void *arg);

/* As in ars_media_handlers. */
void call_on_recording(bool on, int err, void *arg);

/* Its media are new: as loud and as mute as it was. */
void call_restore_sound(struct call *c);

/* As loud and as mute as old. */
void call_inherit_sound(struct call *c, const struct call *old);

/* ---- call_offer.c ---- */

/* Brings the dialog to what is wanted of it: one re-INVITE at a time. */
void call_sync(struct call *c);

/* What is wanted of it, as an offer of m, which may be other media than its own. */
int call_make_offer(const struct call *c, struct ars_media *m, char **ret_sdp);

/* A re-INVITE that says again what holds. */
void call_refresh(struct call *c);

/* An offer made over other media holds from here on; held: what it was for. */
void call_offer_settle(struct call *c, bool held);

/* As in ars_sip_call_handlers. */
void call_on_reanswered(struct ars_sip_call *sc, int status, const struct ars_sip_body *body,
                        void *arg);
void call_on_reoffer(struct ars_sip_call *sc, const struct ars_sip_body *offer, void *arg);
void call_on_refresh(struct ars_sip_call *sc, void *arg);

/* ---- call_report.c ---- */

/* As in ars_sip_call_handlers. */
void call_on_identity(struct ars_sip_call *sc, void *arg);
void call_on_redirected(struct ars_sip_call *sc, const char *number, void *arg);

#endif
