/*
 * sip: a message fit for a log: what lets somebody in or listen is masked.
 */
#ifndef SIP_REDACT_H
#define SIP_REDACT_H

#include <stddef.h>

#include <ars/str.h>

/*
 * Adds [msg, msg+len) to b with digest responses, ICE passwords, SDES keys, digits that somebody
 * presses (INFO) and the values of the header lines `own` (or NULL) replaced by "***", and control
 * characters that end no line by '?'.
 */
void redact(struct ars_buf *b, const char *own, const char *msg, size_t len);

#endif
