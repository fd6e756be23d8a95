/* The rig of the ICE suites. */
#include <errno.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "ice_rig.h"
#include "transport/ice_agent.h"

#define TICK_MS 5

static void on_gathered(void *arg)
{
    struct rig_agent *x = arg;

    x->gathered = true;
    ars_loop_stop(x->rig->loop);
}

static void on_path(void *arg)
{
    struct rig_agent *x = arg;

    if (x->paths++ == 0)
        x->path_ms = ars_clock_ms() - x->started_ms;
    ars_loop_stop(x->rig->loop);
}

static void on_receive(uint8_t *buf, size_t len, bool trusted, void *arg)
{
    struct rig_agent *x = arg;

    x->received++;
    x->trusted = trusted;
    memset(x->last, 0, sizeof(x->last));
    memcpy(x->last, buf, len < sizeof(x->last) ? len : sizeof(x->last));
    ars_loop_stop(x->rig->loop);
}

static void on_failed(const char *why, void *arg)
{
    struct rig_agent *x = arg;

    x->failed = true;
    x->failed_ms = ars_clock_ms() - x->started_ms;
    ars_loop_stop(x->rig->loop);
}

/* What has no handler is looked at now and then. */
static void on_tick(void *arg)
{
    struct rig *r = arg;

    ars_timer_start(ars_loop_timers(r->loop), &r->tick, TICK_MS, on_tick, r);
    ars_loop_stop(r->loop);
}

static void on_limit(void *arg)
{
    struct rig *r = arg;

    r->timed_out = true;
    ars_loop_stop(r->loop);
}

int rig_open(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    r->a.rig = r;
    r->b.rig = r;
    return ars_loop_alloc(&r->loop);
}

void rig_close(struct rig *r)
{
    ice_agent_free(r->a.ice);
    ice_agent_free(r->b.ice);
    ars_timer_stop(&r->limit);
    ars_loop_free(r->loop);
}

int rig_wait(struct rig *r, bool (*done)(const struct rig *r), unsigned ms)
{
    int err = 0;

    r->timed_out = false;
    ars_timer_start(ars_loop_timers(r->loop), &r->limit, ms, on_limit, r);
    ars_timer_start(ars_loop_timers(r->loop), &r->tick, TICK_MS, on_tick, r);
    while (!err && !r->timed_out && !(done && done(r)))
        err = ars_loop_run(r->loop);
    ars_timer_stop(&r->limit);
    ars_timer_stop(&r->tick);
    return err ? err : done && !done(r) ? ETIMEDOUT : 0;
}

static bool both_gathered(const struct rig *r)
{
    return (!r->a.ice || r->a.gathered) && (!r->b.ice || r->b.gathered);
}

static int open_agent(struct rig *r, struct rig_agent *x, const char *const *addrs,
                      struct ars_resolver *resolver, struct ice_agent_conf *conf)
{
    static const struct ice_agent_handlers handlers = {
        .gathered = on_gathered,
        .path = on_path,
        .receive = on_receive,
        .failed = on_failed,
    };
    int err;

    conf->basev = x->basev;
    for (; addrs[conf->n_bases]; conf->n_bases++) {
        err = ars_addr_parse(addrs[conf->n_bases], 0, &x->basev[conf->n_bases]);
        if (err)
            return err;
    }
    err = ice_agent_alloc(&x->ice, r->loop, resolver, conf, &handlers, x);
    return err ? err : rig_wait(r, both_gathered, 2000);
}

int rig_agent(struct rig *r, struct rig_agent *x, const char *const *addrs,
              const struct ice_times *times)
{
    struct ice_agent_conf conf = {0};

    if (times)
        conf.times = *times;
    return open_agent(r, x, addrs, NULL, &conf);
}

int rig_relayed_agent(struct rig *r, struct rig_agent *x, const char *const *addrs,
                      struct ars_resolver *resolver, const char *turn)
{
    struct ice_agent_conf conf = {.turn = turn};

    return open_agent(r, x, addrs, resolver, &conf);
}

void rig_describe(const struct rig_agent *from, struct ice_remote *ret)
{
    const struct ice_candidate *v = ice_agent_candidates(from->ice, &ret->n);

    memcpy(ret->candv, v, ret->n * sizeof(*v));
    (void)ars_strcpy(ret->ufrag, sizeof(ret->ufrag), ice_agent_ufrag(from->ice));
    (void)ars_strcpy(ret->pwd, sizeof(ret->pwd), ice_agent_pwd(from->ice));
    ret->lite = false;
}

void rig_start(struct rig_agent *x, const struct ice_remote *remote)
{
    x->started_ms = ars_clock_ms();
    ice_agent_set_remote(x->ice, remote);
}

void rig_connect(struct rig *r)
{
    static struct ice_remote of_a;
    static struct ice_remote of_b;

    rig_describe(&r->a, &of_a);
    rig_describe(&r->b, &of_b);
    ice_agent_set_controlling(r->a.ice, true);
    rig_start(&r->b, &of_a);
    rig_start(&r->a, &of_b);
}

bool rig_completed(const struct rig *r)
{
    return r->a.ice->state == ICE_COMPLETED && r->b.ice->state == ICE_COMPLETED;
}

bool rig_a_failed(const struct rig *r)
{
    return r->a.failed;
}

bool rig_received(const struct rig *r)
{
    return r->a.received > 0 && r->b.received > 0;
}

int rig_say(struct rig *r)
{
    static const uint8_t hello[] = {0x80, 'h', 'i'};
    int err;

    r->a.received = r->b.received = 0;
    err = ice_agent_send(r->a.ice, hello, sizeof(hello));
    if (!err)
        err = ice_agent_send(r->b.ice, hello, sizeof(hello));
    if (!err)
        err = rig_wait(r, rig_received, 2000);
    if (!err && (!r->a.trusted || !r->b.trusted || memcmp(r->a.last, hello, 3) != 0))
        err = EPROTO;
    return err;
}

static bool swallow_sent(int *err, struct sa *dst, struct mbuf *mb, void *arg)
{
    *err = 0;
    return *(const bool *)arg;
}

static bool swallow_received(struct sa *src, struct mbuf *mb, void *arg)
{
    return *(const bool *)arg;
}

int rig_cut(struct rig_agent *x, size_t base, bool *dead)
{
    struct udp_helper *helper; /* goes with its socket */

    return udp_register_helper(&helper, x->ice->basev[base].sock, -1, swallow_sent,
                               swallow_received, dead);
}

int rig_pair(struct rig *r, const char *const *a, const char *const *b,
             const struct ice_times *times)
{
    int err = rig_open(r);

    if (!err)
        err = rig_agent(r, &r->a, a, times);
    return err ? err : rig_agent(r, &r->b, b, NULL);
}

int rig_call(struct rig *r, const char *const *a, const char *const *b,
             const struct ice_times *times)
{
    int err = rig_pair(r, a, b, times);

    if (err)
        return err;
    rig_connect(r);
    return rig_wait(r, rig_completed, 2000);
}
