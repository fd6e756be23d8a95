/*
 * sip: the INVITE usage of one call. call.c holds its life and call_end.c its end, invite.c the
 * outgoing and invite_in.c the incoming INVITE, invite_mod.c what happens inside the established
 * dialog; refresh.c and update.c keep it alive; early.c, prack.c and reliable.c are what precedes
 * the answer.
 */
#ifndef SIP_CALL_H
#define SIP_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <re.h>

#include <ars/fsm.h>
#include <ars/sip_call.h>
#include <ars/timer.h>

#include "auth.h"
#include "ctrans.h"
#include "dialog.h"
#include "early.h"
#include "info.h"
#include "redirect.h"
#include "refer.h"
#include "refresh.h"
#include "reliable.h"
#include "strans.h"

enum call_state {
    CALL_IDLE,
    CALL_CALLING,     /* INVITE is out */
    CALL_PROCEEDING,  /* a provisional answer came */
    CALL_REDIRECTED,  /* there is another to call: the owner says whether */
    CALL_CANCEL_WAIT, /* to be cancelled at the first provisional answer */
    CALL_CANCELLING,  /* CANCEL is out */
    CALL_LATE,        /* 2xx with an offer came, our answer goes into the ACK */
    CALL_INCOMING,    /* the peer's INVITE waits for us */
    CALL_ACCEPTED,    /* our 2xx is out, ACK has not come */
    CALL_ESTABLISHED,
    CALL_BYE_WAIT, /* BYE waits for the ACK or for a connection */
    CALL_BYING,    /* BYE is out */
    CALL_ENDED,
    CALL_STATES,
};

/* A new offer inside the dialog. */
enum mod_state {
    MOD_NONE,
    MOD_OURS,         /* our re-INVITE is out, its offer has no answer */
    MOD_THEIR_INVITE, /* their re-INVITE waits for us */
    MOD_THEIR_ACK,    /* our 2xx to it waits for ACK */
    MOD_THEIR_UPDATE, /* their UPDATE waits for us */
    MOD_STATES,
};

extern const struct ars_fsm call_fsm;
extern const struct ars_fsm mod_fsm;

struct call_text {
    char *data;
    size_t len;
};

struct ars_sip_call {
    struct le le;
    struct ars_sip *sip;
    struct ars_sip_call_handlers h; /* zeroed once `ended` was told */
    void *arg;
    int state;
    int mod;
    bool outgoing;
    struct dialog *dlg;
    struct list early;         /* of our INVITE */
    const struct early *heard; /* the one whose descriptions the owner gets; among those */
    struct prack prack;        /* of our re-INVITE */
    struct reliable reliable;
    struct redirect redirect;
    uint32_t invite_cseq;  /* of the INVITE that began it */
    struct ctrans *invite; /* our INVITE or re-INVITE */
    struct ctrans *bye;
    struct ctrans *update; /* our UPDATE */
    struct strans *server; /* the peer's INVITE, re-INVITE or UPDATE that waits */
    struct auth_try try;
    struct auth_try update_try;
    struct info info;
    struct refresh refresh;
    bool peer_updates; /* the far end takes UPDATE */
    char *headers;     /* lines for our INVITE */
    char *offer_type;
    struct call_text offer;
    struct call_text ack; /* our last ACK, for a repeated 2xx */
    uint32_t ack_cseq;
    struct call_text ok; /* our last 2xx, sent until ACK comes */
    uint32_t ok_cseq;
    bool ok_offers; /* it holds an offer of ours, which the ACK answers */
    uint64_t ok_wait_ms;
    uint64_t ok_until_ms;
    struct ars_timer ok_timer;
    struct ars_timer mod_timer;     /* RFC 3261 section 14.1: after 491, or a Retry-After */
    unsigned mod_waits;             /* for those */
    struct ars_timer bye_timer;     /* our BYE waits for a connection */
    struct ars_timer ring_timer;    /* the caller is told again that it rings here */
    struct ars_timer expires_timer; /* their INVITE is good so long */
    int ring_status;
    struct ars_timer tell_timer; /* `ended` is told when the peer takes its time */
    int bye_status;              /* why we end it, 0: no fault */
    struct ars_reason why;
    struct refer refer;
    struct ars_sip_call *replaced; /* while it is announced: whose place it wants */
    bool asserted;                 /* what follows comes from the server, not from From */
    char *peer_name;
    char *peer_number;
};

