/* engine: one account's way from a name to a registration, and back to it after every loss. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/backoff.h>
#include <ars/clock.h>
#include <ars/host_map.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/proxy.h>
#include <ars/rand.h>
#include <ars/resolver.h>
#include <ars/sip.h>
#include <ars/str.h>
#include <ars/timer.h>
#include <ars/wss.h>

#include "account.h"
#include "account_conf.h"
#include "event.h"
#include "watch.h"

/* A peer may ask us to wait (Retry-After); longer than this we do not believe it. */
#define RETRY_AFTER_MAX_S 3600

struct account {
    ars_id id;
    struct account_env env;
    int state; /* enum ars_account_state, by account_go() alone */
    struct ars_account_conf *conf;
    struct ars_account_conf *next; /* takes over when the old one has left */
    char instance[37];             /* for this run, when conf has none */
    uint32_t tag;
    struct ars_resolver *resolver;
    struct ars_query *query;
    struct ars_addr addrs[ARS_RESOLVE_MAX];
    size_t addrs_n;
    size_t addrs_i; /* in use */
    struct ars_addr proxy;
    struct ars_wss *wss;
    struct ars_sip *sip;
    struct watches watches;
    struct ars_backoff backoff;
    struct ars_timer timer;
    uint32_t retry_ms;
    uint64_t attempt_ms; /* when the attempt under way began; 0: none is */
    bool rebind;         /* calls of an earlier connection wait for the registration */
};

static const char *const state_names[ARS_ACCOUNT_STATES] = {
    [ARS_ACCOUNT_OFF] = "off",
    [ARS_ACCOUNT_RESOLVING] = "resolving",
    [ARS_ACCOUNT_CONNECTING] = "connecting",
    [ARS_ACCOUNT_REGISTERING] = "registering",
    [ARS_ACCOUNT_READY] = "ready",
    [ARS_ACCOUNT_WAITING] = "waiting",
    [ARS_ACCOUNT_FAILED] = "failed",
    [ARS_ACCOUNT_LEAVING] = "leaving",
};

static const uint32_t edges[ARS_ACCOUNT_STATES] = {
    [ARS_ACCOUNT_OFF] = ARS_TO(ARS_ACCOUNT_RESOLVING),
    [ARS_ACCOUNT_RESOLVING] = ARS_TO(ARS_ACCOUNT_CONNECTING) | ARS_TO(ARS_ACCOUNT_WAITING) |
                              ARS_TO(ARS_ACCOUNT_FAILED) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_CONNECTING] = ARS_TO(ARS_ACCOUNT_REGISTERING) | ARS_TO(ARS_ACCOUNT_WAITING) |
                               ARS_TO(ARS_ACCOUNT_FAILED) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_REGISTERING] = ARS_TO(ARS_ACCOUNT_READY) | ARS_TO(ARS_ACCOUNT_WAITING) |
                                ARS_TO(ARS_ACCOUNT_FAILED) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_READY] =
        ARS_TO(ARS_ACCOUNT_WAITING) | ARS_TO(ARS_ACCOUNT_FAILED) | ARS_TO(ARS_ACCOUNT_LEAVING),
    [ARS_ACCOUNT_WAITING] = ARS_TO(ARS_ACCOUNT_RESOLVING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_FAILED] = ARS_TO(ARS_ACCOUNT_RESOLVING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_LEAVING] = ARS_TO(ARS_ACCOUNT_OFF),
};

const struct ars_fsm account_fsm = {
    .name = "account",
    .states = state_names,
    .edges = edges,
    .count = ARS_ACCOUNT_STATES,
};

static void resolve(struct account *a);
static void connect_next(struct account *a, const struct ars_reason *why);

static struct ars_event *account_event(const struct account *a, enum ars_event_type type)
{
    struct ars_event *ev = event_new(type);

    if (!ev)
        return NULL;
    ev->account = a->id;
    ev->account_state = (enum ars_account_state)a->state;
    ev->tag = a->tag;
    return ev;
}

static bool account_go(struct account *a, enum ars_account_state to)
{
    struct ars_event *ev;

    if (ars_fsm_go(&account_fsm, &a->state, (int)to))
        return false;
    ars_log(ARS_LOG_DEBUG, "engine", "account %u: %s", a->id, state_names[to]);
    ev = account_event(a, ARS_EV_ACCOUNT);
    if (ev && to == ARS_ACCOUNT_WAITING)
        ev->retry_ms = a->retry_ms;
    outbox_put(a->env.outbox, ev);
    return true;
}

