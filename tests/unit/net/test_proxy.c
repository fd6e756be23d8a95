/* The proxy variables, as curl and others read them. */
#include <stdlib.h>

#include <ars/proxy.h>

#include "suites.h"

static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY",
                                    "all_proxy",   "ALL_PROXY",   "no_proxy",   "NO_PROXY"};

struct row {
    const char *env[4]; /* name, value, name, value */
    const char *host;
    uint16_t port;
    int err;
    const char *proxy;
    uint16_t proxy_port;
};

static const struct row rows[] = {
    {{NULL}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://proxy.test:3128"}, "pbx.test", 443, 0, "proxy.test", 3128},
    {{"HTTPS_PROXY", "http://proxy.test:3128/"}, "pbx.test", 443, 0, "proxy.test", 3128},
    {{"http_proxy", "proxy.test:8080"}, "pbx.test", 443, 0, "proxy.test", 8080},
    {{"HTTP_PROXY", "HTTP://proxy.test:8080"}, "pbx.test", 443, 0, "proxy.test", 8080},
    {{"all_proxy", "http://proxy.test"}, "pbx.test", 443, 0, "proxy.test", 80},
    {{"ALL_PROXY", "http://192.0.2.1:1"}, "pbx.test", 443, 0, "192.0.2.1", 1},
    {{"https_proxy", "http://a:1", "http_proxy", "http://b:2"}, "pbx.test", 443, 0, "a", 1},
    {{"http_proxy", "http://b:2", "all_proxy", "http://c:3"}, "pbx.test", 443, 0, "b", 2},
    {{"https_proxy", "", "http_proxy", "http://b:2"}, "pbx.test", 443, 0, "b", 2},
    {{"https_proxy", "http://[2001:db8::1]:3128"}, "pbx.test", 443, 0, "2001:db8::1", 3128},
    {{"https_proxy", "http://[2001:db8::1]"}, "pbx.test", 443, 0, "2001:db8::1", 80},
    /* what makes no sense */
    {{"https_proxy", "socks5://proxy.test:1080"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "https://proxy.test:3128"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://user:word@proxy.test:3128"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://:3128"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://proxy.test:"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://proxy.test:0"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://proxy.test:65536"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://proxy.test:x"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://2001:db8::1"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://[2001:db8::1"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://[::1]x"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://[proxy]:1"}, "pbx.test", 443, EINVAL, NULL, 0},
    {{"https_proxy", "http://pro xy:1"}, "pbx.test", 443, EINVAL, NULL, 0},
    /* no_proxy */
    {{"https_proxy", "http://p:1", "no_proxy", "*"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "pbx.test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "NO_PROXY", "PBX.test"}, "pbx.TEST", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", ".test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "*.test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", ".pbx.test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "pbx.test."}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "pbx.test"}, "pbx.test.", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "bx.test"}, "pbx.test", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "a.pbx.test"}, "pbx.test", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "a, ,pbx.test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "a pbx.test"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "pbx.test:443"}, "pbx.test", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "pbx.test:80"}, "pbx.test", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", ""}, "pbx.test", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "192.0.2.0/24"}, "192.0.2.9", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "192.0.2.0/25"}, "192.0.2.129", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "192.0.2.9"}, "192.0.2.9", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "2.9"}, "192.0.2.9", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "fd00::/8"}, "fd12::1", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "[fd12::1]:443"}, "fd12::1", 443, ENOENT, NULL, 0},
    {{"https_proxy", "http://p:1", "no_proxy", "[fd12::1]:80"}, "fd12::1", 443, 0, "p", 1},
    {{"https_proxy", "http://p:1", "no_proxy", "192.0.2.0/33"}, "192.0.2.9", 443, 0, "p", 1},
};

static int run_row(const struct row *r, size_t i)
{
    char host[ARS_PROXY_HOST_MAX] = "";
    uint16_t port = 0;
    int err;

    for (size_t n = 0; n < CHECK_COUNT(names); n++)
        (void)unsetenv(names[n]);
    for (size_t n = 0; n < 4 && r->env[n]; n += 2)
        (void)setenv(r->env[n], r->env[n + 1], 1);
    err = ars_proxy_from_env(r->host, r->port, host, &port);
    if (err != r->err || (!err && (strcmp(host, r->proxy) != 0 || port != r->proxy_port)))
        return check_fail(__FILE__, __LINE__, "row %zu: %d %s:%u", i, err, host, port);
    return 0;
}

static int test_env(void)
{
    char *kept[CHECK_COUNT(names)];
    int err = 0;

    for (size_t n = 0; n < CHECK_COUNT(names); n++) {
        kept[n] = getenv(names[n]);
        kept[n] = kept[n] ? strdup(kept[n]) : NULL;
    }
    for (size_t i = 0; i < CHECK_COUNT(rows) && !err; i++)
        err = run_row(&rows[i], i);
    for (size_t n = 0; n < CHECK_COUNT(names); n++) {
        (void)unsetenv(names[n]);
        if (kept[n])
            (void)setenv(names[n], kept[n], 1);
        free(kept[n]);
    }
    return err;
}

static const struct check_case cases[] = {
    {"proxy_from_env", test_env, false},
};

const struct suite suite_proxy = {cases, CHECK_COUNT(cases)};
