/* The loop, its timers and bells, one and several in a process. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <ars/clock.h>

#include "fixture.h"
#include "suites.h"

#define RINGS 50000

struct loop_ctx {
    struct fixture f;
    struct ars_bell *bell;
    struct ars_timer timers[3];
    uint64_t from;
    int order[3];
    int fired;
    atomic_int rung;
    atomic_bool done;
    int seen;
    int err;
};

static void fire(struct loop_ctx *c, int which)
{
    c->order[c->fired++] = which;
    if (c->fired == 3)
        ars_loop_stop(c->f.loop);
}

static void on_first(void *arg)
{
    fire(arg, 1);
}

static void on_second(void *arg)
{
    fire(arg, 2);
}

static void on_third(void *arg)
{
    fire(arg, 3);
}

static int test_timers(void)
{
    struct loop_ctx c = {0};
    struct ars_timers *ts;
    int err = fixture_init(&c.f);

    TRY(err);
    ts = ars_loop_timers(c.f.loop);
    c.from = ars_clock_ms();
    ars_timer_start(ts, &c.timers[0], 60, on_third, &c);
    ars_timer_start(ts, &c.timers[1], 0, on_first, &c);
    ars_timer_start(ts, &c.timers[2], 30, on_second, &c);
    TRY(fixture_run(&c.f));
    CHECK(c.order[0] == 1 && c.order[1] == 2 && c.order[2] == 3);
    CHECK(ars_clock_ms() - c.from >= 60);
    CHECK_INT(ars_timers_count(ts), 0);
out:
    fixture_free(&c.f);
    return err;
}

static void on_bell(void *arg)
{
    struct loop_ctx *c = arg;

    c->seen = atomic_load(&c->rung);
    if (atomic_load(&c->done) && c->seen == RINGS)
        ars_loop_stop(c->f.loop);
}

static void *ringer(void *arg)
{
    struct loop_ctx *c = arg;

    for (int i = 0; i < RINGS; i++) {
        if (i == RINGS - 1)
            atomic_store(&c->done, true);
        atomic_fetch_add(&c->rung, 1);
        ars_bell_ring(c->bell);
    }
    return NULL;
}

/* However many rings, the last is never lost. */
static int test_bell(void)
{
    struct loop_ctx c = {0};
    pthread_t th;
    bool started = false;
    int err = fixture_init(&c.f);

    TRY(err);
    TRY(ars_bell_alloc(&c.bell, c.f.loop, on_bell, &c));
    TRY(pthread_create(&th, NULL, ringer, &c));
    started = true;
    TRY(fixture_run(&c.f));
    CHECK_INT(c.seen, RINGS);
out:
    if (started)
        (void)pthread_join(th, NULL);
    ars_bell_free(c.bell);
    fixture_free(&c.f);
    return err;
}

static void on_bell_frees(void *arg)
{
    struct loop_ctx *c = arg;

    ars_bell_free(c->bell);
    c->bell = NULL;
    ars_loop_stop(c->f.loop);
}

static int test_bell_freed_in_its_function(void)
{
    struct loop_ctx c = {0};
    int err = fixture_init(&c.f);

    TRY(err);
    TRY(ars_bell_alloc(&c.bell, c.f.loop, on_bell_frees, &c));
    ars_bell_ring(c.bell);
    TRY(fixture_run(&c.f));
    CHECK(c.bell == NULL);
out:
    ars_bell_free(c.bell);
    fixture_free(&c.f);
    return err;
}

static int test_one_a_thread(void)
{
    struct ars_loop *first = NULL;
    struct ars_loop *second = NULL;
    int err = ars_loop_alloc(&first);

    TRY(err);
    CHECK_INT(ars_loop_alloc(&second), EALREADY);
    CHECK(second == NULL);
    ars_loop_free(first);
    first = NULL;
    TRY(ars_loop_alloc(&first)); /* again after it has gone */
out:
    ars_loop_free(first);
    return err;
}

static void on_tick(void *arg)
{
    struct loop_ctx *c = arg;

    if (++c->fired == 50)
        ars_loop_stop(c->f.loop);
    else
        fixture_after(&c->f, 2, on_tick, c);
}

static void *loop_main(void *arg)
{
    struct loop_ctx *c = arg;

    for (int round = 0; round < 3 && !c->err; round++) {
        c->fired = 0;
        c->err = fixture_init(&c->f);
        if (c->err)
            break;
        fixture_after(&c->f, 0, on_tick, c);
        c->err = fixture_run(&c->f);
        fixture_free(&c->f);
    }
    return NULL;
}

static int test_several_threads(void)
{
    struct loop_ctx c[4] = {0};
    pthread_t th[4];
    size_t fds = open_fds();
    int err = 0;
    int n = 0;

    for (; n < 4; n++)
        TRY(pthread_create(&th[n], NULL, loop_main, &c[n]));
out:
    for (int i = 0; i < n; i++) {
        (void)pthread_join(th[i], NULL);
        if (!err)
            err = c[i].err ? c[i].err : c[i].fired == 50 ? 0 : EBADMSG;
    }
    if (!err && open_fds() != fds)
        err = check_fail(__FILE__, __LINE__, "descriptors stay open");
    return err;
}

static const struct check_case cases[] = {
    {"loop_timers", test_timers, false},
    {"loop_bell", test_bell, false},
    {"loop_bell_freed_in_its_function", test_bell_freed_in_its_function, true},
    {"loop_one_a_thread", test_one_a_thread, true},
    {"loop_several_threads", test_several_threads, false},
};

const struct suite suite_loop = {cases, CHECK_COUNT(cases)};
