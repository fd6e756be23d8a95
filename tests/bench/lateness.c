/*
 * How late timers fire on the engine's loop: a timer of 10 ms beside N calls, and beside a DTLS
 * handshake with an RSA-4096 peer and a SIP message of 64 KB, both at once, twice a second.
 *
 *   bench_lateness SECONDS CALLS BURST(0|1)
 *
 * Prints one line of JSON, times in ms: late as measured, and own: without the time in which the
 * thread could have run and the machine was busy with others.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/loop.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "handshake.h"
#include "line.h"
#include "mini.h"

#define PERIOD_MS   10
#define BURST_MS    500
#define READY_MS    15000
#define MESSAGE_LEN (64 * 1024)

struct bench {
    struct ars_loop *loop;
    struct line *line;
    struct mini *mini;
    struct handshake *handshake;
    char *message;
    size_t message_len;
    bool burst;
    bool failed;
    uint64_t until_ms;
    uint64_t due_us;
    uint64_t waited_us; /* for a processor, until the last tick */
    int schedstat;
    uint32_t *late_us;
    uint32_t *own_us;
    size_t n;
    size_t max;
    size_t bursts;
    struct ars_timer tick;
    struct ars_timer burst_timer;
    struct ars_timer limit;
};

static void on_tick(void *arg);

/* Second field of /proc/thread-self/schedstat: nanoseconds spent waiting on a run queue. */
static uint64_t waited_us(const struct bench *b)
{
    char text[128];
    ssize_t n = pread(b->schedstat, text, sizeof(text) - 1, 0);

    if (n <= 0)
        return 0;
    text[n] = '\0';

    const char *second = strchr(text, ' ');

    return second ? strtoull(second, NULL, 10) / 1000 : 0;
}

static void start_tick(struct bench *b)
{
    b->due_us = ars_clock_us() + PERIOD_MS * UINT64_C(1000);
    ars_timer_start(ars_loop_timers(b->loop), &b->tick, PERIOD_MS, on_tick, b);
}

static void on_tick(void *arg)
{
    struct bench *b = arg;
    uint64_t now = ars_clock_us();

    uint64_t waited = waited_us(b) - b->waited_us;
    uint64_t late = now > b->due_us ? now - b->due_us : 0;

    b->waited_us += waited;
    if (b->n < b->max) {
        b->late_us[b->n] = (uint32_t)late;
        b->own_us[b->n++] = (uint32_t)(late > waited ? late - waited : 0);
    }
    if (ars_clock_ms() >= b->until_ms)
        ars_loop_stop(b->loop);
    else
        start_tick(b);
}

static void on_burst(void *arg)
{
    struct bench *b = arg;

    ars_timer_start(ars_loop_timers(b->loop), &b->burst_timer, BURST_MS, on_burst, b);
    if (!handshake_start(b->handshake))
        b->bursts++;
    mini_receive(b->mini, b->message, b->message_len);
}

static void on_ready(void *arg)
{
    struct bench *b = arg;

    ars_timer_stop(&b->limit);
    b->until_ms = ars_clock_ms() + b->max * PERIOD_MS;
    start_tick(b);
    if (b->burst)
        ars_timer_start(ars_loop_timers(b->loop), &b->burst_timer, BURST_MS, on_burst, b);
}

static void on_failed(const char *why, void *arg)
{
    struct bench *b = arg;

    fprintf(stderr, "bench_lateness: %s\n", why);
    b->failed = true;
    ars_loop_stop(b->loop);
}

static void on_limit(void *arg)
{
    on_failed("the calls do not come up", arg);
}

