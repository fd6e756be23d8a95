/* The network of this machine: what it is now, and a netlink socket that tells of changes. */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <re.h>

#include <ars/loop.h>
#include <ars/netmon.h>
#include <ars/str.h>
#include <ars/timer.h>

/* An address comes with its route and a carrier: one piece of news. */
#define SETTLE_MS 100
#define DISCARD   9 /* RFC 863: connect() wants a port */

struct ars_netmon {
    struct ars_loop *loop;
    int fd;
    struct ars_timer timer;
    void (*changed)(void *arg);
    void *arg;
};

static void on_settled(void *arg)
{
    struct ars_netmon *m = arg;

    m->changed(m->arg);
}

/* What it says is not read: the kernel is asked when it is needed. */
static void on_news(int flags, void *arg)
{
    struct ars_netmon *m = arg;
    char buf[8192];
    ssize_t n;

    do {
        n = recv(m->fd, buf, sizeof(buf), MSG_DONTWAIT);
    } while (n > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR)));
    if (!ars_timer_running(&m->timer))
        ars_timer_start(ars_loop_timers(m->loop), &m->timer, SETTLE_MS, on_settled, m);
}

static int listen_to_kernel(struct ars_netmon *m)
{
    const struct sockaddr_nl addr = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                     RTMGRP_IPV6_ROUTE,
    };

    m->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (m->fd < 0 || bind(m->fd, (const struct sockaddr *)&addr, sizeof(addr)))
        return errno;
    return fd_listen(m->fd, FD_READ, on_news, m);
}

int ars_netmon_alloc(struct ars_netmon **ret, struct ars_loop *loop, void (*changed)(void *arg),
                     void *arg)
{
    struct ars_netmon *m = calloc(1, sizeof(*m));
    int err;

    if (!m)
        return ENOMEM;
    m->loop = loop;
    m->changed = changed;
    m->arg = arg;
    err = listen_to_kernel(m);
    if (err)
        ars_netmon_free(m);
    else
        *ret = m;
    return err;
}

void ars_netmon_free(struct ars_netmon *m)
{
    if (!m)
        return;
    ars_timer_stop(&m->timer);
    if (m->fd >= 0) {
        fd_close(m->fd);
        (void)close(m->fd);
    }
    free(m);
}

static bool route_source(const struct ars_addr *dst, struct ars_addr *ret)
{
    struct ars_addr to = *dst;
    struct sockaddr_storage ss;
    socklen_t len;
    bool ok;
    int fd;

    to.port = DISCARD;
    len = ars_addr_to_sockaddr(&to, &ss);
    fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    ok = connect(fd, (struct sockaddr *)&ss, len) == 0;
    len = sizeof(ss);
    ok = ok && getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
         ars_addr_from_sockaddr((struct sockaddr *)&ss, ret) == 0;
    (void)close(fd);
    ret->port = 0;
    return ok;
}

static bool is_link_local(const struct ars_addr *a)
{
    if (a->family == ARS_AF_INET)
        return a->ip[0] == 169 && a->ip[1] == 254; /* RFC 3927 */
    return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

/*
 * The interface, up and plugged in, that has it (NULL: any that may lead somewhere). False: none.
 */
static bool find_link(const struct ars_addr *addr, char name[IF_NAMESIZE])
{
    struct ifaddrs *list = NULL;
    struct ars_addr a;
    bool found = false;

    if (getifaddrs(&list))
        return false;
    for (const struct ifaddrs *i = list; i && !found; i = i->ifa_next) {
        if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || !(i->ifa_flags & IFF_RUNNING) ||
            ars_addr_from_sockaddr(i->ifa_addr, &a))
            continue;
        a.port = 0;
        found = addr ? ars_addr_eq(&a, addr) : !ars_addr_is_loopback(&a) && !is_link_local(&a);
        if (found)
            (void)ars_strcpy(name, IF_NAMESIZE, i->ifa_name);
    }
    freeifaddrs(list);
    return found;
}

bool ars_net_source(const struct ars_addr *dst, struct ars_addr *ret)
{
    struct ars_addr src = {0};

    char name[IF_NAMESIZE];

    if (dst->family == ARS_AF_NONE || !route_source(dst, &src) || !find_link(&src, name))
        return false;
    *ret = src;
    return true;
}

bool ars_net_is_one_link(const struct ars_addr *a, const struct ars_addr *b)
{
    char first[IF_NAMESIZE];
    char second[IF_NAMESIZE];

    return find_link(a, first) && find_link(b, second) && strcmp(first, second) == 0;
}

bool ars_net_is_up(void)
{
    char name[IF_NAMESIZE];

    return find_link(NULL, name);
}
