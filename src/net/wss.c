/* A WebSocket connection as the loop sees it; wss_worker.c is its thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libwebsockets.h>

#include <ars/loop.h>
#include <ars/mailbox.h>
#include <ars/str.h>
#include <ars/wss.h>

#include "wss_link.h"

#define CONNECT_MS 10000
#define PING_S     15
#define HANGUP_S   25

struct ars_wss {
    struct ars_transport tp; /* first */
    struct wss_link *link;
    struct outlet *outlet;
    struct ars_wss_handlers handlers;
    void *arg;
    bool open;
};

static int transport_send(struct ars_transport *tp, const char *msg, size_t len)
{
    struct ars_wss *w = (struct ars_wss *)tp;
    struct wss_out *out;
    int err;

    if (!w->open)
        return ENOTCONN;
    /* an empty frame makes FreeSWITCH hang up */
    if (len == 0 || len > ARS_WSS_MESSAGE_MAX)
        return EMSGSIZE;
    out = malloc(sizeof(*out) + LWS_PRE + len);
    if (!out)
        return ENOMEM;
    out->len = len;
    memcpy(out->data + LWS_PRE, msg, len);
    err = ars_mailbox_push(w->link->outbox, out);
    if (err)
        free(out);
    return err;
}

static const struct ars_transport_ops transport_ops = {.send = transport_send};

/* The worker is woken when it had stopped reading and enough has been taken. */
static void unread_taken(struct wss_link *lk, size_t len)
{
    size_t cost = len + WSS_UNREAD_EACH;
    size_t left = atomic_fetch_sub(&lk->unread, cost) - cost;

    if (left < WSS_UNREAD_MAX / 2 && atomic_load(&lk->stalled))
        wss_link_wake(lk);
}

/* Each handler may free w: it comes last. */
static void on_event(void *msg, void *arg)
{
    struct ars_wss *w = arg;
    struct wss_event *ev = msg;

    switch (ev->type) {
    case WSS_OPENED:
        w->open = true;
        if (w->handlers.opened)
            w->handlers.opened(w->arg);
        break;
    case WSS_FRAME:
        unread_taken(w->link, ev->len);
        if (w->handlers.frame)
            w->handlers.frame(ev->data, ev->len, w->arg);
        break;
    case WSS_ALIVE:
        if (w->handlers.alive)
            w->handlers.alive(w->arg);
        break;
    case WSS_CLOSED:
        w->open = false;
        if (w->handlers.closed)
            w->handlers.closed(&ev->why, ev->has_cert ? &ev->cert : NULL, w->arg);
        break;
    }
    free(ev);
}

static void on_outbox(void *arg)
{
    wss_link_wake(arg);
}

static bool text_is_plain(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s <= ' ' || *s == 0x7f)
            return false;
    }
    return true;
}

static int link_conf(struct wss_link *lk, const struct ars_wss_conf *conf)
{
    const char *path = conf->path ? conf->path : "";
    size_t hl = conf->host ? strlen(conf->host) : 0;

    /* these go into a request line and a header */
    if (hl == 0 || !text_is_plain(conf->host) || !text_is_plain(path))
        return EINVAL;
    if (conf->addr.family == ARS_AF_NONE || strlen(path) > WSS_PATH_MAX)
        return EINVAL;
    if (conf->host[0] == '[' && conf->host[hl - 1] == ']') {
        if (!ars_strncpy(lk->host, sizeof(lk->host), conf->host + 1, hl - 2))
            return EINVAL;
    } else if (!ars_strcpy(lk->host, sizeof(lk->host), conf->host)) {
        return EINVAL;
    }
    lk->path[0] = '/';
    (void)ars_strcpy(lk->path + 1, sizeof(lk->path) - 1, path[0] == '/' ? path + 1 : path);
    lk->addr = conf->addr;
    lk->proxy = conf->proxy;
    lk->port = conf->port;
    lk->connect_ms = conf->connect_ms ? conf->connect_ms : CONNECT_MS;
    lk->ping_s = conf->ping_s ? conf->ping_s : PING_S;
    lk->hangup_s = conf->hangup_s ? conf->hangup_s : HANGUP_S;
    lk->trust = conf->trust;
    if (conf->trust.ca_file) {
        lk->ca_file = ars_strdup(conf->trust.ca_file);
        lk->trust.ca_file = lk->ca_file;
        if (!lk->ca_file)
            return ENOMEM;
    }
    return 0;
}

static int link_alloc(struct wss_link **ret, struct ars_wss *w, struct ars_loop *loop,
                      const struct ars_wss_conf *conf)
{
    struct wss_link *lk = calloc(1, sizeof(*lk));
    const struct ars_mailbox_conf out = {
        .capacity = WSS_OUT_MAX, .bell = on_outbox, .arg = lk, .drop = free};
    int err;

    if (!lk)
        return ENOMEM;
    (void)pthread_mutex_init(&lk->lock, NULL);
    atomic_init(&lk->refs, 1);
    lk->loop = loop;
    err = link_conf(lk, conf);
    if (err)
        goto out;
    lk->last = calloc(1, sizeof(*lk->last));
    if (!lk->last) {
        err = ENOMEM;
        goto out;
    }
    lk->last->type = WSS_CLOSED;
    err = ars_mailbox_alloc(&lk->outbox, &out);
    if (err)
        goto out;
    err = outlet_alloc(&w->outlet, loop, WSS_EVENTS_MAX, 1, free, on_event, w);
    if (err)
        goto out;
    lk->outlet = outlet_ref(w->outlet);
    *ret = lk;
    return 0;

out:
    wss_link_unref(lk);
    return err;
}

void wss_link_unref(struct wss_link *lk)
{
    if (!lk || atomic_fetch_sub(&lk->refs, 1) != 1)
        return;
    ars_mailbox_free(lk->outbox);
    outlet_unref(lk->outlet);
    (void)pthread_mutex_destroy(&lk->lock);
    free(lk->last);
    free(lk->ca_file);
    free(lk);
}

void wss_link_wake(struct wss_link *lk)
{
    pthread_mutex_lock(&lk->lock);
    if (lk->ctx)
        lws_cancel_service(lk->ctx);
    pthread_mutex_unlock(&lk->lock);
}

int ars_wss_open(struct ars_wss **ret, struct ars_loop *loop, const struct ars_wss_conf *conf,
                 const struct ars_wss_handlers *handlers, void *arg)
{
    struct ars_wss *w = calloc(1, sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    w->tp.ops = &transport_ops;
    w->handlers = *handlers;
    w->arg = arg;
    err = link_alloc(&w->link, w, loop, conf);
    if (err)
        goto out;
    atomic_fetch_add(&w->link->refs, 1);
    loop_enter(loop);
    err = thread_start(wss_worker_main, w->link);
    if (err) {
        loop_leave(loop);
        wss_link_unref(w->link);
        goto out;
    }
    *ret = w;
    return 0;

out:
    outlet_close(w->outlet);
    wss_link_unref(w->link);
    free(w);
    return err;
}

void ars_wss_free(struct ars_wss *w)
{
    if (!w)
        return;
    outlet_close(w->outlet);
    atomic_store(&w->link->quit, true);
    wss_link_wake(w->link);
    wss_link_unref(w->link);
    free(w);
}

void ars_wss_probe(struct ars_wss *w, unsigned ms)
{
    atomic_store(&w->link->probe_ms, ms);
    wss_link_wake(w->link);
}

struct ars_transport *ars_wss_transport(struct ars_wss *w)
{
    return &w->tp;
}
