/* Unit tests of base. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <ars/addr.h>
#include <ars/clock.h>
#include <ars/fsm.h>
#include <ars/mailbox.h>
#include <ars/rand.h>
#include <ars/realtime.h>
#include <ars/reason.h>
#include <ars/ring.h>
#include <ars/secret.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "check.h"

static int test_buf(void)
{
    struct ars_buf b;
    char *text = NULL;
    int err = 0;

    ars_buf_init(&b, 200);
    for (int i = 0; i < 10; i++)
        ars_buf_addf(&b, "%d,", i);
    ars_buf_adds(&b, "end");
    TRY(b.err);
    text = ars_buf_take(&b, &err);
    TRY(err);
    CHECK_STR(text, "0,1,2,3,4,5,6,7,8,9,end");
    CHECK(b.data == NULL);
out:
    ars_buf_free(&b);
    free(text);
    return err;
}

static int test_buf_limit_sticks(void)
{
    struct ars_buf b;
    char *text = NULL;
    int err = 0;
    int why = 0;

    ars_buf_init(&b, 4);
    ars_buf_adds(&b, "1234");
    CHECK_INT(b.err, 0);
    ars_buf_adds(&b, "5");
    CHECK_INT(b.err, EMSGSIZE);
    text = ars_buf_take(&b, &why);
    CHECK(text == NULL);
    CHECK_INT(why, EMSGSIZE);
out:
    free(text);
    ars_buf_free(&b);
    return err;
}

static int test_percent(void)
{
    /* name, as encodeURIComponent() of a browser writes it */
    static const char *const pairs[][2] = {
        {"Иван Петров", "%D0%98%D0%B2%D0%B0%D0%BD%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2"},
        {"a-b.c_d~e!*'()", "a-b.c_d~e!*'()"},
        {"<a@b;c>", "%3Ca%40b%3Bc%3E"},
        {"100%", "100%25"},
        {"", ""},
    };
    static const char *const lenient[][2] = {
        {"100%", "100%"},
        {"%zz%4", "%zz%4"},
        {"%41%", "A%"},
        {"%ff", "\xef\xbf\xbd"},
        {"a%00b", "a b"},
        {"%0d%0aVia:", "  Via:"},
        {"%ED%A0%80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    char *enc = NULL;
    char *dec = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(pairs); i++) {
        enc = ars_percent_encode(pairs[i][0]);
        TRY(enc ? 0 : ENOMEM);
        CHECK_STR(enc, pairs[i][1]);
        dec = ars_percent_decode(enc, strlen(enc));
        TRY(dec ? 0 : ENOMEM);
        CHECK_STR(dec, pairs[i][0]);
        free(enc);
        free(dec);
        enc = dec = NULL;
    }
    for (size_t i = 0; i < CHECK_COUNT(lenient); i++) {
        dec = ars_percent_decode(lenient[i][0], strlen(lenient[i][0]));
        TRY(dec ? 0 : ENOMEM);
        CHECK_STR(dec, lenient[i][1]);
        free(dec);
        dec = NULL;
    }
out:
    free(enc);
    free(dec);
    return err;
}

/* Names as an old PBX sends them; the bytes are those of the two code pages. */
static int test_text_to_utf8(void)
{
    static const struct {
        const char *in;
        const char *want;
    } rows[] = {
        {"", ""},
        {"Bob\t1", "Bob 1"},
        {"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "Иван"},
        {"\xc8\xe2\xe0\xed", "Иван"},
        {"\xb8\xeb\xea\xe0 \xb9 2 (sip)", "ёлка № 2 (sip)"},
        {"\xff", "я"},
        {"J\xfcrgen M\xfcller", "Jürgen Müller"},
        {"\xc5se", "Åse"},
        {"Fran\xe7ois \x85", "François \xef\xbf\xbd"},
        {"\xc8\x98\xe2\xe0", "И\xef\xbf\xbdва"}, /* 0x98 is not assigned */
    };
    char *out = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        out = ars_text_to_utf8(rows[i].in, strlen(rows[i].in));
        TRY(out ? 0 : ENOMEM);
        CHECK_STR(out, rows[i].want);
        free(out);
        out = NULL;
    }
out:
    free(out);
    return err;
}

