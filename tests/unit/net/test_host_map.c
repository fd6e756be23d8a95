/* Host mapping against the grammar and semantics of Chromium's --host-resolver-rules. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ars/clock.h>
#include <ars/host_map.h>
#include <ars/str.h>

#include "suites.h"

#define NOT_FOUND "!"

/* to: "host:port" (the last colon counts), or NOT_FOUND. */
struct row {
    const char *rules;
    const char *host;
    uint16_t port;
    const char *to;
};

static const struct row rows[] = {
    /* no rules, no match: nothing changes, not even case */
    {"", "Pbx.Test", 443, "Pbx.Test:443"},
    {NULL, "pbx.test", 443, "pbx.test:443"},
    {"MAP other.test 192.0.2.1", "Pbx.Test", 443, "Pbx.Test:443"},
    /* the reference rule */
    {"MAP f2.ads365.ru 89.169.164.26", "f2.ads365.ru", 7443, "89.169.164.26:7443"},
    /* targets: host [":" port], "[" ipv6 "]" [":" port] */
    {"MAP pbx.test 192.0.2.1", "pbx.test", 443, "192.0.2.1:443"},
    {"MAP pbx.test 192.0.2.1:8443", "pbx.test", 443, "192.0.2.1:8443"},
    {"MAP pbx.test real.test", "pbx.test", 443, "real.test:443"},
    {"MAP pbx.test real.test:1", "pbx.test", 443, "real.test:1"},
    {"MAP pbx.test Real.Test", "pbx.test", 443, "Real.Test:443"},
    {"MAP pbx.test [::1]", "pbx.test", 443, "::1:443"},
    {"MAP pbx.test [2001:db8::7]:8443", "pbx.test", 443, "2001:db8::7:8443"},
    {"MAP pbx.test [::ffff:192.0.2.1]:5", "pbx.test", 443, "::ffff:192.0.2.1:5"},
    {"MAP pbx.test real.test:00080", "pbx.test", 443, "real.test:80"},
    {"MAP pbx.test real.test:65535", "pbx.test", 443, "real.test:65535"},
    /* keywords in any case, patterns in lower case, spaces around rules */
    {"map pbx.test 192.0.2.1", "pbx.test", 443, "192.0.2.1:443"},
    {"mAp PBX.test 192.0.2.1", "pbx.TEST", 443, "192.0.2.1:443"},
    {"  MAP pbx.test 192.0.2.1  ", "pbx.test", 443, "192.0.2.1:443"},
    {",, MAP pbx.test 192.0.2.1 ,,", "pbx.test", 443, "192.0.2.1:443"},
    /* the glob: '*' 0..n, '?' 0..1, '\' escapes, whole string */
    {"MAP * 192.0.2.1", "anything.test", 1, "192.0.2.1:1"},
    {"MAP *.test 192.0.2.1", "pbx.test", 1, "192.0.2.1:1"},
    {"MAP *.test 192.0.2.1", "test", 1, "test:1"},
    {"MAP *.test 192.0.2.1", "pbx.tests", 1, "pbx.tests:1"},
    {"MAP *pbx* 192.0.2.1", "pbx", 1, "192.0.2.1:1"},
    {"MAP *pbx* 192.0.2.1", "my-pbx.test", 1, "192.0.2.1:1"},
    {"MAP pbx?.test 192.0.2.1", "pbx1.test", 1, "192.0.2.1:1"},
    {"MAP pbx?.test 192.0.2.1", "pbx.test", 1, "192.0.2.1:1"},
    {"MAP pbx?.test 192.0.2.1", "pbx12.test", 1, "pbx12.test:1"},
    {"MAP pbx??.test 192.0.2.1", "pbx12.test", 1, "192.0.2.1:1"},
    {"MAP pbx??.test 192.0.2.1", "pbx123.test", 1, "pbx123.test:1"},
    {"MAP pbx?*.test 192.0.2.1", "pbx123.test", 1, "192.0.2.1:1"},
    {"MAP p*x.t*t 192.0.2.1", "pbx.test", 1, "192.0.2.1:1"},
    {"MAP a\\*b 192.0.2.1", "a*b", 1, "192.0.2.1:1"},
    {"MAP a\\*b 192.0.2.1", "axb", 1, "axb:1"},
    {"MAP a\\?b 192.0.2.1", "ab", 1, "ab:1"},
    {"MAP \\pbx.test 192.0.2.1", "pbx.test", 1, "192.0.2.1:1"},
    {"MAP pbx 192.0.2.1", "pbx.test", 1, "pbx.test:1"},
    {"MAP bx.test 192.0.2.1", "pbx.test", 1, "pbx.test:1"},
    /* pattern.cc takes each run at its first place and does not come back for another */
    {"MAP a*b?c 192.0.2.1", "abxc", 1, "192.0.2.1:1"},
    {"MAP a*b?c 192.0.2.1", "abxxbyc", 1, "abxxbyc:1"},
    /* first on the host alone, then on host:port */
    {"MAP *.com:443 192.0.2.1", "pbx.com", 443, "192.0.2.1:443"},
    {"MAP *.com:443 192.0.2.1", "pbx.com", 80, "pbx.com:80"},
    {"MAP *.com 192.0.2.1", "pbx.com", 80, "192.0.2.1:80"},
    {"MAP *:7443 192.0.2.1", "pbx.test", 7443, "192.0.2.1:7443"},
    {"MAP pbx.test:* 192.0.2.1", "pbx.test", 5, "192.0.2.1:5"},
    /* IPv6: no brackets for the host, brackets in host:port */
    {"MAP 2001:db8::1 192.0.2.1", "2001:db8::1", 443, "192.0.2.1:443"},
    {"MAP [2001:db8::1]:443 192.0.2.1", "2001:db8::1", 443, "192.0.2.1:443"},
    {"MAP [2001:db8::1]:443 192.0.2.1", "2001:db8::1", 80, "2001:db8::1:80"},
    {"MAP [2001:db8::1]:443 192.0.2.1", "[2001:db8::1]", 443, "192.0.2.1:443"},
    {"MAP 2001:DB8::1 192.0.2.1", "[2001:db8::1]", 443, "192.0.2.1:443"},
    {"MAP x.test 192.0.2.1", "[2001:db8::1]", 443, "2001:db8::1:443"},
    {"MAP [2001:db8::1] 192.0.2.1", "2001:db8::1", 80, "2001:db8::1:80"},
    /* literals go through the map like names */
    {"MAP 192.0.2.1 192.0.2.2", "192.0.2.1", 1, "192.0.2.2:1"},
    {"MAP * ^NOTFOUND, EXCLUDE 127.0.0.1", "127.0.0.1", 1, "127.0.0.1:1"},
    {"MAP * ^NOTFOUND, EXCLUDE 127.0.0.1", "pbx.test", 1, NOT_FOUND},
    /* a trailing dot is not stripped */
    {"MAP pbx.test 192.0.2.1", "pbx.test.", 1, "pbx.test.:1"},
    /* the first match wins, no second pass */
    {"MAP a.test 192.0.2.1, MAP a.test 192.0.2.2", "a.test", 1, "192.0.2.1:1"},
    {"MAP *.test 192.0.2.1, MAP a.test 192.0.2.2", "a.test", 1, "192.0.2.1:1"},
    {"MAP b.test 192.0.2.1, MAP a.test 192.0.2.2", "a.test", 1, "192.0.2.2:1"},
    {"MAP a.test b.test, MAP b.test 192.0.2.2", "a.test", 1, "b.test:1"},
    /* EXCLUDE: wherever it stands, on the host only, and no later MAP is tried */
    {"MAP * 192.0.2.1, EXCLUDE a.test", "a.test", 1, "a.test:1"},
    {"EXCLUDE a.test, MAP * 192.0.2.1", "a.test", 1, "a.test:1"},
    {"EXCLUDE a.test, MAP * 192.0.2.1", "b.test", 1, "192.0.2.1:1"},
    {"MAP * 192.0.2.1, EXCLUDE *.test", "a.test", 1, "a.test:1"},
    {"MAP *.test 192.0.2.1, EXCLUDE A.test, MAP a.test 192.0.2.2", "a.test", 1, "a.test:1"},
    {"MAP * 192.0.2.1, EXCLUDE a.test:443", "a.test", 443, "192.0.2.1:443"},
    {"MAP * 192.0.2.1, exclude ::1", "::1", 443, "::1:443"},
    {"EXCLUDE a.test", "a.test", 1, "a.test:1"},
    {"MAP a.test:1 192.0.2.1, EXCLUDE a.test", "a.test", 1, "a.test:1"},
    /* not found, and targets that can be no URL host */
    {"MAP a.test ~NOTFOUND", "a.test", 1, NOT_FOUND},
    {"MAP a.test ^NOTFOUND", "a.test", 1, NOT_FOUND},
    {"MAP a.test ^NOTFOUND:80", "a.test", 1, NOT_FOUND},
    {"MAP a.test ^nothing", "a.test", 1, NOT_FOUND},
    {"MAP a.test b<c", "a.test", 1, NOT_FOUND},
    {"MAP a.test b:c:80", "a.test", 1, NOT_FOUND},
    {"MAP a.test ::1", "a.test", 1, NOT_FOUND}, /* without brackets: host ":", port 1 */
    /* our leniency: runs of spaces and tabs, newlines */
    {"MAP  a.test \t 192.0.2.1", "a.test", 1, "192.0.2.1:1"},
    {"MAP\ta.test\t192.0.2.1", "a.test", 1, "192.0.2.1:1"},
    {"MAP b.test 192.0.2.2\nMAP a.test 192.0.2.1\r\n", "a.test", 1, "192.0.2.1:1"},
    {"MAP b.test 192.0.2.2,\r\n\r\nMAP a.test 192.0.2.1,", "a.test", 1, "192.0.2.1:1"},
    /* a bad rule leaves the others */
    {"MAP a.test, MAP a.test 192.0.2.1", "a.test", 1, "192.0.2.1:1"},
    {"MAP a.test u@b, MAP a.test 192.0.2.1", "a.test", 1, "192.0.2.1:1"},
};

