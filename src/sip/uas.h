/*
 * sip: requests that come in (RFC 3261 section 8.2).
 */
#ifndef SIP_UAS_H
#define SIP_UAS_H

struct ars_sip;
struct sip_in;
struct strans;

void uas_receive(struct ars_sip *sip, struct sip_in *in);

/* OPTIONS, NOTIFY, REFER and what we do not serve: the same in and out of dialogs. */
void uas_answer_plain(struct strans *st, const struct sip_in *in);

#endif
