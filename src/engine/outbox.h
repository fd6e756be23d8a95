/*
 * engine: the way of events to the face. State events go into reserved room and are not lost while
 * the face is slow; statistics that nobody has read yet are replaced by newer ones of the same
 * call. /
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include <ars/event.h>

struct outbox;

/* ENOMEM. bell: any thread, must not block; may be NULL. */
int outbox_alloc(struct outbox **ret, void (*bell)(void *arg), void *arg);

/* Takes NULL. */
void outbox_free(struct outbox *o);

/* Takes ev, also when it cannot be delivered; ev may be NULL. Engine thread. */
void outbox_put(struct outbox *o, struct ars_event *ev);

/* Face's thread; NULL when empty. */
struct ars_event *outbox_pop(struct outbox *o);

#endif
