/*
 * media: what RFC 3550 counts about one peer's packets: source, sequence, loss, jitter. Pure
 * arithmetic.
 */
#ifndef ARS_MEDIA_RTP_RECV_H
#define ARS_MEDIA_RTP_RECV_H

#include <stdbool.h>
#include <stdint.h>

enum recv_verdict {
    RECV_GOOD,
    RECV_SOURCE, /* good, and the first of another source or sequence */
    RECV_DUPLICATE,
    RECV_STRAY, /* of a source or sequence not (or no more) believed in */
};

/* Zeroed before first use. */
struct recv {
    bool any;
    uint32_t ssrc;
    bool other; /* a packet of another source came last */
    uint32_t other_ssrc;

    uint16_t max_seq; /* RFC 3550 A.1 */
    uint32_t cycles;
    uint32_t base_seq;
    uint32_t bad_seq;
    uint32_t received;
    uint32_t expected_prior;
    uint32_t received_prior;
    uint64_t seen; /* bit n: max_seq - n was seen */
    bool paused;   /* we want nothing */
    bool resumed;  /* and now again, but no packet has come yet */

    bool timed;
    int32_t transit; /* RFC 3550 A.8 */
    uint32_t jitter; /* scaled by 16 */

    uint64_t packets; /* over all sources, without duplicates */
    int64_t lost;     /* over the sources before this one */
    uint64_t expected;
};

/* *ret_seq: the sequence number extended by its wraps; on GOOD and SOURCE. */
enum recv_verdict recv_packet(struct recv *r, uint32_t ssrc, uint16_t seq, uint32_t *ret_seq);

/*
 * Whether we want to receive: not, while we hold. Some senders go on counting then (Asterisk); what
 * is missing of that time is no loss.
 */
void recv_want(struct recv *r, bool on);

/* Interarrival jitter; arrival in units of the RTP clock. */
void recv_timing(struct recv *r, uint32_t ts, uint32_t arrival, uint32_t clock);

/* For a report block, A.3: moves the interval on. */
uint8_t recv_fraction(struct recv *r);
int32_t recv_lost(const struct recv *r);
uint32_t recv_last_seq(const struct recv *r);
uint32_t recv_jitter(const struct recv *r);

/* Since the start, over all sources; NAN before the first packet. */
double recv_loss_pct(const struct recv *r);

#endif