/* The connection and what belongs to it; dialogs live on in a->sip. */
static void disconnect(struct account *a)
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

static void report_failure(const struct account *a, const struct ars_reason *why,
                           const struct ars_cert *cert, uint32_t retry_ms)
{
    struct ars_event *ev = account_event(a, ARS_EV_REGISTRATION_FAILED);

    ars_log(ARS_LOG_INFO, "engine", "account %u: %s: %s", a->id, ars_reason_name(why->code),
            why->text);
    if (ev) {
        ev->reason = *why;
        ev->retry_ms = retry_ms;
        if (cert)
            ev->cert = malloc(sizeof(*cert));
        if (ev->cert)
            *ev->cert = *cert;
    }
    outbox_put(a->env.outbox, ev);
}

static void on_wait_over(void *arg)
{
    resolve(arg);
}

/* The back-off counts from the attempt's start: one that took longer is followed at once. */
static uint32_t wait_ms(struct account *a)
{
    uint32_t ms = ars_backoff_next(&a->backoff);
    uint64_t spent = a->attempt_ms ? ars_clock_ms() - a->attempt_ms : 0;

    return spent < ms ? ms - (uint32_t)spent : 0;
}

/* Trouble that may pass: once more after a while. */
static void wait_and_retry(struct account *a, const struct ars_reason *why, uint32_t at_least_s)
{
    uint32_t ms = wait_ms(a);

    if (at_least_s > RETRY_AFTER_MAX_S)
        at_least_s = RETRY_AFTER_MAX_S;
    if (at_least_s * 1000 > ms)
        ms = at_least_s * 1000;
    a->retry_ms = ms ? ms : 1; /* 0 would say: not again */
    if (!account_go(a, ARS_ACCOUNT_WAITING))
        return;
    report_failure(a, why, NULL, a->retry_ms);
    disconnect(a); /* after the change of state: what sip says of its lost connection is no news */
    ars_timer_start(ars_loop_timers(a->env.loop), &a->timer, ms, on_wait_over, a);
}

/* Trouble that stays until the user does something. */
static void fail(struct account *a, const struct ars_reason *why, const struct ars_cert *cert)
{
    if (!account_go(a, ARS_ACCOUNT_FAILED))
        return;
    report_failure(a, why, cert, 0);
    disconnect(a);
}

static void go_off(struct account *a)
{
    struct ars_account_conf *next = a->next;

    a->next = NULL;
    a->env.leave_calls(a, false, a->env.arg);
    if (a->state != ARS_ACCOUNT_OFF)
        account_go(a, ARS_ACCOUNT_OFF);
    disconnect(a);
    ars_sip_free(a->sip);
    a->sip = NULL;
    ars_resolver_free(a->resolver);
    a->resolver = NULL;
    if (next)
        account_start(a, next, a->tag);
    else
        a->env.off(a, a->env.arg);
}

/* ---- sip ---- */

static void on_registered(uint32_t expires_s, void *arg)
{
    struct account *a = arg;
    struct ars_event *ev;

    if (a->state == ARS_ACCOUNT_REGISTERING) {
        ars_backoff_reset(&a->backoff);
        a->attempt_ms = 0; /* all phones lose a server at once: the wait after it spreads them */
        account_go(a, ARS_ACCOUNT_READY);
        watches_begin(&a->watches, a->sip, a->conf->mailbox);
    }
    if (a->state != ARS_ACCOUNT_READY)
        return;
    ev = account_event(a, ARS_EV_REGISTERED);
    if (ev)
        ev->number = (int)expires_s;
    outbox_put(a->env.outbox, ev);
    if (a->rebind) {
        a->rebind = false;
        a->env.rebound(a, a->env.arg);
    }
}

static void on_register_failed(const struct ars_reason *why, uint32_t retry_after_s, bool final,
                               void *arg)
{
    struct account *a = arg;

    if (a->state != ARS_ACCOUNT_REGISTERING && a->state != ARS_ACCOUNT_READY)
        return;
    if (final)
        fail(a, why, NULL);
    else
        wait_and_retry(a, why, retry_after_s);
}

static void on_unregistered(void *arg)
{
    struct account *a = arg;

    if (a->state != ARS_ACCOUNT_LEAVING)
        return;
    outbox_put(a->env.outbox, account_event(a, ARS_EV_UNREGISTERED));
    go_off(a);
}

static int on_incoming(struct ars_sip_call *sc, const struct ars_sip_incoming *in, void *arg)
{
    struct account *a = arg;

    if (a->state == ARS_ACCOUNT_LEAVING)
        return 480;
    return a->env.incoming(a, sc, in, a->env.arg);
}

