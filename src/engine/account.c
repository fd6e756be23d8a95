/* engine: one account's way from a name to a registration, and back to it after every loss. */
#include <errno.h>
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/rand.h>
#include <ars/sip.h>

#include "account_priv.h"

/* A peer may ask us to wait (Retry-After); longer than this we do not believe it. */
#define RETRY_AFTER_MAX_S 3600
/* For a certificate that is not trusted: long for the server, and short for who reads a page. */
#define TRUST_LO_S 30u
#define TRUST_HI_S 60u
/* After a 403: so seldom that no server takes it for guessing of passwords. */
#define REFUSED_LO_S 180u
#define REFUSED_HI_S 300u

static const char *const state_names[ARS_ACCOUNT_STATES] = {
    [ARS_ACCOUNT_OFF] = "off",
    [ARS_ACCOUNT_RESOLVING] = "resolving",
    [ARS_ACCOUNT_CONNECTING] = "connecting",
    [ARS_ACCOUNT_REGISTERING] = "registering",
    [ARS_ACCOUNT_READY] = "ready",
    [ARS_ACCOUNT_WAITING] = "waiting",
    [ARS_ACCOUNT_FAILED] = "failed",
    [ARS_ACCOUNT_LEAVING] = "leaving",
    [ARS_ACCOUNT_OFFLINE] = "offline",
};

#define TROUBLE                                                                                    \
    (ARS_TO(ARS_ACCOUNT_WAITING) | ARS_TO(ARS_ACCOUNT_OFFLINE) | ARS_TO(ARS_ACCOUNT_FAILED))

static const uint32_t edges[ARS_ACCOUNT_STATES] = {
    [ARS_ACCOUNT_OFF] = ARS_TO(ARS_ACCOUNT_RESOLVING),
    [ARS_ACCOUNT_RESOLVING] = TROUBLE | ARS_TO(ARS_ACCOUNT_CONNECTING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_CONNECTING] = TROUBLE | ARS_TO(ARS_ACCOUNT_REGISTERING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_REGISTERING] = TROUBLE | ARS_TO(ARS_ACCOUNT_CONNECTING) |
                                ARS_TO(ARS_ACCOUNT_READY) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_READY] = TROUBLE | ARS_TO(ARS_ACCOUNT_LEAVING),
    [ARS_ACCOUNT_WAITING] =
        ARS_TO(ARS_ACCOUNT_RESOLVING) | ARS_TO(ARS_ACCOUNT_OFFLINE) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_OFFLINE] = ARS_TO(ARS_ACCOUNT_RESOLVING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_FAILED] = ARS_TO(ARS_ACCOUNT_RESOLVING) | ARS_TO(ARS_ACCOUNT_OFF),
    [ARS_ACCOUNT_LEAVING] = ARS_TO(ARS_ACCOUNT_OFF) | ARS_TO(ARS_ACCOUNT_OFFLINE),
};

const struct ars_fsm account_fsm = {
    .name = "account",
    .states = state_names,
    .edges = edges,
    .count = ARS_ACCOUNT_STATES,
};

struct ars_event *account_event(const struct account *a, enum ars_event_type type)
{
    struct ars_event *ev = event_new(type);

    if (!ev)
        return NULL;
    ev->account = a->id;
    ev->account_state = (enum ars_account_state)a->state;
    ev->tag = a->tag;
    return ev;
}

bool account_go(struct account *a, enum ars_account_state to)
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
    account_resolve(arg);
}

/* The back-off counts from the attempt's start: one that took longer is followed at once. */
static uint32_t wait_ms(struct account *a)
{
    uint32_t ms = ars_backoff_next(&a->backoff);
    uint64_t spent = a->attempt_ms ? ars_clock_ms() - a->attempt_ms : 0;

    return spent < ms ? ms - (uint32_t)spent : 0;
}

