/* base: state machines as tables. */
#include <errno.h>

#include <ars/fsm.h>
#include <ars/log.h>

static bool in_range(const struct ars_fsm *f, int state)
{
    return state >= 0 && (size_t)state < f->count;
}

bool ars_fsm_allows(const struct ars_fsm *f, int from, int to)
{
    return in_range(f, from) && in_range(f, to) && (f->edges[from] & ARS_TO(to)) != 0;
}

int ars_fsm_go(const struct ars_fsm *f, int *state, int to)
{
    if (ars_fsm_allows(f, *state, to)) {
        *state = to;
        return 0;
    }
    if (*state == to && in_range(f, to))
        return EALREADY;
    ars_log(ARS_LOG_ERROR, "fsm", "%s: no edge from %s to %s", f->name, ars_fsm_state(f, *state),
            ars_fsm_state(f, to));
    return EINVAL;
}

const char *ars_fsm_state(const struct ars_fsm *f, int state)
{
    return in_range(f, state) ? f->states[state] : "?";
}
