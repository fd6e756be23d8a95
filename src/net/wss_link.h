/*
 * Inside net: what the two sides of a client connection share. The loop's side is wss.c, the
 * thread's wss_worker.c. Each holds one reference.
 */
#ifndef NET_WSS_LINK_H
#define NET_WSS_LINK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/reason.h>
#include <ars/trust.h>
#include <ars/wss.h>

#include "thread.h"

/*
 * "Host: " name ":65535" CRLF must fit the 128 bytes that lws has for the line. The name may be
 * followed by a NUL.
 */
#define WSS_HOST_MAX 112
#define WSS_PATH_MAX 1024

/* The server is not read from while more than this waits for the loop; half of it opens again. */
#define WSS_UNREAD_MAX  (1024 * 1024)
#define WSS_UNREAD_EACH 256 /* what a message counts beside its bytes */
#define WSS_EVENTS_MAX  (2 * WSS_UNREAD_MAX / WSS_UNREAD_EACH)
#define WSS_OUT_MAX     256 /* messages waiting to be sent */

struct ars_mailbox;
struct lws_context;

/* Loop to thread: one message, with room before it for lws' frame header. */
struct wss_out {
    size_t len;
    unsigned char data[]; /* LWS_PRE bytes, then the message */
};

enum wss_event_type {
    WSS_OPENED,
    WSS_FRAME,
    WSS_ALIVE,
    WSS_CLOSED,
};

/* Thread to loop. */
struct wss_event {
    enum wss_event_type type;
    struct ars_reason why; /* WSS_CLOSED */
    bool has_cert;
    struct ars_cert cert;
    size_t len; /* WSS_FRAME */
    char data[];
};

struct wss_link {
    /* immutable */
    struct ars_loop *loop;
    struct ars_addr addr;
    struct ars_addr proxy;
    char host[WSS_HOST_MAX + 1];
    char path[WSS_PATH_MAX + 2];
    uint16_t port;
    unsigned connect_ms;
    unsigned ping_s;
    unsigned hangup_s;
    struct ars_trust trust;
    char *ca_file;

    struct outlet *outlet;      /* thread to loop: struct wss_event */
    struct ars_mailbox *outbox; /* loop to thread: struct wss_out */
    struct wss_event *last;     /* thread only: WSS_CLOSED, made beforehand, so that none is lost */

    atomic_uint refs;
    atomic_bool quit;
    atomic_uint probe_ms; /* 0: no probe is asked for */
    atomic_size_t unread;
    atomic_bool stalled; /* the thread waits for `unread` to fall */

    pthread_mutex_t lock;
    struct lws_context *ctx; /* protected by lock */
};

void wss_link_unref(struct wss_link *lk);

/* Makes the thread look at outbox, quit and unread. Any thread. */
void wss_link_wake(struct wss_link *lk);

/* The thread; owns a reference. */
void wss_worker_main(void *arg);

#endif
