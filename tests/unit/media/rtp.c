/* RTP counters, RTCP and DTMF: against RFC 3550, RFC 4733 and arithmetic. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "rtp/dtmf.h"
#include "rtp/recv.h"
#include "rtp/rtcp.h"
#include "rtp/send.h"
#include "rtp/stats.h"
#include "suites.h"

#define A 0x11111111
#define B 0x22222222

static int test_sequence(void)
{
    static const struct {
        uint32_t ssrc;
        uint16_t seq;
        enum recv_verdict verdict;
        uint32_t extended;
    } v[] = {
        {A, 65533, RECV_SOURCE, 65533},
        {A, 65534, RECV_GOOD, 65534},
        {A, 0, RECV_GOOD, 65536}, /* wrapped, 65535 is missing */
        {A, 65535, RECV_GOOD, 65535},
        {A, 65535, RECV_DUPLICATE, 0},
        {A, 0, RECV_DUPLICATE, 0},
        {A, 3, RECV_GOOD, 65539},
        {A, 2, RECV_GOOD, 65538},
        {A, 1, RECV_GOOD, 65537},
        {A, 2, RECV_DUPLICATE, 0},
        {B, 700, RECV_STRAY, 0}, /* one packet makes no source */
        {A, 4, RECV_GOOD, 65540},
        {B, 701, RECV_STRAY, 0},
        {B, 702, RECV_SOURCE, 702},
        {B, 703, RECV_GOOD, 703},
        {A, 5, RECV_STRAY, 0}, /* a straggler of the old one */
        {B, 704, RECV_GOOD, 704},
        {B, 20000, RECV_STRAY, 0}, /* a jump: believed with the next, RFC 3550 A.1 */
        {B, 20001, RECV_SOURCE, 20001},
        {B, 20003, RECV_GOOD, 20003},
        {B, 23002, RECV_GOOD, 23002}, /* less than MAX_DROPOUT */
        {B, 22902, RECV_GOOD, 22902}, /* MAX_MISORDER behind */
        {B, 22901, RECV_STRAY, 0},
    };
    struct recv r = {0};
    uint32_t seq;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        enum recv_verdict verdict = recv_packet(&r, v[i].ssrc, v[i].seq, &seq);
        if (verdict != v[i].verdict)
            check_fail(__FILE__, __LINE__, "row %zu: verdict %d", i, verdict);
        CHECK(verdict == v[i].verdict);
        if (verdict == RECV_GOOD || verdict == RECV_SOURCE)
            CHECK_INT(seq, v[i].extended);
    }
out:
    return err;
}

/* Ten packets of which two are lost; then a second report over five of which none is. */
static int test_loss(void)
{
    struct recv r = {0};
    uint32_t seq;
    int err = 0;

    CHECK(isnan(recv_loss_pct(&r)));
    for (uint16_t i = 0; i < 10; i++) {
        if (i != 3 && i != 7)
            (void)recv_packet(&r, A, (uint16_t)(65530 + i), &seq);
    }
    CHECK_INT(recv_lost(&r), 2);
    CHECK_INT(recv_fraction(&r), 2 * 256 / 10);
    CHECK_INT(recv_last_seq(&r), 65539);
    CHECK(fabs(recv_loss_pct(&r) - 20) < 1e-9);
    for (uint16_t i = 10; i < 15; i++)
        (void)recv_packet(&r, A, (uint16_t)(65530 + i), &seq);
    CHECK_INT(recv_fraction(&r), 0);
    CHECK_INT(recv_lost(&r), 2);
    /* the first source's losses stay in the sum; the report is about the new one */
    (void)recv_packet(&r, B, 5, &seq);
    (void)recv_packet(&r, B, 6, &seq);
    CHECK_INT(recv_lost(&r), 0);
    CHECK(fabs(recv_loss_pct(&r) - 100.0 * 2 / 16) < 1e-9);
    /* duplicates do not make up for losses */
    (void)recv_packet(&r, B, 6, &seq);
    CHECK(fabs(recv_loss_pct(&r) - 100.0 * 2 / 16) < 1e-9);
    CHECK_INT(r.packets, 14);
out:
    return err;
}

