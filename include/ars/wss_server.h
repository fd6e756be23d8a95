/*
 * net: a small WebSocket server over TLS, for the demo line and for tests. On a thread of its own;
 * called and calling back on the loop's thread.
 */
#ifndef ARS_WSS_SERVER_H
#define ARS_WSS_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/transport.h>

struct ars_loop;
struct ars_wss_server;
struct ars_wss_peer;

struct ars_wss_server_conf {
    struct ars_addr bind; /* port 0: any, see ars_wss_server_port() */
    const char *cert_pem; /* file */
    const char *key_pem;  /* file */
    const char *path;     /* others get 404; NULL: any */
    size_t peers_max;     /* 0: 64 */
};

struct ars_wss_server_handlers {
    void (*opened)(struct ars_wss_peer *peer, void *arg);
    void (*frame)(struct ars_wss_peer *peer, const char *msg, size_t len, void *arg);
    void (*closed)(struct ars_wss_peer *peer, void *arg); /* peer is invalid afterwards */
};

/* EADDRINUSE, EINVAL (certificate), ENOMEM. */
int ars_wss_server_alloc(struct ars_wss_server **ret, struct ars_loop *loop,
                         const struct ars_wss_server_conf *conf,
                         const struct ars_wss_server_handlers *handlers, void *arg);

/* Closes every peer; no handler runs after. Takes NULL. */
void ars_wss_server_free(struct ars_wss_server *s);

uint16_t ars_wss_server_port(const struct ars_wss_server *s);

struct ars_transport *ars_wss_peer_transport(struct ars_wss_peer *peer);
void ars_wss_peer_set_arg(struct ars_wss_peer *peer, void *arg);
void *ars_wss_peer_arg(const struct ars_wss_peer *peer);
void ars_wss_peer_close(struct ars_wss_peer *peer);

#endif
