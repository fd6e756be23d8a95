/*
 * RTCP, RFC 3550 section 6, on libre's codec.
 */
#include "rtp/rtcp.h"

#include <errno.h>
#include <string.h>

#include <re.h>

#include <ars/clock.h>
#include <ars/rand.h>
#include <ars/str.h>

/* RFC 3550 6.2: 5 s, 6.3.1: times 0.5 to 1.5 */
#define INTERVAL_MS       5000
#define FIRST_INTERVAL_MS 1000
/* From 1900 (NTP) to 1970 */
#define NTP_EPOCH 2208988800u
#define HEADER    4
/*
 * RFC 3550 6.1: 31 report blocks and a little; a peer that sends more packets in one is up to no
 * good
 */
#define COMPOUND_MAX 32

/* What libre calls to write what follows a packet's fixed part. */
typedef int encode_fn(struct mbuf *mb, void *arg);

static void ntp_now(const struct report *r, uint64_t now_us, uint32_t *ret_sec, uint32_t *ret_frac)
{
    uint64_t us = now_us + r->ntp_offset_us;

    *ret_sec = (uint32_t)(us / 1000000 + NTP_EPOCH);
    *ret_frac = (uint32_t)((us % 1000000 << 32) / 1000000);
}

/* The middle 32 bits. */
static uint32_t ntp_short(const struct report *r, uint64_t now_us)
{
    uint32_t sec, frac;

    ntp_now(r, now_us, &sec, &frac);
    return sec << 16 | frac >> 16;
}

void report_init(struct report *r, uint32_t ssrc, const char *cname)
{
    memset(r, 0, sizeof(*r));
    r->ssrc = ssrc;
    r->ntp_offset_us = ars_clock_wall_us() - ars_clock_us();
    r->rtt_ms = -1;
    r->remote_loss_pct = -1;
    (void)ars_strcpy(r->cname, sizeof(r->cname), cname);
}

static int encode_block(struct mbuf *mb, void *arg)
{
    const struct rtcp_rr *b = arg;
    int err;

    if (!b)
        return 0;
    err = mbuf_write_u32(mb, htonl(b->ssrc));
    err |= mbuf_write_u32(mb, htonl((uint32_t)b->fraction << 24 | ((uint32_t)b->lost & 0xffffff)));
    err |= mbuf_write_u32(mb, htonl(b->last_seq));
    err |= mbuf_write_u32(mb, htonl(b->jitter));
    err |= mbuf_write_u32(mb, htonl(b->lsr));
    err |= mbuf_write_u32(mb, htonl(b->dlsr));
    return err;
}

static int encode_cname(struct mbuf *mb, void *arg)
{
    const struct report *r = arg;

    return rtcp_sdes_encode(mb, r->ssrc, 1, RTCP_SDES_CNAME, r->cname);
}

static void make_block(const struct report *r, struct recv *recv, uint64_t now_us,
                       struct rtcp_rr *b)
{
    memset(b, 0, sizeof(*b));
    b->ssrc = recv->ssrc;
    b->fraction = recv_fraction(recv);
    b->lost = recv_lost(recv);
    b->last_seq = recv_last_seq(recv);
    b->jitter = recv_jitter(recv);
    if (r->have_sr && r->sr_ssrc == recv->ssrc) {
        b->lsr = r->lsr;
        b->dlsr = ntp_short(r, now_us) - r->lsr_at;
    }
}

/* A receiver report when nothing was sent since the last one, RFC 3550 6.4. */
static int encode_report(struct report *r, struct mbuf *mb, struct rtcp_rr *block, uint32_t rtp_now,
                         uint64_t now_us)
{
    uint32_t count = block ? 1 : 0;
    encode_fn *fn = encode_block;
    uint32_t sec, frac;

    if (r->sent == r->sent_reported)
        return rtcp_encode(mb, RTCP_RR, count, r->ssrc, fn, block);
    r->sent_reported = r->sent;
    ntp_now(r, now_us, &sec, &frac);
    return rtcp_encode(mb, RTCP_SR, count, r->ssrc, sec, frac, rtp_now, r->sent, r->octets, fn,
                       block);
}

