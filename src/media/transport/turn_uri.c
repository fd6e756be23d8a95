/* media: reads "turn:" and "turns:" URIs (RFC 7065 3.1, defaults of RFC 8656 6). */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include <ars/addr.h>
#include <ars/str.h>

#include "transport/turn_uri.h"

#define PORT     3478
#define PORT_TLS 5349

static int copy_host(struct turn_uri *u, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] <= ' ' || strchr("/@#\"<>\\[]", s[i]))
            return EINVAL;
    }
    if (len == 0 || len >= sizeof(u->host))
        return EINVAL;
    memcpy(u->host, s, len);
    u->host[len] = '\0';
    return 0;
}

/* HOST[:PORT] up to len. */
static int host_port(struct turn_uri *u, const char *s, size_t len)
{
    const char *end = s + len;
    const char *host_end = memchr(s, ':', len);
    char port[6] = "";
    uint32_t n = 0;

    if (!host_end)
        host_end = end;
    if (copy_host(u, s, (size_t)(host_end - s)))
        return EINVAL;
    if (host_end == end)
        return 0;
    if ((size_t)(end - host_end) > sizeof(port))
        return EINVAL;
    memcpy(port, host_end + 1, (size_t)(end - host_end) - 1);
    if (ars_str_to_u32(port, UINT16_MAX, &n) || n == 0)
        return EINVAL;
    u->port = (uint16_t)n;
    return 0;
}

int turn_uri_parse(const char *s, struct turn_uri *ret)
{
    static const char key[] = "?transport=";
    struct turn_uri u = {.port = PORT};
    struct ars_addr literal;
    const char *query;

    if (strncasecmp(s, "turns:", 6) == 0) {
        u.tls = u.tcp = true;
        u.port = PORT_TLS;
        s += 6;
    } else if (strncasecmp(s, "turn:", 5) == 0) {
        s += 5;
    } else {
        return EINVAL;
    }
    query = strchr(s, '?');
    if (host_port(&u, s, query ? (size_t)(query - s) : strlen(s)))
        return EINVAL;
    if (query) {
        if (strncasecmp(query, key, sizeof(key) - 1) != 0)
            return EINVAL;
        query += sizeof(key) - 1;
        if (strcasecmp(query, "tcp") == 0)
            u.tcp = true;
        else if (strcasecmp(query, "udp") != 0 || u.tls)
            return EINVAL;
    }
    if (u.tls && ars_addr_parse(u.host, 0, &literal) == 0)
        return EINVAL;
    *ret = u;
    return 0;
}
