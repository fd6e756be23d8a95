/* engine: calls that come of other calls: somebody is called because a far end asks for it. */
#include <errno.h>

#include "calls.h"

/* Whoever asked hangs up once the new call stands; so long it is given for it. */
#define BYE_WAIT_MS 5000

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

int calls_follow(struct calls *cs, struct call *c, bool yes)
{
    struct call_referral *r = call_take_referral(c);
    int err = 0;

    if (!r)
        return EPROTO;
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
