/*
 * demo: the demo line: who is connected, who is registered, who is in a call. One SIP endpoint a
 * connection; the one account may be registered over several.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/rand.h>
#include <ars/resolver.h>
#include <ars/sip.h>
#include <ars/str.h>
#include <ars/timer.h>
#include <ars/wss_server.h>

#include "call.h"
#include "line.h"

#define PEERS_MAX        16
#define CALLS_MAX        8 /* of one connection */
#define CALL_BACK_MS     1000
#define EXPIRY_SLACK_S   5 /* a refresh may be under way */

#define CALL_BACK_NUMBER "602"
#define CALL_BACK_NAME   "ARS demo line"

struct peer {
    struct peer *next;
    struct demo_line *line;
    struct ars_wss_peer *wss;
    struct ars_sip *sip;
    struct demo_binding binding;
    struct ars_timer expiry;
    struct ars_timer call_back;
    struct demo_call *calls[CALLS_MAX];
};

struct demo_line {
    struct ars_loop *loop;
    struct demo_line_conf conf;
    struct ars_resolver *resolver;
    struct ars_wss_server *server;
    struct peer *peers;
};

static struct demo_call **free_slot(struct peer *p)
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (!p->calls[i])
            return &p->calls[i];
    return NULL;
}

static void call_back(void *arg);

static void on_call_ended(struct demo_call *call, bool served, void *arg)
{
    struct peer *p = arg;

    for (size_t i = 0; i < CALLS_MAX; i++)
        if (p->calls[i] == call)
            p->calls[i] = NULL;
    demo_call_free(call);
}

static void on_call_back_asked(struct demo_call *call, bool served, void *arg)
{
    struct peer *p = arg;

    on_call_ended(call, served, arg);
    if (served)
        ars_timer_start(ars_loop_timers(p->line->loop), &p->call_back, CALL_BACK_MS, call_back, p);
}

static struct demo_call_conf call_conf(struct peer *p, enum demo_service service)
{
    return (struct demo_call_conf){
        .loop = p->line->loop,
        .resolver = p->line->resolver,
        .service = service,
        .ended = service == DEMO_CALL_BACK ? on_call_back_asked : on_call_ended,
        .arg = p,
    };
}

static void call_back(void *arg)
{
    struct peer *p = arg;
    struct demo_call **slot = free_slot(p);
    struct demo_call_conf conf = call_conf(p, DEMO_ECHO);

    if (!slot || !p->binding.contact[0])
        return;

    int err = demo_call_make(slot, &conf, p->sip, p->binding.contact);

    if (err)
        ars_log(ARS_LOG_WARN, "demo", "cannot call back: %s", strerror(err));
}

static void on_expired(void *arg)
{
    struct peer *p = arg;

    p->binding.contact[0] = '\0';
}

/* ---- handlers of sip ---- */

static int on_incoming(struct ars_sip_call *call, const struct ars_sip_incoming *in, void *arg)
{
    struct peer *p = arg;
    enum demo_service service = demo_service_of(in->called);
    struct demo_call **slot = free_slot(p);
    struct demo_call_conf conf = call_conf(p, service);

    if (!p->binding.contact[0])
        return 403;
    if (service == DEMO_NONE)
        return 404;
    if (!slot)
        return 486;

    int err = demo_call_take(slot, &conf, call, in);

    if (err)
        ars_log(ARS_LOG_WARN, "demo", "call refused: %s", strerror(err));
    return err ? 500 : 0;
}

static bool on_request(struct ars_sip_request *req, void *arg)
{
    struct peer *p = arg;

    if (strcmp(ars_sip_request_method(req), "REGISTER"))
        return false;
    if (demo_register(&p->line->conf.account, req, &p->binding))
        return true;
    if (p->binding.contact[0])
        ars_timer_start(ars_loop_timers(p->line->loop), &p->expiry,
                        (p->binding.expires_s + EXPIRY_SLACK_S) * UINT64_C(1000), on_expired, p);
    else
        ars_timer_stop(&p->expiry);
    return true;
}

