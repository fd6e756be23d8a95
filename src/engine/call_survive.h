/* engine: how a call outlives its connection. */
#ifndef ENGINE_CALL_SURVIVE_H
#define ENGINE_CALL_SURVIVE_H

#include <stdbool.h>

struct ars_media;
struct ars_media_handlers;
struct call;

/* Before its media go: no other dialog takes its place. */
void call_survive_close(struct call *c);

/* As in ars_media_handlers. */
void call_on_heard(bool heard, void *arg);
void call_on_remapped(void *arg);

/* The server has heard us, and sound may flow. */
void call_link_good(struct call *c);

/* True: a call of ours that nobody has answered yet is made again once there is a connection. */
bool call_interrupted(struct call *c);

/* ---- what call.c does for it ---- */

/* Gathers for c. What ars_media_alloc() says. */
int call_media_alloc(struct call *c, const struct ars_media_handlers *handlers,
                     struct ars_media **ret);

/* Whom to call to reach its far end. */
const char *call_far_end(const struct call *c);

/* c->sip and c->media are others than before, and answered. */
void call_moved(struct call *c);

/* The user's answer, from where we are reached, once that is known. c may be gone afterwards. */
void call_send_answer(struct call *c);

/* From its candidates on, with media of its own. */
int call_begin(struct call *c);

#endif
