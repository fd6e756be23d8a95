/* ICE: consent (RFC 7675), and what becomes of a path that nobody answers on. */
#include <stdint.h>
#include <stdio.h>

#include <re.h>

#include <ars/clock.h>

#include "check.h"
#include "ice_rig.h"
#include "suites.h"
#include "transport/ice_agent.h"
#include "transport/ice_gather.h"

static const char *const one[] = {"127.0.0.1", NULL};
static const char *const two[] = {"127.0.0.1", "127.0.0.2", NULL};

static int test_consent(void)
{
    static const struct ice_times quick = {.consent_ms = 40, .expiry_ms = 250};
    struct rig r;
    uint64_t silent;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, one, &quick));
    TRY(rig_agent(&r, &r.b, one, &quick));
    rig_connect(&r);
    TRY(rig_wait(&r, rig_completed, 2000));
    TRY(rig_wait(&r, NULL, 600)); /* more than twice the expiry */
    CHECK(!r.a.failed && !r.b.failed);
    ice_agent_free(r.b.ice);
    r.b.ice = NULL;
    TRY(rig_wait(&r, rig_a_failed, 2000));
    silent = ars_clock_ms() - r.a.ice->consent_ms; /* since it was last given */
    CHECK(silent >= quick.expiry_ms + quick.consent_ms && silent < quick.expiry_ms + 400);
    CHECK_INT(ice_agent_send(r.a.ice, (const uint8_t *)"x", 1), ENOTCONN);
out:
    rig_close(&r);
    return err;
}

#define LATE_MS  100
#define LATE_MAX 64

/* A long way: answers to a take LATE_MS. */
static struct late {
    uint64_t asked_ms;
    unsigned begin;
    unsigned end;
    struct {
        uint64_t at_ms;
        struct sa src;
        struct mbuf *mb;
    } v[LATE_MAX];
} late;

static bool hold_answer(struct sa *src, struct mbuf *mb, void *arg)
{
    const uint8_t *p = mbuf_buf(mb);
    struct mbuf *copy;

    if (mbuf_get_left(mb) < 2 || p[0] != 1 || p[1] != 1) /* RFC 8489 5: a Binding success */
        return false;
    copy = mbuf_alloc(mbuf_get_left(mb));
    if (!copy || mbuf_write_mem(copy, p, mbuf_get_left(mb)) || late.end - late.begin == LATE_MAX) {
        mem_deref(copy);
        return true;
    }
    copy->pos = 0;
    late.v[late.end % LATE_MAX].at_ms = ars_clock_ms() + LATE_MS;
    late.v[late.end % LATE_MAX].src = *src;
    late.v[late.end++ % LATE_MAX].mb = copy;
    return true;
}

static bool pass(int *err, struct sa *dst, struct mbuf *mb, void *arg)
{
    return false;
}

/* Each turn of the loop: what is due arrives, and it is asked again. Never done. */
static bool ask_much(const struct rig *r)
{
    struct ice_agent *a = r->a.ice;

    while (late.begin < late.end && late.v[late.begin % LATE_MAX].at_ms <= ars_clock_ms()) {
        struct mbuf *mb = late.v[late.begin % LATE_MAX].mb;

        icegather_receive(&a->basev[0], &late.v[late.begin++ % LATE_MAX].src, mb);
        mem_deref(mb);
    }
    if (ars_clock_ms() - late.asked_ms >= LATE_MS / 4) {
        late.asked_ms = ars_clock_ms();
        ice_agent_probe(a);
    }
    return r->a.failed;
}

/* The far end is there, but each answer comes when it has been asked again long since. */
static int test_late_answers(void)
{
    static const struct ice_times quick = {.consent_ms = 100, .expiry_ms = 1000};
    struct udp_helper *helper; /* goes with its socket */
    struct rig r;
    int err;

    memset(&late, 0, sizeof(late));
    TRY(rig_call(&r, one, one, &quick));
    TRY(udp_register_helper(&helper, r.a.ice->basev[0].sock, -1, pass, hold_answer, NULL));
    CHECK_INT(rig_wait(&r, ask_much, 2500), ETIMEDOUT);
    CHECK(!r.a.failed);
    CHECK(ice_agent_is_heard(r.a.ice));
out:
    for (; late.begin < late.end; late.begin++)
        mem_deref(late.v[late.begin % LATE_MAX].mb);
    rig_close(&r);
    return err;
}