/* ---- call.c ---- */

/* Into sip's list, which owns it. EAGAIN: too many; ENOMEM. */
int call_alloc(struct ars_sip_call **ret, struct ars_sip *sip, bool outgoing);
void call_set_state(struct ars_sip_call *call, enum call_state to);

/* The call whose dialog the request belongs to, or NULL. */
struct ars_sip_call *call_find(struct ars_sip *sip, const struct sip_in *in);

/* The dialog of it that the request is in: an early one before the answer. NULL: none. */
struct dialog *call_dialog(const struct ars_sip_call *call, const struct sip_in *in);

void call_receive(struct ars_sip_call *call, struct sip_in *in, struct strans *st);
void call_receive_ack(struct ars_sip_call *call, const struct sip_in *in);

/* Our 2xx has arrived there; body: of the ACK. */
void call_confirm(struct ars_sip_call *call, const struct ars_sip_body *body);

/* A 2xx to INVITE that no owner waits for; ct: its transaction, or NULL. */
void call_stray_ok(struct ars_sip *sip, const struct sip_in *in, const struct ctrans *ct);

void call_close_all(struct ars_sip *sip);
void call_lost_all(struct ars_sip *sip);
void call_found_all(struct ars_sip *sip);

/* Contact, Allow and Supported, into b. */
void call_add_contact(const struct ars_sip_call *call, struct ars_buf *b);
int call_keep_offer(struct ars_sip_call *call, const struct ars_sip_body *offer);
struct ars_sip_body call_offer(const struct ars_sip_call *call);

/* ---- call_end.c ---- */

/* Ends it and tells `ended`; the first reason that was given stays. why may be NULL. */
void call_end(struct ars_sip_call *call, const struct ars_reason *why);
void call_set_why(struct ars_sip_call *call, const struct ars_reason *why);

/* BYE now, or as soon as the ACK or a connection is there; `ended` soon, whatever comes of it. */
void call_bye(struct ars_sip_call *call);
void call_try_bye(struct ars_sip_call *call); /* the one that waits, if nothing holds it up */

#define CALL_SILENT "the far end does not answer any more"

/* The far end is gone or does not hear us (sections 12.2.1.2, 14.1): BYE all the same. */
void call_lose(struct ars_sip_call *call, int status, const char *text);

/* ---- invite.c ---- */

/* ACK for the 2xx with that CSeq; kept for repetitions. */
int invite_ack(struct ars_sip_call *call, uint32_t cseq, const struct ars_sip_body *body);

/* What to put into a Request-URI for `target`, and what to show; the caller frees both. EINVAL. */
int invite_target(const struct ars_sip *sip, const char *target, char **ret_uri, char **ret_number);

/* Our first INVITE once more; the call ends when that fails. */
void invite_again(struct ars_sip_call *call);

/* INVITE or re-INVITE with the kept offer. */
int invite_send(struct ars_sip_call *call, ctrans_fn *fn);

/* ---- invite_in.c ---- */

void call_incoming(struct ars_sip *sip, struct sip_in *in, struct strans *st);

/* It rings no more. */
void invite_in_stop(struct ars_sip_call *call);

/* 200 to call->server, repeated until ACK for an INVITE. */
int invite_in_accept(struct ars_sip_call *call, const struct ars_sip_body *body);

/* ---- invite_mod.c ---- */

void mod_receive_invite(struct ars_sip_call *call, struct sip_in *in, struct strans *st);
void mod_receive_update(struct ars_sip_call *call, struct sip_in *in, struct strans *st);
int mod_answer(struct ars_sip_call *call, const struct ars_sip_body *body);
int mod_refuse(struct ars_sip_call *call, int status, const char *phrase);

/* Our 2xx to their re-INVITE has arrived. */
void mod_confirmed(struct ars_sip_call *call);

/* The call ends or the connection is lost: nothing may wait any more. */
void mod_abandon(struct ars_sip_call *call);

#endif