/* A sender that goes on counting while we hold: not received is not lost. */
static int test_no_loss_in_hold(void)
{
    struct recv r = {0};
    uint32_t seq;
    int err = 0;

    for (uint16_t i = 0; i < 10; i++)
        (void)recv_packet(&r, A, i, &seq);
    recv_want(&r, false);
    (void)recv_packet(&r, A, 10, &seq); /* sent before it knew */
    recv_want(&r, true);
    (void)recv_packet(&r, A, 160, &seq);
    CHECK_INT(seq, 160);
    CHECK_INT(recv_lost(&r), 0);
    CHECK_INT(recv_fraction(&r), 0);
    CHECK(recv_loss_pct(&r) == 0);
    (void)recv_packet(&r, A, 162, &seq); /* and this one counts again */
    CHECK_INT(recv_lost(&r), 1);
    CHECK(fabs(recv_loss_pct(&r) - 100.0 / 14) < 1e-9);
out:
    return err;
}

/*
 * RFC 3550 6.4.1 by hand, 8 kHz, 20 ms packets: J += (|D| - J) / 16, scaled by 16 as in A.8.
 * Arrivals 0, 20, 45, 60, 80 ms: D = 0, 5, -5, 0 ms = 0, 40, 40, 0 units.
 * J*16: 0; 40; 40 + 40 - (48 >> 4) = 77; 77 - (85 >> 4) = 72. J = 4.
 */
static int test_jitter_formula(void)
{
    static const unsigned arrival_ms[] = {0, 20, 45, 60, 80};
    struct recv r = {0};
    int err = 0;

    for (uint32_t i = 0; i < 5; i++)
        recv_timing(&r, 0xffffff00 + i * 160, arrival_ms[i] * 8, 8000);
    CHECK_INT(r.jitter, 72);
    CHECK_INT(recv_jitter(&r), 4);
    /* the source's clock jumps by a minute: no jitter */
    recv_timing(&r, 480000, 100 * 8, 8000);
    CHECK_INT(r.jitter, 72);
out:
    return err;
}

/*
 * RFC 3550 6.4.1, figure 2: A = b710:8000, LSR = b705:2000, DLSR = 0005:4000, round trip 6.125 s.
 */
static int test_round_trip(void)
{
    uint8_t rr[32] = {0x81, 201, 0, 7, 0, 0, 0, 2};
    /* n = 0xb44db710 s and a half since 1900, as in the figure */
    const uint64_t now_us = (0xb44db710ull - 2208988800ull) * 1000000 + 500000;
    struct report r;
    int err = 0;

    report_init(&r, A, "cname");
    r.ntp_offset_us = 0;
    r.sent = 1000;
    memcpy(rr + 8, "\x11\x11\x11\x11", 4);
    rr[12] = 26;                        /* fraction: 10 % */
    memcpy(rr + 13, "\x00\x00\x32", 3); /* 50 lost */
    memcpy(rr + 24, "\xb7\x05\x20\x00", 4);
    memcpy(rr + 28, "\x00\x05\x40\x00", 4);
    CHECK(r.rtt_ms < 0 && r.remote_loss_pct < 0);
    report_receive(&r, rr, sizeof(rr), now_us);
    CHECK(fabs(r.rtt_ms - 6125) < 0.1);
    CHECK(fabs(r.remote_loss_pct - 5) < 1e-9);
    CHECK_INT(r.remote_fraction, 26);
    CHECK_INT(r.reports, 1);
    /* about somebody else, cut short, of another version: nothing changes */
    rr[8] = 0x12;
    rr[12] = 200;
    report_receive(&r, rr, sizeof(rr), now_us);
    rr[8] = 0x11;
    report_receive(&r, rr, sizeof(rr) - 1, now_us);
    rr[0] = 0x41;
    report_receive(&r, rr, sizeof(rr), now_us);
    CHECK_INT(r.remote_fraction, 26);
    CHECK_INT(r.reports, 1);
    /* a negative loss (duplicates) is none; a clock that lags gives no negative time */
    rr[0] = 0x81;
    memcpy(rr + 13, "\xff\xff\xfe", 3);
    report_receive(&r, rr, sizeof(rr), now_us - 10000000);
    CHECK(r.remote_loss_pct == 0);
    CHECK(r.rtt_ms == 0);
out:
    return err;
}

