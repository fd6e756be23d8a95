/*
 * sip: a request outside any dialog, handed to the endpoint's owner.
 */
#ifndef SIP_REQUEST_H
#define SIP_REQUEST_H

#include <stdbool.h>

struct ars_sip;
struct ars_sip_request;
struct sip_in;
struct strans;

/* Asks the handler; true: it took the request, st will be answered. */
bool request_offer(struct ars_sip *sip, struct sip_in *in, struct strans *st);

const struct sip_in *request_in(const struct ars_sip_request *req);
const struct ars_sip *request_sip(const struct ars_sip_request *req);

#endif
