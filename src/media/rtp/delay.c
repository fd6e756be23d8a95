/*
 * Arrival spread.
 */
#include "rtp/delay.h"

#include <string.h>

/* One in two hundred may be late. */
#define TAIL 0.005
/*
 * Of the old picture that each 20 ms of packets wipe out: a time constant of 8 s. One late packet
 * weighs less than the tail, so that it takes two to move the target. The first packets weigh more:
 * the n-th 1/n.
 */
#define FORGET_20MS 0.0025
#define WINDOW_US   1000000
#define SETTLE_US   300000
/* Nobody talks over more. */
#define TARGET_MAX_US 500000
/*
 * A packet right behind the one before says nothing new: it waited behind it in a queue, as all of
 * them do after a stall.
 */
#define BEHIND_US 2500
/* A loss that comes alone moves nothing; the second within this does, for so long. */
#define AGAIN_US   10000000
#define MENDING_US 20000000
/* The peer knows of losses when the first report has come, after 5 s (RFC 3550 6.2). */
#define EXPECT_US 6000000

void delay_init(struct delay *d)
{
    memset(d, 0, sizeof(*d));
    d->share[0] = 1;
    delay_restart(d);
}

void delay_restart(struct delay *d)
{
    d->anchor = INT64_MAX;
    d->fastest[0] = d->fastest[1] = INT64_MAX;
    d->window_end = 0;
    d->last_arrival = 0;
}

int64_t delay_base(const struct delay *d)
{
    return d->fastest[0] < d->fastest[1] ? d->fastest[0] : d->fastest[1];
}

/* Moves the histogram so that bin 0 is where the fastest packets are now. */
static void follow_base(struct delay *d, uint64_t now)
{
    int64_t base = delay_base(d);
    int64_t bins;
    double rest = 0;

    if (d->anchor == INT64_MAX) {
        d->anchor = base;
        return;
    }
    /* at a start the first packets may be the slow ones, as after a stall: nobody knows yet */
    if (now < d->settled && base < d->anchor)
        d->anchor = base;
    bins = (d->anchor - base) / DELAY_BIN_US;
    if (!bins)
        return;
    d->anchor -= bins * DELAY_BIN_US;
    if (bins >= DELAY_BINS || -bins >= DELAY_BINS) {
        memset(d->share, 0, sizeof(d->share));
        d->share[bins > 0 ? DELAY_BINS - 1 : 0] = 1;
    } else if (bins > 0) {
        for (size_t i = DELAY_BINS - (size_t)bins; i < DELAY_BINS; i++)
            rest += d->share[i];
        memmove(d->share + bins, d->share, (DELAY_BINS - (size_t)bins) * sizeof(*d->share));
        memset(d->share, 0, (size_t)bins * sizeof(*d->share));
        d->share[DELAY_BINS - 1] += rest;
    } else {
        size_t down = (size_t)-bins;
        for (size_t i = 0; i < down; i++)
            rest += d->share[i];
        memmove(d->share, d->share + down, (DELAY_BINS - down) * sizeof(*d->share));
        memset(d->share + DELAY_BINS - down, 0, down * sizeof(*d->share));
        d->share[0] += rest;
    }
}

static void remember(struct delay *d, int64_t late, unsigned packet_us)
{
    double forget = FORGET_20MS * packet_us / 20000;
    size_t bin;

    d->seen++;
    if (forget < 1.0 / d->seen)
        forget = 1.0 / d->seen;
    bin = late <= 0 ? 0 : (size_t)(late / DELAY_BIN_US);
    if (bin >= DELAY_BINS)
        bin = DELAY_BINS - 1;
    for (size_t i = 0; i < DELAY_BINS; i++)
        d->share[i] *= 1 - forget;
    d->share[bin] += forget;
}

void delay_put(struct delay *d, int64_t transit, unsigned packet_us, uint64_t now)
{
    bool behind = d->last_arrival && now - d->last_arrival < BEHIND_US;

    if (!d->window_end)
        d->settled = now + SETTLE_US;
    if (now >= d->window_end) {
        d->fastest[1] = d->window_end ? d->fastest[0] : INT64_MAX;
        d->fastest[0] = INT64_MAX;
        d->window_end = now + WINDOW_US;
    }
    if (transit < d->fastest[0])
        d->fastest[0] = transit;
    follow_base(d, now);
    if (!behind)
        remember(d, transit - d->anchor, packet_us);
    d->last_arrival = now;
}

void delay_lost(struct delay *d, int64_t wait, bool mended, uint64_t now)
{
    if (mended && d->lost && now - d->lost < AGAIN_US)
        d->mending = now + MENDING_US;
    d->lost = now;
    d->wait = wait;
}

void delay_expect(struct delay *d, int64_t wait, uint64_t now)
{
    d->expect = now + EXPECT_US;
    d->wait = wait;
}

int64_t delay_spread(const struct delay *d)
{
    double tail = 0;
    size_t bin = DELAY_BINS;
    int64_t target;

    while (bin > 0 && tail + d->share[bin - 1] <= TAIL)
        tail += d->share[--bin];
    target = (int64_t)bin * DELAY_BIN_US;
    if (d->anchor != INT64_MAX)
        target += d->anchor - delay_base(d);
    return target < TARGET_MAX_US ? target : TARGET_MAX_US;
}

int64_t delay_target(const struct delay *d, uint64_t now)
{
    int64_t spread = delay_spread(d);

    return now < d->mending && spread < d->wait ? d->wait : spread;
}

int64_t delay_enough(const struct delay *d, uint64_t now)
{
    int64_t target = delay_target(d, now);
    bool lately = (d->lost && now - d->lost < AGAIN_US) || now < d->expect;

    return lately && d->wait > target ? d->wait : target;
}
