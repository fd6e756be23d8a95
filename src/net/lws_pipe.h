/* net: the descriptor that wakes a libwebsockets context. On the context's thread. */
#ifndef ARS_NET_LWS_PIPE_H
#define ARS_NET_LWS_PIPE_H

struct lws_context;

/*
 * lws_context_destroy(). Without this, libwebsockets 4.3.4 to 4.3.6 and 4.4.0 leave the context's
 * eventfd open (its issue 2744), and a phone that reconnects all night runs out of descriptors.
 * Nobody may call lws_cancel_service() any more.
 */
void lws_pipe_destroy_context(struct lws_context *ctx);

#endif
