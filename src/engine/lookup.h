/* engine: what a host map and the system make of a name, for the face. Engine thread. */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

#include "outbox.h"

struct ars_command;
struct ars_loop;
struct lookup;

struct lookups {
    struct ars_loop *loop;
    struct outbox *outbox;
    struct lookup *first;
};

/* cmd: ARS_CMD_RESOLVE; ARS_EV_RESOLVED follows. ENOMEM, EAGAIN. */
int lookups_start(struct lookups *ls, const struct ars_command *cmd);

/* Forgets what still runs. */
void lookups_close(struct lookups *ls);

#endif
