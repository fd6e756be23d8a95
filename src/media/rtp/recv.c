/*
 * Reception, RFC 3550 appendix A. The packets are authenticated (SRTP), so a source needs no
 * probation of its own.
 */
#include "rtp/recv.h"

#include <math.h>

/* RFC 3550 A.1 */
#define MAX_DROPOUT  3000
#define MAX_MISORDER 100
#define SEQ_MOD      (1u << 16)
/* RFC 3550 6.4.1: 24 bits, signed */
#define LOST_MAX 0x7fffff
#define LOST_MIN (-0x800000)

static uint32_t extended_max(const struct recv *r)
{
    return r->cycles + r->max_seq;
}

static uint32_t expected(const struct recv *r)
{
    return r->any ? extended_max(r) - r->base_seq + 1 : 0;
}

static void init_seq(struct recv *r, uint16_t seq)
{
    r->lost += (int64_t)expected(r) - r->received;
    r->expected += expected(r);
    r->base_seq = seq;
    r->max_seq = seq;
    r->bad_seq = SEQ_MOD + 1;
    r->cycles = 0;
    r->received = 0;
    r->received_prior = 0;
    r->expected_prior = 0;
    r->seen = 0;
    r->timed = false;
    r->jitter = 0;
}

static void count(struct recv *r)
{
    r->received++;
    r->packets++;
}

static enum recv_verdict start(struct recv *r, uint32_t ssrc, uint16_t seq, uint32_t *ret_seq)
{
    init_seq(r, seq);
    r->any = true;
    r->other = false;
    r->ssrc = ssrc;
    r->seen = 1;
    count(r);
    *ret_seq = seq;
    return RECV_SOURCE;
}

/* Two packets in a row make a new source: a straggler of an old one comes alone. */
static bool believe(struct recv *r, uint32_t ssrc)
{
    if (r->other && r->other_ssrc == ssrc)
        return true;
    r->other = true;
    r->other_ssrc = ssrc;
    return false;
}

enum recv_verdict recv_packet(struct recv *r, uint32_t ssrc, uint16_t seq, uint32_t *ret_seq)
{
    uint16_t ahead = (uint16_t)(seq - r->max_seq);
    uint16_t behind = (uint16_t)(r->max_seq - seq);

    if (!r->any || (ssrc != r->ssrc && believe(r, ssrc)))
        return start(r, ssrc, seq, ret_seq);
    if (ssrc != r->ssrc)
        return RECV_STRAY;
    r->other = false;
    if (ahead && ahead < MAX_DROPOUT) {
        if (seq < r->max_seq)
            r->cycles += SEQ_MOD;
        r->max_seq = seq;
        if (r->paused || r->resumed)
            r->base_seq += ahead - 1u;
        r->resumed = false;
        r->seen = ahead < 64 ? r->seen << ahead | 1 : 1;
        *ret_seq = extended_max(r);
    } else if (behind <= MAX_MISORDER) {
        if (behind < 64 && r->seen >> behind & 1)
            return RECV_DUPLICATE;
        if (behind < 64)
            r->seen |= (uint64_t)1 << behind;
        *ret_seq = extended_max(r) - behind;
    } else if (seq == r->bad_seq) {
        return start(r, ssrc, seq, ret_seq);
    } else {
        r->bad_seq = (uint16_t)(seq + 1);
        return RECV_STRAY;
    }
    count(r);
    return RECV_GOOD;
}

void recv_want(struct recv *r, bool on)
{
    r->resumed = on && (r->paused || r->resumed);
    r->paused = !on;
}

void recv_timing(struct recv *r, uint32_t ts, uint32_t arrival, uint32_t clock)
{
    int32_t transit = (int32_t)(arrival - ts);
    int64_t d = (int64_t)transit - r->transit;

    r->transit = transit;
    if (d < 0)
        d = -d;
    /* a clock that jumped is no jitter */
    if (r->timed && d < clock)
        r->jitter += (uint32_t)d - ((r->jitter + 8) >> 4);
    r->timed = true;
}

uint8_t recv_fraction(struct recv *r)
{
    uint32_t expected_interval = expected(r) - r->expected_prior;
    uint32_t received_interval = r->received - r->received_prior;
    int64_t lost = (int64_t)expected_interval - received_interval;

    r->expected_prior = expected(r);
    r->received_prior = r->received;
    if (!expected_interval || lost <= 0)
        return 0;
    lost = lost * 256 / expected_interval;
    return (uint8_t)(lost > 255 ? 255 : lost);
}

int32_t recv_lost(const struct recv *r)
{
    int64_t lost = (int64_t)expected(r) - r->received;

    return (int32_t)(lost > LOST_MAX ? LOST_MAX : lost < LOST_MIN ? LOST_MIN : lost);
}

uint32_t recv_last_seq(const struct recv *r)
{
    return extended_max(r);
}

uint32_t recv_jitter(const struct recv *r)
{
    return r->jitter >> 4;
}

double recv_loss_pct(const struct recv *r)
{
    int64_t lost = r->lost + (int64_t)expected(r) - r->received;
    double all = (double)(r->expected + expected(r));

    if (!r->any)
        return (double)NAN;
    return lost > 0 ? 100.0 * (double)lost / all : 0;
}
