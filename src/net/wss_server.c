/* The WebSocket server as the loop sees it; server_worker.c is its thread. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <ars/mailbox.h>
#include <ars/wss.h>

#include "server_link.h"

struct ars_wss_peer {
    struct ars_transport tp; /* first */
    struct ars_wss_peer *next;
    struct ars_wss_server *server;
    uint32_t id;
    void *arg;
};

struct ars_wss_server {
    struct outlet *outlet;
    struct ars_mailbox *orders;
    struct server_worker *worker;
    pthread_t thread;
    struct ars_wss_server_handlers handlers;
    void *arg;
    struct ars_wss_peer *peers;
};

static int order(struct ars_wss_peer *p, enum server_order_type type, const char *msg, size_t len)
{
    struct server_order *o = malloc(sizeof(*o) + LWS_PRE + len);
    int err;

    if (!o)
        return ENOMEM;
    o->next = NULL;
    o->type = type;
    o->peer = p->id;
    o->len = len;
    if (len)
        memcpy(o->data + LWS_PRE, msg, len);
    err = ars_mailbox_push(p->server->orders, o);
    if (err)
        free(o);
    return err;
}

static int transport_send(struct ars_transport *tp, const char *msg, size_t len)
{
    if (len == 0 || len > ARS_WSS_MESSAGE_MAX)
        return EMSGSIZE;
    return order((struct ars_wss_peer *)tp, ORDER_SEND, msg, len);
}

static const struct ars_transport_ops transport_ops = {.send = transport_send};

static void peer_opened(struct ars_wss_server *s, uint32_t id)
{
    struct ars_wss_peer *p = calloc(1, sizeof(*p));
    struct ars_wss_peer unknown = {.server = s, .id = id};

    if (!p) {
        (void)order(&unknown, ORDER_CLOSE, NULL, 0);
        return;
    }
    p->tp.ops = &transport_ops;
    p->server = s;
    p->id = id;
    p->next = s->peers;
    s->peers = p;
    if (s->handlers.opened)
        s->handlers.opened(p, s->arg);
}

static void peer_closed(struct ars_wss_server *s, struct ars_wss_peer **at)
{
    struct ars_wss_peer *p = *at;

    *at = p->next;
    if (s->handlers.closed)
        s->handlers.closed(p, s->arg);
    free(p);
}

/* A handler may free the server: it comes last, but for the peer that is out of the list. */
static void on_event(void *msg, void *arg)
{
    struct ars_wss_server *s = arg;
    struct server_event *ev = msg;
    struct ars_wss_peer **p = &s->peers;

    while (*p && (*p)->id != ev->peer)
        p = &(*p)->next;
    if (ev->type == PEER_OPENED)
        peer_opened(s, ev->peer);
    else if (*p && ev->type == PEER_CLOSED)
        peer_closed(s, p);
    else if (*p && s->handlers.frame)
        s->handlers.frame(*p, ev->data, ev->len, s->arg);
    free(ev);
}

static void on_orders(void *arg)
{
    struct ars_wss_server *s = arg;

    server_worker_wake(s->worker);
}

int ars_wss_server_alloc(struct ars_wss_server **ret, struct ars_loop *loop,
                         const struct ars_wss_server_conf *conf,
                         const struct ars_wss_server_handlers *handlers, void *arg)
{
    struct ars_wss_server *s = calloc(1, sizeof(*s));
    const struct ars_mailbox_conf orders = {
        .capacity = SERVER_ORDERS_MAX, .bell = on_orders, .arg = s, .drop = free};
    /* each peer whose opening was told has its closing told */
    size_t peers = conf->peers_max ? conf->peers_max : SERVER_PEERS_MAX;
    int err;

    if (!s)
        return ENOMEM;
    s->handlers = *handlers;
    s->arg = arg;
    err = ars_mailbox_alloc(&s->orders, &orders);
    if (!err)
        err = outlet_alloc(&s->outlet, loop, SERVER_EVENTS_MAX, SERVER_EVENTS_MAX + peers, free,
                           on_event, s);
    if (!err)
        err = server_worker_alloc(&s->worker, conf, s->orders, s->outlet);
    if (!err)
        err = thread_start_joinable(&s->thread, server_worker_main, s->worker);
    if (err) {
        server_worker_free(s->worker);
        outlet_close(s->outlet);
        ars_mailbox_free(s->orders);
        free(s);
        return err;
    }
    *ret = s;
    return 0;
}

void ars_wss_server_free(struct ars_wss_server *s)
{
    struct ars_wss_peer *p;

    if (!s)
        return;
    outlet_close(s->outlet);
    server_worker_quit(s->worker);
    (void)pthread_join(s->thread, NULL);
    server_worker_free(s->worker);
    ars_mailbox_free(s->orders);
    while ((p = s->peers)) {
        s->peers = p->next;
        free(p);
    }
    free(s);
}

uint16_t ars_wss_server_port(const struct ars_wss_server *s)
{
    return server_worker_port(s->worker);
}

struct ars_transport *ars_wss_peer_transport(struct ars_wss_peer *peer)
{
    return &peer->tp;
}

void ars_wss_peer_set_arg(struct ars_wss_peer *peer, void *arg)
{
    peer->arg = arg;
}

void *ars_wss_peer_arg(const struct ars_wss_peer *peer)
{
    return peer->arg;
}

void ars_wss_peer_close(struct ars_wss_peer *peer)
{
    (void)order(peer, ORDER_CLOSE, NULL, 0);
}
