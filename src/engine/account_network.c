/*
 * engine: what an account makes of the network of this machine: it waits for one instead of trying
 * in vain, tries at once when there is one, and leaves a connection whose address has gone.
 */
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/netmon.h>
#include <ars/sip.h>
#include <ars/wss.h>

#include "account_priv.h"

/* The cable was out and is back: the connection is still good, or answers no more. */
#define PROBE_MS 2000
/* Should the kernel's news have been missed. */
#define LOOK_AGAIN_MS 60000

static struct ars_addr next_hop(const struct account *a)
{
    return a->proxy.family == ARS_AF_NONE ? account_server(a) : a->proxy;
}

/* Of the way to anywhere: TEST-NET-1 (RFC 5737), and the same for IPv6 (RFC 3849). */
static bool find_default_source(struct ars_addr *ret)
{
    static const char *const anywhere[] = {"192.0.2.1", "2001:db8::1"};
    struct ars_addr dst;

    for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++) {
        if (!ars_addr_parse(anywhere[i], 0, &dst) && ars_net_source(&dst, ret))
            return true;
    }
    return false;
}

/* From where it could be reached now; an address of a family that we have none of is no way. */
static bool find_source(const struct account *a, struct ars_addr *ret)
{
    if (a->proxy.family == ARS_AF_NONE && a->addrs_n == 0)
        return find_default_source(ret);
    if (a->proxy.family != ARS_AF_NONE)
        return ars_net_source(&a->proxy, ret);
    for (size_t i = 0; i < a->addrs_n; i++) {
        if (ars_net_source(&a->addrs[i], ret))
            return true;
    }
    return false;
}

/* One of its addresses, tried last or not, is reached from where the last attempt was made. */
static bool is_as_before(const struct account *a)
{
    struct ars_addr src;

    if (a->proxy.family != ARS_AF_NONE || a->addrs_n == 0)
        return find_source(a, &src) && ars_addr_eq(&src, &a->source);
    for (size_t i = 0; i < a->addrs_n; i++) {
        if (ars_net_source(&a->addrs[i], &src) && ars_addr_eq(&src, &a->source))
            return true;
    }
    return false;
}

bool account_has_way(const struct account *a)
{
    struct ars_addr src;

    if (a->proxy.family == ARS_AF_NONE && a->addrs_n == 0)
        return ars_net_is_up();
    return find_source(a, &src);
}

void account_note_source(struct account *a)
{
    struct ars_addr hop = next_hop(a);

    a->cut = false;
    if (!ars_net_source(&hop, &a->source))
        a->source = (struct ars_addr){.family = ARS_AF_NONE};
}

void account_note_way(struct account *a)
{
    if (!find_source(a, &a->source))
        a->source = (struct ars_addr){.family = ARS_AF_NONE};
}

static void on_look(void *arg)
{
    account_resolve(arg);
}

void account_wait_for_network(struct account *a)
{
    if (!account_go(a, ARS_ACCOUNT_OFFLINE))
        return;
    ars_log(ARS_LOG_INFO, "engine", "account %u: no network", a->id);
    a->env.lost(a, a->env.arg);
    account_disconnect(a);
    if (a->asleep)
        a->env.off(a, a->env.arg);
    else
        ars_timer_start(ars_loop_timers(a->env.loop), &a->timer, LOOK_AGAIN_MS, on_look, a);
}

static void try_now(struct account *a)
{
    ars_backoff_reset(&a->backoff);
    a->patience_ms = 0;
    (void)account_retry(a);
}

/*
 * Packets of the connection would leave with an address that is not theirs. A second address of the
 * same interface (RFC 8981 makes one a day) leaves the first as good as it was.
 */
static bool has_moved(const struct account *a, const struct ars_addr *src)
{
    return a->source.family != ARS_AF_NONE && !ars_addr_eq(src, &a->source) &&
           !ars_net_is_one_link(src, &a->source);
}

/*
 * News that change nothing for us (another interface, an address that is renewed) leave the wait as
 * it is: the server may have asked for it, and all phones of a network hear the same news.
 */
static void unconnected_changed(struct account *a, void (*again)(struct account *a))
{
    struct ars_addr src;

    if (!account_has_way(a)) {
        account_wait_for_network(a);
    } else if (find_source(a, &src) && !is_as_before(a)) {
        a->source = src;
        again(a);
    }
}

/* Over the connection that there is, or about to be. */
static void connected_changed(struct account *a)
{
    struct ars_addr hop = next_hop(a);
    struct ars_addr src;
    struct ars_reason why;

    if (!ars_net_source(&hop, &src)) {
        if (!a->cut)
            a->env.lost(a, a->env.arg);
        a->cut = true; /* it may be back before the server notices */
    } else if (has_moved(a, &src)) {
        ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "the network has changed");
        ars_backoff_reset(&a->backoff);
        account_reconnect(a, &why);
    } else if (a->cut) {
        a->cut = false;
        ars_wss_probe(a->wss, PROBE_MS);
    }
}

void account_probe(struct account *a)
{
    if (a->state == ARS_ACCOUNT_READY)
        ars_wss_probe(a->wss, PROBE_MS);
}

void account_network(struct account *a)
{
    switch (a->state) {
    case ARS_ACCOUNT_CONNECTING:
    case ARS_ACCOUNT_REGISTERING:
    case ARS_ACCOUNT_READY:
        connected_changed(a);
        break;
    case ARS_ACCOUNT_RESOLVING:
        unconnected_changed(a, account_ask_again);
        break;
    case ARS_ACCOUNT_WAITING:
        unconnected_changed(a, try_now);
        break;
    case ARS_ACCOUNT_OFFLINE:
        if (!a->asleep && account_has_way(a))
            try_now(a);
        break;
    default:
        break;
    }
}

bool account_is_reached(const struct account *a)
{
    return a->state == ARS_ACCOUNT_READY && !a->cut;
}

void account_on_alive(void *arg)
{
    struct account *a = arg;

    if (a->state == ARS_ACCOUNT_READY)
        a->env.found(a, a->env.arg);
}

/* ---- sleep ---- */

void account_left(struct account *a)
{
    if (a->asleep)
        account_wait_for_network(a);
    else
        account_go_off(a);
}

void account_sleep(struct account *a)
{
    a->asleep = true;
    switch (a->state) {
    case ARS_ACCOUNT_READY:
        account_go(a, ARS_ACCOUNT_LEAVING);
        if (ars_sip_unregister(a->sip))
            account_left(a);
        break;
    case ARS_ACCOUNT_OFF:
    case ARS_ACCOUNT_FAILED:
    case ARS_ACCOUNT_LEAVING:
    case ARS_ACCOUNT_OFFLINE:
        break;
    default:
        account_wait_for_network(a);
        break;
    }
}

void account_wake(struct account *a)
{
    bool leaving = a->asleep && a->state == ARS_ACCOUNT_LEAVING;

    a->asleep = false;
    if (leaving)
        account_wait_for_network(a);
    if (a->state == ARS_ACCOUNT_OFFLINE)
        try_now(a);
}

bool account_is_asleep(const struct account *a)
{
    return a->state == ARS_ACCOUNT_OFF || a->state == ARS_ACCOUNT_OFFLINE ||
           a->state == ARS_ACCOUNT_FAILED;
}
