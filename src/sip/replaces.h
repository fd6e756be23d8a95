/*
 * sip: Replaces (RFC 3891): one call in the place of another.
 */
#ifndef SIP_REPLACES_H
#define SIP_REPLACES_H

struct ars_buf;
struct ars_sip;
struct ars_sip_call;
struct sip_in;

/*
 * The call whose place a new INVITE wants, into *ret (NULL: none's). The status to refuse with, or
 * 0 (section 3).
 */
int replaces_find(const struct ars_sip *sip, const struct sip_in *in, struct ars_sip_call **ret);

/* "?Replaces=..." for a URI that somebody else is to call (RFC 3261 section 19.1.1). */
void replaces_add_header(struct ars_buf *b, const struct ars_sip_call *call);

#endif
