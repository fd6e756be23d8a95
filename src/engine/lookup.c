/* engine: what a host map and the system make of a name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/command.h>
#include <ars/host_map.h>
#include <ars/loop.h>
#include <ars/resolver.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "event.h"
#include "lookup.h"

struct lookup {
    struct lookup *next;
    struct lookups *owner;
    struct ars_resolver *resolver;
    struct ars_query *query;
    struct ars_timer timer;
    uint32_t tag;
    char *mapped; /* "host:port" */
};

static void lookup_free(struct lookup *l)
{
    ars_timer_stop(&l->timer);
    ars_query_cancel(l->query);
    ars_resolver_free(l->resolver);
    free(l->mapped);
    free(l);
}

static void on_done(void *arg)
{
    struct lookup *l = arg;
    struct lookup **p = &l->owner->first;

    while (*p && *p != l)
        p = &(*p)->next;
    if (*p)
        *p = l->next;
    lookup_free(l);
}

static void on_resolved(int error, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct lookup *l = arg;
    struct ars_event *ev = event_new(ARS_EV_RESOLVED);

    l->query = NULL;
    if (ev) {
        ev->tag = l->tag;
        ev->text = ars_strdup(l->mapped);
        if (error)
            ars_reason_set(&ev->reason,
                           error == ENOENT ? ARS_REASON_NAME_NOT_FOUND : ARS_REASON_TIMEOUT, 0,
                           "%s", error == ENOENT ? "no address" : strerror(error));
        else
            ev->addrs = malloc(n * sizeof(*addrv));
        if (ev->addrs) {
            memcpy(ev->addrs, addrv, n * sizeof(*addrv));
            ev->addrs_n = n;
        }
    }
    outbox_put(l->owner->outbox, ev);
    /* not from inside the resolver's own call */
    ars_timer_start(ars_loop_timers(l->owner->loop), &l->timer, 0, on_done, l);
}

static void on_map_problem(const struct ars_host_map_problem *p, void *arg)
{
    struct lookup *l = arg;
    struct ars_event *ev = event_new(ARS_EV_HOST_MAP_PROBLEM);
    struct ars_buf b;
    int err = 0;

    if (ev) {
        ev->tag = l->tag;
        ev->number = (int)p->rule;
        ars_buf_init(&b, 512);
        ars_buf_addf(&b, "at byte %zu: %s", p->offset, p->reason);
        ev->text = ars_buf_take(&b, &err);
    }
    outbox_put(l->owner->outbox, ev);
}

static int describe(struct lookup *l, const struct ars_host_map *map, const char *host,
                    uint16_t port)
{
    char to[ARS_HOST_MAP_HOST_MAX];
    uint16_t to_port;
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, 512);
    if (ars_host_map_apply(map, host, port, to, &to_port))
        ars_buf_adds(&b, "^NOTFOUND");
    else
        ars_buf_addf(&b, strchr(to, ':') ? "[%s]:%u" : "%s:%u", to, to_port);
    l->mapped = ars_buf_take(&b, &err);
    return err;
}

int lookups_start(struct lookups *ls, const struct ars_command *cmd)
{
    struct lookup *l = calloc(1, sizeof(*l));
    struct ars_host_map *map = NULL;
    uint16_t port = (uint16_t)cmd->number;
    int err;

    if (!l)
        return ENOMEM;
    l->owner = ls;
    l->tag = cmd->tag;
    err = ars_host_map_parse(&map, cmd->text2, on_map_problem, l);
    if (!err)
        err = describe(l, map, cmd->text, port);
    if (!err) {
        err = ars_resolver_alloc(&l->resolver, ls->loop, map);
        if (!err)
            map = NULL;
    }
    if (!err)
        err = ars_resolver_query(l->resolver, &l->query, cmd->text, port, on_resolved, l);
    if (err) {
        ars_host_map_free(map);
        lookup_free(l);
        return err;
    }
    l->next = ls->first;
    ls->first = l;
    return 0;
}

void lookups_close(struct lookups *ls)
{
    while (ls->first) {
        struct lookup *l = ls->first;

        ls->first = l->next;
        lookup_free(l);
    }
}