static bool on_request(struct ars_sip_request *req, void *arg)
{
    struct account *a = arg;

    return watches_request(&a->watches, req);
}

static void on_flow_failed(const struct ars_reason *why, void *arg)
{
    struct account *a = arg;

    if (a->state == ARS_ACCOUNT_REGISTERING || a->state == ARS_ACCOUNT_READY)
        wait_and_retry(a, why, 0);
}

static void on_trace(bool out, const char *msg, size_t len, void *arg)
{
    const struct account *a = arg;
    const size_t part_max = ARS_LOG_MAX - 128;

    for (size_t pos = 0; pos == 0 || pos < len; pos += part_max) {
        size_t n = len - pos < part_max ? len - pos : part_max;

        ars_log(ARS_LOG_INFO, "sip", "account %u %s%s\n%.*s", a->id, out ? "sends" : "receives",
                pos ? " (continued)" : "", (int)n, msg + pos);
    }
}

static int make_sip(struct account *a)
{
    static const struct ars_sip_handlers handlers = {
        .registered = on_registered,
        .register_failed = on_register_failed,
        .unregistered = on_unregistered,
        .incoming = on_incoming,
        .request = on_request,
        .flow_failed = on_flow_failed,
    };
    const struct ars_account_conf *c = a->conf;
    struct ars_sip_conf conf = {
        .user = c->login,
        .domain = c->server,
        .auth_user = c->auth_user,
        .password = c->password,
        .display_name = c->display_name,
        .user_agent = a->env.user_agent,
        .instance = c->instance ? c->instance : a->instance,
        .expires_s = c->expires_s,
        .session_s = c->session_s,
        .timers = ars_loop_timers(a->env.loop),
    };
    int err;

    if (a->sip)
        return 0;
    err = ars_sip_alloc(&a->sip, &conf, &handlers, a);
    if (!err && a->env.sip_trace)
        ars_sip_set_trace(a->sip, on_trace, a);
    return err;
}

/* ---- connection ---- */

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
        wait_and_retry(a, &why, 0);
    }
}

static void on_frame(const char *msg, size_t len, void *arg)
{
    struct account *a = arg;

    ars_sip_receive(a->sip, msg, len);
}

static void on_closed(const struct ars_reason *why, const struct ars_cert *cert, void *arg)
{
    struct account *a = arg;

    switch (a->state) {
    case ARS_ACCOUNT_CONNECTING:
        if (why->code == ARS_REASON_CERTIFICATE)
            fail(a, why, cert);
        else
            connect_next(a, why);
        break;
    case ARS_ACCOUNT_REGISTERING:
    case ARS_ACCOUNT_READY:
        wait_and_retry(a, why, 0);
        break;
    case ARS_ACCOUNT_LEAVING:
        go_off(a);
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
    };
    const struct ars_account_conf *c = a->conf;
    struct ars_wss_conf conf = {
        .addr = a->addrs[a->addrs_i],
        .host = c->server,
        .port = account_conf_port(c),
        .path = account_conf_path(c),
        .trust = {.ca_file = c->ca_file, .has_pin = c->has_pin},
        .proxy = a->proxy,
    };

    memcpy(conf.trust.pin, c->pin, sizeof(conf.trust.pin));
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
        wait_and_retry(a, &why, 0);
    else
        fail(a, &why, NULL);
}

/* The next address of the name without further wait; why: what became of the one before. */
static void connect_next(struct account *a, const struct ars_reason *why)
{
    int err;

    disconnect(a);
    if (why) {
        a->addrs_i++;
        if (a->addrs_i >= a->addrs_n) {
            wait_and_retry(a, why, 0);
            return;
        }
    }
    err = open_connection(a);
    if (err)
        set_up_failed(a, "cannot connect", err);
}

