/*
 * RTP events.
 */
#include "rtp/dtmf.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define DIGIT_MS 100
#define GAP_MS   70
#define PAUSE_MS 2000 /* ',' */
/* RFC 4733 2.5.1.4: the final packet is sent three times */
#define ENDS 3
/* RFC 4733 2.3.3: power level in -dBm0 */
#define VOLUME  10
#define END_BIT 0x80
/* No update for so long: the ends are lost. Updates come each 50 ms or sooner, RFC 4733 2.5.1.2. */
#define TIMEOUT_US 250000
/* An event so much older than the last is one of another time line, not a straggler. */
#define STRAGGLER_MAX 480000
/* RFC 4733 2.5.1.3: a longer event goes on in segments of this length */
#define SEGMENT 0xffff

/* RFC 4733 3.2, events 0 to 15 */
static const char digits_of[] = "0123456789*#ABCD";

static bool event_of(char digit, uint8_t *ret)
{
    const char *at = digit ? strchr(digits_of, toupper((unsigned char)digit)) : NULL;

    if (!at)
        return false;
    *ret = (uint8_t)(at - digits_of);
    return true;
}

int dtmf_tx_add(struct dtmf_tx *t, const char *digits)
{
    size_t n = strlen(digits);
    uint8_t event;

    for (size_t i = 0; i < n; i++) {
        if (digits[i] != ',' && !event_of(digits[i], &event))
            return EINVAL;
    }
    if (n > DTMF_QUEUE - t->count)
        return ENOSPC;
    memcpy(t->queue + t->count, digits, n);
    t->count += n;
    return 0;
}

static void next_in_queue(struct dtmf_tx *t, uint32_t ts, uint32_t clock)
{
    char c = t->queue[0];

    t->count--;
    memmove(t->queue, t->queue + 1, t->count);
    if (c == ',') {
        t->state = DTMF_TX_GAP;
        t->gap = clock / 1000 * PAUSE_MS;
        return;
    }
    (void)event_of(c, &t->event);
    t->state = DTMF_TX_EVENT;
    t->start = ts;
    t->duration = 0;
    t->ends = 0;
}

static void write_packet(const struct dtmf_tx *t, struct dtmf_packet *ret, bool end, bool marker)
{
    ret->ts = t->start;
    ret->marker = marker;
    ret->payload[0] = t->event;
    ret->payload[1] = VOLUME | (end ? END_BIT : 0);
    ret->payload[2] = (uint8_t)(t->duration >> 8);
    ret->payload[3] = (uint8_t)t->duration;
}

static void pass_gap(struct dtmf_tx *t, uint32_t step)
{
    if (t->gap > step) {
        t->gap -= step;
    } else {
        t->gap = 0;
        t->state = DTMF_TX_IDLE;
    }
}

bool dtmf_tx_step(struct dtmf_tx *t, uint32_t ts, uint32_t step, uint32_t clock,
                  struct dtmf_packet *ret)
{
    uint32_t full = clock / 1000 * DIGIT_MS;
    bool marker = false;
    bool end;

    if (t->state == DTMF_TX_IDLE && t->count) {
        next_in_queue(t, ts, clock);
        marker = true;
    }
    switch (t->state) {
    case DTMF_TX_IDLE:
        return false;
    case DTMF_TX_GAP:
        pass_gap(t, step);
        return false;
    case DTMF_TX_EVENT:
        t->duration = t->duration + step < full ? t->duration + step : full;
        end = t->duration == full;
        if (end) {
            t->state = DTMF_TX_REPEAT;
            t->gap = clock / 1000 * GAP_MS;
            t->ends = 1;
        }
        write_packet(t, ret, end, marker);
        return true;
    case DTMF_TX_REPEAT:
        write_packet(t, ret, true, false);
        t->gap = t->gap > step ? t->gap - step : 0;
        if (++t->ends == ENDS)
            t->state = t->gap ? DTMF_TX_GAP : DTMF_TX_IDLE;
        return true;
    }
    return false;
}

void dtmf_tx_abort(struct dtmf_tx *t)
{
    t->state = DTMF_TX_IDLE;
}

static void finish(struct dtmf_rx *r, dtmf_rx_fn *fn, void *arg)
{
    r->open = false;
    fn(digits_of[r->event], r->before + r->duration, arg);
}

void dtmf_rx_put(struct dtmf_rx *r, uint32_t ts, const uint8_t *payload, size_t len,
                 uint64_t now_us, dtmf_rx_fn *fn, void *arg)
{
    int32_t newer = (int32_t)(ts - r->ts);
    uint32_t duration;
    uint32_t before = 0;

    if (len < DTMF_PAYLOAD || payload[0] >= sizeof(digits_of) - 1)
        return;
    duration = (uint32_t)payload[2] << 8 | payload[3];
    if (!r->any || newer > 0 || newer < -STRAGGLER_MAX) {
        if (r->open && payload[0] == r->event && newer == SEGMENT)
            before = r->before + SEGMENT;
        else if (r->open)
            finish(r, fn, arg);
        r->any = true;
        r->open = true;
        r->event = payload[0];
        r->ts = ts;
        r->before = before;
        r->duration = 0;
    } else if (newer < 0 || !r->open) {
        return;
    }
    r->last_us = now_us;
    if (duration > r->duration)
        r->duration = duration;
    if (payload[1] & END_BIT)
        finish(r, fn, arg);
}

void dtmf_rx_poll(struct dtmf_rx *r, uint64_t now_us, dtmf_rx_fn *fn, void *arg)
{
    if (r->open && now_us - r->last_us > TIMEOUT_US)
        finish(r, fn, arg);
}
