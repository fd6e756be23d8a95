/* The HTTP proxy of the environment. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/addr.h>
#include <ars/log.h>
#include <ars/proxy.h>
#include <ars/str.h>

#define PROXY_PORT 80 /* of an http:// URL without a port */

/* The first that is set and not empty decides. */
static const char *const proxy_names[] = {
    "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
};

static const char *env_first(const char *const *names, size_t n, const char **ret_name)
{
    for (size_t i = 0; i < n; i++) {
        const char *v = getenv(names[i]);

        if (v && *v) {
            *ret_name = names[i];
            return v;
        }
    }
    return NULL;
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;

    if (memcmp(a, b, bits / 8) != 0)
        return false;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

/* "10.0.0.0/8", "fd00::/8", or a single address. */
static bool address_in(const struct ars_addr *addr, char *entry)
{
    struct ars_addr net;
    char *slash = strchr(entry, '/');
    uint32_t bits;
    uint32_t width;

    if (slash)
        *slash = '\0';
    if (ars_addr_parse(entry, 0, &net) || net.family != addr->family)
        return false;
    width = net.family == ARS_AF_INET ? 32 : 128;
    bits = width;
    if (slash && ars_str_to_u32(slash + 1, width, &bits))
        return false;
    return bits_equal(addr->ip, net.ip, bits);
}

/* A name matches itself and everything below it: "example.com" and ".example.com" alike. */
static bool name_in(const char *host, const char *entry)
{
    size_t hl = strlen(host);
    size_t el;

    if (*entry == '*')
        entry++;
    while (*entry == '.')
        entry++;
    el = strlen(entry);
    if (hl && host[hl - 1] == '.')
        hl--;
    if (el && entry[el - 1] == '.')
        el--;
    if (el == 0 || hl < el || strncasecmp(host + hl - el, entry, el) != 0)
        return false;
    return hl == el || host[hl - el - 1] == '.';
}

/* Takes ":port" off; false when it is there and another. IPv6 with a port is in brackets. */
static bool port_fits(char *entry, uint16_t port)
{
    char *colon = strrchr(entry, ':');
    uint32_t p;

    if (!colon || (entry[0] != '[' && strchr(entry, ':') != colon))
        return true;
    if (entry[0] == '[' && colon[-1] != ']')
        return true;
    *colon = '\0';
    return ars_str_to_u32(colon + 1, UINT16_MAX, &p) == 0 && p == port;
}

static bool entry_fits(char *entry, const char *host, uint16_t port)
{
    struct ars_addr addr;

    if (strcmp(entry, "*") == 0)
        return true;
    if (!port_fits(entry, port))
        return false;
    if (ars_addr_parse(host, 0, &addr) == 0)
        return address_in(&addr, entry);
    return name_in(host, entry);
}

static bool no_proxy_for(const char *host, uint16_t port)
{
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    const char *name;
    const char *list = env_first(names, 2, &name);

    while (list && *list) {
        char entry[ARS_PROXY_HOST_MAX];
        size_t len;

        list += strspn(list, ", \t");
        len = strcspn(list, ", \t");
        if (len && ars_strncpy(entry, sizeof(entry), list, len) && entry_fits(entry, host, port))
            return true;
        list += len;
    }
    return false;
}

/* The host and port of "[http://]host[:port][/...]". */
static int authority_parse(const char *s, char ret_host[ARS_PROXY_HOST_MAX], uint16_t *ret_port)
{
    char buf[ARS_PROXY_HOST_MAX];
    struct ars_addr addr;
    uint32_t port = PROXY_PORT;
    char *host = buf;
    char *colon;

    if (!ars_strncpy(buf, sizeof(buf), s, strcspn(s, "/?#")) || strchr(buf, '@'))
        return EINVAL;
    colon = strrchr(buf, ':');
    if (buf[0] == '[') {
        char *end = strchr(buf, ']');

        if (!end || (end[1] != '\0' && end[1] != ':'))
            return EINVAL;
        colon = end[1] == ':' ? end + 1 : NULL;
        *end = '\0';
        host = buf + 1;
        if (ars_addr_parse(host, 0, &addr) || addr.family != ARS_AF_INET6)
            return EINVAL;
    } else if (colon && strchr(buf, ':') != colon) {
        return EINVAL;
    }
    if (colon) {
        *colon = '\0';
        if (ars_str_to_u32(colon + 1, UINT16_MAX, &port) || port == 0)
            return EINVAL;
    }
    if (*host == '\0' || strpbrk(host, " \t\r\n"))
        return EINVAL;
    (void)ars_strcpy(ret_host, ARS_PROXY_HOST_MAX, host);
    *ret_port = (uint16_t)port;
    return 0;
}

int ars_proxy_from_env(const char *host, uint16_t port, char ret_host[ARS_PROXY_HOST_MAX],
                       uint16_t *ret_port)
{
    const char *name = "";
    const char *url = env_first(proxy_names, sizeof(proxy_names) / sizeof(proxy_names[0]), &name);
    const char *scheme_end;

    if (!url || no_proxy_for(host, port))
        return ENOENT;
    scheme_end = strstr(url, "://");
    if (scheme_end) {
        if (strncasecmp(url, "http://", 7) != 0) {
            ars_log(ARS_LOG_WARN, "net", "%s: only an http:// proxy can be used", name);
            return EINVAL;
        }
        url = scheme_end + 3;
    }
    if (authority_parse(url, ret_host, ret_port)) {
        /* the value may hold a password */
        ars_log(ARS_LOG_WARN, "net", "%s is not of the form http://host:port", name);
        return EINVAL;
    }
    return 0;
}
