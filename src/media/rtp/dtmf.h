/*
 * media: DTMF digits as RTP events, RFC 4733, both ways. Durations in units of telephone-event's
 * own clock, which may be another than that of the codec beside it. Pure arithmetic.
 */
#ifndef ARS_MEDIA_RTP_DTMF_H
#define ARS_MEDIA_RTP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTMF_QUEUE   64
#define DTMF_PAYLOAD 4

/* Zeroed before first use. */
struct dtmf_tx {
    char queue[DTMF_QUEUE];
    size_t count;
    enum { DTMF_TX_IDLE, DTMF_TX_EVENT, DTMF_TX_REPEAT, DTMF_TX_GAP } state;
    uint8_t event;
    unsigned ends;  /* packets with the end bit, sent */
    uint32_t start; /* RTP time of the event, by the codec's clock */
    uint32_t duration;
    uint32_t gap; /* left */
};

struct dtmf_packet {
    uint8_t payload[DTMF_PAYLOAD];
    uint32_t ts;
    bool marker;
};

/* EINVAL (a character), ENOSPC; then nothing was queued. */
int dtmf_tx_add(struct dtmf_tx *t, const char *digits);

/*
 * `step` units of `clock` that begin at `ts` have passed: whether *ret is sent instead of the
 * speech in them.
 */
bool dtmf_tx_step(struct dtmf_tx *t, uint32_t ts, uint32_t step, uint32_t clock,
                  struct dtmf_packet *ret);

/* The clock or the payload type changed: the event in hand ends unsaid, the queue stays. */
void dtmf_tx_abort(struct dtmf_tx *t);

/* Zeroed before first use. */
struct dtmf_rx {
    bool any;
    bool open; /* begun and not ended */
    uint8_t event;
    uint32_t ts;
    uint32_t before; /* duration of the segments before this one, RFC 4733 2.5.1.3 */
    uint32_t duration;
    uint64_t last_us;
};

typedef void dtmf_rx_fn(char digit, uint32_t duration, void *arg);

/* A packet; fn for each digit that ends by it, once a digit. */
void dtmf_rx_put(struct dtmf_rx *r, uint32_t ts, const uint8_t *payload, size_t len,
                 uint64_t now_us, dtmf_rx_fn *fn, void *arg);

/* fn for a digit whose ends are lost. Call it now and then. */
void dtmf_rx_poll(struct dtmf_rx *r, uint64_t now_us, dtmf_rx_fn *fn, void *arg);

#endif
