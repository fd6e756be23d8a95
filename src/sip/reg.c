/*
 * REGISTER: kept refreshed at 50 to 75 % of what the registrar grants.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>

#include "ctrans.h"
#include "endpoint.h"
#include "why.h"

#define EXPIRES_DEFAULT_S 600u
#define LEAVE_WAIT_MS     2000u
/* Refresh between these shares of the granted time. */
#define REFRESH_LO_PCT 50u
#define REFRESH_HI_PCT 75u
#define REFRESH_MIN_S  2u /* a registrar that grants nothing is not flooded */
/* A refresh that is refused for now is tried again, as long as the binding lasts. */
#define AGAIN_MIN_MS 1000u
#define AGAIN_MAX_MS 30000u

static const char *const states[] = {"none", "trying", "done", "leaving"};

static const uint32_t edges[] = {
    [REG_NONE] = ARS_TO(REG_TRYING),
    [REG_TRYING] = ARS_TO(REG_TRYING) | ARS_TO(REG_DONE) | ARS_TO(REG_NONE) | ARS_TO(REG_LEAVING),
    [REG_DONE] = ARS_TO(REG_TRYING) | ARS_TO(REG_NONE) | ARS_TO(REG_LEAVING),
    [REG_LEAVING] = ARS_TO(REG_NONE),
};

const struct ars_fsm reg_fsm = {"reg", states, edges, REG_STATES};

static void on_response(const struct sip_in *in, int err, void *arg);
static void on_refresh(void *arg);

void reg_init(struct ars_sip *sip, uint32_t expires_s)
{
    struct reg *r = &sip->reg;

    r->state = REG_NONE;
    r->expires_s = expires_s ? expires_s : EXPIRES_DEFAULT_S;
    ars_rand_token(r->call_id, SIP_CALL_ID_LEN);
    ars_rand_token(r->tag, SIP_TAG_LEN);
}

void reg_close(struct ars_sip *sip)
{
    ars_timer_stop(&sip->reg.timer);
    ctrans_detach(&sip->reg.ct);
    route_clear(&sip->reg.routes);
    free(sip->reg.server);
    sip->reg.server = NULL;
}

static void set_state(struct ars_sip *sip, enum reg_state to)
{
    struct reg *r = &sip->reg;

    if (ars_fsm_go(&reg_fsm, &r->state, to))
        return;
    if (to != REG_DONE)
        ars_timer_stop(&r->timer);
    if (to == REG_NONE)
        r->until_ms = 0;
}

static void add_headers(const struct ars_sip *sip, struct ars_buf *b, uint32_t expires)
{
    ars_buf_addf(b, "Contact: %s", sip->contact);
    /* RFC 5626 section 4.1 and 4.2 */
    if (sip->instance)
        ars_buf_addf(b, ";+sip.instance=\"<urn:uuid:%s>\"%s", sip->instance,
                     sip->reg.plain ? "" : ";reg-id=1");
    ars_buf_addf(b, ";expires=%u\r\n", (unsigned)expires);
    ars_buf_addf(b, "Expires: %u\r\n", (unsigned)expires);
    ars_buf_addf(b, "Allow: " OUT_ALLOW "\r\nSupported: path%s\r\n%s",
                 sip->reg.plain ? "" : ", outbound", sip->extra);
}

static int send_register(struct ars_sip *sip)
{
    struct reg *r = &sip->reg;
    uint32_t expires = r->state == REG_LEAVING ? 0 : r->expires_s;
    struct ars_buf headers;
    struct ars_buf routes;
    struct ars_buf uri;
    struct ars_buf from;
    struct ars_buf to;
    int err;

    ars_buf_init(&headers, SIP_MSG_MAX);
    ars_buf_init(&routes, SIP_MSG_MAX);
    ars_buf_init(&uri, SIP_MSG_MAX);
    ars_buf_init(&from, SIP_MSG_MAX);
    ars_buf_init(&to, SIP_MSG_MAX);
    ars_buf_addf(&uri, "sip:%s", sip->domain);
    ars_buf_addf(&to, "<%s>", sip->aor);
    msg_out_name_addr(&from, sip->display_name, sip->aor);
    ars_buf_addf(&from, ";tag=%s", r->tag);
    add_headers(sip, &headers, expires);
    for (size_t i = 0; i < sip->outbound.n; i++)
        msg_out_header(&routes, "Route", sip->outbound.values[i]);
    err = routes.err ? routes.err
          : uri.err  ? uri.err
          : to.err   ? to.err
          : from.err ? from.err
                     : headers.err;
    if (!err)
        err = auth_add(sip, &r->try, &headers, "REGISTER", uri.data);
    if (!err) {
        struct out_req req = {.method = "REGISTER",
                              .uri = uri.data,
                              .from = from.data,
                              .to = to.data,
                              .call_id = r->call_id,
                              .cseq = ++r->cseq,
                              .routes = routes.data,
                              .headers = headers.data};

        err = ctrans_request(&r->ct, sip, &req, on_response, sip);
    }
    ars_buf_free(&headers);
    ars_buf_free(&routes);
    ars_buf_free(&uri);
    ars_buf_free(&from);
    ars_buf_free(&to);
    return err;
}

