/*
 * Inside net: what the two sides of the WebSocket server share. The loop's side is wss_server.c,
 * the thread's server_worker.c. Peers are named by a number that is never used twice.
 */
#ifndef NET_SERVER_LINK_H
#define NET_SERVER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libwebsockets.h>

#include <ars/wss_server.h>

#include "thread.h"

#define SERVER_ORDERS_MAX 4096 /* waiting for the thread */
#define SERVER_EVENTS_MAX 4096 /* waiting for the loop */
#define SERVER_OUT_MAX    1024 /* waiting for one peer */
#define SERVER_PEERS_MAX  64

struct ars_mailbox;

enum server_order_type {
    ORDER_SEND,
    ORDER_CLOSE,
};

/* Loop to thread. */
struct server_order {
    struct server_order *next; /* in its session's queue */
    enum server_order_type type;
    uint32_t peer;
    size_t len;
    unsigned char data[]; /* ORDER_SEND: LWS_PRE bytes, then the message */
};

enum server_event_type {
    PEER_OPENED,
    PEER_FRAME,
    PEER_CLOSED,
};

/* Thread to loop. */
struct server_event {
    enum server_event_type type;
    uint32_t peer;
    size_t len;
    char data[];
};

/* The thread's side; the loop makes it, and frees it when the thread has been joined. */
struct server_worker;

/* EADDRINUSE, EINVAL, ENOMEM. Binds and listens; nothing is served before the thread runs. */
int server_worker_alloc(struct server_worker **ret, const struct ars_wss_server_conf *conf,
                        struct ars_mailbox *orders, struct outlet *outlet);
void server_worker_free(struct server_worker *w);
uint16_t server_worker_port(const struct server_worker *w);

/* Any thread. */
void server_worker_wake(struct server_worker *w);
void server_worker_quit(struct server_worker *w);

void *server_worker_main(void *arg);

#endif