/* A MESSAGE with many headers and a body: all of it is read before it is refused. */
static int make_message(struct bench *b)
{
    struct ars_buf buf, body;
    int err;

    ars_buf_init(&body, MESSAGE_LEN);
    while (body.len < MESSAGE_LEN / 2)
        ars_buf_adds(&body, "All work and no play makes Jack a dull boy.\r\n");
    ars_buf_init(&buf, 2 * MESSAGE_LEN);
    ars_buf_adds(&buf, "MESSAGE sip:demo@bench.invalid;transport=ws SIP/2.0\r\n"
                       "Via: SIP/2.0/WSS 127.0.0.1:5061;branch=z9hG4bKbench\r\n"
                       "From: <sip:602@localhost>;tag=bench\r\n"
                       "To: <sip:demo@localhost>\r\n"
                       "Call-ID: bench\r\n"
                       "CSeq: 1 MESSAGE\r\n");
    while (buf.len + body.len + 256 < MESSAGE_LEN)
        ars_buf_addf(&buf, "X-Bench-%zu: \"a quoted, text\" <sip:%zu@localhost>;tag=a, b, c\r\n",
                     buf.len, buf.len);
    ars_buf_addf(&buf, "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", body.len);
    ars_buf_addn(&buf, body.data, body.len);
    b->message_len = buf.len;
    b->message = ars_buf_take(&buf, &err);
    ars_buf_free(&body);
    return b->message ? 0 : err;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double quantile_ms(const uint32_t *sorted, size_t n, double q)
{
    return n ? sorted[(size_t)(q * (double)(n - 1))] / 1000.0 : -1;
}

static void print(struct bench *b)
{
    qsort(b->late_us, b->n, sizeof(*b->late_us), compare);
    qsort(b->own_us, b->n, sizeof(*b->own_us), compare);
    printf("{\"ticks\":%zu,\"bursts\":%zu,\"handshakes\":%zu,\"p50\":%.3f,\"p99\":%.3f,"
           "\"p999\":%.3f,\"max\":%.3f,\"own_p999\":%.3f,\"own_max\":%.3f}\n",
           b->n, b->bursts, b->handshake ? handshake_count(b->handshake) : 0,
           quantile_ms(b->late_us, b->n, 0.5), quantile_ms(b->late_us, b->n, 0.99),
           quantile_ms(b->late_us, b->n, 0.999), quantile_ms(b->late_us, b->n, 1),
           quantile_ms(b->own_us, b->n, 0.999), quantile_ms(b->own_us, b->n, 1));
}

static int open_bench(struct bench *b, uint32_t seconds, uint32_t calls)
{
    b->max = seconds * 1000 / PERIOD_MS;
    b->late_us = calloc(b->max + 1, sizeof(*b->late_us));
    b->own_us = calloc(b->max + 1, sizeof(*b->own_us));
    b->schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);

    int err = b->late_us && b->own_us ? make_message(b) : ENOMEM;

    if (!err)
        err = line_start(&b->line, NULL);
    if (!err)
        err = ars_loop_alloc(&b->loop);
    if (!err && b->burst)
        err = handshake_alloc(&b->handshake, b->loop);
    if (err)
        return err;

    struct mini_conf conf = {
        .port = line_port(b->line),
        .pin = line_pin(b->line),
        .password = line_password(b->line),
        .calls = calls,
        .ready = on_ready,
        .failed = on_failed,
        .arg = b,
    };

    ars_timer_start(ars_loop_timers(b->loop), &b->limit, READY_MS, on_limit, b);
    return mini_alloc(&b->mini, b->loop, &conf);
}

static void close_bench(struct bench *b)
{
    ars_timer_stop(&b->tick);
    ars_timer_stop(&b->burst_timer);
    ars_timer_stop(&b->limit);
    mini_free(b->mini);
    handshake_free(b->handshake);
    ars_loop_free(b->loop);
    line_free(b->line);
    free(b->message);
    free(b->late_us);
    free(b->own_us);
    if (b->schedstat >= 0)
        close(b->schedstat);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    uint32_t seconds, calls, burst;

    if (argc != 4 || ars_str_to_u32(argv[1], 3600, &seconds) ||
        ars_str_to_u32(argv[2], 16, &calls) || ars_str_to_u32(argv[3], 1, &burst)) {
        fprintf(stderr, "usage: bench_lateness SECONDS CALLS BURST(0|1)\n");
        return 2;
    }
    b.burst = burst;

    int err = open_bench(&b, seconds, calls);

    if (!err)
        err = ars_loop_run(b.loop);
    if (err)
        fprintf(stderr, "bench_lateness: %s\n", strerror(err));
    else if (!b.failed)
        print(&b);
    close_bench(&b);
    return err || b.failed ? 1 : 0;
}
