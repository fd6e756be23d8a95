/*
 * sip: the headers of RFC 6665 in a message that came in.
 */
#ifndef SIP_EVENT_HDR_H
#define SIP_EVENT_HDR_H

#include <stdbool.h>
#include <stdint.h>

struct sip_in;

/* Section 8.2.1: is it of that package? Parameters such as ";id=1" are not part of its name. */
bool event_hdr_is(const struct sip_in *in, const char *package);

/* Seconds that the subscription lasts by Subscription-State; fallback: it does not say. */
uint32_t event_hdr_expires(const struct sip_in *in, uint32_t fallback);

/* Does Subscription-State say "terminated"? */
bool event_hdr_is_over(const struct sip_in *in);

#endif
