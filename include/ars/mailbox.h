/*
 * base: a bounded FIFO of owned messages between threads, with a bell rung only when it turns from
 * empty to not empty. Push from any thread, pop from the one owner.
 */
#ifndef ARS_MAILBOX_H
#define ARS_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct ars_mailbox;

struct ars_mailbox_conf {
    size_t capacity;         /* messages that push() accepts */
    size_t reserved;         /* further ones that only push_reserved() accepts */
    void (*bell)(void *arg); /* on the pusher's thread, outside the lock; must not block */
    void *arg;
    void (*drop)(void *msg); /* frees a message that nobody will pop */
};

/* ENOMEM. */
int ars_mailbox_alloc(struct ars_mailbox **ret, const struct ars_mailbox_conf *conf);

/* Drops what is left. No pusher may be at work. Takes NULL. */
void ars_mailbox_free(struct ars_mailbox *mb);

/* On 0 the mailbox owns msg; on error the caller still does. EAGAIN: full. Any thread. */
int ars_mailbox_push(struct ars_mailbox *mb, void *msg);

/* The same, into the reserved room as well: for news that must not be lost. Any thread. */
int ars_mailbox_push_reserved(struct ars_mailbox *mb, void *msg);

/*
 * Takes the place of a queued message for which same(queued, msg) holds, else as push(): for levels
 * and statistics, of which only the newest counts. Any thread.
 */
int ars_mailbox_push_merged(struct ars_mailbox *mb, void *msg,
                            bool (*same)(const void *queued, const void *msg));

/* The oldest message, now the caller's; NULL when empty. Owner's thread. */
void *ars_mailbox_pop(struct ars_mailbox *mb);

#endif