struct bad {
    const char *rules;
    size_t rule;
    size_t offset;
};

/* Each with exactly one bad rule: its number and where it begins. */
static const struct bad bads[] = {
    {"MAP", 1, 0},
    {"MAP a.test", 1, 0},
    {"MAP a.test b.test c.test", 1, 0},
    {"EXCLUDE", 1, 0},
    {"EXCLUDE a.test b.test", 1, 0},
    {"MAPS a.test b.test", 1, 0},
    {"a.test b.test", 1, 0},
    {"MAP a.test foo:", 1, 0},
    {"MAP a.test :80", 1, 0},
    {"MAP a.test foo:x", 1, 0},
    {"MAP a.test foo:8x", 1, 0},
    {"MAP a.test foo:-1", 1, 0},
    {"MAP a.test foo:65536", 1, 0},
    {"MAP a.test foo:99999999999999999999", 1, 0},
    {"MAP a.test user@foo", 1, 0},
    {"MAP a.test @foo", 1, 0},
    {"MAP a.test user:word@foo:80", 1, 0},
    {"MAP a.test [::1", 1, 0},
    {"MAP a.test [::1]x", 1, 0},
    {"MAP a.test [::1]:", 1, 0},
    {"MAP a.test [::1]:x", 1, 0},
    {"MAP a.test [foo]", 1, 0},
    {"MAP a.test [192.0.2.1]", 1, 0},
    {"MAP a.test []", 1, 0},
    {"MAP x 192.0.2.1,  MAP a.test", 2, 18},
    {"MAP x 192.0.2.1,,\n MAP a.test [", 2, 19},
    {"EXCLUDE a.test:80", 1, 0},
    {"EXCLUDE 192.0.2.1:80", 1, 0},
};