static int test_numbers_and_hex(void)
{
    uint8_t bytes[3] = {0};
    char hex[7];
    uint32_t v = 7;
    int err = 0;

    CHECK_INT(ars_str_to_u32("65535", 65535, &v), 0);
    CHECK_INT(v, 65535);
    CHECK_INT(ars_str_to_u32("65536", 65535, &v), ERANGE);
    CHECK_INT(ars_str_to_u32("99999999999999999999999", 65535, &v), ERANGE);
    CHECK_INT(ars_str_to_u32("", 9, &v), EINVAL);
    CHECK_INT(ars_str_to_u32("-1", 9, &v), EINVAL);
    CHECK_INT(ars_str_to_u32("1 ", 9, &v), EINVAL);
    CHECK_INT(v, 65535);
    CHECK_INT(ars_unhex("0A:ff:7e", bytes, 3), 0);
    ars_hex(bytes, 3, hex);
    CHECK_STR(hex, "0aff7e");
    CHECK_INT(ars_unhex("0aff", bytes, 3), EINVAL);
    CHECK_INT(ars_unhex("0aff7e00", bytes, 3), EINVAL);
    CHECK_INT(ars_unhex("0aff7g", bytes, 3), EINVAL);
out:
    return err;
}

static int test_addr(void)
{
    static const struct {
        const char *in, *out;
    } good[] = {
        {"192.0.2.1", "192.0.2.1:5061"},
        {"2001:db8::1", "[2001:db8::1]:5061"},
        {"[2001:db8::1]", "[2001:db8::1]:5061"},
    };
    static const char *const bad[] = {"",     "192.0.2",  "pbx.test", "192.0.2.1:80",
                                      "[::1", "1.2.3.256"};
    struct sockaddr_storage ss;
    struct ars_addr a;
    struct ars_addr b;
    char text[ARS_ADDR_STR];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(good); i++) {
        TRY(ars_addr_parse(good[i].in, 5061, &a));
        CHECK_STR(ars_addr_str(&a, text), good[i].out);
        ars_addr_to_sockaddr(&a, &ss);
        TRY(ars_addr_from_sockaddr((struct sockaddr *)&ss, &b));
        CHECK(ars_addr_eq(&a, &b));
        b.port++;
        CHECK(!ars_addr_eq(&a, &b));
    }
    for (size_t i = 0; i < CHECK_COUNT(bad); i++)
        CHECK_INT(ars_addr_parse(bad[i], 1, &a), EINVAL);
    TRY(ars_addr_parse("127.9.9.9", 0, &a));
    CHECK(ars_addr_is_loopback(&a));
    TRY(ars_addr_parse("::1", 0, &a));
    CHECK(ars_addr_is_loopback(&a));
    TRY(ars_addr_parse("128.0.0.1", 0, &a));
    CHECK(!ars_addr_is_loopback(&a));
out:
    return err;
}

static int test_ring(void)
{
    struct ars_ring *r = NULL;
    int16_t in[5] = {1, 2, 3, 4, 5};
    int16_t out[8] = {0};
    int err = ars_ring_alloc(&r, 7); /* rounded up to 8 */

    TRY(err);
    CHECK_INT(ars_ring_write(r, in, 5), 5);
    CHECK_INT(ars_ring_read(r, out, 3), 3);
    CHECK_INT(ars_ring_write(r, in, 5), 5);
    CHECK_INT(ars_ring_write(r, in, 5), 1);
    CHECK_INT(ars_ring_fill(r), 8);
    CHECK_INT(ars_ring_drop(r, 1), 1);
    CHECK_INT(ars_ring_read(r, out, 8), 7);
    CHECK(out[0] == 5 && out[1] == 1 && out[5] == 5 && out[6] == 1);
    CHECK_INT(ars_ring_read(r, out, 8), 0);
out:
    ars_ring_free(r);
    return err;
}

#define STREAM 200000

static void *produce(void *arg)
{
    struct ars_ring *r = arg;
    int16_t v = 0;

    for (int sent = 0; sent < STREAM;) {
        if (ars_ring_write(r, &v, 1) == 1) {
            v++;
            sent++;
        }
    }
    return NULL;
}

static int test_ring_two_threads(void)
{
    struct ars_ring *r = NULL;
    pthread_t thread;
    int16_t want = 0;
    int err = ars_ring_alloc(&r, 64);

    TRY(err);
    TRY(pthread_create(&thread, NULL, produce, r));
    for (int got = 0; got < STREAM;) {
        int16_t out[16];
        size_t n = ars_ring_read(r, out, 16);

        for (size_t i = 0; i < n; i++, got++) {
            if (out[i] != want++)
                err = check_fail(__FILE__, __LINE__, "sample %d out of order", got);
        }
    }
    pthread_join(thread, NULL);
out:
    ars_ring_free(r);
    return err;
}

static atomic_int rings;

static void ring_bell(void *arg)
{
    atomic_fetch_add(&rings, 1);
}

static bool same_tens(const void *queued, const void *msg)
{
    return *(const int *)queued / 10 == *(const int *)msg / 10;
}