/* Byte for byte, RFC 3550 6.4.1, 6.5, 6.6. */
static int test_report_bytes(void)
{
    static const uint8_t want[] = {
        0x81, 200,  0,    12,                           /* SR, one block */
        0x11, 0x11, 0x11, 0x11,                         /* us */
        0x83, 0xaa, 0x7e, 0x81, 0x40, 0x00, 0x00, 0x00, /* 1970-01-01 00:00:01.25 */
        0x00, 0x00, 0x0f, 0xa0,                         /* RTP time */
        0,    0,    0,    7,    0,    0,    0x04, 0x60, /* 7 packets, 1120 octets */
        0x22, 0x22, 0x22, 0x22,                         /* about the peer */
        128,  0,    0,    1,                            /* one of two lost */
        0,    0,    0,    11,                           /* highest sequence */
        0,    0,    0,    0,                            /* jitter */
        0x56, 0x78, 0x12, 0x34,                         /* its last report */
        0,    0,    0xc0, 0x00,                         /* 0.75 s ago */
        0x81, 202,  0,    3,    0x11, 0x11, 0x11, 0x11, 1,    5,    'a',  '@',
        'b',  '.',  'c',  0,    0x81, 203,  0,    1,    0x11, 0x11, 0x11, 0x11,
    };
    uint8_t sr[28] = {0x80, 200, 0, 6, 0x22, 0x22, 0x22, 0x22, 0x12, 0x34, 0x56, 0x78, 0x12, 0x34};
    uint8_t buf[REPORT_MAX];
    struct recv recv = {0};
    struct report r;
    uint32_t seq;
    size_t len = 0;
    int err;

    report_init(&r, A, "a@b.c");
    r.ntp_offset_us = 0;
    report_receive(&r, sr, sizeof(sr), 500000);
    (void)recv_packet(&recv, B, 10, &seq);
    (void)recv_fraction(&recv);
    recv.max_seq = 11; /* one more expected in this interval... */
    recv.expected_prior = 0;
    recv.received_prior = 0; /* ...of which the first came */
    r.sent = 7;
    r.octets = 1120;
    TRY(report_encode(&r, &recv, 4000, 1250000, true, buf, sizeof(buf), &len));
    CHECK_INT(len, sizeof(want));
    for (size_t i = 0; i < len; i++) {
        if (buf[i] != want[i])
            check_fail(__FILE__, __LINE__, "byte %zu is %02x, want %02x", i, buf[i], want[i]);
    }
    CHECK(!memcmp(buf, want, len));
    /* nothing sent since: a receiver report */
    TRY(report_encode(&r, &recv, 4000, 1250000, false, buf, sizeof(buf), &len));
    CHECK_INT(buf[1], 201);
    CHECK_INT(report_encode(&r, &recv, 4000, 1250000, false, buf, 8, &len), EMSGSIZE);
out:
    return err;
}