int report_encode(struct report *r, struct recv *recv, uint32_t rtp_now, uint64_t now_us, bool bye,
                  uint8_t *buf, size_t size, size_t *ret_len)
{
    struct mbuf *mb = mbuf_alloc(REPORT_MAX);
    struct rtcp_rr block;
    encode_fn *cname = encode_cname;
    int err;

    if (!mb)
        return ENOMEM;
    if (recv->any)
        make_block(r, recv, now_us, &block);
    err = encode_report(r, mb, recv->any ? &block : NULL, rtp_now, now_us);
    if (!err)
        err = rtcp_encode(mb, RTCP_SDES, 1, cname, r);
    if (!err && bye)
        err = rtcp_encode(mb, RTCP_BYE, 1, &r->ssrc, NULL);
    if (!err && mb->end > size)
        err = EMSGSIZE;
    if (!err) {
        memcpy(buf, mb->buf, mb->end);
        *ret_len = mb->end;
    }
    mem_deref(mb);
    return err;
}

static void on_block(struct report *r, const struct rtcp_rr *b, uint64_t now_us)
{
    int32_t rtt;

    if (b->ssrc != r->ssrc)
        return;
    if (b->lsr) {
        rtt = (int32_t)(ntp_short(r, now_us) - b->lsr - b->dlsr);
        r->rtt_ms = rtt > 0 ? (double)rtt * 1000 / 65536 : 0;
    }
    if (r->sent) {
        double pct = 100.0 * b->lost / r->sent;
        r->remote_loss_pct = pct < 0 ? 0 : pct > 100 ? 100 : pct;
    }
    r->remote_fraction = (uint8_t)b->fraction;
    r->remote_seq = b->last_seq;
    r->reports++;
}

static void on_message(struct report *r, const struct rtcp_msg *msg, uint64_t now_us)
{
    const struct rtcp_rr *blocks = NULL;

    r->heard++;
    if (msg->hdr.pt == RTCP_SR) {
        r->have_sr = true;
        r->sr_ssrc = msg->r.sr.ssrc;
        r->lsr = msg->r.sr.ntp_sec << 16 | msg->r.sr.ntp_frac >> 16;
        r->lsr_at = ntp_short(r, now_us);
        blocks = msg->r.sr.rrv;
    } else if (msg->hdr.pt == RTCP_RR) {
        blocks = msg->r.rr.rrv;
    }
    for (unsigned i = 0; blocks && i < msg->hdr.count; i++)
        on_block(r, &blocks[i], now_us);
}

void report_receive(struct report *r, const uint8_t *pkt, size_t len, uint64_t now_us)
{
    struct rtcp_msg *msg;
    struct mbuf mb;
    size_t part;

    for (unsigned i = 0; i < COMPOUND_MAX && len >= HEADER; i++) {
        part = HEADER + 4 * ((size_t)pkt[2] << 8 | pkt[3]);
        if (pkt[0] >> 6 != RTCP_VERSION || part > len)
            return;
        /* Each by its own length: libre reads on where a report has extensions (RFC 3550 6.4.3). */
        if (pkt[1] == RTCP_SR || pkt[1] == RTCP_RR) {
            mbuf_init(&mb);
            mb.buf = (uint8_t *)pkt;
            mb.size = mb.end = part;
            if (!rtcp_decode(&msg, &mb)) {
                on_message(r, msg, now_us);
                mem_deref(msg);
            }
        }
        pkt += part;
        len -= part;
    }
}

uint32_t report_interval(bool first)
{
    uint32_t mean = first ? FIRST_INTERVAL_MS : INTERVAL_MS;

    return mean / 2 + ars_rand_below(mean + 1);
}
