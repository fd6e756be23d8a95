/* media: consent to send, of an ICE agent (RFC 7675). */
#ifndef ARS_MEDIA_TRANSPORT_ICE_CONSENT_H
#define ARS_MEDIA_TRANSPORT_ICE_CONSENT_H

#include "transport/ice_agent.h"

void iceconsent_stop(struct ice_agent *a);
/* Asks now instead of later. */
void iceconsent_ask(struct ice_agent *a);
/* The path was just seen to work: it is asked for again from here on. */
void iceconsent_given(struct ice_agent *a);
/* No answer for so long that another path would be better. */
bool iceconsent_is_silent(const struct ice_agent *a);
/* Nothing but requests for it may be sent. */
bool iceconsent_is_expired(const struct ice_agent *a);
bool iceconsent_response(struct ice_base *b, const struct ars_addr *src,
                         const struct stun_msg *msg);

#endif
