/* ICE: two agents, dead candidates, conflicts, restarts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/rand.h>
#include <ars/str.h>

#include "check.h"
#include "ice_rig.h"
#include "suites.h"
#include "transport/ice_agent.h"

static const char *const one[] = {"127.0.0.1", NULL};
static const char *const two[] = {"127.0.0.1", "127.0.0.2", NULL};

static bool paths(const struct rig *r)
{
    return r->a.paths > 0 && r->b.paths > 0;
}

static bool a_has_path(const struct rig *r)
{
    return r->a.paths > 0;
}

static int test_two_agents(void)
{
    struct rig r;
    uint64_t since;
    char path[32];
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    CHECK_INT(ice_agent_send(r.a.ice, (const uint8_t *)"x", 1), ENOTCONN);
    since = ars_clock_ms();
    rig_connect(&r);
    TRY(rig_wait(&r, paths, 2000));
    TRY(rig_say(&r)); /* before the nomination */
    TRY(rig_wait(&r, rig_completed, 2000));
    CHECK(ars_clock_ms() - since < 200);
    CHECK(r.a.ice->path.nominated && r.b.ice->path.nominated);
    TRY(rig_say(&r));
    ice_agent_describe(r.a.ice, path, sizeof(path));
    CHECK_STR(path, "host/host");
    printf("# ice: two agents: first path after %llu ms\n", (unsigned long long)r.a.path_ms);
out:
    rig_close(&r);
    return err;
}

/* Six candidates that nobody answers, all better than the one that lives. */
static void add_dead(struct ice_remote *d, size_t n)
{
    struct ice_candidate live = d->candv[0];

    for (size_t i = 0; i < n; i++) {
        char ip[ARS_ADDR_STR];

        (void)snprintf(ip, sizeof(ip), "127.0.0.%zu", 70 + i);
        d->candv[i] = live;
        d->candv[i].prio = live.prio - (uint32_t)i;
        (void)snprintf(d->candv[i].foundation, sizeof(live.foundation), "dead%zu", i);
        (void)ars_addr_parse(ip, 9, &d->candv[i].addr);
    }
    live.prio -= 1u << 20;
    d->candv[n] = live;
    d->n = n + 1;
}

/* And two interfaces, of which the better one leads nowhere: the pair that works is the last. */
static int test_dead_candidates(void)
{
    static bool dead = true;
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_pair(&r, two, one, NULL));
    TRY(rig_cut(&r.a, 0, &dead));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    add_dead(&of_b, 6);
    /* b answers, but never asks: all depends on a's own order */
    of_a.n = 0;
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, a_has_path, 2000));
    printf(
        "# ice: six dead candidates, a dead interface, a silent peer: first path after %llu ms\n",
        (unsigned long long)r.a.path_ms);
    CHECK(r.a.path_ms < 300);
    CHECK(r.a.ice->path.base == &r.a.ice->basev[1]);
out:
    rig_close(&r);
    return err;
}

/* The same with a full agent on the other side, whose checks open the way. */
static int test_dead_candidates_both(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_pair(&r, two, two, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    add_dead(&of_a, 6);
    add_dead(&of_b, 6);
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, paths, 2000));
    CHECK(r.a.path_ms < 300 && r.b.path_ms < 300);
    TRY(rig_say(&r));
    TRY(rig_wait(&r, rig_completed, 2000));
    TRY(rig_say(&r));
out:
    rig_close(&r);
    return err;
}

static int conflict(bool both)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    ice_agent_set_controlling(r.a.ice, both);
    ice_agent_set_controlling(r.b.ice, both);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, rig_completed, 2000));
    CHECK(r.a.ice->controlling != r.b.ice->controlling);
    TRY(rig_say(&r));
out:
    rig_close(&r);
    return err;
}

/* RFC 8445 7.3.1.1; FreeSWITCH makes both sides controlled when we answer passive. */
static int test_both_controlling(void)
{
    return conflict(true);
}

static int test_both_controlled(void)
{
    return conflict(false);
}

/* b's candidates are behind something that hides them: a learns b by its checks alone. */
static int test_peer_reflexive(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    char path[32];
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    of_b.n = 0;
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, rig_completed, 2000));
    TRY(rig_say(&r));
    ice_agent_describe(r.a.ice, path, sizeof(path));
    CHECK_STR(path, "host/prflx");
    ice_agent_describe(r.b.ice, path, sizeof(path));
    CHECK_STR(path, "host/host");
out:
    rig_close(&r);
    return err;
}

static bool b_has_path(const struct rig *r)
{
    return r->b.paths > 0;
}

