/*
 * net: the HTTP proxy that the environment asks for (https_proxy, http_proxy, all_proxy, no_proxy
 * in either case), for a wss:// connection. Any thread.
 */
#ifndef ARS_PROXY_H
#define ARS_PROXY_H

#include <stdint.h>

#define ARS_PROXY_HOST_MAX 256

/* 0 with host and port; ENOENT: connect directly; EINVAL: the variable makes no sense (logged). */
int ars_proxy_from_env(const char *host, uint16_t port, char ret_host[ARS_PROXY_HOST_MAX],
                       uint16_t *ret_port);

#endif
