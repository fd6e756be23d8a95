/*
 * base: an IP address with port, free of any library's type. Plain data.
 */
#ifndef ARS_ADDR_H
#define ARS_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ARS_ADDR_STR     64
#define ARS_STUN_SERVERS 8 /* that are asked for an address of ours */

enum ars_family {
    ARS_AF_NONE,
    ARS_AF_INET,
    ARS_AF_INET6,
};

struct ars_addr {
    enum ars_family family;
    uint8_t ip[16]; /* network order; the first 4 for IPv4 */
    uint32_t scope; /* IPv6 scope id */
    uint16_t port;  /* host order */
};

/* A literal, IPv6 with or without brackets; no name is looked up. EINVAL. */
int ars_addr_parse(const char *ip, uint16_t port, struct ars_addr *ret);

/*
 * "HOST", "HOST:PORT", "[IPV6]:PORT", or an IPv6 address alone; *ret_port is 0 without one. Caller
 * frees *ret_host. EINVAL, ENOMEM.
 */
int ars_host_port_parse(const char *s, char **ret_host, uint16_t *ret_port);

/* EAFNOSUPPORT. */
int ars_addr_from_sockaddr(const struct sockaddr *sa, struct ars_addr *ret);
socklen_t ars_addr_to_sockaddr(const struct ars_addr *a, struct sockaddr_storage *ret);

/* "192.0.2.1", "2001:db8::1"; with port "192.0.2.1:5061", "[2001:db8::1]:5061". Returns out. */
char *ars_addr_ip(const struct ars_addr *a, char out[ARS_ADDR_STR]);
char *ars_addr_str(const struct ars_addr *a, char out[ARS_ADDR_STR]);

bool ars_addr_eq(const struct ars_addr *a, const struct ars_addr *b);
bool ars_addr_is_loopback(const struct ars_addr *a);

#endif
