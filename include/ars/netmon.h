/*
 * net: the network of this machine, and when it changes: rtnetlink(7), nothing is polled.
 */
#ifndef ARS_NETMON_H
#define ARS_NETMON_H

#include <stdbool.h>

#include <ars/addr.h>

struct ars_loop;
struct ars_netmon;

/*
 * changed: addresses, carriers or routes may be others than before; a storm of news is told once,
 * after 100 ms. Loop's thread. ENOMEM, or what the kernel says; then nothing is told.
 */
int ars_netmon_alloc(struct ars_netmon **ret, struct ars_loop *loop, void (*changed)(void *arg),
                     void *arg);
/* Takes NULL. */
void ars_netmon_free(struct ars_netmon *m);

/*
 * The address that packets to dst leave from, with port 0. False: there is no way: no route, or the
 * interface is down or unplugged. Any thread; nothing is sent.
 */
bool ars_net_source(const struct ars_addr *dst, struct ars_addr *ret);

/* Whether both are addresses of one interface, which is up and plugged in. Any thread. */
bool ars_net_is_one_link(const struct ars_addr *a, const struct ars_addr *b);

/* Whether any interface but loopback is up, plugged in, and has an address. Any thread. */
bool ars_net_is_up(void);

#endif
