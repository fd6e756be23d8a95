/* engine: how an account reaches its server: names, proxy, addresses in turn, connection. */
#include <errno.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/host_map.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/proxy.h>
#include <ars/sip.h>
#include <ars/str.h>
#include <ars/wss.h>

#include "account_priv.h"

/*
 * How long a REGISTER over a fresh connection may go unanswered. Twice as long after each time:
 * Asterisk drops what comes before it is fully up, but a slow server shall not be left for ever.
 */
#define PATIENCE_MIN_MS 2000
#define PATIENCE_MAX_MS 30000
/*
 * How long a name is asked for where the last answer is known to have been good: longer than a
 * resolver that drops the question for SRV holds it up. Only once: who is not there is asked for.
 */
#define NAME_MS 2500

static void connect_next(struct account *a, const struct ars_reason *why);

void account_disconnect(struct account *a)
{
    ars_timer_stop(&a->timer);
    ars_query_cancel(a->query);
    a->query = NULL;
    watches_pause(&a->watches);
    if (a->sip)
        ars_sip_set_transport(a->sip, NULL, true);
    ars_wss_free(a->wss);
    a->wss = NULL;
}

/* It takes connections and says nothing (a server that is just starting, or hangs). */
static void on_no_answer(void *arg)
{
    struct account *a = arg;
    struct ars_reason why;

    a->patience_ms = 2 * a->patience_ms < PATIENCE_MAX_MS ? 2 * a->patience_ms : PATIENCE_MAX_MS;
    ars_reason_set(&why, ARS_REASON_TIMEOUT, 0, "%s", "REGISTER is not answered");
    account_try_next(a, &why, 0);
}

static void on_opened(void *arg)
{
    struct account *a = arg;
    int err;

    if (!account_go(a, ARS_ACCOUNT_REGISTERING))
        return;
    outbox_put(a->env.outbox, account_event(a, ARS_EV_REGISTERING));
    ars_sip_set_transport(a->sip, ars_wss_transport(a->wss), true);
    err = ars_sip_register(a->sip);
    if (err) {
        struct ars_reason why;

        ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "cannot register: %s", strerror(err));
        account_wait(a, &why, 0);
        return;
    }
    if (!a->patience_ms)
        a->patience_ms = PATIENCE_MIN_MS;
    ars_timer_start(ars_loop_timers(a->env.loop), &a->timer, a->patience_ms, on_no_answer, a);
}

static void on_frame(const char *msg, size_t len, void *arg)
{
    struct account *a = arg;

    ars_sip_receive(a->sip, msg, len);
}

static void note_distrust(struct account *a, const struct ars_reason *why,
                          const struct ars_cert *cert)
{
    struct distrust *d = &a->distrust;

    if (d->n++)
        return;
    d->why = *why;
    d->cert = *cert;
}

static void on_closed(const struct ars_reason *why, const struct ars_cert *cert, void *arg)
{
    struct account *a = arg;

    switch (a->state) {
    case ARS_ACCOUNT_CONNECTING:
        if (why->code == ARS_REASON_CERTIFICATE)
            note_distrust(a, why, cert);
        connect_next(a, why);
        break;
    case ARS_ACCOUNT_REGISTERING:
    case ARS_ACCOUNT_READY:
        account_try_next(a, why, 0);
        break;
    case ARS_ACCOUNT_LEAVING:
        account_left(a);
        break;
    default:
        break;
    }
}

static int open_connection(struct account *a)
{
    static const struct ars_wss_handlers handlers = {
        .opened = on_opened,
        .frame = on_frame,
        .closed = on_closed,
        .alive = account_on_alive,
    };
    const struct ars_account_conf *c = a->conf;
    struct ars_wss_conf conf = {
        .addr = a->addrs[a->addrs_i],
        .host = account_conf_host(c),
        .port = account_conf_has_port(c) ? account_conf_port(c) : a->addrs[a->addrs_i].port,
        .path = account_conf_path(c),
        .trust = {.ca_file = c->ca_file, .has_pin = c->has_pin},
        .proxy = a->proxy,
    };

    memcpy(conf.trust.pin, c->pin, sizeof(conf.trust.pin));
    account_note_source(a);
    return ars_wss_open(&a->wss, a->env.loop, &conf, &handlers, a);
}

/* No memory, no thread: passes by itself. The rest is wrong settings. */
static void set_up_failed(struct account *a, const char *what, int err)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "%s: %s", what,
                   err == EINVAL ? "the server's name, the login or the path is malformed"
                                 : strerror(err));
    if (err == ENOMEM || err == EAGAIN)
        account_wait(a, &why, 0);
    else
        account_fail(a, &why, NULL);
}

/*
 * One bad machine behind a name shall not keep the phone from the others, nor from trying them
 * again; what is told then is its certificate, about which the user can decide.
 */
static void tried_all(struct account *a, const struct ars_reason *why)
{
    const struct distrust *d = &a->distrust;

    if (!d->n)
        account_wait(a, why, why->retry_after_s);
    else if (a->proven || d->n < a->addrs_n)
        account_wait_for_trust(a, &d->why, &d->cert);
    else
        account_fail(a, &d->why, &d->cert);
}

/* The next address of the name without further wait; why: what became of the one before. */
static void connect_next(struct account *a, const struct ars_reason *why)
{
    int err;

    account_disconnect(a);
    if (why) {
        a->addrs_i++;
        if (a->addrs_i >= a->addrs_n) {
            tried_all(a, why);
            return;
        }
    }
    err = open_connection(a);
    if (err)
        set_up_failed(a, "cannot connect", err);
}