static int *boxed(int v)
{
    int *p = malloc(sizeof(*p));

    if (p)
        *p = v;
    return p;
}

static int push_boxed(struct ars_mailbox *mb, int v, bool reserved)
{
    int *p = boxed(v);
    int err = !p ? ENOMEM : reserved ? ars_mailbox_push_reserved(mb, p) : ars_mailbox_push(mb, p);

    if (err)
        free(p);
    return err;
}

static int test_mailbox(void)
{
    struct ars_mailbox_conf conf = {.capacity = 2, .reserved = 1, .bell = ring_bell, .drop = free};
    struct ars_mailbox *mb = NULL;
    int *p = NULL;
    int err = 0;

    atomic_store(&rings, 0);
    TRY(ars_mailbox_alloc(&mb, &conf));
    TRY(push_boxed(mb, 11, false));
    TRY(push_boxed(mb, 21, false));
    CHECK_INT(push_boxed(mb, 31, false), EAGAIN);
    TRY(push_boxed(mb, 41, true));
    CHECK_INT(push_boxed(mb, 51, true), EAGAIN);
    CHECK_INT(atomic_load(&rings), 1);
    p = boxed(22);
    TRY(p ? 0 : ENOMEM);
    TRY(ars_mailbox_push_merged(mb, p, same_tens));
    p = ars_mailbox_pop(mb);
    CHECK(p && *p == 11);
    free(p);
    p = ars_mailbox_pop(mb);
    CHECK(p && *p == 22);
    free(p);
    p = ars_mailbox_pop(mb);
    CHECK(p && *p == 41);
    free(p);
    p = NULL;
    CHECK(ars_mailbox_pop(mb) == NULL);
    TRY(push_boxed(mb, 61, false));
    CHECK_INT(atomic_load(&rings), 2);
out:
    free(p);
    ars_mailbox_free(mb);
    return err;
}

static uint64_t fake_us;

static uint64_t fake_clock(void)
{
    return fake_us;
}

struct beep {
    struct ars_timers *ts;
    struct ars_timer timer;
    struct beep *kills;
    int fired;
    int again;
};

static void on_beep(void *arg)
{
    struct beep *b = arg;

    b->fired++;
    if (b->kills)
        ars_timer_stop(&b->kills->timer);
    if (b->again-- > 0)
        ars_timer_start(b->ts, &b->timer, 0, on_beep, b);
}

static uint64_t rearmed;

static void on_rearm(uint64_t delay_ms, void *arg)
{
    rearmed = delay_ms;
}

static int test_timers(void)
{
    struct ars_timers *ts = NULL;
    struct beep a = {0};
    struct beep b = {0};
    struct beep c = {0};
    int err = 0;

    ars_clock_set_source(fake_clock);
    fake_us = 1000000;
    TRY(ars_timers_alloc(&ts, on_rearm, NULL));
    ars_timer_start(ts, &b.timer, 200, on_beep, &b);
    CHECK_INT(rearmed, 200);
    ars_timer_start(ts, &a.timer, 100, on_beep, &a);
    CHECK_INT(rearmed, 100);
    ars_timer_start(ts, &c.timer, 200, on_beep, &c);
    b.kills = &c;
    CHECK_INT(ars_timers_count(ts), 3);
    ars_timers_run(ts);
    CHECK_INT(a.fired, 0);
    fake_us += 150000;
    ars_timers_run(ts);
    CHECK_INT(a.fired, 1);
    CHECK_INT(b.fired, 0);
    CHECK_INT(rearmed, 50);
    fake_us += 50000;
    ars_timers_run(ts);
    CHECK_INT(b.fired, 1);
    CHECK_INT(c.fired, 0);
    CHECK_INT(ars_timers_count(ts), 0);
    CHECK(rearmed == UINT64_MAX);
out:
    ars_timers_free(ts);
    ars_clock_set_source(NULL);
    return err;
}

static int test_timer_without_delay_does_not_spin(void)
{
    struct ars_timers *ts = NULL;
    struct beep a = {.again = 1000};
    int err = 0;

    ars_clock_set_source(fake_clock);
    TRY(ars_timers_alloc(&ts, NULL, NULL));
    a.ts = ts;
    ars_timer_start(ts, &a.timer, 0, on_beep, &a);
    ars_timers_run(ts);
    CHECK_INT(a.fired, 1);
    CHECK(ars_timer_running(&a.timer));
out:
    ars_timers_free(ts);
    ars_clock_set_source(NULL);
    return err;
}

