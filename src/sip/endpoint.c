/*
 * The endpoint: one identity, its connection, and the way of a message to its transaction.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/secret.h>
#include <ars/str.h>
#include <ars/transport.h>

#include "call.h"
#include "ctrans.h"
#include "endpoint.h"
#include "extra.h"
#include "msg_in.h"
#include "redact.h"
#include "strans.h"
#include "subscribe.h"
#include "uas.h"

#define AGENT_DEFAULT "ARS Phone"
/* RFC 4028 section 4: the recommended interval. */
#define SESSION_DEFAULT_S 1800u

static void destructor(void *arg)
{
    struct ars_sip *sip = arg;

    ars_timer_stop(&sip->flow_timer);
    reg_close(sip);
    auth_clear(&sip->auth);
    ars_wipe(sip->nonce_key, sizeof(sip->nonce_key));
    ars_secret_free(sip->password);
    free(sip->user);
    free(sip->domain);
    free(sip->auth_user);
    free(sip->display_name);
    free(sip->agent);
    free(sip->instance);
    free(sip->realm);
    free(sip->extra);
    route_clear(&sip->outbound);
    free(sip->aor);
    free(sip->contact);
}

static char *clean_dup(const char *s)
{
    return s && *s ? ars_utf8_clean(s, strlen(s)) : NULL;
}

/* RFC 3261 section 25.1: an IPv6 address stands in brackets. */
static char *domain_dup(const char *s)
{
    struct ars_addr addr;
    struct ars_buf b;
    int err = 0;

    if (*s == '[' || ars_addr_parse(s, 0, &addr) || addr.family != ARS_AF_INET6)
        return clean_dup(s);
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "[%s]", s);
    return ars_buf_take(&b, &err);
}

static int copy_rules(struct ars_sip *sip, const struct ars_sip_conf *conf)
{
    int err = extra_render(conf->headers, &sip->extra);

    if (!err && conf->route)
        err = route_set_one(&sip->outbound, conf->route);
    sip->realm = clean_dup(conf->realm);
    if (!err && conf->realm && *conf->realm && !sip->realm)
        err = ENOMEM;
    return err;
}

static int copy_conf(struct ars_sip *sip, const struct ars_sip_conf *conf)
{
    struct ars_buf aor;
    struct ars_buf contact;
    int err = 0;

    sip->user = clean_dup(conf->user);
    sip->domain = domain_dup(conf->domain);
    sip->auth_user = clean_dup(conf->auth_user && *conf->auth_user ? conf->auth_user : conf->user);
    sip->agent =
        clean_dup(conf->user_agent && *conf->user_agent ? conf->user_agent : AGENT_DEFAULT);
    sip->password = ars_secret_dup(conf->password);
    if (!sip->user || !sip->domain || !sip->auth_user || !sip->agent ||
        (conf->password && !sip->password))
        return ENOMEM;
    sip->display_name = clean_dup(conf->display_name);
    sip->instance = clean_dup(conf->instance);
    if ((conf->display_name && *conf->display_name && !sip->display_name) ||
        (conf->instance && *conf->instance && !sip->instance))
        return ENOMEM;
    ars_buf_init(&aor, SIP_LINE_MAX);
    ars_buf_adds(&aor, "sip:");
    msg_out_user(&aor, sip->user);
    ars_buf_addf(&aor, "@%s", sip->domain);
    sip->aor = ars_buf_take(&aor, &err);
    ars_buf_init(&contact, SIP_LINE_MAX);
    ars_buf_adds(&contact, "<sip:");
    msg_out_user(&contact, sip->user);
    ars_buf_addf(&contact, "@%s;transport=ws>", sip->host);
    sip->contact = ars_buf_take(&contact, &err);
    return err;
}

static bool is_domain(const char *s)
{
    for (const char *p = s; *p; p++) {
        if ((unsigned char)*p <= ' ' || strchr("<>\"@;,?", *p))
            return false;
    }
    return *s;
}

int ars_sip_alloc(struct ars_sip **ret, const struct ars_sip_conf *conf,
                  const struct ars_sip_handlers *handlers, void *arg)
{
    struct ars_sip *sip;
    int err;

    if (!conf->user || !*conf->user || !conf->domain || !is_domain(conf->domain) || !conf->timers)
        return EINVAL;
    sip = mem_zalloc(sizeof(*sip), destructor);
    if (!sip)
        return ENOMEM;
    if (handlers)
        sip->h = *handlers;
    sip->arg = arg;
    sip->timers = conf->timers;
    ars_rand_token(sip->host, SIP_HOST_LEN);
    ars_strcpy(sip->host + SIP_HOST_LEN, sizeof(sip->host) - SIP_HOST_LEN, ".invalid");
    ars_rand_bytes(sip->nonce_key, sizeof(sip->nonce_key));
    sip->session_s = conf->session_s ? conf->session_s : SESSION_DEFAULT_S;
    reg_init(sip, conf->expires_s);
    err = copy_conf(sip, conf);
    if (!err)
        err = copy_rules(sip, conf);
    if (err)
        mem_deref(sip);
    else
        *ret = sip;
    return err;
}

