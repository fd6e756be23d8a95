/* engine: calls that come of other calls: somebody is called because a far end asks for it. */
#include <errno.h>

#include <ars/sip_transfer.h>

#include "calls.h"

/* Whoever asked hangs up once the new call stands; so long it is given for it. */
#define BYE_WAIT_MS 5000
/* The same for the second call of two whose far ends were brought together. */
#define CONNECTED_WAIT_MS 500

/* On failure the far end hears of it, and the call goes on. */
static int follow(struct calls *cs, struct call *c, const struct call_referral *r)
{
    bool held = !call_on_hold(c);
    int err = calls_dial_for(cs, c, r);

    if (err)
        call_followed(c, 503);
    else
        call_set_follower(c, cs->last_id, held);
    return err;
}

int calls_connect(struct calls *cs, struct call *c, ars_id other, uint32_t tag)
{
    struct call *o = calls_find(cs, other);

    return o ? call_connect(c, o, tag) : EPROTO;
}

void calls_on_connected(struct call *c, ars_id other, void *arg)
{
    struct call *o = calls_find(arg, other);

    if (o)
        call_leave(o, CONNECTED_WAIT_MS);
}

struct call *calls_replaced(const struct calls *cs, const struct ars_sip_call *sc)
{
    const struct ars_sip_call *old = ars_sip_call_replaced(sc);

    for (size_t i = 0; old && i < cs->n; i++)
        if (call_is(cs->list[i], old))
            return cs->list[i];
    return NULL;
}

void calls_succeed(struct calls *cs, struct call *c)
{
    struct call *old = calls_find(cs, call_successor_of(c));
    bool held;

    if (!old)
        return;
    held = call_on_hold(old);
    if (call_merged(old))
        call_set_merged(c, true);
    call_leave_now(old);
    if (held)
        (void)call_set_hold(c, true, 0);
}

int calls_follow(struct calls *cs, struct call *c, bool yes)
{
    struct call_referral *r = call_take_referral(c);
    int err = 0;

    if (!r)
        return call_redirect(c, yes);
    if (yes)
        err = follow(cs, c, r);
    else
        call_followed(c, 603);
    call_referral_free(r);
    return err;
}

void calls_on_follow(struct call *c, void *arg)
{
    (void)calls_follow(arg, c, true);
}

void calls_on_followed(struct call *c, ars_id origin, int status, void *arg)
{
    struct calls *cs = arg;
    struct call *o = calls_find(cs, origin);

    if (!o)
        return;
    /* the user is back where the new call was */
    if (status >= 300 && cs->focus == call_id(c))
        calls_take_focus(cs, o);
    call_followed(o, status);
    if (status >= 200 && status < 300)
        call_leave(o, BYE_WAIT_MS);
}
