/* media: addresses of ours as STUN servers see them (RFC 8445 5.1.1.2). */
#ifndef ARS_MEDIA_TRANSPORT_ICE_REFLEXIVE_H
#define ARS_MEDIA_TRANSPORT_ICE_REFLEXIVE_H

#include "transport/ice_agent.h"

/*
 * All servers are asked from each address at once; the first that shows another address than the
 * base's makes the candidate. ENOMEM.
 */
int icereflexive_start(struct ice_agent *a);
void icereflexive_stop(struct ice_agent *a);

/* Whether some of it may still come. */
bool icereflexive_pending(const struct ice_agent *a);

/* True when msg was a STUN server's answer. */
bool icereflexive_response(struct ice_base *b, const struct ars_addr *src,
                           const struct stun_msg *msg);

#endif
