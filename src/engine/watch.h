/*
 * engine: what an account watches: its mailbox and the lines of others. Engine thread.
 */
#ifndef ENGINE_WATCH_H
#define ENGINE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/types.h>

struct ars_loop;
struct ars_sip;
struct ars_sip_request;
struct line_dialog;
struct outbox;
struct watch;

/* One row of a panel has so many keys at most. */
#define WATCHES_MAX 48

/* Zeroed before first use. */
struct watches {
    struct ars_loop *loop;
    struct outbox *outbox;
    ars_id account;
    struct ars_sip *sip; /* while it is registered */
    struct watch *list[WATCHES_MAX + 1];
    size_t n;
};

/* number NULL: the mailbox. EALREADY; ENOSPC; ENOMEM. Tells its state now and at each change. */
int watches_add(struct watches *ws, const char *number);

/* ENOENT. */
int watches_remove(struct watches *ws, const char *number);

/* The call that rings at a watched line, or NULL. Valid until the next NOTIFY. */
const struct line_dialog *watches_ringing(const struct watches *ws, const char *number);

/* Registered over a new connection: whatever is not subscribed is asked for. */
void watches_begin(struct watches *ws, struct ars_sip *sip, bool mailbox);

/* Connection or account goes: no news any more until watches_begin(). */
void watches_pause(struct watches *ws);
void watches_close(struct watches *ws);

/* A request outside any dialog: true when it was news of the mailbox, and has been answered. */
bool watches_request(struct watches *ws, struct ars_sip_request *req);

#endif