static bool a_is_silent(const struct rig *r)
{
    return !ice_agent_is_heard(r->a.ice);
}

static bool a_is_heard(const struct rig *r)
{
    return ice_agent_is_heard(r->a.ice);
}

static bool a_is_stranded(const struct rig *r)
{
    return ice_agent_is_stranded(r->a.ice);
}

/* RFC 8445 7.2.5.3.1: the answer says where the request came from, which was elsewhere before. */
static int test_remapped(void)
{
    struct rig r;
    int err;

    TRY(rig_call(&r, one, one, NULL));
    ice_agent_probe(r.a.ice);
    CHECK_INT(rig_wait(&r, a_is_stranded, 100), ETIMEDOUT);
    CHECK(ars_addr_eq(&r.a.ice->path.mapped, &r.a.ice->path.base->addr)); /* no NAT here */
    r.a.ice->path.mapped.port ^= 1;
    ice_agent_probe(r.a.ice);
    TRY(rig_wait(&r, a_is_stranded, 1000));
    CHECK(ice_agent_is_heard(r.a.ice));
    TRY(ice_agent_restart(r.a.ice));
    CHECK(!ice_agent_is_stranded(r.a.ice));
out:
    rig_close(&r);
    return err;
}

/* That the peer has begun anew is said by signalling: only an answer on the path is consent. */
static int test_restart_is_no_consent(void)
{
    static const struct ice_times quick = {.consent_ms = 40, .expiry_ms = 2000};
    struct ice_remote of_b;
    bool dead = false;
    struct rig r;
    int err;

    TRY(rig_call(&r, one, one, &quick));
    TRY(rig_cut(&r.a, 0, &dead));
    dead = true;
    TRY(rig_wait(&r, a_is_silent, 1000));
    ice_agent_renew(r.b.ice);
    rig_describe(&r.b, &of_b);
    rig_start(&r.a, &of_b);
    CHECK(!ice_agent_is_heard(r.a.ice));
    dead = false;
    TRY(rig_wait(&r, a_is_heard, 2000));
    CHECK(!r.a.failed);
out:
    rig_close(&r);
    return err;
}

/* Both have settled on the path that goes by a's n-th address. */
static bool settled(const struct rig *r, size_t n)
{
    const struct ice_path *a = &r->a.ice->path;
    const struct ice_path *b = &r->b.ice->path;

    return a->nominated && b->nominated && a->base == &r->a.ice->basev[n] &&
           ars_addr_eq(&b->addr, &a->base->addr);
}

static bool settled_on_first(const struct rig *r)
{
    return settled(r, 0);
}

static bool settled_on_second(const struct rig *r)
{
    return settled(r, 1);
}

/* The path in use goes dead in mid-call: another pair carries on, and back again. */
static int test_path_dies(void)
{
    static const struct ice_times quick = {.consent_ms = 40, .expiry_ms = 2000};
    bool dead[2] = {false};
    struct rig r;
    uint64_t since;
    int err;

    TRY(rig_open(&r));
    TRY(rig_agent(&r, &r.a, two, &quick));
    TRY(rig_agent(&r, &r.b, one, &quick));
    for (size_t i = 0; i < 2; i++)
        TRY(rig_cut(&r.a, i, &dead[i]));
    rig_connect(&r);
    TRY(rig_wait(&r, settled_on_first, 2000));
    TRY(rig_say(&r));
    dead[0] = true;
    since = ars_clock_ms();
    TRY(rig_wait(&r, settled_on_second, 1500));
    printf("# ice: another path %llu ms after the first died\n",
           (unsigned long long)(ars_clock_ms() - since));
    TRY(rig_say(&r));
    dead[0] = false;
    dead[1] = true;
    TRY(rig_wait(&r, settled_on_first, 1500));
    TRY(rig_say(&r));
    CHECK(!r.a.failed && !r.b.failed);
    /* with all of them dead it ends */
    dead[0] = dead[1] = true;
    TRY(rig_wait(&r, rig_a_failed, 4000));
out:
    rig_close(&r);
    return err;
}

int suite_ice_consent(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"ice/consent", test_consent, false},
        {"ice/late-answers", test_late_answers, false},
        {"ice/remapped", test_remapped, false},
        {"ice/restart-is-no-consent", test_restart_is_no_consent, false},
        {"ice/path-dies", test_path_dies, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
