/* Names to addresses: the host map, then literals, then getaddrinfo() in a thread of its own. */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <ars/host_map.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/resolver.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "service.h"
#include "thread.h"

#define LIMIT_MS    10000
#define QUERIES_MAX 32

struct ars_query {
    struct ars_query *prev;
    struct ars_query *next;
    struct ars_resolver *resolver;
    uint32_t id;
    struct service_query *service; /* NULL: the names are known */
    struct ars_timer timer;        /* the limit, or at once for an answer that needs no thread */
    ars_resolve_fn *fn;
    void *arg;
    int err;
    struct ars_addr addr;
    struct service_target name; /* to look up, where there is no service */
};

struct ars_resolver {
    struct ars_loop *loop;
    struct ars_host_map *map;
    struct ars_query *queries;
    size_t count;
    uint32_t last_id;
    struct outlet *outlet;
};

/* One look-up: goes to the thread, and back as the answer. */
struct job {
    struct outlet *outlet;
    uint32_t id;
    size_t n_names;
    struct service_target namev[SERVICE_TARGETS_MAX];
    int err;
    size_t n;
    struct ars_addr addrv[ARS_RESOLVE_MAX];
};

static int gai_errno(int e)
{
    switch (e) {
    case 0:
        return 0;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return ENOENT;
    case EAI_MEMORY:
        return ENOMEM;
    default:
        return EAGAIN;
    }
}

static void addrs_add(struct job *j, const struct addrinfo *list, int family, uint16_t port)
{
    for (const struct addrinfo *ai = list; ai && j->n < ARS_RESOLVE_MAX; ai = ai->ai_next) {
        struct ars_addr a;
        bool known = false;

        if (ai->ai_family != family || ars_addr_from_sockaddr(ai->ai_addr, &a))
            continue;
        a.port = port;
        for (size_t i = 0; i < j->n; i++)
            known = known || ars_addr_eq(&a, &j->addrv[i]);
        if (!known)
            j->addrv[j->n++] = a;
    }
}

static void job_free(void *msg)
{
    free(msg);
}

static int look_up(struct job *j, const struct service_target *name)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int err = gai_errno(getaddrinfo(name->host, NULL, &hints, &list));

    if (err)
        return err;
    addrs_add(j, list, AF_INET, name->port);
    addrs_add(j, list, AF_INET6, name->port);
    freeaddrinfo(list);
    return 0;
}

static void job_main(void *arg)
{
    struct job *j = arg;
    struct outlet *outlet = j->outlet;

    for (size_t i = 0; i < j->n_names; i++) {
        int err = look_up(j, &j->namev[i]);

        if (!j->err)
            j->err = err;
    }
    if (j->n)
        j->err = 0;
    else if (!j->err)
        j->err = ENOENT;
    if (outlet_push(outlet, j))
        job_free(j);
    outlet_unref(outlet);
}

static void query_unlink(struct ars_query *q)
{
    struct ars_resolver *r = q->resolver;

    ars_timer_stop(&q->timer);
    service_cancel(q->service);
    if (q->prev)
        q->prev->next = q->next;
    else
        r->queries = q->next;
    if (q->next)
        q->next->prev = q->prev;
    r->count--;
}

/* The callback may free the resolver. */
static void query_done(struct ars_query *q, int err, const struct ars_addr *addrv, size_t n)
{
    query_unlink(q);
    q->fn(err, err ? NULL : addrv, err ? 0 : n, q->arg);
    free(q);
}

static void on_answer(void *msg, void *arg)
{
    struct ars_resolver *r = arg;
    struct job *j = msg;
    struct ars_query *q = r->queries;

    while (q && q->id != j->id)
        q = q->next;
    if (q)
        query_done(q, j->err, j->addrv, j->n);
    free(j);
}

static void on_limit(void *arg)
{
    query_done(arg, ETIMEDOUT, NULL, 0);
}

static void on_ready(void *arg)
{
    struct ars_query *q = arg;

    query_done(q, q->err, &q->addr, 1);
}

