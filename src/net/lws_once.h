/*
 * Inside net: what libwebsockets keeps for the whole process.
 */
#ifndef NET_LWS_ONCE_H
#define NET_LWS_ONCE_H

#include <libwebsockets.h>

/*
 * Options of every context and vhost of ours. A context is made without a vhost and without
 * LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, after lws_once(): version 4.1 takes new ex_data indexes for
 * each context that asks for it, so that a handshake under way in another thread loses its wsi.
 */
#define LWS_CONTEXT_OPTIONS LWS_SERVER_OPTION_EXPLICIT_VHOSTS
#define LWS_VHOST_OPTIONS   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT

/* Keeps lws from reading http_proxy: an address without a host and with port 0 means none. */
#define LWS_NO_PROXY ":0"

/* The log, and OpenSSL as lws wants it; before any context. Any thread. */
void lws_once(void);

#endif
