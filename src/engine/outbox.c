/* engine: the way of events to the face. */
#include <errno.h>
#include <stdlib.h>

#include <ars/log.h>
#include <ars/mailbox.h>

#include "outbox.h"

/* Statistics that may wait: one a call, so more than there can be calls. */
#define OUTBOX_STATS 64

/* State changes that may wait for a face that has stopped reading: an hour of a flapping server. */
#define OUTBOX_STATE 16384

struct outbox {
    struct ars_mailbox *mailbox;
    void (*bell)(void *arg);
    void *arg;
};

static void on_bell(void *arg)
{
    struct outbox *o = arg;

    if (o->bell)
        o->bell(o->arg);
}

static void drop(void *msg)
{
    ars_event_free(msg);
}

static bool same_stats(const void *queued, const void *msg)
{
    const struct ars_event *a = queued;
    const struct ars_event *b = msg;

    return a->type == ARS_EV_STATS && a->call == b->call && a->tag == b->tag;
}

int outbox_alloc(struct outbox **ret, void (*bell)(void *arg), void *arg)
{
    struct outbox *o = calloc(1, sizeof(*o));
    int err;

    if (!o)
        return ENOMEM;
    o->bell = bell;
    o->arg = arg;
    err = ars_mailbox_alloc(&o->mailbox, &(struct ars_mailbox_conf){.capacity = OUTBOX_STATS,
                                                                    .reserved = OUTBOX_STATE,
                                                                    .bell = on_bell,
                                                                    .arg = o,
                                                                    .drop = drop});
    if (err) {
        free(o);
        return err;
    }
    *ret = o;
    return 0;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    ars_mailbox_free(o->mailbox);
    free(o);
}

void outbox_put(struct outbox *o, struct ars_event *ev)
{
    int err;

    if (!ev) {
        ars_log(ARS_LOG_ERROR, "engine", "out of memory: an event is lost");
        return;
    }
    if (ev->type == ARS_EV_STATS)
        err = ars_mailbox_push_merged(o->mailbox, ev, same_stats);
    else
        err = ars_mailbox_push_reserved(o->mailbox, ev);
    if (!err)
        return;
    if (ev->type != ARS_EV_STATS)
        ars_log(ARS_LOG_ERROR, "engine", "nobody reads events: %s is lost",
                ars_event_name(ev->type));
    ars_event_free(ev);
}

struct ars_event *outbox_pop(struct outbox *o)
{
    return ars_mailbox_pop(o->mailbox);
}
