/*
 * net: one WebSocket connection over TLS (RFC 6455, RFC 7118), client side. It lives on a thread of
 * its own; everything here is called, and calls back, on the loop's thread.
 */
#ifndef ARS_WSS_H
#define ARS_WSS_H

#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/reason.h>
#include <ars/transport.h>
#include <ars/trust.h>

#define ARS_WSS_MESSAGE_MAX (256 * 1024)

struct ars_loop;
struct ars_wss;

/* Copied by ars_wss_open(). */
struct ars_wss_conf {
    struct ars_addr addr; /* where to connect: resolved and mapped */
    const char *host;     /* the original name: SNI, Host header, certificate check */
    uint16_t port;        /* the original port: Host header */
    const char *path;     /* "/ws"; NULL or "" for "/" */
    struct ars_trust trust;
    struct ars_addr proxy; /* HTTP CONNECT through here; family NONE for direct */
    unsigned connect_ms;   /* 0: 10 s, TCP (3.5 s of it at most), TLS and upgrade */
    unsigned ping_s;       /* 0: 15 */
    unsigned hangup_s;     /* 0: 25; without a PONG since */
};

struct ars_wss_handlers {
    void (*opened)(void *arg);
    /* One whole message, without CR/LF-only keep-alives. Valid during the call. */
    void (*frame)(const char *msg, size_t len, void *arg);
    /* The server has answered after ars_wss_probe(). */
    void (*alive)(void *arg);
    /*
     * Once, the last callback, also for a connection that never opened. cert: NULL unless refused.
     */
    void (*closed)(const struct ars_reason *why, const struct ars_cert *cert, void *arg);
};

/*
 * ENOMEM, EAGAIN (no thread), EINVAL: no address, a host of more than 112 characters (lws has no
 * room for more in its Host line), a path of more than 1024, blanks or control characters
 * in either. No handler runs before it returns.
 */
int ars_wss_open(struct ars_wss **ret, struct ars_loop *loop, const struct ars_wss_conf *conf,
                 const struct ars_wss_handlers *handlers, void *arg);

/*
 * Returns at once; no handler runs after. The thread sends what is queued, closes with 1000 and
 * gives the peer 0.5 s to answer; ars_loop_free() waits for it. May be called from a
 * handler. Takes NULL.
 */
void ars_wss_free(struct ars_wss *w);

/* Is it still there? `alive` follows, or within ms `closed`. Before `opened` it does nothing. */
void ars_wss_probe(struct ars_wss *w, unsigned ms);

/* Owned by w. */
struct ars_transport *ars_wss_transport(struct ars_wss *w);

#endif
