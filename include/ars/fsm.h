/*
 * base: a state machine as one table of edges. The owner keeps its state in an int-sized enum and
 * changes it only through ars_fsm_go(). Any thread; one object on one thread.
 */
#ifndef ARS_FSM_H
#define ARS_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARS_TO(state) (1u << (state))

/* At most 32 states. edges[from] is an or of ARS_TO(to). */
struct ars_fsm {
    const char *name;
    const char *const *states;
    const uint32_t *edges;
    size_t count;
};

bool ars_fsm_allows(const struct ars_fsm *f, int from, int to);

/*
 * Sets *state. EINVAL, with a log line and *state untouched, for an edge that is not declared;
 * EALREADY when it is there already and the table has no loop for it.
 */
int ars_fsm_go(const struct ars_fsm *f, int *state, int to);

const char *ars_fsm_state(const struct ars_fsm *f, int state);

#endif
