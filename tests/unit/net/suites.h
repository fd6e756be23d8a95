/* Unit tests of net: one suite a file. */
#ifndef TEST_NET_SUITES_H
#define TEST_NET_SUITES_H

#include "check.h"

struct suite {
    const struct check_case *cases;
    size_t count;
};

extern const struct suite suite_backoff;
extern const struct suite suite_host_map;
extern const struct suite suite_http_date;
extern const struct suite suite_loop;
extern const struct suite suite_peers;
extern const struct suite suite_proxy;
extern const struct suite suite_resolver;
extern const struct suite suite_trust;
extern const struct suite suite_wss;

#endif
