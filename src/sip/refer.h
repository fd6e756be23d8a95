/*
 * sip: REFER inside the dialog of a call. refer.c has ours and the NOTIFYs that come for it,
 * refer_in.c the peer's and the NOTIFYs that we owe.
 */
#ifndef SIP_REFER_H
#define SIP_REFER_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/fsm.h>
#include <ars/sip_transfer.h>
#include <ars/timer.h>

#include "auth.h"

struct ctrans;
struct sip_in;
struct strans;

enum refer_state {
    REFER_NONE,
    REFER_ASKING, /* REFER is out */
    REFER_GOING,  /* accepted, NOTIFYs come */
    REFER_STATES,
};

extern const struct ars_fsm refer_fsm;

/* Zeroed before first use. */
struct refer {
    struct ars_sip_transfer_handlers h;
    int state;
    struct ctrans *ct;
    struct auth_try try;
    char *headers; /* of our REFER */
    uint32_t cseq; /* of our last REFER: the id of its subscription; 0: there was none */
    struct ars_timer timer;
    bool reporting;     /* 202 to the peer's REFER is out, it waits for NOTIFYs */
    unsigned asked;     /* REFERs of the peer so far */
    uint32_t asked_seq; /* CSeq of the last */
};

/* Lets go of everything that could call back. */
void refer_close(struct refer *r);

/* In any state of the call. */
void refer_receive(struct ars_sip_call *call, const struct sip_in *in, struct strans *st);

/* False: it is not for a REFER. */
bool refer_receive_notify(struct ars_sip_call *call, const struct sip_in *in, struct strans *st);

#endif