static int test_report_interval(void)
{
    uint32_t least = UINT32_MAX, most = 0;
    int err = 0;

    /* RFC 3550 6.3.1: 0.5 to 1.5 of 5 s */
    for (int i = 0; i < 1000; i++) {
        uint32_t ms = report_interval(false);
        CHECK(ms >= 2500 && ms <= 7500);
        CHECK(report_interval(true) <= 1500);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    CHECK(most - least > 4000);
out:
    return err;
}

/* "1" and "#", each packet: RFC 4733 2.3, 2.5.1.2 to 2.5.1.4, at both clocks. */
static int dtmf_bytes(uint32_t clock)
{
    const uint32_t step = clock / 50;
    struct dtmf_tx t = {0};
    struct dtmf_packet p;
    uint32_t ts = 1000;
    uint32_t start;
    unsigned units;
    int err;

    TRY(dtmf_tx_add(&t, "1#"));
    for (int digit = 0; digit < 2; digit++) {
        start = ts;
        for (unsigned i = 1; i <= 7; i++, ts += step) {
            CHECK(dtmf_tx_step(&t, ts, step, clock, &p));
            units = (i < 5 ? i : 5) * step;
            CHECK_INT(p.payload[0], digit ? 11 : 1);
            CHECK_INT(p.payload[1], i < 5 ? 10 : 0x80 | 10);
            CHECK_INT(p.payload[2] << 8 | p.payload[3], units);
            CHECK_INT(p.ts, start);
            CHECK(p.marker == (i == 1));
        }
        /* speech until 70 ms after the end have passed */
        CHECK(!dtmf_tx_step(&t, ts, step, clock, &p));
        ts += step;
        CHECK(digit == 1 || !dtmf_tx_step(&t, ts, step, clock, &p));
        ts += digit == 0 ? step : 0;
    }
    CHECK(!dtmf_tx_step(&t, ts, step, clock, &p));
out:
    return err;
}

static int test_dtmf_bytes(void)
{
    int err;

    TRY(dtmf_bytes(8000));
    TRY(dtmf_bytes(48000));
out:
    return err;
}

static int test_dtmf_queue(void)
{
    struct dtmf_tx t = {0};
    struct dtmf_packet p;
    char many[DTMF_QUEUE + 2];
    unsigned quiet = 0;
    int err = 0;

    CHECK_INT(dtmf_tx_add(&t, "12E"), EINVAL);
    CHECK_INT(dtmf_tx_add(&t, "1 2"), EINVAL);
    CHECK_INT(t.count, 0);
    memset(many, '5', sizeof(many));
    many[DTMF_QUEUE + 1] = '\0';
    CHECK_INT(dtmf_tx_add(&t, many), ENOSPC);
    CHECK_INT(t.count, 0);
    many[DTMF_QUEUE] = '\0';
    TRY(dtmf_tx_add(&t, many));
    CHECK_INT(dtmf_tx_add(&t, "1"), ENOSPC);
    t.count = 0;
    /* a pause of 2 s, then the digit; letters of either case */
    TRY(dtmf_tx_add(&t, ",dD"));
    while (!dtmf_tx_step(&t, 0, 160, 8000, &p) && quiet < 200)
        quiet++;
    CHECK(quiet == 100);
    CHECK_INT(p.payload[0], 15);
out:
    return err;
}

struct heard {
    char digits[32];
    uint32_t durations[32];
    size_t n;
};

static void on_digit(char digit, uint32_t duration, void *arg)
{
    struct heard *h = arg;

    h->durations[h->n] = duration;
    h->digits[h->n++] = digit;
}

/* What we send is heard once, whichever packets are lost as long as one comes through. */
static int test_dtmf_lost(void)
{
    int err = 0;

    for (unsigned lost = 0; lost < 127; lost++) {
        struct dtmf_tx t = {0};
        struct dtmf_rx r = {0};
        struct heard h = {0};
        struct dtmf_packet p;
        uint64_t now = 1000000;
        uint32_t ts = 0xfffff000; /* wraps within */
        unsigned sent = 0;
        TRY(dtmf_tx_add(&t, "7"));
        for (int i = 0; i < 40; i++, now += 20000, ts += 960) {
            if (dtmf_tx_step(&t, ts, 960, 48000, &p) && !(lost >> sent++ & 1)) {
                dtmf_rx_put(&r, p.ts, p.payload, 4, now, on_digit, &h);
                dtmf_rx_put(&r, p.ts, p.payload, 4, now, on_digit, &h); /* duplicated */
            }
            dtmf_rx_poll(&r, now, on_digit, &h);
        }
        CHECK_STR(h.digits, "7");
        if ((lost & 0x70) != 0x70)
            CHECK_INT(h.durations[0], 4800);
    }
out:
    return err;
}

static int test_dtmf_receive(void)
{
    static const struct {
        uint32_t ts;
        uint8_t payload[4];
        const char *heard;
    } v[] = {
        {1000, {5, 10, 0, 160}, ""},
        {1000, {5, 10, 1, 64}, ""},
        {9000, {6, 10, 0, 160}, "5"},  /* its ends were lost: the next one ends it */
        {1000, {5, 0x8a, 1, 64}, "5"}, /* a straggler */
        {9000, {6, 0x8a, 1, 64}, "56"},
        {9000, {6, 0x8a, 1, 64}, "56"},    /* ends come three times */
        {20000, {6, 0x8a, 1, 64}, "566"},  /* the same digit again, only an end came through */
        {30000, {16, 0x8a, 1, 64}, "566"}, /* flash: no digit */
        {30000, {255, 0x8a, 1, 64}, "566"},
        {40000, {10, 10, 0xff, 0xff}, "566"}, /* a long one: RFC 4733 2.5.1.3 */
        {40000 + 0xffff, {10, 0x8a, 0, 160}, "566*"},
    };
    struct dtmf_rx r = {0};
    struct heard h = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        dtmf_rx_put(&r, v[i].ts, v[i].payload, 4, 1000, on_digit, &h);
        CHECK_STR(h.digits, v[i].heard);
    }
    CHECK_INT(h.durations[0], 320);
    CHECK_INT(h.durations[3], 0xffff + 160);
    dtmf_rx_put(&r, 200000, v[0].payload, 3, 1000, on_digit, &h); /* too short */
    dtmf_rx_poll(&r, 10000000, on_digit, &h);
    CHECK_STR(h.digits, "566*");
out:
    return err;
}