/* The answer is late: a has answered b's checks and remembers where they came from. */
static int test_checks_before_description(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    of_b.n = 0;
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, b_has_path, 2000));
    CHECK(!ice_agent_has_path(r.a.ice));
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, a_has_path, 2000));
    CHECK(r.a.path_ms < 50);
    TRY(rig_wait(&r, rig_completed, 2000));
    TRY(rig_say(&r));
out:
    rig_close(&r);
    return err;
}

static int test_nobody_there(void)
{
    static const struct ice_times quick = {.give_up_ms = 300};
    struct rig r;
    struct ice_remote d;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, &quick));
    rig_describe(&r.a, &d);
    add_dead(&d, 3);
    d.n = 3;
    rig_start(&r.a, &d);
    TRY(rig_wait(&r, rig_a_failed, 5000));
    CHECK(r.a.failed_ms >= 295);
    CHECK_INT(r.a.paths, 0);
out:
    rig_close(&r);
    return err;
}

static int test_wrong_password(void)
{
    static const struct ice_times quick = {.give_up_ms = 300};
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_pair(&r, one, one, &quick));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    of_b.pwd[0] = of_b.pwd[0] == 'x' ? 'y' : 'x';
    of_a.n = 0;
    rig_start(&r.b, &of_a);
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, rig_a_failed, 8000));
    CHECK_INT(r.a.paths, 0);
out:
    rig_close(&r);
    return err;
}

static bool new_paths(const struct rig *r)
{
    return r->a.ice->state == ICE_COMPLETED && r->b.ice->state == ICE_COMPLETED &&
           r->a.ice->path.nominated && r->b.ice->path.nominated;
}

/* RFC 8445 9: the peer restarts; the path carries on until the new one is there. */
static int test_restart(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    struct ice_candidate old;
    int err;

    TRY(rig_call(&r, one, one, NULL));
    old = r.a.ice->candv[0];
    ice_agent_renew(r.b.ice);
    rig_describe(&r.b, &of_b);
    CHECK(ice_agent_is_restart(r.a.ice, &of_b));
    ice_agent_renew(r.a.ice);
    rig_describe(&r.a, &of_a);
    CHECK(strcmp(old.foundation, of_a.candv[0].foundation) != 0); /* Asterisk looks at these */
    CHECK(ars_addr_eq(&old.addr, &of_a.candv[0].addr));
    rig_start(&r.a, &of_b);
    CHECK(ice_agent_has_path(r.a.ice));
    TRY(rig_say(&r));
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, new_paths, 2000));
    TRY(rig_say(&r));
    CHECK(!r.a.failed && !r.b.failed);
    CHECK(!ice_agent_is_restart(r.a.ice, &of_b));
out:
    rig_close(&r);
    return err;
}

static bool a_gathered(const struct rig *r)
{
    return ice_agent_gathered(r->a.ice);
}

/* Our own: this machine has another address now, over which the peer has never been spoken to. */
static int test_restart_elsewhere(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    struct ice_candidate old;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    CHECK_INT(ice_agent_restart(r.a.ice), ENOTSUP); /* it has not been offered yet */
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_connect(&r);
    TRY(rig_wait(&r, rig_completed, 2000));
    old = r.a.ice->candv[0];
    TRY(ars_addr_parse("127.0.0.77", 0, &r.a.basev[0]));
    TRY(ice_agent_restart(r.a.ice));
    CHECK(!ice_agent_has_path(r.a.ice));
    TRY(rig_wait(&r, a_gathered, 2000));
    rig_describe(&r.a, &of_a);
    CHECK(of_a.candv[0].addr.ip[3] == 77);
    CHECK(strcmp(old.foundation, of_a.candv[0].foundation) != 0);
    CHECK(ice_agent_is_restart(r.b.ice, &of_a));
    ice_agent_renew(r.b.ice);
    rig_describe(&r.b, &of_b);
    rig_start(&r.b, &of_a);
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, new_paths, 2000));
    TRY(rig_say(&r));
    CHECK(!r.a.failed && !r.b.failed);
    CHECK(r.b.ice->path.addr.ip[3] == 77);
out:
    rig_close(&r);
    return err;
}

static int test_without_ice(void)
{
    static const uint8_t hello[] = {0x80, 'h', 'i'};
    struct rig r;
    struct ice_remote d;
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    rig_describe(&r.b, &d);
    d.ufrag[0] = '\0';
    rig_start(&r.a, &d);
    TRY(rig_wait(&r, a_has_path, 100));
    TRY(ice_agent_send(r.a.ice, hello, sizeof(hello)));
    r.a.received = 1;
    TRY(rig_wait(&r, rig_received, 2000));
    CHECK(!r.b.trusted); /* b has seen no password */
out:
    rig_close(&r);
    return err;
}

