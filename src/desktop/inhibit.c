/* desktop: keeps the machine awake while it is wanted. */
#include <errno.h>
#include <stdlib.h>

#include <ars/inhibit.h>
#include <ars/str.h>

#include "lock.h"

struct ars_inhibit {
    char *who;
    struct lock *lock; /* NULL: not wanted */
};

int ars_inhibit_alloc(struct ars_inhibit **ret, const char *who)
{
    struct ars_inhibit *i = calloc(1, sizeof(*i));

    if (!i)
        return ENOMEM;
    i->who = ars_strdup(who);
    if (!i->who) {
        free(i);
        return ENOMEM;
    }
    *ret = i;
    return 0;
}

void ars_inhibit_free(struct ars_inhibit *i)
{
    if (!i)
        return;
    lock_free(i->lock);
    free(i->who);
    free(i);
}

void ars_inhibit_set(struct ars_inhibit *i, const char *why)
{
    if (!why == !i->lock)
        return;
    lock_free(i->lock);
    i->lock = why ? lock_take("sleep:idle", i->who, why, "block") : NULL;
}
