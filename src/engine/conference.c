/* engine: a local conference. */
#include <errno.h>

#include "conference.h"

bool conference_together(const struct call *a, const struct call *b)
{
    return a == b || (call_merged(a) && call_merged(b));
}

static size_t legs(const struct calls *cs)
{
    size_t n = 0;

    for (size_t i = 0; i < cs->n; i++)
        n += call_merged(cs->list[i]);
    return n;
}

static struct call *newest_other(const struct calls *cs, const struct call *c)
{
    for (size_t i = cs->n; i-- > 0;) {
        struct call *other = cs->list[i];

        if (!conference_together(other, c) && call_state(other) == ARS_CALL_ESTABLISHED)
            return other;
    }
    return NULL;
}

int conference_join(struct calls *cs, struct call *c)
{
    struct call *with = calls_find(cs, cs->focus);
    size_t n = legs(cs);

    if (call_state(c) != ARS_CALL_ESTABLISHED)
        return EPROTO;
    if (!with || with == c)
        with = newest_other(cs, c);
    if (!with || call_state(with) != ARS_CALL_ESTABLISHED)
        return call_merged(c) ? EALREADY : EPROTO;
    if (conference_together(c, with))
        return EALREADY;
    if (n + !call_merged(c) + !call_merged(with) > CONFERENCE_MAX)
        return ENOSPC;
    call_set_merged(c, true);
    call_set_merged(with, true);
    calls_take_focus(cs, c);
    return 0;
}

int conference_leave(struct calls *cs, struct call *c)
{
    if (!call_merged(c))
        return EPROTO;
    call_set_merged(c, false);
    call_set_focus(c, false);
    if (!call_on_hold(c))
        (void)call_set_hold(c, true, 0);
    if (cs->focus == call_id(c))
        cs->focus = 0;
    conference_shrink(cs);
    return 0;
}

void conference_shrink(struct calls *cs)
{
    bool conference = legs(cs) > 1;

    for (size_t i = 0; i < cs->n; i++) {
        struct call *c = cs->list[i];

        if (!call_merged(c))
            continue;
        if (!cs->focus)
            cs->focus = call_id(c);
        if (!conference)
            call_set_merged(c, false);
    }
}