static int test_level(void)
{
    struct level l = {0};
    int16_t square[480];
    int err = 0;

    CHECK(isnan(level_take(&l)));
    for (int i = 0; i < 480; i++)
        square[i] = i % 2 ? 3277 : -3277;
    level_add(&l, square, 480);
    CHECK(fabs(level_take(&l) + 20) < 0.01);
    memset(square, 0, sizeof(square));
    level_add(&l, square, 480);
    CHECK(level_take(&l) == LEVEL_FLOOR_DBFS);
    CHECK(isnan(level_take(&l)));
out:
    return err;
}

static int on_opus(uint8_t *buf, size_t len, void *arg)
{
    int *config = arg;

    *config = len > 12 ? buf[12] >> 3 : -1;
    return 0;
}

/* The configuration (RFC 6716, table 2) of the last packet of half a second of noise. */
static int opus_config(struct send *s, int *config, bool wideband)
{
    int16_t pcm[480];
    unsigned seed = 1;

    for (int i = 0; i < 50; i++) {
        for (int k = 0; k < 480; k++) {
            seed = seed * 1664525u + 1013904223u;
            pcm[k] = (int16_t)((int)(seed >> 20) - 2048);
        }
        send_frame(s, pcm, wideband, true);
    }
    return *config;
}

/* Of a voice that ends at 8 kHz nothing above is coded: 8 to 11 are SILK at 16 kHz. */
static int test_wideband(void)
{
    struct rtp_format f = {.codec = "opus", .pt_send = 111, .ptime_ms = 20, .fec = true};
    struct send *s = NULL;
    int config = -1;
    int err;

    TRY(send_alloc(&s, on_opus, &config));
    TRY(send_set_format(s, &f));
    CHECK(opus_config(s, &config, false) >= 12);
    for (unsigned loss = 0; loss <= 50; loss += 25) {
        send_expect_loss(s, (uint8_t)loss);
        CHECK(opus_config(s, &config, true) >= 8 && config <= 11);
    }
    f.fec = false; /* another encoder */
    TRY(send_set_format(s, &f));
    CHECK(opus_config(s, &config, true) >= 8 && config <= 11);
    CHECK(opus_config(s, &config, false) >= 12);
out:
    send_free(s);
    return err;
}

int suite_rtp(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"rtp/sequence", test_sequence, false},
        {"rtp/loss", test_loss, false},
        {"rtp/no-loss-in-hold", test_no_loss_in_hold, false},
        {"rtp/jitter-formula", test_jitter_formula, false},
        {"rtp/round-trip", test_round_trip, false},
        {"rtp/report-bytes", test_report_bytes, false},
        {"rtp/report-interval", test_report_interval, false},
        {"rtp/dtmf-bytes", test_dtmf_bytes, false},
        {"rtp/dtmf-queue", test_dtmf_queue, false},
        {"rtp/dtmf-lost", test_dtmf_lost, false},
        {"rtp/dtmf-receive", test_dtmf_receive, false},
        {"rtp/level", test_level, false},
        {"rtp/wideband", test_wideband, true},
    };
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
