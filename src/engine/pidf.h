/* engine: presence documents (RFC 3863), as far as they are shown. Engine thread. */
#ifndef ENGINE_PIDF_H
#define ENGINE_PIDF_H

#include <stddef.h>

#include <ars/types.h>

/*
 * BUSY: somebody there talks (RFC 4480 section 3.2: on-the-phone, busy); else IDLE: open, CLOSED.
 * UNKNOWN: it says neither, or is no such document.
 */
enum ars_watch_state pidf_state(const char *body, size_t len);

#endif
