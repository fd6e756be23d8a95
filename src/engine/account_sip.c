/* engine: what SIP has to say to an account: registered or not, who calls, what is asked. */
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/sip.h>
#include <ars/str.h>

#include "account_priv.h"

#define ROUTE_MAX 512

static void on_registered(uint32_t expires_s, void *arg)
{
    struct account *a = arg;
    struct ars_event *ev;

    if (a->state == ARS_ACCOUNT_REGISTERING) {
        ars_timer_stop(&a->timer);
        ars_backoff_reset(&a->backoff);
        a->patience_ms = 0;
        a->addrs_good = true;
        a->name_slow = false;
        a->proven = true;
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
    if (final && why->sip_status == 403 && a->proven)
        account_wait_refused(a, why);
    else if (final)
        account_fail(a, why, NULL);
    else if (why->sip_status >= 500)
        account_try_next(a, why, retry_after_s);
    else
        account_wait(a, why, retry_after_s);
}

static void on_unregistered(void *arg)
{
    struct account *a = arg;

    if (a->state != ARS_ACCOUNT_LEAVING)
        return;
    outbox_put(a->env.outbox, account_event(a, ARS_EV_UNREGISTERED));
    account_left(a);
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
        account_try_next(a, why, 0);
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

/* RFC 7118 section 5.4 has the transport; an IPv6 address stands in brackets. */
static int route_uri(const struct ars_account_conf *c, char **ret)
{
    bool v6 = strchr(c->outbound_host, ':') && c->outbound_host[0] != '[';
    struct ars_buf b;
    int err = 0;
    char *uri;

    ars_buf_init(&b, ROUTE_MAX);
    ars_buf_addf(&b, v6 ? "sip:[%s]" : "sip:%s", c->outbound_host);
    if (account_conf_has_port(c)) /* else it is the DNS that knows */
        ars_buf_addf(&b, ":%u", account_conf_port(c));
    ars_buf_adds(&b, ";transport=ws;lr");
    uri = ars_buf_take(&b, &err);
    if (!err)
        *ret = uri;
    return err;
}

int account_make_sip(struct account *a)
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
        .realm = c->realm,
        .headers = c->headers,
        .expires_s = c->expires_s,
        .session_s = c->session_s,
        .timers = ars_loop_timers(a->env.loop),
    };
    char *route = NULL;
    int err = 0;

    if (a->sip)
        return 0;
    if (c->outbound_route && c->outbound_host)
        err = route_uri(c, &route);
    conf.route = route;
    if (!err)
        err = ars_sip_alloc(&a->sip, &conf, &handlers, a);
    free(route);
    if (!err && a->env.sip_trace)
        ars_sip_set_trace(a->sip, on_trace, a);
    return err;
}
