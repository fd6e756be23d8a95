/* NAPTR and SRV over libre's DNS client: a few questions each time a domain is connected to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <re.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "service.h"
#include "thread.h"

#define LIMIT_MS    1500 /* a resolver that drops what it does not know shall not hold us up */
#define SERVERS_MAX 4
/* RFC 7118 section 5.5 */
#define NAPTR_SERVICE "SIPS+D2W"
/*
 * No standard names it: the place of RFC 3263 section 4.2 with the transport that it is. Not
 * _sips._tcp: who listens there speaks no WebSocket.
 */
#define SRV_PREFIX "_sips._wss."

/* What /etc/resolv.conf names: a file that may lie on a slow disk. */
struct servers {
    struct outlet *outlet;
    struct sa addrv[SERVERS_MAX];
    uint32_t n;
};

struct service_query {
    struct ars_loop *loop;
    struct outlet *outlet;
    struct dnsc *client;
    struct dns_query *dns;
    struct ars_timer timer;
    char domain[ARS_HOST_MAP_HOST_MAX];
    char srv[ARS_HOST_MAP_HOST_MAX + sizeof(SRV_PREFIX)];
    size_t n;
    struct service_target targetv[SERVICE_TARGETS_MAX];
    service_fn *fn;
    void *arg;
};

static void close_query(struct service_query *q)
{
    ars_timer_stop(&q->timer);
    outlet_close(q->outlet);
    q->outlet = NULL;
    q->dns = mem_deref(q->dns);
    q->client = mem_deref(q->client);
}

static void on_done(void *arg)
{
    struct service_query *q = arg;

    close_query(q);
    q->fn(q->targetv, q->n, q->arg);
    free(q);
}

/* libre's client is not freed from inside its own answer. */
static void done_soon(struct service_query *q)
{
    ars_timer_start(ars_loop_timers(q->loop), &q->timer, 0, on_done, q);
}

static bool take_target(struct dnsrr *rr, void *arg)
{
    struct service_query *q = arg;
    struct service_target *t = &q->targetv[q->n];
    const char *host = rr->rdata.srv.target;

    /* RFC 2782: "." is "not here" */
    if (!host || !host[0] || strcmp(host, ".") == 0 || !rr->rdata.srv.port ||
        !ars_strcpy(t->host, sizeof(t->host), host))
        return false;
    t->port = rr->rdata.srv.port;
    q->n++;
    return q->n == SERVICE_TARGETS_MAX;
}

static void on_srv(int err, const struct dnshdr *hdr, struct list *ansl, struct list *authl,
                   struct list *addl, void *arg)
{
    struct service_query *q = arg;

    if (!err) {
        dns_rrlist_sort(ansl, DNS_TYPE_SRV, (size_t)(uintptr_t)q);
        (void)dns_rrlist_apply(ansl, q->srv, DNS_TYPE_SRV, DNS_CLASS_IN, true, take_target, q);
    }
    done_soon(q);
}

static bool take_naptr(struct dnsrr *rr, void *arg)
{
    struct service_query *q = arg;
    const char *services = rr->rdata.naptr.services;
    const char *flags = rr->rdata.naptr.flags;
    const char *replace = rr->rdata.naptr.replace;

    return services && flags && replace && strcasecmp(services, NAPTR_SERVICE) == 0 &&
           strcasecmp(flags, "s") == 0 && ars_strcpy(q->srv, sizeof(q->srv), replace);
}

static int ask(struct service_query *q, const char *name, uint16_t type, dns_query_h *fn)
{
    q->dns = mem_deref(q->dns);
    return dnsc_query(&q->dns, q->client, name, type, DNS_CLASS_IN, true, fn, q);
}

static void on_naptr(int err, const struct dnshdr *hdr, struct list *ansl, struct list *authl,
                     struct list *addl, void *arg)
{
    struct service_query *q = arg;

    if (!err) {
        dns_rrlist_sort(ansl, DNS_TYPE_NAPTR, 0);
        (void)dns_rrlist_apply(ansl, q->domain, DNS_TYPE_NAPTR, DNS_CLASS_IN, true, take_naptr, q);
    }
    if (ask(q, q->srv, DNS_TYPE_SRV, on_srv))
        done_soon(q);
}

static void servers_free(void *msg)
{
    free(msg);
}

static void read_servers(void *arg)
{
    struct servers *s = arg;
    struct outlet *outlet = s->outlet;

    s->n = SERVERS_MAX;
    if (dns_srv_get(NULL, 0, s->addrv, &s->n))
        s->n = 0;
    if (outlet_push(outlet, s))
        servers_free(s);
    outlet_unref(outlet);
}

static void on_servers(void *msg, void *arg)
{
    struct service_query *q = arg;
    struct servers *s = msg;
    int err = s->n ? dnsc_alloc(&q->client, NULL, s->addrv, s->n) : ENOENT;

    servers_free(s);
    if (!err)
        err = ask(q, q->domain, DNS_TYPE_NAPTR, on_naptr);
    if (err)
        done_soon(q);
}

static int start_reading(struct service_query *q)
{
    struct servers *s = calloc(1, sizeof(*s));
    int err = s ? outlet_alloc(&q->outlet, q->loop, 1, 0, servers_free, on_servers, q) : ENOMEM;

    if (!err) {
        s->outlet = outlet_ref(q->outlet);
        err = thread_start(read_servers, s);
        if (err)
            outlet_unref(s->outlet);
    }
    if (err)
        servers_free(s);
    return err;
}

int service_query(struct service_query **ret, struct ars_loop *loop, const char *domain,
                  service_fn *fn, void *arg)
{
    struct service_query *q = calloc(1, sizeof(*q));
    int err;

    if (!q)
        return ENOMEM;
    q->loop = loop;
    q->fn = fn;
    q->arg = arg;
    (void)ars_strcpy(q->domain, sizeof(q->domain), domain);
    (void)ars_strcpy(q->srv, sizeof(q->srv), SRV_PREFIX);
    (void)ars_strcpy(q->srv + strlen(SRV_PREFIX), sizeof(q->srv) - strlen(SRV_PREFIX), domain);
    err = start_reading(q);
    if (err) {
        service_cancel(q);
        return err;
    }
    ars_timer_start(ars_loop_timers(loop), &q->timer, LIMIT_MS, on_done, q);
    *ret = q;
    return 0;
}

void service_cancel(struct service_query *q)
{
    if (!q)
        return;
    close_query(q);
    free(q);
}