static int job_start(struct ars_query *q, const struct service_target *namev, size_t n)
{
    struct ars_resolver *r = q->resolver;
    struct job *j = calloc(1, sizeof(*j));
    int err;

    if (!j)
        return ENOMEM;
    j->id = q->id;
    j->n_names = n;
    memcpy(j->namev, namev, n * sizeof(j->namev[0]));
    j->outlet = outlet_ref(r->outlet);
    err = thread_start(job_main, j);
    if (err) {
        outlet_unref(j->outlet);
        free(j);
    }
    return err;
}

int ars_resolver_alloc(struct ars_resolver **ret, struct ars_loop *loop, struct ars_host_map *map)
{
    struct ars_resolver *r = calloc(1, sizeof(*r));
    int err;

    if (!r)
        return ENOMEM;
    r->loop = loop;
    err = outlet_alloc(&r->outlet, loop, QUERIES_MAX, 0, job_free, on_answer, r);
    if (err) {
        free(r);
        return err;
    }
    r->map = map;
    *ret = r;
    return 0;
}

void ars_resolver_free(struct ars_resolver *r)
{
    if (!r)
        return;
    while (r->queries)
        ars_query_cancel(r->queries);
    outlet_close(r->outlet);
    ars_host_map_free(r->map);
    free(r);
}

static void on_service(const struct service_target *targetv, size_t n, void *arg)
{
    struct ars_query *q = arg;
    int err;

    q->service = NULL;
    err = n ? job_start(q, targetv, n) : job_start(q, &q->name, 1);
    if (err)
        query_done(q, err, NULL, 0);
}

/* What may have such records: a domain as it was typed. */
static bool is_domain(const struct ars_query *q, const char *host, uint16_t port)
{
    return q->name.port == port && strcasecmp(q->name.host, host) == 0 && strchr(host, '.');
}

static int begin(struct ars_query *q, bool service)
{
    struct ars_timers *timers = ars_loop_timers(q->resolver->loop);
    int err = ENOENT;

    if (q->err || ars_addr_parse(q->name.host, q->name.port, &q->addr) == 0) {
        ars_timer_start(timers, &q->timer, 0, on_ready, q);
        return 0;
    }
    if (service)
        err = service_query(&q->service, q->resolver->loop, q->name.host, on_service, q);
    if (err && err != ENOMEM)
        err = job_start(q, &q->name, 1);
    if (!err)
        ars_timer_start(timers, &q->timer, LIMIT_MS, on_limit, q);
    return err;
}

static int query(struct ars_resolver *r, struct ars_query **ret, const char *host, uint16_t port,
                 bool service, ars_resolve_fn *fn, void *arg)
{
    struct ars_query *q;
    int err;

    /* a thread may go on for a while after its query was given up */
    if (r->count >= QUERIES_MAX || outlet_workers(r->outlet) >= QUERIES_MAX)
        return EAGAIN;
    q = calloc(1, sizeof(*q));
    if (!q)
        return ENOMEM;
    q->resolver = r;
    q->id = ++r->last_id;
    q->fn = fn;
    q->arg = arg;
    q->name.port = port;
    q->err = ars_host_map_apply(r->map, host, port, q->name.host, &q->name.port);
    err = begin(q, service && is_domain(q, host, port));
    if (err) {
        free(q);
        return err;
    }
    q->next = r->queries;
    if (q->next)
        q->next->prev = q;
    r->queries = q;
    r->count++;
    *ret = q;
    return 0;
}

int ars_resolver_query(struct ars_resolver *r, struct ars_query **ret, const char *host,
                       uint16_t port, ars_resolve_fn *fn, void *arg)
{
    return query(r, ret, host, port, false, fn, arg);
}

int ars_resolver_query_service(struct ars_resolver *r, struct ars_query **ret, const char *host,
                               uint16_t port, ars_resolve_fn *fn, void *arg)
{
    return query(r, ret, host, port, true, fn, arg);
}

void ars_query_cancel(struct ars_query *q)
{
    if (q) {
        query_unlink(q);
        free(q);
    }
}
