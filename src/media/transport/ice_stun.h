/* media: the messages of an ICE agent. */
#ifndef ARS_MEDIA_TRANSPORT_ICE_STUN_H
#define ARS_MEDIA_TRANSPORT_ICE_STUN_H

#include "transport/ice_agent.h"

void icestun_to_sa(const struct ars_addr *a, struct sa *ret);
void icestun_receive(struct ice_base *b, const struct ars_addr *src, struct mbuf *mb);
/* The socket's error, or 0. */
int icestun_check(struct ice_agent *a, struct ice_base *b, const struct ars_addr *dst,
                  const uint8_t *tid, uint32_t prio, bool use_candidate);
int icestun_plain(struct ice_base *b, const struct ars_addr *dst, const uint8_t *tid);
int icestun_send(struct ice_base *b, const struct ars_addr *dst, const uint8_t *buf, size_t len);

#endif