static void on_problem(const struct ars_host_map_problem *p, void *arg)
{
    struct ars_host_map_problem *last = arg;

    *last = *p;
}

static int run_row(const struct row *r, size_t i)
{
    struct ars_host_map *m = NULL;
    char host[ARS_HOST_MAP_HOST_MAX] = "";
    char is[ARS_HOST_MAP_HOST_MAX + 16] = NOT_FOUND;
    uint16_t port = 0;
    int err = ars_host_map_parse(&m, r->rules, NULL, NULL);

    if (err)
        return err;
    err = ars_host_map_apply(m, r->host, r->port, host, &port);
    if (!err)
        (void)snprintf(is, sizeof(is), "%s:%u", host, port);
    ars_host_map_free(m);
    if (err && err != ENOENT)
        return check_fail(__FILE__, __LINE__, "row %zu: %s", i, strerror(err));
    if (strcmp(is, r->to) != 0)
        return check_fail(__FILE__, __LINE__, "row %zu '%s': %s is %s, not %s", i, r->rules,
                          r->host, is, r->to);
    return 0;
}

static int test_table(void)
{
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows) && !err; i++)
        err = run_row(&rows[i], i);
    return err;
}

static int test_bad_rules(void)
{
    struct ars_host_map *m = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(bads); i++) {
        struct ars_host_map_problem p = {0};

        TRY(ars_host_map_parse(&m, bads[i].rules, on_problem, &p));
        if (p.rule != bads[i].rule || p.offset != bads[i].offset || !p.reason || !*p.reason) {
            err = check_fail(__FILE__, __LINE__, "'%s': rule %zu offset %zu", bads[i].rules, p.rule,
                             p.offset);
            goto out;
        }
        CHECK_INT(ars_host_map_count(m), bads[i].rule - 1);
        ars_host_map_free(m);
        m = NULL;
    }
out:
    ars_host_map_free(m);
    return err;
}

