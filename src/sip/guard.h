/*
 * sip: what is checked before and after the codec looks at a message.
 */
#ifndef SIP_GUARD_H
#define SIP_GUARD_H

#include "msg_in.h"

/* Splits in->text into first line, headers and body, within limits. EBADMSG, EMSGSIZE. */
int guard_scan(struct sip_in *in, const char **ret_why);

/*
 * What RFC 3261 asks of a message whose lines are sound. EBADMSG: not even answerable. Sets
 * in->fault for a request that deserves a 4xx, cuts the body by Content-Length.
 */
int guard_judge(struct sip_in *in, const char **ret_why);

#endif
