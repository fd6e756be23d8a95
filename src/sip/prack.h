/*
 * sip: provisional responses that want to be acknowledged (RFC 3262, the caller's side).
 */
#ifndef SIP_PRACK_H
#define SIP_PRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "auth.h"

struct ars_sip;
struct ctrans;
struct dialog;
struct sip_in;

/* Of one dialog and the INVITE under way in it. Zeroed before first use. */
struct prack {
    uint32_t cseq; /* of that INVITE */
    uint32_t rseq; /* acknowledged last; 0: none */
    struct ars_sip *sip;
    struct dialog *dlg; /* borrowed */
    struct ctrans *ct;
    struct auth_try try;
    char *rack; /* the line of the one that is out */
};

/* Does the response want it (Require: 100rel)? */
bool prack_is_reliable(const struct sip_in *in);

/*
 * A reliable response in dlg: acknowledges it. False: it is repeated or out of order (section 4),
 * and means nothing to the owner.
 */
bool prack_receive(struct prack *p, struct ars_sip *sip, struct dialog *dlg,
                   const struct sip_in *in);

/* Before the dialog goes. */
void prack_stop(struct prack *p);

#endif
