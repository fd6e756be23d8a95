/*
 * Inside net: where a domain has its SIP over secure WebSockets (RFC 3263, RFC 7118 section 5.5):
 * NAPTR "SIPS+D2W" names the SRV records; where there is none, _sips._wss. Loop's thread.
 */
#ifndef NET_SERVICE_H
#define NET_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include <ars/host_map.h>

#define SERVICE_TARGETS_MAX 4

struct service_target {
    char host[ARS_HOST_MAP_HOST_MAX];
    uint16_t port;
};

struct ars_loop;
struct service_query;

/* n 0: there is none, or no answer in 1.5 s. Best first (RFC 2782). */
typedef void service_fn(const struct service_target *targetv, size_t n, void *arg);

/* fn runs once unless cancelled, never from inside. ENOMEM, EAGAIN (no thread). */
int service_query(struct service_query **ret, struct ars_loop *loop, const char *domain,
                  service_fn *fn, void *arg);
/* fn will not run. Not from or after fn. Takes NULL. */
void service_cancel(struct service_query *q);

#endif
