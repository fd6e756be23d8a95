/*
 * media: RTCP of one stream: sender and receiver reports with CNAME, BYE; round trip and the peer's
 * loss from its reports. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_RTCP_H
#define ARS_MEDIA_RTP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/recv.h"

#define REPORT_MAX 512 /* bytes of what report_encode() writes */
#define CNAME_MAX  64

struct report {
    uint32_t ssrc;
    char cname[CNAME_MAX];
    uint64_t ntp_offset_us; /* wall clock less monotonic, once: no step of the clock disturbs rtt */

    uint32_t sent; /* packets and octets of payload */
    uint32_t octets;
    uint32_t sent_reported; /* at the last report */

    bool have_sr;
    uint32_t sr_ssrc;
    uint32_t lsr;    /* RFC 3550 6.4.1 */
    uint32_t lsr_at; /* when it came, in 1/65536 s */

    double rtt_ms;           /* -1: unknown */
    double remote_loss_pct;  /* since the start; -1: unknown */
    uint8_t remote_fraction; /* in the last interval, of 256 */
    uint32_t remote_seq;     /* the newest of our packets that the peer knows of, extended */
    unsigned reports;        /* of the peer about us */
    unsigned heard;          /* of the peer, about whomever */
};

void report_init(struct report *r, uint32_t ssrc, const char *cname);

/* RTP time now, for a sender report. `bye` ends the session. ENOMEM. */
int report_encode(struct report *r, struct recv *recv, uint32_t rtp_now, uint64_t now_us, bool bye,
                  uint8_t *buf, size_t size, size_t *ret_len);

/* A compound packet; what is broken in it is ignored. */
void report_receive(struct report *r, const uint8_t *pkt, size_t len, uint64_t now_us);

/* Milliseconds until the next report, RFC 3550 6.3.1; `first`: sooner, for an early round trip. */
uint32_t report_interval(bool first);

#endif
