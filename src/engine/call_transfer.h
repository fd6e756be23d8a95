/* engine: a call handed on, for call*.c. */
#ifndef ENGINE_CALL_TRANSFER_H
#define ENGINE_CALL_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

struct ars_reason;
struct ars_sip_header;
struct call;
struct call_referral;

/* Once there is c->sip, and before it goes. */
void call_transfer_watch(struct call *c);
void call_transfer_close(struct call *c);

/* In another dialog nobody tells what comes of a REFER. */
void call_transfer_moved(struct call *c);

/* Whether its far end has left for another call; then *ret_why is what the face hears. */
bool call_was_transferred(const struct call *c, const struct ars_reason *why,
                          struct ars_reason *ret_why);

/* The headers of an INVITE that a far end asked for (RFC 3891, RFC 3892). */
#define CALL_REFERRAL_HEADERS 2
size_t call_referral_headers(const struct call *c, struct ars_sip_header *headers);
struct call_referral *call_referral_dup(const struct call_referral *r);

/* News for the call whose far end wanted this one. */
void call_tell_origin(struct call *c, int status);

#endif
