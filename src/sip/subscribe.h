/*
 * sip: subscriptions of ours, each a dialog of its own (RFC 6665 section 4.1).
 */
#ifndef SIP_SUBSCRIBE_H
#define SIP_SUBSCRIBE_H

#include <stdbool.h>

#include <ars/fsm.h>

struct ars_sip;
struct sip_in;
struct strans;

enum sub_state {
    SUB_NONE,
    SUB_ASKING, /* SUBSCRIBE is out, the first one or a refresh */
    SUB_ACTIVE, /* accepted; the refresh timer runs */
    SUB_ENDED,
    SUB_STATES,
};

extern const struct ars_fsm sub_fsm;

/* True: it was for a subscription, and has been answered. */
bool sub_receive(struct ars_sip *sip, const struct sip_in *in, struct strans *st);

/* The connection is gone: they end with CONNECTION_LOST. */
void sub_lost_all(struct ars_sip *sip);

/* Without a word, and without `ended`. */
void sub_close_all(struct ars_sip *sip);

#endif
