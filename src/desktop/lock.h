/*
 * desktop: one of logind's inhibitor locks: a descriptor, held until it is closed. Main context.
 */
#ifndef DESKTOP_LOCK_H
#define DESKTOP_LOCK_H

struct lock;

/* Asks for it and never waits: `what` as "sleep:idle", `mode` block or delay. NULL: ENOMEM. */
struct lock *lock_take(const char *what, const char *who, const char *why, const char *mode);

/* Lets go, whether it came or not. Takes NULL. */
void lock_free(struct lock *l);

#endif
