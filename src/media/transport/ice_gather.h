/* media: gathering of an ICE agent (RFC 8445 5.1). */
#ifndef ARS_MEDIA_TRANSPORT_ICE_GATHER_H
#define ARS_MEDIA_TRANSPORT_ICE_GATHER_H

#include "transport/ice_agent.h"

int icegather_open(struct ice_agent *a);
int icegather_start(struct ice_agent *a);
void icegather_close(struct ice_agent *a);
bool icegather_has_address(const struct ice_agent *a, const struct ars_addr *addr);
void icegather_stop(struct ice_agent *a);
void icegather_renew(struct ice_agent *a);
/* A datagram at b, from src. */
void icegather_receive(struct ice_base *b, const struct sa *src, struct mbuf *mb);
void icegather_add(struct ice_agent *a, struct ice_base *b, enum ice_type type,
                   const struct ars_addr *addr);
/* The relay's address, and ours as it sees it. NULL: gathering is over. */
struct ice_base *icegather_add_relay(struct ice_agent *a, struct ice_relay *r,
                                     const struct ars_addr *addr, const struct ars_addr *seen);
/* A server has answered (the others are not waited for much longer), or will not. */
void icegather_answered(struct ice_agent *a);
void icegather_given_up(struct ice_agent *a);

#endif
