/*
 * sip: INFO inside a call (RFC 6086), both ways, without packages.
 */
#ifndef SIP_INFO_H
#define SIP_INFO_H

#include <stddef.h>

#include "auth.h"

struct ars_sip_call;
struct ctrans;
struct sip_in;
struct strans;

/* Ours. */
struct info {
    struct ctrans *ct;
    struct auth_try try;
    char *type;
    char *data;
    size_t len;
};

void info_receive(struct ars_sip_call *call, struct sip_in *in, struct strans *st);
void info_close(struct info *i);

#endif
