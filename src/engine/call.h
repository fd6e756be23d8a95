/*
 * engine: one call: sip's dialog and media's session brought together. Engine thread.
 *
 * A call frees itself through env.gone: after call_hangup(), call_abort() and inside any handler of
 * sip or media it may not exist any more.
 */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stdbool.h>

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

extern const struct ars_fsm engine_call_fsm;
extern const struct ars_fsm call_hold_fsm;

/* Borrowed by every call. */
struct call_env {
    struct ars_loop *loop;
    struct outbox *outbox;
    struct ars_audio *audio;
    /* State, hold or tone may have changed. */
    void (*changed)(struct call *c, void *arg);
    void (*established)(struct call *c, void *arg);
    /* Takes c and frees it. */
    void (*gone)(struct call *c, void *arg);
    void *arg;
};

/* Begins at once; `dialing` is told with tag. ENOTCONN, ENOMEM, or what media says. */
int call_dial(struct call **ret, ars_id id, struct account *a, const char *target, uint32_t tag,
              const struct call_env *env);

/* Somebody calls: rings. A SIP status to refuse with, or 0. */
int call_ring(struct call **ret, ars_id id, struct account *a, struct ars_sip_call *sc,
              const struct ars_sip_incoming *in, const struct call_env *env);

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

/* Whether it is the one that talks, of all calls. */
void call_set_focus(struct call *c, bool on);

/* Tells the server, by a re-INVITE, over which connection it is reached now. */
void call_rebind(struct call *c);

/* ENOTCONN: no media (any more). */
int call_mute(struct call *c, bool on);
int call_volume(struct call *c, unsigned percent);
int call_dtmf(struct call *c, const char *digits);
int call_report_stats(struct call *c, uint32_t tag);

ars_id call_id(const struct call *c);
struct account *call_account(const struct call *c);
enum ars_call_state call_state(const struct call *c);
bool call_on_hold(const struct call *c); /* or on the way there */
bool call_wants_ringback(const struct call *c);

#endif
