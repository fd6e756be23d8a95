/* media: the candidate pairs of an ICE agent (RFC 8445 6.1.2). Pairs are borrowed. */
#ifndef ARS_MEDIA_TRANSPORT_ICE_PAIRS_H
#define ARS_MEDIA_TRANSPORT_ICE_PAIRS_H

#include "transport/ice_agent.h"

extern const struct ars_fsm icepair_fsm;

void icepair_go(struct ice_pair *p, enum ice_pair_state to);
/* Of its request nothing more is sent, and no answer taken. */
void icepair_stop(struct ice_pair *p);
bool icepair_is_path(const struct ice_pair *p);
bool icepair_same_foundation(const struct ice_pair *p, const struct ice_pair *q);

/* NULL: there is none. */
struct ice_pair *icepairs_find(struct ice_agent *a, const struct ice_base *b,
                               const struct ars_addr *remote);
bool icepairs_find_remote(const struct ice_agent *a, const struct ars_addr *addr, size_t *ret);
/* remote: an index into remotev. NULL: there is no room for one of its priority. */
struct ice_pair *icepairs_add(struct ice_agent *a, struct ice_base *b, size_t remote);
/* The priorities, after a switch of roles or of a candidate. */
void icepairs_recompute(struct ice_agent *a);
/* RFC 8445 6.1.2.6: of each foundation the best pair waits, the others are frozen. */
void icepairs_thaw(struct ice_agent *a);
/* How many have neither succeeded nor failed. */
size_t icepairs_pending(const struct ice_agent *a);
struct ice_pair *icepairs_best(struct ice_agent *a, enum ice_pair_state state);
/* The first of the triggered-check queue. */
struct ice_pair *icepairs_triggered(struct ice_agent *a);

#endif