static int test_fsm(void)
{
    enum { OFF, ON, BROKEN };
    static const char *const states[] = {"off", "on", "broken"};
    static const uint32_t edges[] = {
        [OFF] = ARS_TO(ON), [ON] = ARS_TO(OFF) | ARS_TO(BROKEN), [BROKEN] = 0};
    static const struct ars_fsm lamp = {"lamp", states, edges, 3};
    int state = OFF;
    int err = 0;

    CHECK_INT(ars_fsm_go(&lamp, &state, BROKEN), EINVAL);
    CHECK_INT(state, OFF);
    CHECK_INT(ars_fsm_go(&lamp, &state, OFF), EALREADY);
    CHECK_INT(ars_fsm_go(&lamp, &state, ON), 0);
    CHECK_INT(ars_fsm_go(&lamp, &state, BROKEN), 0);
    CHECK_INT(ars_fsm_go(&lamp, &state, ON), EINVAL);
    CHECK_INT(ars_fsm_go(&lamp, &state, 17), EINVAL);
    CHECK_STR(ars_fsm_state(&lamp, state), "broken");
out:
    return err;
}

static int test_rand(void)
{
    char a[37];
    char b[37];
    char token[11];
    int err = 0;

    ars_rand_uuid(a);
    ars_rand_uuid(b);
    CHECK(strcmp(a, b) != 0);
    CHECK_INT(strlen(a), 36);
    CHECK(a[14] == '4' && strchr("89ab", a[19])); /* RFC 4122 section 4.4 */
    ars_rand_token(token, 10);
    CHECK_INT(strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789"), 10);
    for (int i = 0; i < 1000; i++)
        CHECK(ars_rand_below(3) < 3);
out:
    return err;
}

static int test_secret(void)
{
    struct ars_secret *s = ars_secret_new("pass\0word", 9);
    struct ars_secret *d = NULL;
    int err = 0;

    TRY(s ? 0 : ENOMEM);
    d = ars_secret_dup(s);
    TRY(d ? 0 : ENOMEM);
    CHECK_STR(ars_secret_text(d), "pass");
    CHECK_STR(ars_secret_text(NULL), "");
out:
    ars_secret_free(s);
    ars_secret_free(d);
    return err;
}

static int test_reasons_are_complete(void)
{
    int err = 0;

    for (int i = 0; i < ARS_REASON_COUNT; i++) {
        CHECK(ars_reason_name(i) && ars_reason_words(i));
        for (int k = 0; k < i; k++)
            CHECK(strcmp(ars_reason_name(i), ars_reason_name(k)) != 0);
    }
out:
    return err;
}

/* Computes on and on, until the kernel's signal has taken it back, before the kernel ends it. */
static int compute(void)
{
    uint64_t until = ars_clock_ms() + 5000;
    int err = 0;

    while (sched_getscheduler(0) & SCHED_RR) {
        (void)poll(NULL, 0, 0);
        CHECK(ars_clock_ms() < until);
    }
out:
    return err;
}

static int test_realtime(void)
{
    const struct sched_param param = {.sched_priority = ARS_REALTIME_PRIORITY};
    int thread = ars_realtime_thread();
    struct rlimit limit;
    int err = ars_realtime_raise(thread);
    bool may = err == 0;

    CHECK(err == 0 || err == EPERM);
    err = 0;
    CHECK_INT(getrlimit(RLIMIT_RTTIME, &limit), 0);
    CHECK(limit.rlim_max <= 200000); /* rtkit refuses us else */
    CHECK_INT(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, may ? SCHED_RR : SCHED_OTHER);
    if (may)
        TRY(compute());
    CHECK_INT(ars_realtime_raise(thread), may ? 0 : EPERM);
    ars_realtime_lower(thread);
    CHECK_INT(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, SCHED_OTHER);
    /* what rtkit does after that has the same end */
    if (may) {
        CHECK_INT(sched_setscheduler(0, SCHED_RR, &param), 0);
        TRY(compute());
    }
out:
    ars_realtime_lower(thread);
    return err;
}

int main(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"base/buf", test_buf, true},
        {"base/buf-limit-sticks", test_buf_limit_sticks, false},
        {"base/percent", test_percent, true},
        {"base/text-to-utf8", test_text_to_utf8, true},
        {"base/numbers-and-hex", test_numbers_and_hex, false},
        {"base/addr", test_addr, false},
        {"base/ring", test_ring, true},
        {"base/ring-two-threads", test_ring_two_threads, false},
        {"base/mailbox", test_mailbox, true},
        {"base/timers", test_timers, true},
        {"base/timer-without-delay", test_timer_without_delay_does_not_spin, false},
        {"base/fsm", test_fsm, false},
        {"base/rand", test_rand, false},
        {"base/secret", test_secret, true},
        {"base/realtime", test_realtime, false},
        {"base/reasons-complete", test_reasons_are_complete, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
