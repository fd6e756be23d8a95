/* A relay that is not coturn: one of a few lines, which has no channels. */
#include <stdint.h>

#include <re.h>

#include <ars/resolver.h>

#include "check.h"
#include "ice_rig.h"
#include "suites.h"
#include "transport/ice_agent.h"

#define CAPACITY 508 /* RFC 8656 19 */

struct relay {
    struct udp_sock *front;
    struct udp_sock *back; /* the relayed address */
    struct sa client;
    unsigned refused;
};

static void on_request(struct relay *r, const struct sa *src, const struct stun_msg *msg)
{
    uint32_t lifetime = 600;
    struct sa relayed;

    switch (stun_msg_method(msg)) {
    case STUN_METHOD_ALLOCATE:
        r->client = *src;
        (void)udp_local_get(r->back, &relayed);
        (void)stun_reply(IPPROTO_UDP, r->front, src, 0, msg, NULL, 0, false, 3,
                         STUN_ATTR_XOR_RELAY_ADDR, &relayed, STUN_ATTR_XOR_MAPPED_ADDR, src,
                         STUN_ATTR_LIFETIME, &lifetime);
        break;
    case STUN_METHOD_CHANBIND:
        r->refused++;
        (void)stun_ereply(IPPROTO_UDP, r->front, src, 0, msg, CAPACITY, "Insufficient Capacity",
                          NULL, 0, false, 0);
        break;
    default:
        (void)stun_reply(IPPROTO_UDP, r->front, src, 0, msg, NULL, 0, false, 0);
    }
}

static void on_front(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct relay *r = arg;
    const struct stun_attr *peer, *data;
    struct stun_unknown_attr ua;
    struct stun_msg *msg = NULL;

    if (stun_msg_decode(&msg, mb, &ua)) /* of a channel: there is none */
        return;
    peer = stun_msg_attr(msg, STUN_ATTR_XOR_PEER_ADDR);
    data = stun_msg_attr(msg, STUN_ATTR_DATA);
    if (stun_msg_class(msg) == STUN_CLASS_REQUEST)
        on_request(r, src, msg);
    else if (stun_msg_method(msg) == STUN_METHOD_SEND && peer && data)
        (void)udp_send(r->back, &peer->v.xor_peer_addr, (struct mbuf *)&data->v.data);
    mem_deref(msg);
}

static void on_back(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct relay *r = arg;

    (void)stun_indication(IPPROTO_UDP, r->front, &r->client, 0, STUN_METHOD_DATA, NULL, 0, false, 2,
                          STUN_ATTR_XOR_PEER_ADDR, src, STUN_ATTR_DATA, mb);
}

static int relay_open(struct relay *r)
{
    struct sa local;
    int err;

    (void)sa_set_str(&local, "127.0.0.1", 0);
    err = udp_listen(&r->front, &local, on_front, r);
    return err ? err : udp_listen(&r->back, &local, on_back, r);
}

/* The way stays open when the short form of it is refused. */
static int test_no_channels(void)
{
    static const char *const one[] = {"127.0.0.1", NULL};
    struct ars_resolver *resolver = NULL;
    struct relay relay = {0};
    bool dead = true;
    char uri[32];
    struct rig r;
    struct sa at;
    char path[32];
    int err;

    TRY(rig_open(&r));
    TRY(ars_resolver_alloc(&resolver, r.loop, NULL));
    TRY(relay_open(&relay));
    TRY(udp_local_get(relay.front, &at));
    (void)re_snprintf(uri, sizeof(uri), "turn:127.0.0.1:%u", sa_port(&at));
    TRY(rig_relayed_agent(&r, &r.a, one, resolver, uri));
    TRY(rig_agent(&r, &r.b, one, NULL));
    TRY(rig_cut(&r.a, 0, &dead)); /* but the relay nothing goes */
    rig_connect(&r);
    TRY(rig_wait(&r, rig_completed, 5000));
    ice_agent_describe(r.a.ice, path, sizeof(path));
    CHECK(strncmp(path, "relay/", 6) == 0);
    for (int i = 0; i < 5; i++)
        TRY(rig_say(&r));
    CHECK(relay.refused > 0);
out:
    ice_agent_free(r.a.ice);
    r.a.ice = NULL;
    ars_resolver_free(resolver);
    mem_deref(relay.front);
    mem_deref(relay.back);
    rig_close(&r);
    return err;
}

int suite_ice_relay(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"ice/relay-without-channels", test_no_channels, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
