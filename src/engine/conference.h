/*
 * engine: a local conference: calls that talk together, mixed here. Engine thread.
 */
#ifndef ENGINE_CONFERENCE_H
#define ENGINE_CONFERENCE_H

#include "calls.h"

/* Far ends; with ourselves five. */
#define CONFERENCE_MAX 4

/* Whether they talk and are held together. */
bool conference_together(const struct call *a, const struct call *b);

/*
 * c talks together with the call, or the conference, that talks now; when that is c, with the
 * newest other. EPROTO: one of them is not established. EALREADY. ENOSPC.
 */
int conference_join(struct calls *cs, struct call *c);

/* c is held from now on, the others go on. EPROTO: it is in none. */
int conference_leave(struct calls *cs, struct call *c);

/* After a call has gone: one alone is no conference. */
void conference_shrink(struct calls *cs);

#endif