void account_try_next(struct account *a, const struct ars_reason *why, uint32_t at_least_s)
{
    bool more = a->state == ARS_ACCOUNT_REGISTERING && a->addrs_i + 1 < a->addrs_n;

    if (more && account_go(a, ARS_ACCOUNT_CONNECTING))
        connect_next(a, why);
    else
        account_wait(a, why, at_least_s);
}

static void start_connecting(struct account *a)
{
    int err;

    if (!account_go(a, ARS_ACCOUNT_CONNECTING))
        return;
    a->addrs_i = 0;
    a->distrust.n = 0;
    a->rebind = a->sip != NULL;
    err = account_make_sip(a);
    if (err)
        set_up_failed(a, "cannot set up", err);
    else
        connect_next(a, NULL);
}

/* ---- names ---- */

static void name_failed(struct account *a, const char *name, int err)
{
    struct ars_reason why;

    if (err == ENOENT)
        ars_reason_set(&why, ARS_REASON_NAME_NOT_FOUND, 0, "%s has no address", name);
    else
        ars_reason_set(&why, ARS_REASON_TIMEOUT, 0, "%s could not be looked up: %s", name,
                       strerror(err));
    account_wait(a, &why, 0);
}

static void resolve_proxy(struct account *a);

/* DNS is out of reach or broken: the server may well be where it was. */
static void use_known(struct account *a, const char *why)
{
    ars_log(ARS_LOG_INFO, "engine", "account %u: the name is not known for now (%s): as before",
            a->id, why);
    resolve_proxy(a);
}

static void on_proxy_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct account *a = arg;

    a->query = NULL;
    if (err) {
        name_failed(a, "the HTTP proxy", err);
        return;
    }
    a->proxy = addrv[0];
    start_connecting(a);
}

/* Goes on directly, or to the proxy that the environment asks for: never round one. */
static void resolve_proxy(struct account *a)
{
    char host[ARS_PROXY_HOST_MAX];
    struct ars_reason why;
    uint16_t port;
    int err = ENOENT;

    a->proxy = (struct ars_addr){.family = ARS_AF_NONE};
    if (!a->conf->no_proxy)
        err =
            ars_proxy_from_env(account_conf_host(a->conf), account_conf_port(a->conf), host, &port);
    if (err == ENOENT) {
        start_connecting(a);
    } else if (err) {
        ars_reason_set(&why, ARS_REASON_PROXY, 0, "%s",
                       "the environment's proxy (https_proxy, ...) cannot be used");
        account_fail(a, &why, NULL);
    } else {
        err = ars_resolver_query(a->resolver, &a->query, host, port, on_proxy_resolved, a);
        if (err)
            name_failed(a, host, err);
    }
}

static void on_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct account *a = arg;

    a->query = NULL;
    ars_timer_stop(&a->timer);
    if (err && err != ENOENT && a->addrs_good) {
        use_known(a, strerror(err));
        return;
    }
    if (err) {
        name_failed(a, account_conf_host(a->conf), err);
        return;
    }
    a->addrs_good = false;
    a->addrs_n = n < ARS_RESOLVE_MAX ? n : ARS_RESOLVE_MAX;
    memcpy(a->addrs, addrv, a->addrs_n * sizeof(a->addrs[0]));
    resolve_proxy(a);
}

static void on_map_problem(const struct ars_host_map_problem *p, void *arg)
{
    struct account *a = arg;
    struct ars_event *ev = account_event(a, ARS_EV_HOST_MAP_PROBLEM);
    struct ars_buf b;
    int err = 0;

    if (ev) {
        ev->number = (int)p->rule;
        ars_buf_init(&b, 512);
        ars_buf_addf(&b, "at byte %zu: %s", p->offset, p->reason);
        ev->text = ars_buf_take(&b, &err);
    }
    outbox_put(a->env.outbox, ev);
}

static int make_resolver(struct account *a)
{
    struct ars_host_map *map = NULL;
    int err;

    if (a->resolver)
        return 0;
    err = ars_host_map_parse(&map, a->conf->host_map, on_map_problem, a);
    if (err)
        return err;
    err = ars_resolver_alloc(&a->resolver, a->env.loop, map);
    if (err)
        ars_host_map_free(map);
    return err;
}

static void on_name_slow(void *arg)
{
    struct account *a = arg;

    ars_query_cancel(a->query);
    a->query = NULL;
    a->name_slow = true;
    use_known(a, "no answer in time");
}

/* RFC 3263 section 4.2: a port that was given is the port. */
static int query(struct account *a)
{
    const char *host = account_conf_host(a->conf);
    uint16_t port = account_conf_port(a->conf);

    if (account_conf_has_port(a->conf))
        return ars_resolver_query(a->resolver, &a->query, host, port, on_resolved, a);
    return ars_resolver_query_service(a->resolver, &a->query, host, port, on_resolved, a);
}

static void ask(struct account *a)
{
    int err = query(a);

    if (err)
        name_failed(a, account_conf_host(a->conf), err);
    else if (a->addrs_good && !a->name_slow)
        ars_timer_start(ars_loop_timers(a->env.loop), &a->timer, NAME_MS, on_name_slow, a);
}

void account_resolve(struct account *a)
{
    struct ars_reason why;
    int err;

    if (!account_go(a, ARS_ACCOUNT_RESOLVING))
        return;
    a->attempt_ms = ars_clock_ms();
    account_note_way(a);
    err = make_resolver(a);
    if (!err) {
        ask(a);
    } else if (err == ENOMEM) {
        name_failed(a, account_conf_host(a->conf), err);
    } else {
        ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "host mapping: %s", strerror(err));
        account_fail(a, &why, NULL);
    }
}

void account_ask_again(struct account *a)
{
    account_disconnect(a);
    ask(a);
}
