/*
 * sip: an INVITE of ours that is sent elsewhere by a 3xx (RFC 3261 section 8.1.3.4).
 */
#ifndef SIP_REDIRECT_H
#define SIP_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/reason.h>

#include "bounds.h"

struct ars_sip_call;
struct sip_in;

/* Zeroed before first use. */
struct redirect {
    char *tried[SIP_REDIRECTS_MAX]; /* URIs called so far, the one that the user dialled first */
    size_t n;
    char *next;            /* where the last 3xx points to; NULL: nowhere */
    struct ars_reason why; /* it */
};

/*
 * True: it names somebody whom we have not called yet, and the owner is asked. False: it is a
 * refusal like others.
 */
bool redirect_receive(struct ars_sip_call *call, const struct sip_in *in);

void redirect_close(struct redirect *r);

#endif
