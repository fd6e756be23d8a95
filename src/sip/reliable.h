/*
 * sip: provisional responses of ours that the caller wants to acknowledge (RFC 3262, the callee's
 * side). They carry no answer, which comes in the 2xx; but our offer, where the INVITE has none.
 */
#ifndef SIP_RELIABLE_H
#define SIP_RELIABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/timer.h>

struct ars_sip_body;
struct ars_sip_call;
struct sip_in;
struct strans;

/* Zeroed before first use. */
struct reliable {
    uint32_t rseq; /* of the last; 0: none */
    bool offered;  /* the first held our offer */
    bool agreed;   /* and PRACK its answer */
    bool due;      /* PRACK has not come for the last */
    char *text;    /* it, while it is repeated */
    size_t len;
    uint64_t wait_ms;
    uint64_t until_ms;
    struct ars_timer timer;
};

/* Does the INVITE that waits require it? Otherwise we never do. */
bool reliable_is_wanted(const struct ars_sip_call *call);

/* Whether its first must hold our offer, and has not been sent. */
bool reliable_wants_offer(const struct ars_sip_call *call);

/* Our offer waits for its answer. */
bool reliable_is_open(const struct ars_sip_call *call);

/*
 * EBUSY: the one before is not acknowledged yet. EPROTO: it needs our offer. headers: whole lines.
 */
int reliable_send(struct ars_sip_call *call, int status, const char *headers,
                  const struct ars_sip_body *body);

void reliable_receive_prack(struct ars_sip_call *call, struct sip_in *in, struct strans *st);

void reliable_stop(struct ars_sip_call *call);

#endif
