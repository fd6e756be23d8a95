/*
 * net: names to addresses. Every name goes through the host map first, then to the system, in a
 * short worker thread each (never on the engine's or the wss thread). Callbacks on the loop's
 * thread.
 */
#ifndef ARS_RESOLVER_H
#define ARS_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>

#define ARS_RESOLVE_MAX 16 /* addresses kept of one answer */

struct ars_host_map;
struct ars_loop;
struct ars_query;
struct ars_resolver;

/* Takes ownership of map (may be NULL). ENOMEM. Loop's thread. */
int ars_resolver_alloc(struct ars_resolver **ret, struct ars_loop *loop, struct ars_host_map *map);

/* Running queries are cancelled. Takes NULL. */
void ars_resolver_free(struct ars_resolver *r);

/*
 * err 0: n >= 1 addresses with their port (the mapped one), IPv4 first. ENOENT: no such name, or
 * mapped to not-found; EAGAIN: the resolver failed for now; ETIMEDOUT: no answer in 10 s.
 */
typedef void ars_resolve_fn(int err, const struct ars_addr *addrv, size_t n, void *arg);

/*
 * fn runs exactly once unless cancelled, never from inside this call. ENOMEM, EAGAIN (32 at work).
 */
int ars_resolver_query(struct ars_resolver *r, struct ars_query **ret, const char *host,
                       uint16_t port, ars_resolve_fn *fn, void *arg);

/*
 * The same for a domain that was given without a port: where its NAPTR and SRV records say that SIP
 * over secure WebSockets is (RFC 3263, RFC 7118), else at host:port. A name that the map changes,
 * one without a dot and a literal are taken as they are.
 */
int ars_resolver_query_service(struct ars_resolver *r, struct ars_query **ret, const char *host,
                               uint16_t port, ars_resolve_fn *fn, void *arg);

/* fn will not run. Not to be called from or after fn. Takes NULL. */
void ars_query_cancel(struct ars_query *q);

#endif
