/* ICE: two agents, dead candidates, conflicts, restarts, consent; and a raw peer on libre's STUN. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <re.h>

#include <ars/clock.h>
#include <ars/rand.h>
#include <ars/resolver.h>
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

static bool completed(const struct rig *r)
{
    return r->a.ice->state == ICE_COMPLETED && r->b.ice->state == ICE_COMPLETED;
}

static bool a_has_path(const struct rig *r)
{
    return r->a.paths > 0;
}

static bool a_failed(const struct rig *r)
{
    return r->a.failed;
}

static bool received(const struct rig *r)
{
    return r->a.received > 0 && r->b.received > 0;
}

static int say(struct rig *r)
{
    static const uint8_t hello[] = {0x80, 'h', 'i'};
    int err;

    r->a.received = r->b.received = 0;
    err = ice_agent_send(r->a.ice, hello, sizeof(hello));
    if (!err)
        err = ice_agent_send(r->b.ice, hello, sizeof(hello));
    if (!err)
        err = rig_wait(r, received, 2000);
    if (!err && (!r->a.trusted || !r->b.trusted || memcmp(r->a.last, hello, 3) != 0))
        err = EPROTO;
    return err;
}

static int test_two_agents(void)
{
    struct rig r;
    uint64_t since;
    char path[32];
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    CHECK_INT(ice_agent_send(r.a.ice, (const uint8_t *)"x", 1), ENOTCONN);
    since = ars_clock_ms();
    rig_connect(&r);
    TRY(rig_wait(&r, paths, 2000));
    TRY(say(&r)); /* before the nomination */
    TRY(rig_wait(&r, completed, 2000));
    CHECK(ars_clock_ms() - since < 200);
    CHECK(r.a.ice->path.nominated && r.b.ice->path.nominated);
    TRY(say(&r));
    ice_agent_describe(r.a.ice, path, sizeof(path));
    CHECK_STR(path, "host/host");
    printf("# ice: two agents: first path after %llu ms\n", (unsigned long long)r.a.path_ms);
out:
    rig_close(&r);
    return err;
}

/* Six candidates that nobody answers, all better than the one that lives, and a second interface. */
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

static int test_dead_candidates(void)
{
    struct rig r;
    struct ice_remote of_a;
    struct ice_remote of_b;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, two, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    add_dead(&of_b, 6);
    /* b answers, but never asks: all depends on a's own order */
    of_a.n = 0;
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, a_has_path, 2000));
    printf("# ice: six dead candidates, two interfaces, a silent peer: first path after %llu ms\n",
           (unsigned long long)r.a.path_ms);
    CHECK(r.a.path_ms < 300);
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, two, NULL));
    TRY(rig_agent(&r, &r.b, two, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    add_dead(&of_a, 6);
    add_dead(&of_b, 6);
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, paths, 2000));
    CHECK(r.a.path_ms < 300 && r.b.path_ms < 300);
    TRY(say(&r));
    TRY(rig_wait(&r, completed, 2000));
    TRY(say(&r));
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    ice_agent_set_controlling(r.a.ice, both);
    ice_agent_set_controlling(r.b.ice, both);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, completed, 2000));
    CHECK(r.a.ice->controlling != r.b.ice->controlling);
    TRY(say(&r));
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    of_b.n = 0;
    ice_agent_set_controlling(r.a.ice, true);
    rig_start(&r.a, &of_b);
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, completed, 2000));
    TRY(say(&r));
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
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
    TRY(rig_wait(&r, completed, 2000));
    TRY(say(&r));
out:
    rig_close(&r);
    return err;
}

