/*
 * sip: from statuses, Reason headers and errors to struct ars_reason.
 */
#ifndef SIP_WHY_H
#define SIP_WHY_H

#include <ars/reason.h>

struct sip_in;

/* A final answer that is not 2xx. */
void why_from_response(struct ars_reason *why, const struct sip_in *in);

/* BYE or CANCEL, with RFC 3326's Reason. */
void why_from_request(struct ars_reason *why, const struct sip_in *in);

/* A status that we refuse with. */
void why_from_status(struct ars_reason *why, int status, const char *phrase);

/* ETIMEDOUT, ENOTCONN, ... of a transaction of ours. */
void why_from_errno(struct ars_reason *why, int err);

/* What auth_challenged() said. */
void why_from_auth(struct ars_reason *why, int err, const struct sip_in *in);

#endif
