/*
 * sip: server transactions over a reliable transport (RFC 3261 section 17.2, RFC 6026).
 */
#ifndef SIP_STRANS_H
#define SIP_STRANS_H

#include <stdbool.h>
#include <re.h>

#include <ars/fsm.h>
#include <ars/timer.h>

#include "msg_in.h"
#include "msg_out.h"

struct ars_sip;

enum strans_state {
    STRANS_PROCEEDING, /* also Trying of a non-INVITE */
    STRANS_COMPLETED,  /* INVITE: refused, waits for ACK */
    STRANS_ACCEPTED,   /* INVITE: 2xx went out */
    STRANS_TERMINATED,
    STRANS_STATES,
};

extern const struct ars_fsm strans_invite_fsm;
extern const struct ars_fsm strans_other_fsm;

/* A CANCEL came for an INVITE without a final answer; the owner answers the INVITE with 487. */
typedef void strans_cancel_fn(const struct sip_in *cancel, void *arg);

struct strans {
    struct le le;
    struct ars_sip *sip;
    const struct ars_fsm *fsm;
    int state;
    struct ars_timer timer;
    struct strans **slot; /* the owner's pointer */
    strans_cancel_fn *cancel;
    void *arg;
    struct sip_in *req;
    char tag[SIP_TAG_LEN + 1]; /* ours in To, when the request has none */
    char *last;                /* the last response, for a repeated request */
    size_t last_len;
};

/* Takes a reference of req. EAGAIN: too many; ENOMEM. */
int strans_alloc(struct strans **ret, struct ars_sip *sip, struct sip_in *req);

/* Puts st into *slot, which is set to NULL when st has its final answer or ends. */
void strans_own(struct strans *st, struct strans **slot, strans_cancel_fn *cancel, void *arg);

/* Its owner goes; it waits on, for nobody. */
void strans_disown(struct strans *st);

/*
 * phrase, headers, body may be NULL. EPROTO: it has its final answer. ENOMEM, EMSGSIZE: nothing has
 * changed. Errors of the transport: it counts as answered. A 2xx or a non-INVITE's final answer
 * ends the transaction: st is valid afterwards only under a reference.
 */
int strans_reply(struct strans *st, int status, const char *phrase, const char *headers,
                 const struct ars_sip_body *body);

/* One answer without a transaction. */
void strans_reply_stateless(struct ars_sip *sip, const struct sip_in *req, int status,
                            const char *phrase, const char *headers);

/* True: a repeated request, an ACK to a refusal, or a CANCEL: done with. */
bool strans_receive(struct ars_sip *sip, struct sip_in *in);

/*
 * The connection is gone: a caller's INVITE that has an owner, or was refused, is not. What it was
 * refused with is said again over the next connection.
 */
void strans_lost_all(struct ars_sip *sip);
void strans_found_all(struct ars_sip *sip);

/* RFC 3261 section 8.2.2.2: the same request came over another path. */
bool strans_is_merged(const struct ars_sip *sip, const struct sip_in *in);

#endif
