/*
 * sip: who the far end is: X-Display-Name, what the server asserts, From.
 */
#ifndef SIP_IDENTITY_H
#define SIP_IDENTITY_H

struct ars_sip_call;
struct sip_in;

/* From an INVITE or UPDATE of the far end, or an answer to ours; the owner hears of news. */
void identity_read(struct ars_sip_call *call, const struct sip_in *in);

#endif
