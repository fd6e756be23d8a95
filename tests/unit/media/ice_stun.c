/* ICE against STUN that is not ours: a server of a few lines, a raw peer on libre's codec. */
#include <stdint.h>
#include <stdio.h>

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

/* ---- a STUN server of a few lines ---- */

struct stun_server {
    struct udp_sock *sock;
    bool silent;
    bool no_nat; /* answers with the true address */
    bool half;   /* answers 127.0.0.1 alone */
    bool ipv6;   /* nobody is there, and nothing would be translated */
    unsigned asked;
};

static void on_stun_server(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct stun_server *s = arg;
    struct stun_unknown_attr ua;
    struct stun_msg *msg = NULL;
    struct sa mapped;

    s->asked++;
    if (s->silent || (s->half && sa_in(src) != 0x7f000001) || stun_msg_decode(&msg, mb, &ua))
        return;
    (void)sa_set_str(&mapped, "203.0.113.5", sa_port(src));
    (void)stun_reply(IPPROTO_UDP, s->sock, src, 0, msg, NULL, 0, false, 1,
                     STUN_ATTR_XOR_MAPPED_ADDR, s->no_nat ? src : &mapped);
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

/* A line of the list for it. */
static int open_server(struct stun_server *s, char *line, size_t size)
{
    struct sa local;
    int err;

    if (s->ipv6) {
        ars_strcpy(line, size, "[::1]\n");
        return 0;
    }
    (void)sa_set_str(&local, "127.0.0.1", 0);
    TRY(udp_listen(&s->sock, &local, on_stun_server, s));
    TRY(udp_local_get(s->sock, &local));
    (void)snprintf(line, size, "127.0.0.1:%u\n", (unsigned)sa_port(&local));
out:
    return err;
}

/* The n servers of v, in that order. */
static int reflexive(struct stun_server *v, size_t n_servers, size_t want, unsigned least_ms,
                     unsigned most_ms)
{
    static const struct ice_agent_handlers handlers = {.gathered = on_gathered};
    struct ice_agent_conf conf = {.n_bases = 2};
    char list[256] = "";
    struct ars_addr basev[2];
    struct ars_resolver *resolver = NULL;
    const struct ice_candidate *c;
    struct rig r;
    uint64_t since;
    size_t n;
    int err;

    TRY(rig_open(&r));
    TRY(ars_resolver_alloc(&resolver, r.loop, NULL));
    for (size_t i = 0; i < n_servers; i++)
        TRY(open_server(&v[i], list + strlen(list), sizeof(list) - strlen(list)));
    TRY(ars_addr_parse("127.0.0.1", 0, &basev[0]));
    TRY(ars_addr_parse("127.0.0.2", 0, &basev[1]));
    conf.basev = basev;
    conf.stun = list;
    since = ars_clock_ms();
    TRY(ice_agent_alloc(&r.a.ice, r.loop, resolver, &conf, &handlers, &r.a));
    CHECK(!r.a.gathered);
    TRY(rig_wait(&r, gathered, 2000));
    since = ars_clock_ms() - since;
    CHECK(since >= least_ms && since <= most_ms);
    for (size_t i = 0; i < n_servers; i++)
        CHECK(v[i].asked >= 2 || v[i].ipv6);
    c = ice_agent_candidates(r.a.ice, &n);
    CHECK_INT(n, want);
    CHECK_INT(c[0].type, ICE_TYPE_HOST);
    CHECK_INT(c[1].type, ICE_TYPE_HOST);
    for (size_t i = 2; i < n; i++) {
        char addr[ARS_ADDR_STR];

        CHECK_INT(c[i].type, ICE_TYPE_SRFLX);
        CHECK_STR(ars_addr_ip(&c[i].addr, addr), "203.0.113.5");
        CHECK(ars_addr_eq(&c[i].related, &c[i - 2].addr) ||
              ars_addr_eq(&c[i].related, &c[3 - i].addr));
        CHECK(c[i].prio < c[1].prio);
        CHECK(strcmp(c[i].foundation, c[0].foundation) != 0);
    }
    CHECK_INT(ice_agent_default(r.a.ice)->type, want > 2 ? ICE_TYPE_SRFLX : ICE_TYPE_HOST);
out:
    for (size_t i = 0; i < n_servers; i++)
        mem_deref(v[i].sock);
    ice_agent_free(r.a.ice);
    r.a.ice = NULL;
    ars_resolver_free(resolver);
    rig_close(&r);
    return err;
}

static int test_server_reflexive(void)
{
    return reflexive(&(struct stun_server){0}, 1, 4, 0, 300);
}

/* RFC 8445 5.1.3: no NAT, nothing to add */
static int test_server_reflexive_is_host(void)
{
    return reflexive(&(struct stun_server){.no_nat = true}, 1, 2, 0, 300);
}

/* An interface that leads nowhere must not cost the whole time. */
static int test_one_interface_answered(void)
{
    return reflexive(&(struct stun_server){.half = true}, 1, 3, 90, 480);
}

static int test_stun_server_silent(void)
{
    return reflexive(&(struct stun_server){.silent = true}, 1, 2, 450, 900);
}

/* One candidate an address, however many servers show it; dead ones are not waited for. */
static int test_several_servers(void)
{
    struct stun_server v[] = {{.silent = true}, {.ipv6 = true}, {0}, {.silent = true}, {0}};

    return reflexive(v, CHECK_COUNT(v), 4, 0, 300);
}

/* One inside the network sees no NAT: what the other outside sees is waited for. */
static int test_server_inside_and_outside(void)
{
    struct stun_server v[] = {{.no_nat = true}, {0}};

    return reflexive(v, CHECK_COUNT(v), 4, 0, 300);
}

/* Nobody sees a NAT, and one is dead: a tenth of a second. */
static int test_no_nat_and_a_dead_server(void)
{
    struct stun_server v[] = {{.no_nat = true}, {.silent = true}};

    return reflexive(v, CHECK_COUNT(v), 2, 90, 480);
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

#define PEER_PWD "peerpasswordpeerpassword"

/* Answers checks, from the socket that they came to or from another. */
struct answerer {
    struct udp_sock *sock;
    struct udp_sock *from;
    unsigned asked;
};

static void on_check(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct answerer *w = arg;
    struct stun_unknown_attr ua;
    struct stun_msg *msg = NULL;

    if (stun_msg_decode(&msg, mb, &ua))
        return;
    w->asked++;
    (void)stun_reply(IPPROTO_UDP, w->from, src, 0, msg, (const uint8_t *)PEER_PWD, strlen(PEER_PWD),
                     true, 1, STUN_ATTR_XOR_MAPPED_ADDR, src);
    mem_deref(msg);
}

static bool a_has_path(const struct rig *r)
{
    return r->a.paths > 0;
}

/* RFC 8445 7.2.5.2.1: an answer from elsewhere makes no pair. */
static int test_asymmetric_answer(void)
{
    static struct ice_remote d;
    int err = 0;

    for (int straight = 0; straight < 2; straight++) {
        struct answerer w = {0};
        struct udp_sock *other = NULL;
        struct rig r;
        struct sa local;

        TRY(rig_open(&r));
        TRY(rig_agent(&r, &r.a, one, NULL));
        (void)sa_set_str(&local, "127.0.0.1", 0);
        err = udp_listen(&w.sock, &local, on_check, &w);
        if (!err)
            err = udp_listen(&other, &local, on_check, &w);
        if (!err)
            err = udp_local_get(w.sock, &local);
        w.from = straight ? w.sock : other;
        (void)ars_strcpy(d.ufrag, sizeof(d.ufrag), "peer");
        (void)ars_strcpy(d.pwd, sizeof(d.pwd), PEER_PWD);
        d.n = 1;
        d.candv[0] = (struct ice_candidate){.type = ICE_TYPE_HOST, .prio = 1, .foundation = "1"};
        (void)ars_addr_parse("127.0.0.1", sa_port(&local), &d.candv[0].addr);
        if (!err) {
            rig_start(&r.a, &d);
            err = rig_wait(&r, a_has_path, straight ? 2000 : 200);
        }
        if (err == (straight ? 0 : ETIMEDOUT))
            err = w.asked > 0 ? 0 : EPROTO;
        else if (!err)
            err = EPROTO;
        mem_deref(w.sock);
        mem_deref(other);
        rig_close(&r);
        TRY(err);
    }
out:
    return err;
}

int suite_ice_stun(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"ice-stun/server-reflexive", test_server_reflexive, false},
        {"ice-stun/server-reflexive-is-host", test_server_reflexive_is_host, false},
        {"ice-stun/one-interface-answered", test_one_interface_answered, false},
        {"ice-stun/server-silent", test_stun_server_silent, false},
        {"ice-stun/several-servers", test_several_servers, false},
        {"ice-stun/server-inside-and-outside", test_server_inside_and_outside, false},
        {"ice-stun/no-nat-and-a-dead-server", test_no_nat_and_a_dead_server, false},
        {"ice-stun/asymmetric-answer", test_asymmetric_answer, false},
        {"ice-stun/raw-requests", test_raw_requests, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
