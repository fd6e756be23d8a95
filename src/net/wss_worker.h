/*
 * Inside net: the thread of a client connection. wss_worker.c connects, secures and closes,
 * wss_frames.c moves the messages.
 */
#ifndef NET_WSS_WORKER_H
#define NET_WSS_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include <libwebsockets.h>

#include <ars/fsm.h>
#include <ars/str.h>

#include "trust.h"
#include "wss_link.h"

enum phase {
    CONNECTING,
    SECURING,
    UPGRADING,
    OPEN,
    CLOSING, /* the outbox is being emptied, or our close frame is on its way */
    CLOSED,
    PHASES,
};

extern const struct ars_fsm wss_phases;

struct worker {
    struct wss_link *lk;
    struct lws_context *ctx;
    struct lws *wsi; /* while open or closing */
    SSL_CTX *ssl_ctx;
    int phase;
    uint64_t began_ms;
    struct trust_check check;
    lws_sorted_usec_list_t deadline;
    lws_sorted_usec_list_t ping;
    lws_sorted_usec_list_t hangup;
    bool ping_due;
    unsigned probing_ms; /* 0: no */
    bool crlf_due;
    bool close_sent;
    unsigned pings;
    struct ars_buf in;  /* the message that is coming in, in fragments */
    char tls_text[96];  /* OpenSSL's words */
    char peer_text[96]; /* the peer's close frame */
};

/* For good. What it failed for is told already when it is closing. */
void wss_finish(struct worker *w, enum ars_reason_code code, int status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* From OPEN: the close frame, and what is queued before it, has some time still. */
void wss_closing(struct worker *w, enum ars_reason_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

struct wss_event *wss_event_new(enum wss_event_type type, const char *data, size_t len);
void wss_emit(struct worker *w, struct wss_event *ev);

/* Stops reading while the loop has too much to read, and begins again. */
void wss_stall_check(struct worker *w);

/* What lws wants back: 0, or -1 to close. */
int wss_receive(struct worker *w, struct lws *wsi, const void *in, size_t len);
int wss_writeable(struct worker *w, struct lws *wsi);

#endif
