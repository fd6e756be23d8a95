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

#endif
