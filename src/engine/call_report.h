/* engine: what a call tells the face. */
#ifndef ENGINE_CALL_REPORT_H
#define ENGINE_CALL_REPORT_H

#include <ars/event.h>

#include "call.h"

/* One event about c as it is now. */
void call_tell(const struct call *c, enum ars_event_type type);
void call_tell_number(const struct call *c, enum ars_event_type type, int number);
void call_tell_dialing(const struct call *c);
void call_tell_peer(const struct call *c, enum ars_event_type type);
void call_tell_stats(const struct call *c, enum ars_event_type type, uint32_t tag);
void call_tell_transfer(const struct call *c, enum ars_event_type type,
                        const struct ars_reason *why);
void call_tell_replaced(const struct call *c);
void call_tell_referred(const struct call *c, const struct call_referral *r);
void call_tell_recording(const struct call *c, bool on, const char *why);
void call_tell_dtmf(const struct call *c, char digit, unsigned duration_ms);
void call_tell_redirected(const struct call *c, const char *number);
void call_tell_error(const struct call *c, uint32_t tag, const struct ars_reason *why);
void call_tell_ended(const struct call *c, const struct ars_reason *why, bool by_remote);

#endif
