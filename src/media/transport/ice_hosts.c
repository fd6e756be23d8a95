/* media: which local addresses are host candidates, and in which order. */
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/ice_hosts.h"

/* No packet is sent there: which interface the default route takes (RFC 5737, RFC 3849). */
#define ANYWHERE  "198.51.100.1"
#define ANYWHERE6 "2001:db8::1"
#define ANY_PORT  9 /* connect() wants one */

enum rank {
    RANK_LOOPBACK,
    RANK_ROUTED,       /* to the server */
    RANK_ROUTED_OTHER, /* outside, in the other family */
    RANK_OTHER,
    RANK_OTHER_FAMILY,
    RANKS,
};

struct machine {
    enum ars_family family; /* the server's */
    bool loopback;
    struct ars_addr routed;
    struct ars_addr routed_other;
};

bool icehosts_route(const struct ars_addr *dst, struct ars_addr *ret)
{
    struct sockaddr_storage ss;
    struct ars_addr to = *dst;
    socklen_t len;
    bool ok = false;
    int fd;

    to.port = ANY_PORT;
    len = ars_addr_to_sockaddr(&to, &ss);
    fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (connect(fd, (struct sockaddr *)&ss, len) == 0) {
        len = sizeof(ss);
        ok = getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
             ars_addr_from_sockaddr((struct sockaddr *)&ss, ret) == 0;
    }
    (void)close(fd);
    ret->port = 0;
    return ok;
}

static struct machine look(const struct ars_addr *server)
{
    bool v6 = server->family == ARS_AF_INET6;
    struct machine m = {.family = v6 ? ARS_AF_INET6 : ARS_AF_INET};
    struct ars_addr out = *server;
    struct ars_addr other;

    m.loopback = ars_addr_is_loopback(server);
    if (server->family == ARS_AF_NONE || m.loopback)
        (void)ars_addr_parse(v6 ? ANYWHERE6 : ANYWHERE, 0, &out);
    (void)ars_addr_parse(v6 ? ANYWHERE : ANYWHERE6, 0, &other);
    (void)icehosts_route(&out, &m.routed);
    (void)icehosts_route(&other, &m.routed_other);
    return m;
}

/* RFC 3927, RFC 4291 2.5.6 */
static bool is_link_local(const struct ars_addr *a)
{
    if (a->family == ARS_AF_INET6)
        return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
    return a->ip[0] == 169 && a->ip[1] == 254;
}

/* RANKS: not to be used. */
static enum rank rank_of(const struct machine *m, const struct ars_addr *a)
{
    if (ars_addr_is_loopback(a))
        return m->loopback && a->family == m->family ? RANK_LOOPBACK : RANKS;
    if (is_link_local(a))
        return RANKS;
    if (ars_addr_eq(a, &m->routed))
        return RANK_ROUTED;
    if (ars_addr_eq(a, &m->routed_other))
        return RANK_ROUTED_OTHER;
    return a->family == m->family ? RANK_OTHER : RANK_OTHER_FAMILY;
}

static bool is_up(const struct ifaddrs *ifa, struct ars_addr *ret)
{
    const unsigned up = IFF_UP | IFF_RUNNING;

    if (!ifa->ifa_addr || (ifa->ifa_flags & up) != up || ars_addr_from_sockaddr(ifa->ifa_addr, ret))
        return false;
    ret->port = 0;
    return true;
}

static bool has(const struct ars_addr *v, size_t n, const struct ars_addr *a)
{
    for (size_t i = 0; i < n; i++) {
        if (ars_addr_eq(&v[i], a))
            return true;
    }
    return false;
}

size_t icehosts_find(const struct ars_addr *server, struct ars_addr *v, size_t max)
{
    struct machine m = look(server);
    struct ifaddrs *list = NULL;
    struct ars_addr a;
    size_t n = 0;

    if (getifaddrs(&list))
        return 0;
    for (enum rank rank = 0; rank < RANKS; rank++) {
        for (const struct ifaddrs *i = list; i && n < max; i = i->ifa_next) {
            if (is_up(i, &a) && rank_of(&m, &a) == rank && !has(v, n, &a))
                v[n++] = a;
        }
    }
    freeifaddrs(list);
    return n;
}
