/* media: the addresses of this machine that a call can leave from. Any thread. */
#ifndef ARS_MEDIA_TRANSPORT_ICE_HOSTS_H
#define ARS_MEDIA_TRANSPORT_ICE_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/addr.h>

/*
 * Without ports, in order of preference: loopback of the server's family when the server is reached
 * over loopback; what routes to the server; what routes outside in the other family; the others,
 * the server's family first. Never link-local ones (RFC 8445 5.1.1.1). Their number.
 */
size_t icehosts_find(const struct ars_addr *server, struct ars_addr *v, size_t max);

/* The local address that the route to dst takes, without a port. False: there is no route. */
bool icehosts_route(const struct ars_addr *dst, struct ars_addr *ret);

#endif
