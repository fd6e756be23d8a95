/*
 * sip: route sets, of dialogs (RFC 3261 section 12.1) and of the registrar (RFC 3608).
 */
#ifndef SIP_ROUTE_H
#define SIP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

struct sip_in;

/* Zeroed before first use. */
struct route_set {
    char *values[SIP_ROUTES_MAX];
    size_t n;
};

/* Takes all values of that header in place of what was there. EBADMSG: too many; ENOMEM. */
int route_learn(struct route_set *rs, const struct sip_in *in, const char *name, bool reverse);

/* Of one proxy alone, by its URI. EINVAL, ENOMEM. */
int route_set_one(struct route_set *rs, const char *uri);

/* ENOMEM. */
int route_copy(struct route_set *rs, const struct route_set *from);

void route_clear(struct route_set *rs);

#endif