static void left(struct ars_sip *sip)
{
    ctrans_detach(&sip->reg.ct);
    set_state(sip, REG_NONE);
    if (sip->h.unregistered)
        sip->h.unregistered(sip->arg);
}

static void failed(struct ars_sip *sip, const struct ars_reason *why, uint32_t retry_after_s,
                   bool final)
{
    set_state(sip, REG_NONE);
    ars_log(ARS_LOG_WARN, "sip", "register failed: %d %s", why->sip_status, why->text);
    if (sip->h.register_failed)
        sip->h.register_failed(why, retry_after_s, final, sip->arg);
}

static bool passes_by_itself(int status)
{
    return status == 408 || status == 480 || (status >= 500 && status < 600);
}

/* The calls of a connection that works are not given up for a registrar that is busy. */
static bool refresh_later(struct ars_sip *sip, uint32_t retry_after_s)
{
    struct reg *r = &sip->reg;
    uint64_t wait;

    r->again_ms = r->again_ms ? 2 * r->again_ms : AGAIN_MIN_MS;
    if (r->again_ms > AGAIN_MAX_MS)
        r->again_ms = AGAIN_MAX_MS;
    wait = (uint64_t)retry_after_s * 1000;
    if (wait < r->again_ms)
        wait = r->again_ms;
    if (ars_clock_ms() + wait >= r->until_ms)
        return false;
    set_state(sip, REG_DONE);
    ars_timer_start(sip->timers, &r->timer, wait, on_refresh, sip);
    return true;
}

static void on_refresh(void *arg)
{
    struct ars_sip *sip = arg;
    int err;

    memset(&sip->reg.try, 0, sizeof(sip->reg.try));
    set_state(sip, REG_TRYING);
    err = send_register(sip);
    if (err) {
        struct ars_reason why;

        why_from_errno(&why, err);
        failed(sip, &why, 0, false);
    }
}

static void on_leave_timeout(void *arg)
{
    left(arg);
}

/* How much of a Contact of the 200 is ours: 0 nothing, 3 certain. */
static int contact_rank(const struct ars_sip *sip, const struct in_addr_hdr *a)
{
    struct pl instance;
    struct pl host = {sip->host, strlen(sip->host)};
    char *user;
    int rank = 0;

    if (sip->instance && msg_in_param(&a->addr.params, "+sip.instance", &instance)) {
        size_t n = strlen(sip->instance);

        /* <urn:uuid:...> */
        for (size_t i = 0; i + n <= instance.l; i++) {
            struct pl part = {instance.p + i, n};

            if (pl_strcasecmp(&part, sip->instance) == 0)
                return 3;
        }
        return 0;
    }
    user = msg_in_number_of(&a->addr);
    if (user && strcmp(user, sip->user) == 0)
        rank = pl_casecmp(&a->addr.uri.host, &host) == 0 ? 2 : 1;
    free(user);
    return rank;
}

/* RFC 3261 section 10.2.4: our own Contact's expires, else Expires, else what we asked for. */
static uint32_t granted(const struct ars_sip *sip, const struct sip_in *in)
{
    const struct pl *expires = msg_in_hdr(in, "Expires");
    uint32_t s = sip->reg.expires_s;
    struct in_list it = {0};
    int best = 0;
    struct pl pl;

    if (expires)
        (void)msg_in_number(expires, SIP_EXPIRES_MAX, &s);
    for (size_t i = 0; i < SIP_CONTACTS_MAX && msg_in_list(in, "Contact", &it, &pl); i++) {
        struct in_addr_hdr a;
        struct pl val;
        uint32_t one;
        int rank;

        if (msg_in_addr(&a, &pl))
            continue;
        rank = contact_rank(sip, &a);
        if (!rank || rank < best || !msg_in_param(&a.addr.params, "expires", &val) ||
            !msg_in_number(&val, SIP_EXPIRES_MAX, &one))
            continue;
        /* of two that may be ours the sooner: to refresh early does no harm */
        if (rank > best || one < s)
            s = one;
        best = rank;
    }
    return s < REFRESH_MIN_S ? REFRESH_MIN_S : s;
}

/* RFC 3261 section 20.35; FreeSWITCH says it in User-Agent. */
static void learn_server(struct ars_sip *sip, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Server");

    if (!val)
        val = msg_in_hdr(in, "User-Agent");
    free(sip->reg.server);
    sip->reg.server = val ? ars_utf8_clean(val->p, val->l) : NULL;
}

