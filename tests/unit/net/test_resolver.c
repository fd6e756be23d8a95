/* Names to addresses, mapped and not. */
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/host_map.h>
#include <ars/resolver.h>

#include "fixture.h"
#include "suites.h"

struct asked {
    struct fixture f;
    struct ars_resolver *r;
    struct ars_query *q;
    int calls;
    int waiting; /* stops the loop at 0 */
    int err;
    struct ars_addr addrv[ARS_RESOLVE_MAX];
    size_t n;
    bool inside;
    bool from_inside;
    bool frees;
};

static void on_resolved(int err, const struct ars_addr *addrv, size_t n, void *arg)
{
    struct asked *a = arg;

    a->calls++;
    a->err = err;
    a->n = n;
    a->from_inside = a->inside;
    for (size_t i = 0; i < n; i++)
        a->addrv[i] = addrv[i];
    if (a->frees) {
        ars_resolver_free(a->r);
        a->r = NULL;
    }
    if (--a->waiting == 0)
        ars_loop_stop(a->f.loop);
}

static int open_with(struct asked *a, const char *rules)
{
    struct ars_host_map *map = NULL;
    int err;

    memset(a, 0, sizeof(*a));
    err = fixture_init(&a->f);
    if (!err)
        err = ars_host_map_parse(&map, rules, NULL, NULL);
    if (!err)
        err = ars_resolver_alloc(&a->r, a->f.loop, map);
    if (err)
        ars_host_map_free(map);
    return err;
}

static void shut(struct asked *a)
{
    ars_resolver_free(a->r);
    fixture_free(&a->f);
}

static int ask(struct asked *a, const char *host, uint16_t port)
{
    int err;

    a->inside = true;
    a->waiting++;
    err = ars_resolver_query(a->r, &a->q, host, port, on_resolved, a);
    a->inside = false;
    return err;
}

static int check_one(struct asked *a, const char *host, uint16_t port, const char *want)
{
    char text[ARS_ADDR_STR];
    int err;

    TRY(ask(a, host, port));
    TRY(fixture_run(&a->f));
    CHECK_INT(a->calls, 1);
    CHECK(!a->from_inside);
    TRY(a->err);
    CHECK(a->n >= 1);
    CHECK_STR(ars_addr_str(&a->addrv[0], text), want);
    a->calls = 0;
out:
    return err;
}

static int test_literals(void)
{
    struct asked a;
    int err = open_with(&a, NULL);

    TRY(err);
    TRY(check_one(&a, "192.0.2.1", 5061, "192.0.2.1:5061"));
    TRY(check_one(&a, "2001:db8::1", 5061, "[2001:db8::1]:5061"));
out:
    shut(&a);
    return err;
}

static int test_mapped(void)
{
    struct asked a;
    int err = open_with(&a, "MAP pbx.test 192.0.2.7:8443, MAP six.test [::1], MAP 192.0.2.1 ::2,"
                            "MAP 192.0.2.1 [::2]:1, MAP *:9 ^NOTFOUND");

    TRY(err);
    TRY(check_one(&a, "pbx.test", 443, "192.0.2.7:8443"));
    TRY(check_one(&a, "six.test", 443, "[::1]:443"));
    TRY(ask(&a, "192.0.2.1", 443));
    TRY(fixture_run(&a.f));
    CHECK_INT(a.err, ENOENT); /* "::2" without brackets is host ":" */
    TRY(ask(&a, "192.0.2.3", 9));
    TRY(fixture_run(&a.f));
    CHECK_INT(a.err, ENOENT);
    CHECK_INT(a.n, 0);
    CHECK_INT(a.calls, 2);
out:
    shut(&a);
    return err;
}

/* A name from /etc/hosts, through a rule, in a thread: IPv4 before IPv6. */
static int test_localhost(void)
{
    struct asked a;
    int err = open_with(&a, "MAP pbx.test localhost:7443");

    TRY(err);
    TRY(check_one(&a, "pbx.test", 443, "127.0.0.1:7443"));
    TRY(check_one(&a, "localhost", 1, "127.0.0.1:1"));
    for (size_t i = 1; i < a.n; i++)
        CHECK(a.addrv[i].family >= a.addrv[i - 1].family);
out:
    shut(&a);
    return err;
}

/* RFC 6761 section 6.4: "invalid" has no name below it; without any network it fails for now. */
static int test_unknown(void)
{
    struct asked a;
    int err = open_with(&a, NULL);

    TRY(err);
    TRY(ask(&a, "nothing.invalid", 443));
    TRY(fixture_run(&a.f));
    CHECK(a.err == ENOENT || a.err == EAGAIN || a.err == ETIMEDOUT);
    CHECK_INT(a.calls, 1);
out:
    shut(&a);
    return err;
}

static void on_time(void *arg)
{
    struct asked *a = arg;

    ars_loop_stop(a->f.loop);
}

static int test_cancel(void)
{
    struct asked a;
    int err = open_with(&a, NULL);

    TRY(err);
    TRY(ask(&a, "localhost", 1)); /* with a thread */
    ars_query_cancel(a.q);
    TRY(ask(&a, "192.0.2.1", 1)); /* without */
    ars_query_cancel(a.q);
    ars_query_cancel(NULL);
    fixture_after(&a.f, 100, on_time, &a);
    TRY(fixture_run(&a.f));
    CHECK_INT(a.calls, 0);
out:
    shut(&a);
    return err;
}

/* The threads outlive the resolver and the loop. */
static int test_freed_while_asking(void)
{
    struct asked a;
    int err = open_with(&a, NULL);

    TRY(err);
    for (int i = 0; i < 8; i++)
        TRY(ask(&a, i % 2 ? "localhost" : "192.0.2.1", 1));
out:
    shut(&a);
    return err ? err : a.calls ? EBADMSG : 0;
}

static int test_freed_in_callback(void)
{
    struct asked a;
    int err = open_with(&a, NULL);

    TRY(err);
    a.frees = true;
    TRY(ask(&a, "localhost", 1));
    TRY(ask(&a, "192.0.2.1", 1));
    a.waiting = 1;
    TRY(fixture_run(&a.f));
    CHECK_INT(a.calls, 1);
out:
    shut(&a);
    return err;
}

static int test_limit(void)
{
    struct asked a;
    int err = open_with(&a, NULL);
    int n = 0;

    TRY(err);
    while (n < 100 && ask(&a, "192.0.2.1", 1) == 0)
        n++;
    CHECK_INT(n, 32);
    a.waiting = 32;
    TRY(fixture_run(&a.f));
    CHECK_INT(a.calls, 32);
    TRY(ask(&a, "192.0.2.1", 1));
out:
    shut(&a);
    return err;
}

/* Literals alone: what a thread allocates is not counted to us. */
static int test_allocations(void)
{
    struct asked a;
    int err = open_with(&a, "MAP pbx.test 192.0.2.7:8443");

    TRY(err);
    TRY(ask(&a, "pbx.test", 1));
    TRY(fixture_run(&a.f));
    TRY(a.err);
out:
    shut(&a);
    return err;
}

static const struct check_case cases[] = {
    {"resolver_literals", test_literals, false},
    {"resolver_mapped", test_mapped, false},
    {"resolver_localhost", test_localhost, false},
    {"resolver_unknown", test_unknown, false},
    {"resolver_cancel", test_cancel, false},
    {"resolver_freed_while_asking", test_freed_while_asking, false},
    {"resolver_freed_in_callback", test_freed_in_callback, false},
    {"resolver_limit", test_limit, false},
    {"resolver_allocations", test_allocations, true},
};

const struct suite suite_resolver = {cases, CHECK_COUNT(cases)};