void ars_sip_free(struct ars_sip *sip)
{
    if (!sip)
        return;
    memset(&sip->h, 0, sizeof(sip->h));
    sip->trace = NULL;
    sip->tp = NULL;
    ars_timer_stop(&sip->flow_timer);
    reg_close(sip);
    list_flush(&sip->requests);
    call_close_all(sip);
    sub_close_all(sip);
    list_flush(&sip->ctl);
    list_flush(&sip->stl);
    mem_deref(sip);
}

static void on_flow_failed(void *arg)
{
    struct ars_sip *sip = arg;
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "the connection does not carry messages");
    if (sip->tp && sip->h.flow_failed)
        sip->h.flow_failed(&why, sip->arg);
}

void endpoint_flow_failed(struct ars_sip *sip)
{
    if (!ars_timer_running(&sip->flow_timer))
        ars_timer_start(sip->timers, &sip->flow_timer, 0, on_flow_failed, sip);
}

static void trace(struct ars_sip *sip, bool out, const char *msg, size_t len)
{
    struct ars_buf b;

    if (!sip->trace)
        return;
    ars_buf_init(&b, 2 * SIP_MSG_MAX + SIP_LINE_MAX);
    redact(&b, sip->extra, msg, len);
    if (!b.err && b.len)
        sip->trace(out, b.data, b.len, sip->trace_arg);
    ars_buf_free(&b);
}

int endpoint_send(struct ars_sip *sip, const char *msg, size_t len)
{
    int err;

    if (!sip->tp)
        return ENOTCONN;
    trace(sip, true, msg, len);
    err = ars_transport_send(sip->tp, msg, len);
    if (err) {
        ars_log(ARS_LOG_WARN, "sip", "send failed: %s", strerror(err));
        if (err != ENOMEM && err != EMSGSIZE)
            endpoint_flow_failed(sip);
    }
    return err;
}

void ars_sip_set_transport(struct ars_sip *sip, struct ars_transport *tp, bool secure)
{
    mem_ref(sip);
    ars_timer_stop(&sip->flow_timer);
    if (sip->tp) {
        sip->tp = NULL;
        reg_lost(sip);
        ctrans_lost_all(sip);
        call_lost_all(sip);
        sub_lost_all(sip);
        strans_lost_all(sip);
    }
    /* a handler may have freed the endpoint */
    if (mem_nrefs(sip) > 1 && tp) {
        sip->tp = tp;
        sip->secure = secure;
        strans_found_all(sip);
        ctrans_found_all(sip);
        call_found_all(sip);
    }
    mem_deref(sip);
}

static void receive_response(struct ars_sip *sip, const struct sip_in *in)
{
    struct ctrans *ct;

    if (ctrans_receive(sip, in, &ct))
        return;
    if (msg_in_is(in, "INVITE") && in->status >= 200 && in->status < 300)
        call_stray_ok(sip, in, ct);
}

void ars_sip_receive(struct ars_sip *sip, const char *msg, size_t len)
{
    struct sip_in *in;
    const char *why = "";
    int err;

    err = msg_in_decode(&in, msg, len, &why);
    if (err == ENODATA)
        return;
    mem_ref(sip);
    trace(sip, false, msg, len < SIP_MSG_MAX ? len : SIP_MSG_MAX);
    if (err) {
        ars_log(ARS_LOG_WARN, "sip", "message of %zu bytes dropped: %s", len, why);
    } else {
        if (in->req)
            uas_receive(sip, in);
        else
            receive_response(sip, in);
        mem_deref(in);
    }
    mem_deref(sip);
}

void ars_sip_get_counts(const struct ars_sip *sip, struct ars_sip_counts *ret)
{
    ret->client_transactions = list_count(&sip->ctl);
    ret->server_transactions = list_count(&sip->stl);
    ret->calls = list_count(&sip->calls);
    ret->subscriptions = list_count(&sip->subs);
}

void ars_sip_set_trace(struct ars_sip *sip,
                       void (*fn)(bool out, const char *msg, size_t len, void *arg), void *arg)
{
    sip->trace = fn;
    sip->trace_arg = arg;
}