static int test_consent(void)
{
    static const struct ice_times quick = {.consent_ms = 40, .expiry_ms = 250};
    struct rig r;
    uint64_t gone;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, &quick));
    TRY(rig_agent(&r, &r.b, one, &quick));
    rig_connect(&r);
    TRY(rig_wait(&r, completed, 2000));
    TRY(rig_wait(&r, NULL, 600)); /* more than twice the expiry */
    CHECK(!r.a.failed && !r.b.failed);
    gone = ars_clock_ms();
    ice_agent_free(r.b.ice);
    r.b.ice = NULL;
    TRY(rig_wait(&r, a_failed, 2000));
    gone = ars_clock_ms() - gone;
    CHECK(gone >= 190 && gone < 600);
    CHECK_INT(ice_agent_send(r.a.ice, (const uint8_t *)"x", 1), ENOTCONN);
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
    TRY(rig_wait(&r, a_failed, 2000));
    CHECK(r.a.failed_ms >= 295 && r.a.failed_ms < 1000);
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, &quick));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_describe(&r.a, &of_a);
    rig_describe(&r.b, &of_b);
    of_b.pwd[0] = of_b.pwd[0] == 'x' ? 'y' : 'x';
    of_a.n = 0;
    rig_start(&r.b, &of_a);
    rig_start(&r.a, &of_b);
    TRY(rig_wait(&r, a_failed, 8000));
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_connect(&r);
    TRY(rig_wait(&r, completed, 2000));
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
    TRY(say(&r));
    rig_start(&r.b, &of_a);
    TRY(rig_wait(&r, new_paths, 2000));
    TRY(say(&r));
    CHECK(!r.a.failed && !r.b.failed);
    CHECK(!ice_agent_is_restart(r.a.ice, &of_b));
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

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    TRY(rig_agent(&r, &r.b, one, NULL));
    rig_describe(&r.b, &d);
    d.ufrag[0] = '\0';
    rig_start(&r.a, &d);
    TRY(rig_wait(&r, a_has_path, 100));
    TRY(ice_agent_send(r.a.ice, hello, sizeof(hello)));
    r.a.received = 1;
    TRY(rig_wait(&r, received, 2000));
    CHECK(!r.b.trusted); /* b has seen no password */
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

/* ---- a STUN server of a few lines ---- */

struct stun_server {
    struct udp_sock *sock;
    bool silent;
    bool lies; /* answers with the true address */
    unsigned asked;
};

static void on_stun_server(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct stun_server *s = arg;
    struct stun_unknown_attr ua;
    struct stun_msg *msg = NULL;
    struct sa mapped;

    s->asked++;
    if (s->silent || stun_msg_decode(&msg, mb, &ua))
        return;
    (void)sa_set_str(&mapped, "203.0.113.5", sa_port(src));
    (void)stun_reply(IPPROTO_UDP, s->sock, src, 0, msg, NULL, 0, false, 1,
                     STUN_ATTR_XOR_MAPPED_ADDR, s->lies ? src : &mapped);
    mem_deref(msg);
}

static bool gathered(const struct rig *r)
{
    return r->a.gathered;
}

static void on_gathered(void *arg)
{
    struct rig_agent *x = arg;

    x->gathered = true;
    ars_loop_stop(x->rig->loop);
}

