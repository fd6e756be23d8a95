/*
 * sip: client transactions over a reliable transport (RFC 3261 section 17.1, RFC 6026).
 */
#ifndef SIP_CTRANS_H
#define SIP_CTRANS_H

#include <stdbool.h>
#include <re.h>

#include <ars/fsm.h>
#include <ars/timer.h>

#include "msg_in.h"
#include "msg_out.h"

struct ars_sip;
struct dialog;

enum ctrans_state {
    CTRANS_CALLING, /* also Trying of a non-INVITE */
    CTRANS_PROCEEDING,
    CTRANS_CANCELLING, /* INVITE: CANCEL went out, its wait runs */
    CTRANS_ACCEPTED,   /* INVITE: 2xx came, more may */
    CTRANS_TERMINATED,
    CTRANS_STATES,
};

extern const struct ars_fsm ctrans_invite_fsm;
extern const struct ars_fsm ctrans_other_fsm;

/* in NULL: err says what happened (ETIMEDOUT, ENOTCONN). */
typedef void ctrans_fn(const struct sip_in *in, int err, void *arg);

struct ctrans {
    struct le le;
    struct ars_sip *sip;
    const struct ars_fsm *fsm;
    int state;
    struct ars_timer timer;
    struct ctrans **slot; /* the owner's pointer; NULL when the owner is done with it */
    ctrans_fn *fn;
    void *arg;
    char branch[64];
    uint32_t cseq;
    char *method;
    char *uri;
    char *from;
    char *to;
    char *call_id;
    char *routes;
    struct dialog *dialog; /* a reference, NULL outside of one */
    char *taken;           /* To tag of the 2xx that the owner had, or NULL */
    bool cancel_heard;     /* INVITE: the CANCEL was answered */
};

/*
 * Sends r and keeps its transaction in *slot, which is set to NULL again before fn gets the final
 * answer or the failure. Fn gets every provisional answer and one final. On error *slot is
 * untouched. slot NULL: nobody wants to know. EAGAIN: too many; ENOTCONN, ENOMEM, the transport's.
 */
int ctrans_request(struct ctrans **slot, struct ars_sip *sip, const struct out_req *r,
                   ctrans_fn *fn, void *arg);

/*
 * RFC 3261 section 9.1, after a provisional answer only (EPROTO); the INVITE's owner hears 487,
 * another final answer, or ETIMEDOUT.
 */
int ctrans_cancel(struct ctrans *ct);

/* The owner goes: the transaction lives on alone. Takes a slot with NULL. */
void ctrans_detach(struct ctrans **slot);

/*
 * True: the transaction's owner has it. False with *ret_ct: a 2xx to an INVITE of ours that nobody
 * waits for (repeated, forked, or its owner has gone). *ret_ct is borrowed, NULL for none of ours.
 */
bool ctrans_receive(struct ars_sip *sip, const struct sip_in *in, struct ctrans **ret_ct);

/*
 * The connection is gone: the owners hear ENOTCONN. An INVITE that was being answered is cancelled
 * once there is another connection (RFC 3261 section 17.1.3: its branch is known there, too), until
 * that is answered, for as long as a far end may ring.
 */
void ctrans_lost_all(struct ars_sip *sip);
void ctrans_found_all(struct ars_sip *sip);

#endif