static int test_limits(void)
{
    struct ars_host_map *m = NULL;
    struct ars_host_map_problem p = {0};
    char host[ARS_HOST_MAP_HOST_MAX];
    char *text = malloc(ARS_HOST_MAP_TEXT_MAX + 2);
    uint16_t port;
    int err = ENOMEM;

    if (!text)
        goto out;
    memset(text, ' ', ARS_HOST_MAP_TEXT_MAX + 1);
    text[ARS_HOST_MAP_TEXT_MAX + 1] = '\0';
    CHECK_INT(ars_host_map_parse(&m, text, NULL, NULL), E2BIG);
    text[ARS_HOST_MAP_TEXT_MAX] = '\0';
    memset(text, 'a', 2000);
    memcpy(text, "MAP x ", 6);
    TRY(ars_host_map_parse(&m, text, on_problem, &p));
    CHECK_INT(p.rule, 1); /* a target of 1994 characters */
    CHECK_INT(ars_host_map_count(m), 0);
    text[256] = '\0';
    CHECK_INT(ars_host_map_apply(m, text, 1, host, &port), ENOENT);
    err = 0;
out:
    ars_host_map_free(m);
    free(text);
    return err;
}

static int test_dup(void)
{
    struct ars_host_map *m = NULL;
    struct ars_host_map *copy = NULL;
    struct ars_host_map *empty = NULL;
    char host[ARS_HOST_MAP_HOST_MAX];
    uint16_t port;
    int err;

    TRY(ars_host_map_parse(&m, "MAP a.test [::1]:7, EXCLUDE b.test, MAP * 192.0.2.1", NULL, NULL));
    copy = ars_host_map_dup(m);
    TRY(copy ? 0 : ENOMEM);
    ars_host_map_free(m);
    m = NULL;
    CHECK_INT(ars_host_map_count(copy), 3);
    TRY(ars_host_map_apply(copy, "a.test", 1, host, &port));
    CHECK_STR(host, "::1");
    CHECK_INT(port, 7);
    TRY(ars_host_map_apply(copy, "b.test", 1, host, &port));
    CHECK_STR(host, "b.test");
    CHECK(ars_host_map_dup(NULL) == NULL);
    TRY(ars_host_map_parse(&m, NULL, NULL, NULL));
    empty = ars_host_map_dup(m);
    TRY(empty ? 0 : ENOMEM);
    TRY(ars_host_map_apply(NULL, "b.test", 1, host, &port));
    CHECK_STR(host, "b.test");
out:
    ars_host_map_free(m);
    ars_host_map_free(copy);
    ars_host_map_free(empty);
    return err;
}

/* 10^4 rules, each with a glob: parsed in well under a second of CPU, matched in milliseconds. */
static int test_many_rules(void)
{
    struct ars_host_map *m = NULL;
    struct ars_buf b;
    char host[ARS_HOST_MAP_HOST_MAX];
    uint16_t port;
    clock_t from;
    int err = 0;

    ars_buf_init(&b, ARS_HOST_MAP_TEXT_MAX);
    for (int i = 0; i < 10000; i++)
        ars_buf_addf(&b, "MAP *.h%d.t 10.0.%d.%d\n", i, i / 250, i % 250);
    TRY(b.err);
    from = clock();
    TRY(ars_host_map_parse(&m, b.data, NULL, NULL));
    CHECK_INT(ars_host_map_count(m), 10000);
    for (int i = 0; i < 10; i++)
        TRY(ars_host_map_apply(m, "pbx.h9999.t", 1, host, &port));
    CHECK_STR(host, "10.0.39.249");
    CHECK(clock() - from < CLOCKS_PER_SEC);
out:
    ars_buf_free(&b);
    ars_host_map_free(m);
    return err;
}

/* What takes a backtracking matcher longer than the age of the universe. */
static int test_hostile_glob(void)
{
    struct ars_host_map *m = NULL;
    char host[ARS_HOST_MAP_HOST_MAX];
    char name[250];
    uint16_t port;
    uint64_t from = ars_clock_us();
    int err;

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    TRY(ars_host_map_parse(&m, "MAP *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b 192.0.2.1",
                           NULL, NULL));
    TRY(ars_host_map_apply(m, name, 1, host, &port));
    CHECK_STR(host, name);
    CHECK(ars_clock_us() - from < 1000000);
out:
    ars_host_map_free(m);
    return err;
}

static const struct check_case cases[] = {
    {"host_map_table", test_table, true},
    {"host_map_bad_rules", test_bad_rules, true},
    {"host_map_limits", test_limits, false},
    {"host_map_dup", test_dup, true},
    {"host_map_many_rules", test_many_rules, false},
    {"host_map_hostile_glob", test_hostile_glob, false},
};

const struct suite suite_host_map = {cases, CHECK_COUNT(cases)};
