/* media: the relayed candidate of an ICE agent (RFC 8656). */
#ifndef ARS_MEDIA_TRANSPORT_ICE_RELAY_H
#define ARS_MEDIA_TRANSPORT_ICE_RELAY_H

#include "transport/ice_agent.h"

/* Free bytes before a datagram: a Send indication to an IPv4 peer (RFC 8656 11.1) goes there. */
#define ICE_HEADROOM 36

int icerelay_alloc(struct ice_relay **ret, struct ice_agent *a);
void icerelay_free(struct ice_relay *r);
bool icerelay_pending(const struct ice_relay *r);
/* Whether it takes a connection first. */
bool icerelay_is_slow(const struct ice_relay *r);
/* The address of ours that it is reached from. */
const struct ars_addr *icerelay_local(const struct ice_relay *r);
/* Lets peer's datagrams through (RFC 8656 9). */
void icerelay_permit(struct ice_relay *r, const struct ars_addr *peer);
/* Four bytes instead of 36 before each datagram to and from peer (RFC 8656 12). */
void icerelay_bind(struct ice_relay *r, const struct ars_addr *peer);
/* mb has ICE_HEADROOM before its position. */
int icerelay_send(struct ice_relay *r, const struct sa *dst, struct mbuf *mb);

#endif
