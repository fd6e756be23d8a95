/*
 * sip: what an INVITE says of how its caller wants it answered, and of the way it has come.
 */
#ifndef SIP_WISHES_H
#define SIP_WISHES_H

struct ars_sip;
struct ars_sip_incoming;
struct sip_in;

/* Into the zeroed fields of that. */
void wishes_read(struct ars_sip_incoming *ret, const struct ars_sip *sip, const struct sip_in *in);

#endif
