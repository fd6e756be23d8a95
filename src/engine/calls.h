/*
 * engine: all calls together: who talks, who waits, which tone sounds. Engine thread.
 */
#ifndef ENGINE_CALLS_H
#define ENGINE_CALLS_H

#include <stddef.h>

#include <ars/answering.h>
#include <ars/timer.h>

#include "account.h"
#include "call.h"

/* At once, of any kind. */
#define CALLS_MAX ARS_CALLS_AT_ONCE_MAX

struct calls {
    struct call *list[CALLS_MAX];
    size_t n;
    ars_id last_id;
    ars_id focus; /* the one that talks, of a conference any; 0: none */
    struct call_env env;
    uint32_t stats_ms;          /* 0: not asked for */
    struct ars_timer end_timer; /* runs while end_tone sounds */
    enum ars_tone end_tone;
    struct ars_timer stats_timer;
    struct ars_answering answering;
    struct ars_timer attention_timer; /* runs while the tone of an answer by itself sounds */
    void (*gone)(void *arg);
    void *arg;
};

/* audio is borrowed. gone: after each call that has ended. */
void calls_init(struct calls *cs, struct ars_loop *loop, struct outbox *outbox,
                struct ars_audio *audio, void (*gone)(void *arg), void *arg);

/* Every call ends at once. */
void calls_close(struct calls *cs);

/* Those that the user has to do with: not the ones that only take their leave any more. */
size_t calls_alive(const struct calls *cs);

/* NULL: unknown, so already gone. */
struct call *calls_find(const struct calls *cs, ars_id id);

/*
 * target: what is sent, of number, which is what the user knows the call by. ENOSPC: too many.
 * ENOMEM, or what media says. The call that talked is put on hold.
 */
int calls_dial(struct calls *cs, struct account *a, const char *target, const char *number,
               uint32_t tag);

/* The same, in the place of a call that rings somewhere else. */
int calls_pick_up(struct calls *cs, struct account *a, const struct call_referral *r, uint32_t tag);

/* The same, because the far end of c asks for it. */
int calls_dial_for(struct calls *cs, struct call *c, const struct call_referral *r);

/* A SIP status to refuse with, or 0. */
int calls_incoming(struct calls *cs, struct account *a, struct ars_sip_call *sc,
                   const struct ars_sip_incoming *in);

/* c talks from now on, with the conference that it is in; whoever else did is put on hold. */
void calls_take_focus(struct calls *cs, struct call *c);

/* As conference_join() and conference_leave(). */
int calls_merge(struct calls *cs, struct call *c);
int calls_split(struct calls *cs, struct call *c);

/*
 * EPROTO: wrong state; EALREADY. A conference is held and resumed whole. Answering and resuming put
 * the call that talked on hold.
 */
int calls_answer(struct calls *cs, struct call *c);
int calls_hold(struct calls *cs, struct call *c, uint32_t tag);
int calls_resume(struct calls *cs, struct call *c, uint32_t tag);

/* Lets the far ends talk without us; one may still ring. As call_connect(); EPROTO. */
int calls_connect(struct calls *cs, struct call *c, ars_id other, uint32_t tag);

/* Calls whom the far end of c asks us to, or says no. EPROTO: it asks nothing. As calls_dial(). */
int calls_follow(struct calls *cs, struct call *c, bool yes);

/* The call whose place that one wants, NULL: none's. */
struct call *calls_replaced(const struct calls *cs, const struct ars_sip_call *sc);

/* c stands: the call in whose place it came leaves, and what it was to the user c is now. */
void calls_succeed(struct calls *cs, struct call *c);

/* The tone that fits what the calls do. */
void calls_update_tone(struct calls *cs);

/* ---- calls_answering.c ---- */

/* EINVAL: nobody can be forwarded to such a number; nothing has changed. ENOMEM. */
int calls_set_answering(struct calls *cs, const struct ars_answering *a);

/* True: nobody hears of that caller; *ret_status is what calls_incoming() returns. */
bool calls_turn_away(struct calls *cs, const struct account *a, struct ars_sip_call *sc,
                     const struct ars_sip_incoming *in, int *ret_status);

/* c has begun to ring. */
void calls_plan(struct calls *cs, struct call *c, const struct ars_sip_incoming *in);
void calls_on_alarm(struct call *c, void *arg);

/* For the calls' env: calls_refer.c. */
void calls_on_connected(struct call *c, ars_id other, void *arg);
void calls_on_follow(struct call *c, void *arg);
void calls_on_followed(struct call *c, ars_id origin, int status, void *arg);

/* The network of this machine has changed; the accounts know already. */
void calls_network(struct calls *cs);

/* It is about to sleep; the accounts do not know yet. */
void calls_sleep(struct calls *cs);

/* An account was out of reach, and is as before. */
void calls_found(struct calls *cs, const struct account *a);

/* Those of an account, or with NULL all: hang up, or end at once for `why`. */
void calls_hangup(struct calls *cs, const struct account *a);
void calls_abort(struct calls *cs, const struct account *a, const struct ars_reason *why);

/* Each tells its statistics every so many milliseconds; 0: none does. */
void calls_stats_every(struct calls *cs, uint32_t ms);

/* The connection of an account is gone; its calls go on, and tell the server where they are reached
 * once it has another. */
void calls_lost(struct calls *cs, const struct account *a);
void calls_rebind(struct calls *cs, const struct account *a);

#endif
