/* Addresses of TURN servers: the examples of RFC 7065 (appendix B), and what is none. */
#include <string.h>

#include <ars/str.h>

#include "check.h"
#include "suites.h"
#include "transport/turn_uri.h"

static int is(const char *uri, const char *host, unsigned port, bool tcp, bool tls)
{
    struct turn_uri u;
    int err = 0;

    CHECK_INT(turn_uri_parse(uri, &u), 0);
    CHECK_STR(u.host, host);
    CHECK_INT(u.port, port);
    CHECK_INT(u.tcp, tcp);
    CHECK_INT(u.tls, tls);
out:
    return err;
}

static int test_rfc7065_examples(void)
{
    int err;

    TRY(is("turn:example.org", "example.org", 3478, false, false));
    TRY(is("turns:example.org", "example.org", 5349, true, true));
    TRY(is("turn:example.org:8000", "example.org", 8000, false, false));
    TRY(is("turn:example.org?transport=udp", "example.org", 3478, false, false));
    TRY(is("turn:example.org?transport=tcp", "example.org", 3478, true, false));
    TRY(is("turns:example.org?transport=tcp", "example.org", 5349, true, true));
out:
    return err;
}

static int test_other_forms(void)
{
    int err;

    TRY(is("TURN:192.0.2.1:1", "192.0.2.1", 1, false, false));
    TRY(is("turn:example.org:65535?transport=TCP", "example.org", 65535, true, false));
out:
    return err;
}

static int test_no_address(void)
{
    static const char *const bad[] = {
        "",
        "turn",
        "turn:",
        "stun:example.org",
        "example.org",
        "turn://example.org",
        "turn:user@example.org",
        "turn:example.org:0",
        "turn:example.org:65536",
        "turn:example.org:",
        "turn:example.org:80x",
        "turn:[2001:db8::1]", /* relays are spoken to over IPv4 */
        "turn:[2001:db8::1]:3478?transport=tcp",
        "turn:example.org?transport=sctp",
        "turn:example.org?proto=udp",
        "turn:exa mple.org",
        "turns:example.org?transport=udp",
        "turns:192.0.2.1", /* no name that a certificate could be compared with */
        "turns:[2001:db8::1]",
    };
    char long_host[300] = "turn:";
    struct turn_uri u;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(bad); i++)
        CHECK(turn_uri_parse(bad[i], &u) != 0);
    memset(long_host + 5, 'a', 256);
    CHECK(turn_uri_parse(long_host, &u) != 0);
    long_host[5 + 255] = '\0';
    CHECK_INT(turn_uri_parse(long_host, &u), 0);
out:
    return err;
}

int suite_turn_uri(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"turn-uri/rfc7065-examples", test_rfc7065_examples, false},
        {"turn-uri/other-forms", test_other_forms, false},
        {"turn-uri/no-address", test_no_address, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
