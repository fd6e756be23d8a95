/*
 * sip: UPDATE of ours inside a dialog (RFC 3311).
 */
#ifndef SIP_UPDATE_H
#define SIP_UPDATE_H

struct ars_sip_call;
struct sip_in;

/* Reads from Allow whether the far end takes UPDATE (section 4). */
void update_learn(struct ars_sip_call *call, const struct sip_in *in);

/* One without an offer: refreshes target and session timer. Errors as ctrans_request(). */
int update_refresh(struct ars_sip_call *call);

/*
 * In a call that rings here: where we are now (section 5.1: without an offer it may go at any
 * time). The call ends when the far end knows nothing of it any more. Errors the same.
 */
int update_early(struct ars_sip_call *call);

#endif
