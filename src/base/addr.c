/* base: IP addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/str.h>

static size_t ip_len(const struct ars_addr *a)
{
    return a->family == ARS_AF_INET ? 4 : a->family == ARS_AF_INET6 ? 16 : 0;
}

int ars_addr_parse(const char *ip, uint16_t port, struct ars_addr *ret)
{
    char text[INET6_ADDRSTRLEN];
    struct ars_addr a = {.port = port};
    size_t len = ip ? strlen(ip) : 0;

    if (len > 2 && ip[0] == '[' && ip[len - 1] == ']') {
        ip++;
        len -= 2;
    }
    if (len == 0 || len >= sizeof(text))
        return EINVAL;
    memcpy(text, ip, len);
    text[len] = '\0';
    if (inet_pton(AF_INET, text, a.ip) == 1)
        a.family = ARS_AF_INET;
    else if (inet_pton(AF_INET6, text, a.ip) == 1)
        a.family = ARS_AF_INET6;
    else
        return EINVAL;
    *ret = a;
    return 0;
}

int ars_host_port_parse(const char *s, char **ret_host, uint16_t *ret_port)
{
    const char *colon = strrchr(s, ':');
    const char *host = s;
    size_t len = strlen(s);
    uint32_t port = 0;
    char *copy;

    if (*s == '[') {
        const char *close = strchr(s, ']');

        if (!close || (close[1] && close[1] != ':'))
            return EINVAL;
        host = s + 1;
        len = (size_t)(close - host);
        colon = close[1] ? close + 1 : NULL;
    } else if (colon && strchr(s, ':') != colon) {
        colon = NULL; /* an IPv6 address alone */
    } else if (colon) {
        len = (size_t)(colon - s);
    }
    if (len == 0 || (colon && (ars_str_to_u32(colon + 1, UINT16_MAX, &port) || port == 0)))
        return EINVAL;
    copy = ars_strndup(host, len);
    if (!copy)
        return ENOMEM;
    *ret_host = copy;
    *ret_port = (uint16_t)port;
    return 0;
}

int ars_addr_from_sockaddr(const struct sockaddr *sa, struct ars_addr *ret)
{
    struct ars_addr a = {0};

    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, sa, sizeof(in));
        a.family = ARS_AF_INET;
        memcpy(a.ip, &in.sin_addr, 4);
        a.port = ntohs(in.sin_port);
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, sa, sizeof(in6));
        a.family = ARS_AF_INET6;
        memcpy(a.ip, &in6.sin6_addr, 16);
        a.port = ntohs(in6.sin6_port);
        a.scope = in6.sin6_scope_id;
    } else {
        return EAFNOSUPPORT;
    }
    *ret = a;
    return 0;
}

socklen_t ars_addr_to_sockaddr(const struct ars_addr *a, struct sockaddr_storage *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (a->family == ARS_AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};

        memcpy(&in.sin_addr, a->ip, 4);
        memcpy(ret, &in, sizeof(in));
        return sizeof(in);
    }
    if (a->family == ARS_AF_INET6) {
        struct sockaddr_in6 in6 = {
            .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_scope_id = a->scope};

        memcpy(&in6.sin6_addr, a->ip, 16);
        memcpy(ret, &in6, sizeof(in6));
        return sizeof(in6);
    }
    return 0;
}

char *ars_addr_ip(const struct ars_addr *a, char out[ARS_ADDR_STR])
{
    int af = a->family == ARS_AF_INET6 ? AF_INET6 : AF_INET;

    if (a->family == ARS_AF_NONE || !inet_ntop(af, a->ip, out, ARS_ADDR_STR))
        memcpy(out, "-", 2);
    return out;
}

char *ars_addr_str(const struct ars_addr *a, char out[ARS_ADDR_STR])
{
    char ip[ARS_ADDR_STR];
    bool v6 = a->family == ARS_AF_INET6;

    ars_addr_ip(a, ip);
    snprintf(out, ARS_ADDR_STR, "%s%.45s%s:%u", v6 ? "[" : "", ip, v6 ? "]" : "", a->port);
    return out;
}

bool ars_addr_eq(const struct ars_addr *a, const struct ars_addr *b)
{
    return a->family == b->family && a->port == b->port && a->scope == b->scope &&
           memcmp(a->ip, b->ip, ip_len(a)) == 0;
}

bool ars_addr_is_loopback(const struct ars_addr *a)
{
    static const uint8_t v6[16] = {[15] = 1};

    if (a->family == ARS_AF_INET)
        return a->ip[0] == 127;
    return a->family == ARS_AF_INET6 && memcmp(a->ip, v6, sizeof(v6)) == 0;
}