static void on_ok(struct ars_sip *sip, const struct sip_in *in)
{
    uint32_t s = granted(sip, in);
    uint64_t ms = (uint64_t)s * 1000;
    uint64_t lo = ms * REFRESH_LO_PCT / 100;
    uint64_t hi = ms * REFRESH_HI_PCT / 100;

    /* RFC 3608 section 5: none in the newest answer is none */
    if (route_learn(&sip->reg.routes, in, "Service-Route", false))
        ars_log(ARS_LOG_WARN, "sip", "the registrar's Service-Route cannot be used");
    learn_server(sip, in);
    sip->reg.until_ms = ars_clock_ms() + ms;
    sip->reg.again_ms = 0;
    set_state(sip, REG_DONE);
    ars_timer_start(sip->timers, &sip->reg.timer, lo + ars_rand_below((uint32_t)(hi - lo) + 1),
                    on_refresh, sip);
    if (sip->h.registered)
        sip->h.registered(s, sip->arg);
}

/* 423: ask for what the registrar wants. False: it makes no sense. */
static bool raise_expires(struct ars_sip *sip, const struct sip_in *in)
{
    const struct pl *min = msg_in_hdr(in, "Min-Expires");
    uint32_t s;

    if (!min || !msg_in_number(min, UINT32_MAX, &s))
        return false;
    if (s <= sip->reg.expires_s || s > SIP_EXPIRES_MAX)
        return false;
    sip->reg.expires_s = s;
    return true;
}

/* Another REGISTER follows: 0. Else why not. */
static int repeat(struct ars_sip *sip, const struct sip_in *in)
{
    int err;

    if (in->status == 401 || in->status == 407) {
        err = auth_challenged(sip, &sip->reg.try, in);
        return err ? err : send_register(sip);
    }
    if (in->status == 423 && sip->reg.state == REG_TRYING && raise_expires(sip, in))
        return send_register(sip);
    /* RFC 5626 section 4.2.1: once more without outbound */
    if (in->status == 439 && !sip->reg.plain) {
        sip->reg.plain = true;
        return send_register(sip);
    }
    return EPROTO;
}

static void on_refused(struct ars_sip *sip, const struct sip_in *in)
{
    int err = repeat(sip, in);
    struct ars_reason why;

    if (!err)
        return;
    if (sip->reg.state == REG_LEAVING) {
        left(sip);
        return;
    }
    if (err == EPROTO) {
        why_from_response(&why, in);
        /* FreeSWITCH's answer to a wrong password and to an unknown user */
        if (in->status == 403)
            why.code = ARS_REASON_WRONG_PASSWORD;
        if (!passes_by_itself(in->status) || !refresh_later(sip, why.retry_after_s))
            failed(sip, &why, why.retry_after_s, in->status == 403);
        return;
    }
    why_from_auth(&why, err, in);
    failed(sip, &why, 0, err == EACCES || err == EPERM);
}

static void on_response(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip *sip = arg;

    if (in && in->status < 200)
        return;
    if (in && in->status < 300 && sip->reg.state == REG_TRYING) {
        on_ok(sip, in);
    } else if (in && in->status >= 300) {
        on_refused(sip, in);
    } else if (sip->reg.state == REG_LEAVING) {
        left(sip);
    } else {
        /* no answer at all: the flow is dead (RFC 5626 section 4.4) */
        set_state(sip, REG_NONE);
        if (err == ETIMEDOUT)
            endpoint_flow_failed(sip);
    }
}

void reg_lost(struct ars_sip *sip)
{
    bool leaving = sip->reg.state == REG_LEAVING;

    ctrans_detach(&sip->reg.ct);
    if (leaving)
        left(sip);
    else if (sip->reg.state != REG_NONE)
        set_state(sip, REG_NONE);
}

int ars_sip_register(struct ars_sip *sip)
{
    struct reg *r = &sip->reg;
    int err;

    if (!sip->tp)
        return ENOTCONN;
    ctrans_detach(&r->ct);
    if (r->state == REG_LEAVING)
        set_state(sip, REG_NONE);
    memset(&r->try, 0, sizeof(r->try));
    set_state(sip, REG_TRYING);
    err = send_register(sip);
    if (err)
        set_state(sip, REG_NONE);
    return err;
}

int ars_sip_unregister(struct ars_sip *sip)
{
    struct reg *r = &sip->reg;
    int err;

    if (!sip->tp || r->state == REG_NONE || r->state == REG_LEAVING)
        return ENOTCONN;
    ctrans_detach(&r->ct);
    memset(&r->try, 0, sizeof(r->try));
    set_state(sip, REG_LEAVING);
    err = send_register(sip);
    if (err) {
        set_state(sip, REG_NONE);
        return err;
    }
    ars_timer_start(sip->timers, &r->timer, LEAVE_WAIT_MS, on_leave_timeout, sip);
    return 0;
}

const struct route_set *reg_routes(const struct ars_sip *sip)
{
    return sip->reg.routes.n ? &sip->reg.routes : &sip->outbound;
}

const char *ars_sip_server(const struct ars_sip *sip)
{
    return sip->reg.server ? sip->reg.server : "";
}