static void trace(bool out, const char *msg, size_t len, void *arg)
{
    ars_log(ARS_LOG_INFO, "demo", "%s\n%.*s", out ? "sent:" : "received:", (int)len, msg);
}

/* ---- connections ---- */

static void free_peer(struct peer *p)
{
    ars_timer_stop(&p->expiry);
    ars_timer_stop(&p->call_back);
    for (size_t i = 0; i < CALLS_MAX; i++)
        demo_call_free(p->calls[i]);
    ars_sip_free(p->sip);
    free(p);
}

static int alloc_peer(struct peer **ret, struct demo_line *line, struct ars_wss_peer *wss)
{
    static const struct ars_sip_handlers handlers = {
        .incoming = on_incoming,
        .request = on_request,
    };
    char instance[37];
    struct ars_sip_conf conf = {
        .user = CALL_BACK_NUMBER,
        .domain = "localhost",
        .password = line->conf.account.password,
        .display_name = CALL_BACK_NAME,
        .user_agent = "ARS demo line",
        .instance = instance,
        .timers = ars_loop_timers(line->loop),
    };
    struct peer *p = calloc(1, sizeof(*p));

    if (!p)
        return ENOMEM;
    p->line = line;
    p->wss = wss;
    ars_rand_uuid(instance);

    int err = ars_sip_alloc(&p->sip, &conf, &handlers, p);

    if (err) {
        free_peer(p);
        return err;
    }
    if (line->conf.trace)
        ars_sip_set_trace(p->sip, trace, NULL);
    ars_sip_set_transport(p->sip, ars_wss_peer_transport(wss), true);
    *ret = p;
    return 0;
}

static void on_opened(struct ars_wss_peer *wss, void *arg)
{
    struct demo_line *line = arg;
    struct peer *p;

    if (alloc_peer(&p, line, wss)) {
        ars_wss_peer_close(wss);
        return;
    }
    p->next = line->peers;
    line->peers = p;
    ars_wss_peer_set_arg(wss, p);
}

static void on_frame(struct ars_wss_peer *wss, const char *msg, size_t len, void *arg)
{
    struct peer *p = ars_wss_peer_arg(wss);

    if (p)
        ars_sip_receive(p->sip, msg, len);
}

static void on_closed(struct ars_wss_peer *wss, void *arg)
{
    struct demo_line *line = arg;
    struct peer **at = &line->peers;

    while (*at && (*at)->wss != wss)
        at = &(*at)->next;
    if (*at) {
        struct peer *p = *at;

        *at = p->next;
        free_peer(p);
    }
}

static const struct ars_wss_server_handlers server_handlers = {
    .opened = on_opened,
    .frame = on_frame,
    .closed = on_closed,
};

/* ---- public ---- */

int demo_line_alloc(struct demo_line **ret, struct ars_loop *loop,
                    const struct demo_line_conf *conf)
{
    struct ars_wss_server_conf server = {
        .cert_pem = conf->cert_pem,
        .key_pem = conf->key_pem,
        .path = "/ws",
        .peers_max = PEERS_MAX,
    };
    struct demo_line *line = calloc(1, sizeof(*line));

    if (!line)
        return ENOMEM;
    line->loop = loop;
    line->conf = *conf;

    int err = ars_addr_parse("127.0.0.1", conf->port, &server.bind);

    if (!err)
        err = ars_resolver_alloc(&line->resolver, loop, NULL);
    if (!err)
        err = ars_wss_server_alloc(&line->server, loop, &server, &server_handlers, line);
    if (err) {
        demo_line_free(line);
        return err;
    }
    *ret = line;
    return 0;
}

void demo_line_free(struct demo_line *line)
{
    if (!line)
        return;
    while (line->peers) {
        struct peer *p = line->peers;

        line->peers = p->next;
        free_peer(p);
    }
    ars_wss_server_free(line->server);
    ars_resolver_free(line->resolver);
    free(line);
}

uint16_t demo_line_port(const struct demo_line *line)
{
    return ars_wss_server_port(line->server);
}