static void wait_for(struct account *a, const struct ars_reason *why, const struct ars_cert *cert,
                     uint32_t ms)
{
    a->retry_ms = ms ? ms : 1; /* 0 would say: not again */
    if (!account_go(a, ARS_ACCOUNT_WAITING))
        return;
    report_failure(a, why, cert, a->retry_ms);
    a->env.lost(a, a->env.arg);
    /* after the change of state: what sip says of its lost connection is no news */
    account_disconnect(a);
    ars_timer_start(ars_loop_timers(a->env.loop), &a->timer, ms, on_wait_over, a);
}

/* Without a network there is nothing else to wait for. */
static bool waits_for_network(struct account *a, const struct ars_reason *why)
{
    if (account_has_way(a))
        return false;
    ars_log(ARS_LOG_INFO, "engine", "account %u: %s", a->id, why->text);
    account_wait_for_network(a);
    return true;
}

void account_wait(struct account *a, const struct ars_reason *why, uint32_t at_least_s)
{
    uint32_t ms;

    if (waits_for_network(a, why))
        return;
    ms = wait_ms(a);
    if (at_least_s > RETRY_AFTER_MAX_S)
        at_least_s = RETRY_AFTER_MAX_S;
    if (at_least_s * 1000 > ms)
        ms = at_least_s * 1000;
    wait_for(a, why, NULL, ms);
}

static uint32_t between_ms(uint32_t lo_s, uint32_t hi_s)
{
    return 1000 * (lo_s + ars_rand_below(hi_s - lo_s + 1));
}

void account_wait_for_trust(struct account *a, const struct ars_reason *why,
                            const struct ars_cert *cert)
{
    if (!waits_for_network(a, why))
        wait_for(a, why, cert, between_ms(TRUST_LO_S, TRUST_HI_S));
}

void account_wait_refused(struct account *a, const struct ars_reason *why)
{
    if (!waits_for_network(a, why))
        wait_for(a, why, NULL, between_ms(REFUSED_LO_S, REFUSED_HI_S));
}

void account_reconnect(struct account *a, const struct ars_reason *why)
{
    wait_for(a, why, NULL, 0);
}

void account_fail(struct account *a, const struct ars_reason *why, const struct ars_cert *cert)
{
    if (!account_go(a, ARS_ACCOUNT_FAILED))
        return;
    report_failure(a, why, cert, 0);
    a->env.lost(a, a->env.arg);
    account_disconnect(a);
}

void account_go_off(struct account *a)
{
    struct ars_account_conf *next = a->next;

    a->next = NULL;
    a->proven = false;
    a->env.leave_calls(a, false, a->env.arg);
    if (a->state != ARS_ACCOUNT_OFF)
        account_go(a, ARS_ACCOUNT_OFF);
    account_disconnect(a);
    ars_sip_free(a->sip);
    a->sip = NULL;
    ars_resolver_free(a->resolver);
    a->resolver = NULL;
    if (next)
        account_start(a, next, a->tag);
    else
        a->env.off(a, a->env.arg);
}

static void leave(struct account *a)
{
    a->asleep = false;
    a->env.leave_calls(a, true, a->env.arg);
    switch (a->state) {
    case ARS_ACCOUNT_READY:
        account_go(a, ARS_ACCOUNT_LEAVING);
        if (ars_sip_unregister(a->sip))
            account_go_off(a);
        break;
    case ARS_ACCOUNT_LEAVING:
        break;
    default:
        account_go_off(a);
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
    account_disconnect(a);
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
    case ARS_ACCOUNT_OFFLINE:
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
    case ARS_ACCOUNT_OFFLINE:
    case ARS_ACCOUNT_FAILED:
        ars_timer_stop(&a->timer);
        account_resolve(a);
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

void account_count(const struct account *a, struct ars_counts *sum)
{
    struct ars_sip_counts n = {0};

    if (a->sip)
        ars_sip_get_counts(a->sip, &n);
    sum->dialogs += n.calls + n.subscriptions;
    sum->transactions += n.client_transactions + n.server_transactions;
}

struct ars_addr account_server(const struct account *a)
{
    if (a->addrs_n == 0)
        return (struct ars_addr){.family = ARS_AF_NONE};
    return a->addrs[a->addrs_i < a->addrs_n ? a->addrs_i : 0];
}