static int reflexive(bool silent, bool lies, size_t want, unsigned least_ms, unsigned most_ms)
{
    static const struct ice_agent_handlers handlers = {.gathered = on_gathered};
    struct stun_server s = {.silent = silent, .lies = lies};
    struct ice_agent_conf conf = {.n_bases = 2, .stun_host = "127.0.0.1"};
    struct ars_addr basev[2];
    struct ars_resolver *resolver = NULL;
    const struct ice_candidate *v;
    struct rig r;
    struct sa local;
    uint64_t since;
    size_t n;
    int err;

    TRY(rig_open(&r));
    TRY(ars_resolver_alloc(&resolver, r.loop, NULL));
    (void)sa_set_str(&local, "127.0.0.1", 0);
    TRY(udp_listen(&s.sock, &local, on_stun_server, &s));
    TRY(udp_local_get(s.sock, &local));
    TRY(ars_addr_parse("127.0.0.1", 0, &basev[0]));
    TRY(ars_addr_parse("127.0.0.2", 0, &basev[1]));
    conf.basev = basev;
    conf.stun_port = sa_port(&local);
    since = ars_clock_ms();
    TRY(ice_agent_alloc(&r.a.ice, r.loop, resolver, &conf, &handlers, &r.a));
    CHECK(!r.a.gathered);
    TRY(rig_wait(&r, gathered, 2000));
    since = ars_clock_ms() - since;
    CHECK(since >= least_ms && since <= most_ms);
    CHECK(s.asked >= 2);
    v = ice_agent_candidates(r.a.ice, &n);
    CHECK_INT(n, want);
    CHECK_INT(v[0].type, ICE_TYPE_HOST);
    CHECK_INT(v[1].type, ICE_TYPE_HOST);
    for (size_t i = 2; i < n; i++) {
        char addr[ARS_ADDR_STR];

        CHECK_INT(v[i].type, ICE_TYPE_SRFLX);
        CHECK_STR(ars_addr_ip(&v[i].addr, addr), "203.0.113.5");
        CHECK(ars_addr_eq(&v[i].related, &v[i - 2].addr) ||
              ars_addr_eq(&v[i].related, &v[3 - i].addr));
        CHECK(v[i].prio < v[1].prio);
        CHECK(strcmp(v[i].foundation, v[0].foundation) != 0);
    }
    CHECK_INT(ice_agent_default(r.a.ice)->type, want > 2 ? ICE_TYPE_SRFLX : ICE_TYPE_HOST);
out:
    mem_deref(s.sock);
    ice_agent_free(r.a.ice);
    r.a.ice = NULL;
    ars_resolver_free(resolver);
    rig_close(&r);
    return err;
}

static int test_server_reflexive(void)
{
    return reflexive(false, false, 4, 0, 300);
}

/* RFC 8445 5.1.3: no NAT, nothing to add */
static int test_server_reflexive_is_host(void)
{
    return reflexive(false, true, 2, 0, 300);
}

static int test_stun_server_silent(void)
{
    return reflexive(true, false, 2, 450, 900);
}

/* ---- a raw peer ---- */

struct raw {
    struct rig *rig;
    struct udp_sock *sock;
    struct sa agent;
    char user[64];
    unsigned answers;
    uint16_t cls;
    uint16_t code;
    bool signed_right;
    const char *pwd;
};

static void on_raw(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct raw *w = arg;
    struct stun_unknown_attr ua;
    struct stun_msg *msg = NULL;
    const struct stun_attr *ec;

    if (stun_msg_decode(&msg, mb, &ua))
        return;
    if (stun_msg_class(msg) != STUN_CLASS_REQUEST) {
        ec = stun_msg_attr(msg, STUN_ATTR_ERR_CODE);
        w->answers++;
        w->cls = stun_msg_class(msg);
        w->code = ec ? ec->v.err_code.code : 0;
        w->signed_right = stun_msg_chk_mi(msg, (const uint8_t *)w->pwd, strlen(w->pwd)) == 0 &&
                          stun_msg_chk_fingerprint(msg) == 0;
        ars_loop_stop(w->rig->loop);
    }
    mem_deref(msg);
}

static struct raw *waited_for;

static bool answered(const struct rig *r)
{
    return waited_for->answers > 0;
}

enum raw_fault {
    RAW_GOOD,
    RAW_NO_USER,
    RAW_WRONG_USER,
    RAW_UNSIGNED,
    RAW_WRONG_KEY,
    RAW_UNKNOWN,
    RAW_CONFLICT_LARGE,
    RAW_CONFLICT_SMALL,
    RAW_NO_FINGERPRINT,
    RAW_TRAILING,
};