static bool a_completed(const struct rig *r)
{
    return r->a.ice->state == ICE_COMPLETED;
}

/* RFC 8445 6.1.1: a lite peer only answers; who has offered does not matter, we control. */
static int test_lite_peer(void)
{
    struct rig r;
    struct ice_remote d;
    int err;

    TRY(rig_pair(&r, one, one, NULL));
    rig_describe(&r.b, &d);
    d.lite = true;
    ice_agent_set_controlling(r.a.ice, false);
    rig_start(&r.a, &d);
    TRY(rig_wait(&r, a_completed, 2000));
    CHECK(r.a.ice->controlling && r.a.ice->path.nominated);
out:
    rig_close(&r);
    return err;
}

static int test_port_range(void)
{
    static const struct ice_agent_handlers none = {0};
    struct ice_agent_conf conf = {.n_bases = 1};
    struct ars_addr base;
    struct ice_agent *v[4] = {NULL};
    struct rig r;
    int err;

    TRY(rig_open(&r));
    TRY(ars_addr_parse("127.0.0.9", 0, &base));
    conf.basev = &base;
    conf.port_min = (uint16_t)(20000 + ars_rand_below(20000));
    conf.port_max = conf.port_min + 2;
    for (size_t i = 0; i < 3; i++) {
        TRY(ice_agent_alloc(&v[i], r.loop, NULL, &conf, &none, NULL));
        CHECK(v[i]->basev[0].addr.port >= conf.port_min);
        CHECK(v[i]->basev[0].addr.port <= conf.port_max);
    }
    CHECK_INT(ice_agent_alloc(&v[3], r.loop, NULL, &conf, &none, NULL), EADDRINUSE);
out:
    for (size_t i = 0; i < 4; i++)
        ice_agent_free(v[i]);
    rig_close(&r);
    return err;
}

/* Each has both families; a pair is of one family, and that of the peer decides. */
static int test_two_families(void)
{
    static const char *const both[] = {"127.0.0.1", "::1", NULL};
    static const char *const six[] = {"::1", NULL};
    struct rig r;
    int err;

    TRY(rig_call(&r, both, six, NULL));
    CHECK_INT(r.a.ice->path.addr.family, ARS_AF_INET6);
    CHECK_INT(r.a.ice->path.base->addr.family, ARS_AF_INET6);
    TRY(rig_say(&r));
out:
    rig_close(&r);
    return err;
}

/* Loopback first and only when the server is there; RFC 8445 5.1.2.1 for the priority. */
static int test_interfaces(void)
{
    static const struct ice_agent_handlers none = {0};
    struct ice_agent_conf conf = {0};
    struct ice_agent *a = NULL;
    struct rig r;
    int err;

    TRY(rig_open(&r));
    TRY(ars_addr_parse("127.0.0.1", 7443, &conf.server));
    TRY(ice_agent_alloc(&a, r.loop, NULL, &conf, &none, NULL));
    CHECK(ars_addr_is_loopback(&a->basev[0].addr));
    CHECK_INT(a->localv[0].c.prio, 2130706431);
    for (size_t i = 1; i < a->n_bases; i++)
        CHECK(a->localv[i].c.prio < a->localv[i - 1].c.prio);
    ice_agent_free(a);
    a = NULL;
    TRY(ars_addr_parse("192.0.2.1", 7443, &conf.server));
    err = ice_agent_alloc(&a, r.loop, NULL, &conf, &none, NULL);
    CHECK(err == 0 || err == ENETUNREACH); /* a machine with lo alone */
    for (size_t i = 0; a && i < a->n_bases; i++)
        CHECK(!ars_addr_is_loopback(&a->basev[i].addr));
    err = 0;
out:
    ice_agent_free(a);
    rig_close(&r);
    return err;
}

int suite_ice(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"ice/two-agents", test_two_agents, false},
        {"ice/dead-candidates", test_dead_candidates, false},
        {"ice/dead-candidates-both", test_dead_candidates_both, false},
        {"ice/both-controlling", test_both_controlling, false},
        {"ice/both-controlled", test_both_controlled, false},
        {"ice/peer-reflexive", test_peer_reflexive, false},
        {"ice/checks-before-description", test_checks_before_description, false},
        {"ice/nobody-there", test_nobody_there, false},
        {"ice/wrong-password", test_wrong_password, false},
        {"ice/restart", test_restart, false},
        {"ice/restart-elsewhere", test_restart_elsewhere, false},
        {"ice/without-ice", test_without_ice, false},
        {"ice/lite-peer", test_lite_peer, false},
        {"ice/port-range", test_port_range, false},
        {"ice/two-families", test_two_families, false},
        {"ice/interfaces", test_interfaces, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
