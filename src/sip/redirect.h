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

struct redirect_target {
    char *uri;
    unsigned q; /* in thousandths */
};

/* Zeroed before first use. */
struct redirect {
    char *tried[SIP_REDIRECTS_MAX]; /* URIs called so far, the one that the user dialled first */
    size_t n;
    struct redirect_target left[SIP_REDIRECTS_MAX]; /* named and not called, the best first */
    size_t nleft;
    char *next;            /* whom the owner is asked about; NULL: nobody */
    struct ars_reason why; /* what the last one called said */
};

/*
 * A refusal of our INVITE, but no challenge. True: somebody whom we have not called yet is named,
 * by it or by a 3xx before, and the owner is asked. False: that is the end.
 */
bool redirect_receive(struct ars_sip_call *call, const struct sip_in *in);

void redirect_close(struct redirect *r);

#endif