static int raw_ask(struct raw *w, enum raw_fault fault)
{
    struct mbuf *mb = mbuf_alloc(256);
    uint8_t tid[STUN_TID_SIZE];
    const char *key = fault == RAW_WRONG_KEY ? "wrong" : w->pwd;
    const char *user = fault == RAW_WRONG_USER ? "nobody:peer" : w->user;
    uint32_t prio = 1;
    uint64_t tie = fault == RAW_CONFLICT_LARGE ? UINT64_MAX : 0;
    uint16_t role = fault >= RAW_CONFLICT_LARGE && fault <= RAW_CONFLICT_SMALL
                        ? STUN_ATTR_CONTROLLED
                        : STUN_ATTR_CONTROLLING;
    uint16_t unknown = 0;
    int err;

    if (!mb)
        return ENOMEM;
    ars_rand_bytes(tid, sizeof(tid));
    err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL,
                          fault == RAW_UNSIGNED ? NULL : (const uint8_t *)key, strlen(key),
                          fault != RAW_NO_FINGERPRINT, 0, 4, STUN_ATTR_USERNAME,
                          fault == RAW_NO_USER ? NULL : user, STUN_ATTR_PRIORITY, &prio, role, &tie,
                          STUN_ATTR_RESP_PORT, fault == RAW_UNKNOWN ? &unknown : NULL);
    if (!err && fault == RAW_TRAILING)
        err = mbuf_write_u32(mb, 0);
    mb->pos = 0;
    if (!err)
        err = udp_send(w->sock, &w->agent, mb);
    mem_deref(mb);
    return err;
}

/* The answers that RFC 8445 7.3 and RFC 8489 9.1.3 ask for. The agent is controlled. */
static int test_raw_requests(void)
{
    static const struct {
        enum raw_fault fault;
        int code; /* 0: success, -1: silence */
        bool is_signed;
        bool controlling; /* the agent after it */
    } v[] = {
        {RAW_GOOD, 0, true, false},
        {RAW_NO_USER, 400, false, false},
        {RAW_UNSIGNED, 400, false, false},
        {RAW_WRONG_USER, 401, false, false},
        {RAW_WRONG_KEY, 401, false, false},
        {RAW_NO_FINGERPRINT, -1, false, false},
        {RAW_TRAILING, -1, false, false},
        {RAW_CONFLICT_LARGE, 487, true, false}, /* theirs is larger: they become controlling */
        {RAW_CONFLICT_SMALL, 0, true, true},
    };
    struct raw w = {0};
    struct rig r;
    struct sa local;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, NULL));
    w.rig = &r;
    w.pwd = ice_agent_pwd(r.a.ice);
    waited_for = &w;
    (void)snprintf(w.user, sizeof(w.user), "%s:peer", ice_agent_ufrag(r.a.ice));
    (void)sa_set_str(&local, "127.0.0.1", 0);
    TRY(udp_listen(&w.sock, &local, on_raw, &w));
    (void)sa_set_str(&w.agent, "127.0.0.1", r.a.ice->basev[0].addr.port);
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        w.answers = 0;
        TRY(raw_ask(&w, v[i].fault));
        err = rig_wait(&r, answered, v[i].code < 0 ? 50 : 2000);
        CHECK_INT(err, v[i].code < 0 ? ETIMEDOUT : 0);
        err = 0;
        if (v[i].code < 0)
            continue;
        CHECK_INT(w.code, v[i].code);
        CHECK_INT(w.signed_right, v[i].is_signed);
        CHECK_INT(w.cls, v[i].code ? STUN_CLASS_ERROR_RESP : STUN_CLASS_SUCCESS_RESP);
        CHECK_INT(r.a.ice->controlling, v[i].controlling);
    }
out:
    mem_deref(w.sock);
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
        {"ice/consent", test_consent, false},
        {"ice/nobody-there", test_nobody_there, false},
        {"ice/wrong-password", test_wrong_password, false},
        {"ice/restart", test_restart, false},
        {"ice/without-ice", test_without_ice, false},
        {"ice/port-range", test_port_range, false},
        {"ice/interfaces", test_interfaces, false},
        {"ice/server-reflexive", test_server_reflexive, false},
        {"ice/server-reflexive-is-host", test_server_reflexive_is_host, false},
        {"ice/stun-server-silent", test_stun_server_silent, false},
        {"ice/raw-requests", test_raw_requests, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