static void start_connecting(struct account *a)
{
    int err;

    if (!account_go(a, ARS_ACCOUNT_CONNECTING))
        return;
    a->addrs_i = 0;
    a->rebind = a->sip != NULL;
    err = make_sip(a);
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
    wait_and_retry(a, &why, 0);
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
        err = ars_proxy_from_env(a->conf->server, account_conf_port(a->conf), host, &port);
    if (err == ENOENT) {
        start_connecting(a);
    } else if (err) {
        ars_reason_set(&why, ARS_REASON_PROXY, 0, "%s",
                       "the environment's proxy (https_proxy, ...) cannot be used");
        fail(a, &why, NULL);
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
    if (err) {
        name_failed(a, a->conf->server, err);
        return;
    }
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

static void resolve(struct account *a)
{
    struct ars_reason why;
    int err;

    if (!account_go(a, ARS_ACCOUNT_RESOLVING))
        return;
    a->attempt_ms = ars_clock_ms();
    err = make_resolver(a);
    if (err && err != ENOMEM) {
        ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "host mapping: %s", strerror(err));
        fail(a, &why, NULL);
        return;
    }
    if (!err)
        err = ars_resolver_query(a->resolver, &a->query, a->conf->server,
                                 account_conf_port(a->conf), on_resolved, a);
    if (err)
        name_failed(a, a->conf->server, err);
}

static void leave(struct account *a)
{
    a->env.leave_calls(a, true, a->env.arg);
    switch (a->state) {
    case ARS_ACCOUNT_READY:
        account_go(a, ARS_ACCOUNT_LEAVING);
        if (ars_sip_unregister(a->sip))
            go_off(a);
        break;
    case ARS_ACCOUNT_LEAVING:
        break;
    default:
        go_off(a);
        break;
    }
}

/* ---- public ---- */

int account_alloc(struct account **ret, ars_id id, struct ars_account_conf *conf,
                  const struct account_env *env)
{
    struct account *a = calloc(1, sizeof(*a));

    if (!a)
        return ENOMEM;
    a->id = id;
    a->env = *env;
    a->state = ARS_ACCOUNT_OFF;
    a->conf = conf;
    ars_rand_uuid(a->instance);
    a->watches = (struct watches){.loop = env->loop, .outbox = env->outbox, .account = id};
    *ret = a;
    return 0;
}

void account_free(struct account *a)
{
    if (!a)
        return;
    disconnect(a);
    watches_close(&a->watches);
    ars_sip_free(a->sip);
    ars_resolver_free(a->resolver);
    ars_account_conf_free(a->conf);
    ars_account_conf_free(a->next);
    free(a);
}

void account_start(struct account *a, struct ars_account_conf *conf, uint32_t tag)
{
    bool same = !conf || account_conf_same_identity(a->conf, conf);

    a->tag = tag;
    if (conf && same) {
        ars_account_conf_free(a->conf);
        a->conf = conf;
    } else if (conf && a->state == ARS_ACCOUNT_OFF) {
        ars_account_conf_free(a->conf);
        a->conf = conf;
    } else if (conf) {
        ars_account_conf_free(a->next);
        a->next = conf;
        leave(a);
        return;
    }
    switch (a->state) {
    case ARS_ACCOUNT_OFF:
    case ARS_ACCOUNT_WAITING:
    case ARS_ACCOUNT_FAILED:
        ars_backoff_reset(&a->backoff);
        (void)account_retry(a);
        break;
    case ARS_ACCOUNT_LEAVING:
        /* on its way out: comes back when it is there */
        ars_account_conf_free(a->next);
        a->next = ars_account_conf_dup(a->conf);
        outbox_put(a->env.outbox, account_event(a, ARS_EV_ACCOUNT));
        break;
    default:
        /* nothing to do: the face hears that it was heard */
        outbox_put(a->env.outbox, account_event(a, ARS_EV_ACCOUNT));
        break;
    }
}

int account_retry(struct account *a)
{
    switch (a->state) {
    case ARS_ACCOUNT_OFF:
    case ARS_ACCOUNT_WAITING:
    case ARS_ACCOUNT_FAILED:
        ars_timer_stop(&a->timer);
        resolve(a);
        return 0;
    default:
        return EALREADY;
    }
}

void account_stop(struct account *a)
{
    ars_account_conf_free(a->next);
    a->next = NULL;
    leave(a);
}

ars_id account_id(const struct account *a)
{
    return a->id;
}

enum ars_account_state account_state(const struct account *a)
{
    return (enum ars_account_state)a->state;
}

const struct ars_account_conf *account_conf(const struct account *a)
{
    return a->conf;
}

struct ars_resolver *account_resolver(const struct account *a)
{
    return a->resolver;
}

struct watches *account_watches(struct account *a)
{
    return &a->watches;
}

struct ars_sip *account_sip(const struct account *a)
{
    return a->sip;
}

struct ars_addr account_server(const struct account *a)
{
    if (a->addrs_n == 0)
        return (struct ars_addr){.family = ARS_AF_NONE};
    return a->addrs[a->addrs_i < a->addrs_n ? a->addrs_i : 0];
}
