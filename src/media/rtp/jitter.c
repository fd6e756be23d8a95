/*
 * The jitter buffer. Time lines: a packet's time `ts` counts samples, extended to 64 bits and bent
 * so that it never jumps (on the wire it counts units of the RTP clock); `play_ts` is the time of
 * the first sample that is not in the FIFO yet. Playing lies `delay` behind the fastest packet; it
 * grows when the queue runs empty or a period is repeated, and shrinks when one is taken out.
 */
#include "rtp/jitter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/comfort.h"
#include "rtp/delay.h"
#include "rtp/packets.h"
#include "rtp/stretch.h"

/* Playing begins this long after the first packet, when nothing is known about the spread. */
#define START_US 20000
/* Over the measured spread: the mixer's tick is not quite even either. */
#define MARGIN_US 6000
/* The delay is left alone while it is less than that over, or this under, its target: */
#define OVER_US  6000
#define UNDER_US 5000
/* every change moves the voice in time, so a little over must have lasted. */
#define MUCH_OVER_US 20000
#define HOLD_US      10000000
/* At the start the delay is a guess: the first seconds show how far off. */
#define HOLD_FIRST_US 3000000
/* Periods are taken out once in 100 ms (8 %); far over the target, at each packet. */
#define SHRINK_EVERY_US 100000
#define FAR_OVER_US     60000
/*
 * What can wait is done in a pause: 12 dB below the voice's mean power of the last second. It waits
 * no longer than a second.
 */
#define PAUSE_POWER   (1 / 16.0)
#define PAUSE_WAIT_US 1000000
#define MEAN_US       1000000
/* No packet for so long: the peer pauses (hold, transfer); what comes next starts anew. */
#define PAUSE_US 500000
/* The FIFO holds one packet of at most 200 ms, what was left, and what stretching adds. */
#define PACKET_MAX_MS 200
#define FIFO_MS       (PACKET_MAX_MS + 40)
#define TICK_MAX      480 /* 10 ms at 48 kHz */
/* The delay is the least of the last packets: a late tick is no delay. */
#define RECENT 10

enum line { LINE_NONE, LINE_WAIT, LINE_PLAY };

struct jitter {
    const struct codec *codec;
    struct codec_dec *dec;
    unsigned rate;
    unsigned tick; /* samples in 10 ms */
    struct packets queue;
    struct delay delay;

    enum line line;
    bool quiet;         /* the peer said that it would pause */
    uint32_t quiet_seq; /* in this packet */
    struct comfort comfort;
    int64_t play_ts;
    size_t expanded; /* made up since the queue ran empty, not on the time line */
    int64_t newest_ts;
    uint32_t newest_wire;
    int64_t newest_transit;
    size_t newest_n;
    uint32_t newest_seq;
    uint64_t newest_us;
    uint32_t played_seq;

    int64_t recent[RECENT]; /* delays when a packet was due, us */
    int64_t left_us;        /* in the FIFO at that time */
    size_t recent_at;
    uint64_t began_us;
    uint64_t shrunk_us; /* when, last */
    uint64_t over_us;   /* since when the delay is over its target, 0: it is not */
    bool shrinking;     /* begun: all the way to the target */
    double power;       /* of the voice: the mean square */
    uint64_t waits_us;  /* since when a change waits for a pause, 0: none does */

    int16_t *fifo;
    size_t fifo_n;
    size_t fifo_size;
    uint64_t pending_us; /* made up; whether it counts shows the next packet */
    struct jitter_stats stats;
};

static int64_t to_us(const struct jitter *j, int64_t samples)
{
    return samples * 1000000 / j->rate;
}

static size_t from_us(const struct jitter *j, int64_t us)
{
    return (size_t)(us * j->rate / 1000000);
}

static int64_t target_us(const struct jitter *j)
{
    return delay_target(&j->delay, j->newest_us) + MARGIN_US;
}

/* How long ago the packet that is due next came, had it been one of the fastest. */
static int64_t delay_now(const struct jitter *j, uint64_t now_us)
{
    return (int64_t)now_us - to_us(j, j->play_ts) - delay_base(&j->delay);
}

static int64_t least_delay(const struct jitter *j)
{
    int64_t least = j->recent[0];

    for (size_t i = 1; i < RECENT; i++) {
        if (j->recent[i] < least)
            least = j->recent[i];
    }
    return least;
}

/* Playing was moved by so much: so are the delays seen before. */
static void shift_recent(struct jitter *j, int64_t us)
{
    for (size_t i = 0; i < RECENT; i++)
        j->recent[i] += us;
}

static void restart(struct jitter *j)
{
    packets_clear(&j->queue);
    delay_restart(&j->delay);
    j->line = LINE_NONE;
    j->expanded = 0;
    j->pending_us = 0;
    j->quiet = false;
}

/* Makes up n samples, which lead to `next` if it is known. */
static void append_concealed(struct jitter *j, const struct packet *next, size_t n)
{
    int16_t *to = j->fifo + j->fifo_n;

    if (j->codec->conceal(j->dec, next ? next->payload : NULL, next ? next->len : 0, to, n))
        memset(to, 0, n * sizeof(*to));
    j->fifo_n += n;
}

/*
 * A packet of n samples came after so many that were lost. The last of these could have waited for
 * it, where that carries it once more, or shows half-way where the sound must lead.
 */
static void note_loss(struct jitter *j, const uint8_t *payload, size_t len, size_t n, uint32_t lost)
{
    bool fec = j->codec->redundant != NULL;
    bool mends = fec ? j->codec->redundant(payload, len) >= n
                     : j->codec->bridges && lost == 1 && n <= 2 * j->tick;

    if (fec || mends)
        delay_lost(&j->delay, to_us(j, (int64_t)(fec ? n : n / 2)), mends, j->newest_us);
}

/* How much of the n samples before p it carries. */
static size_t recoverable(const struct jitter *j, const struct packet *p, size_t n)
{
    size_t have = j->codec->redundant ? j->codec->redundant(p->payload, p->len) : 0;

    return have < n ? have : n;
}

static bool is_over(struct jitter *j, int64_t over, uint64_t now_us)
{
    uint64_t hold = now_us - j->began_us < HOLD_US ? HOLD_FIRST_US : HOLD_US;

    if (over <= OVER_US)
        j->over_us = 0;
    else if (!j->over_us)
        j->over_us = now_us;
    if (over > MUCH_OVER_US || (j->over_us && now_us - j->over_us >= hold))
        j->shrinking = true;
    if (over <= 0)
        j->shrinking = false;
    return j->shrinking;
}

/* Whether the n samples are quieter than the voice. */
static bool in_pause(struct jitter *j, const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    j->power += (sum / (double)n - j->power) * (double)to_us(j, (int64_t)n) / MEAN_US;
    return sum / (double)n <= j->power * PAUSE_POWER;
}

/* Whether a change that is wanted is made now. One that is urgent is made to its end. */
static bool is_time(struct jitter *j, bool wanted, bool urgent, bool pause, uint64_t now_us)
{
    if (!wanted)
        j->waits_us = 0;
    else if (urgent)
        j->waits_us = 1;
    else if (!j->waits_us)
        j->waits_us = now_us;
    return wanted && (pause || now_us - j->waits_us >= PAUSE_WAIT_US);
}

/* Stretches the n samples at the FIFO's end towards the target. */
static void adapt(struct jitter *j, size_t n, uint64_t now_us)
{
    int64_t delay = least_delay(j) - MARGIN_US;
    int64_t under = delay_target(&j->delay, j->newest_us) - delay;
    int64_t over = delay - delay_enough(&j->delay, j->newest_us);
    int16_t *pcm = j->fifo + j->fifo_n - n;
    bool far = over > FAR_OVER_US;
    bool urgent = over > MUCH_OVER_US || delay_spread(&j->delay) - delay > UNDER_US;
    bool shrinks = is_over(j, over, now_us);
    int64_t moved = 0;

    if (!is_time(j, shrinks || under > UNDER_US, urgent, in_pause(j, pcm, n), now_us))
        return;
    if (shrinks) {
        if (!far && now_us - j->shrunk_us < SHRINK_EVERY_US)
            return;
        moved = -(int64_t)stretch_shrink(pcm, n, j->rate, from_us(j, over), far);
        if (moved)
            j->shrunk_us = now_us;
    } else {
        moved = (int64_t)stretch_grow(pcm, n, j->rate, under > OVER_US);
    }
    j->fifo_n += (size_t)moved;
    shift_recent(j, to_us(j, moved));
    j->stats.stretched_us += (uint64_t)to_us(j, moved < 0 ? -moved : moved);
}

/* n samples of the time line went by while playing waited: so much of that was no delay. */
static void pass(struct jitter *j, int64_t n)
{
    shift_recent(j, -to_us(j, n));
    j->play_ts += n;
    j->expanded = 0;
}

static void speech_again(struct jitter *j)
{
    j->quiet = false;
    j->comfort.on = false;
}

/* p is due: its samples go into the FIFO. */
static void play(struct jitter *j, const struct packet *p, uint64_t now_us)
{
    bool follows = p->seq == j->played_seq + 1;
    size_t n = p->n;

    if (!j->quiet && !(follows && p->ts != j->play_ts))
        j->stats.concealed_us += j->pending_us;
    j->pending_us = 0;
    if (!j->quiet || (int32_t)(p->seq - j->quiet_seq) > 0)
        speech_again(j);
    pass(j, p->ts - j->play_ts);
    j->play_ts = p->ts + (int64_t)p->n;
    j->played_seq = p->seq;
    if (j->codec->decode(j->dec, p->payload, p->len, j->fifo + j->fifo_n, j->fifo_size - j->fifo_n,
                         &n)) {
        append_concealed(j, NULL, p->n);
        j->stats.concealed_us += (uint64_t)to_us(j, (int64_t)p->n);
    } else {
        j->fifo_n += n;
        j->stats.decoded++;
        adapt(j, n, now_us);
    }
    packets_drop_first(&j->queue);
}

/* Nothing lies between play_ts and p, which is here: makes up some of it. */
static void fill_gap(struct jitter *j, const struct packet *p)
{
    bool lost = p->seq != j->played_seq + 1 && !j->quiet;
    size_t made_up, left;

    pass(j, (int64_t)j->expanded);
    left = (size_t)(p->ts - j->play_ts);
    if (lost && (left <= p->n || left <= 2 * j->tick)) {
        made_up = left - recoverable(j, p, left);
        append_concealed(j, p, left);
    } else {
        left = left < j->tick ? left : j->tick;
        made_up = left;
        append_concealed(j, NULL, left);
    }
    j->play_ts += (int64_t)left;
    if (lost)
        j->stats.concealed_us += j->pending_us + (uint64_t)to_us(j, (int64_t)made_up);
    j->pending_us = 0;
}

/* Noise, from where the voice ends: into it over one tick. */
static void append_comfort(struct jitter *j)
{
    int16_t *to = j->fifo + j->fifo_n;
    int16_t noise[TICK_MAX];
    int n = (int)j->tick;

    comfort_make(&j->comfort, noise, j->tick);
    if (!j->expanded) {
        append_concealed(j, NULL, j->tick);
        for (int i = 0; i < n; i++)
            to[i] = (int16_t)((to[i] * (n - i) + noise[i] * i) / n);
    } else {
        memcpy(to, noise, j->tick * sizeof(*to));
        j->fifo_n += j->tick;
    }
}

/* The queue is empty: playing waits on the time line. */
static void wait_for_packet(struct jitter *j)
{
    if (j->comfort.on)
        append_comfort(j);
    else
        append_concealed(j, NULL, j->tick);
    j->expanded += j->tick;
    j->pending_us += 10000;
    shift_recent(j, 10000);
}

static void drop_due(struct jitter *j)
{
    const struct packet *p = packets_first(&j->queue);

    while (p && p->ts < j->play_ts) {
        packets_drop_first(&j->queue);
        p = packets_first(&j->queue);
    }
}

static void produce(struct jitter *j, uint64_t now_us)
{
    const struct packet *p = packets_first(&j->queue);

    if (!p)
        wait_for_packet(j);
    else if (p->ts <= j->play_ts + (int64_t)j->expanded)
        play(j, p, now_us);
    else
        fill_gap(j, p);
}

/* Whether there is something to hand out. */
static bool begin(struct jitter *j, uint64_t now_us)
{
    const struct packet *p = packets_first(&j->queue);
    int64_t wait = target_us(j) > START_US ? target_us(j) : START_US;
    int64_t delay;

    if (j->line == LINE_PLAY && now_us - j->newest_us > PAUSE_US && !p) {
        j->line = LINE_NONE;
        j->fifo_n = 0;
        return false;
    }
    if (j->line == LINE_PLAY)
        return true;
    if (j->line == LINE_NONE || !p)
        return false;
    j->play_ts = p->ts;
    delay = delay_now(j, now_us);
    if (delay < wait)
        return false;
    for (size_t i = 0; i < RECENT; i++)
        j->recent[i] = delay;
    j->played_seq = p->seq - 1;
    if (j->codec->redundant && !j->began_us)
        delay_expect(&j->delay, to_us(j, (int64_t)p->n), now_us);
    j->began_us = now_us;
    j->line = LINE_PLAY;
    return true;
}

/*
 * Where wire time `ts` lies on our time line, which is bent when the peer's clock jumped. False:
 * before such a jump, or so long ago that it does not matter.
 */
static bool place(struct jitter *j, uint32_t ts, uint32_t seq, size_t n, uint64_t now_us,
                  int64_t *ret_at)
{
    int64_t scale = j->codec->rate / j->codec->clock;
    int64_t at = j->newest_ts + (int32_t)(ts - j->newest_wire) * scale;
    int64_t gap = (int32_t)(seq - j->newest_seq);
    int64_t step = at - j->newest_ts;
    int64_t limit = (int64_t)from_us(j, JITTER_MAX_MS * 1000);
    int64_t most = gap * (int64_t)(n > j->newest_n ? n : j->newest_n);
    int64_t floor;

    *ret_at = at;
    if (gap <= 0)
        return step < 0 && step >= -limit;
    /*
     * A packet cannot overtake those before it by more than their length: when it seems to, the
     * peer's clock jumped forward; when it runs back, it jumped back.
     */
    if (most > limit)
        most = limit;
    floor = j->newest_transit - to_us(j, most) - MARGIN_US;
    if (step <= 0 || (step > most && (int64_t)now_us - to_us(j, at) < floor))
        *ret_at = j->newest_ts + most;
    return true;
}

static void limit_depth(struct jitter *j)
{
    const struct packet *p = packets_first(&j->queue);
    int64_t keep = from_us(j, JITTER_MAX_MS * 1000);

    while (p && (j->queue.count == JITTER_MAX_PACKETS || j->newest_ts - p->ts > keep)) {
        j->play_ts = p->ts + (int64_t)p->n;
        j->stats.dropped++;
        packets_drop_first(&j->queue);
        p = packets_first(&j->queue);
    }
}

void jitter_put(struct jitter *j, uint32_t ts, uint32_t seq, const uint8_t *payload, size_t len,
                uint64_t now_us)
{
    size_t n = len <= JITTER_MAX_PAYLOAD ? j->codec->samples(payload, len) : 0;
    struct packet head = {.seq = seq, .n = n, .len = len};
    bool first = j->line == LINE_NONE;
    uint32_t lost = 0;
    int64_t transit;

    if (!n || n > (size_t)j->rate * PACKET_MAX_MS / 1000)
        return;
    if (first) {
        restart(j);
        j->line = LINE_WAIT;
        head.ts = j->play_ts;
    } else if (!place(j, ts, seq, n, now_us, &head.ts)) {
        j->stats.late++;
        return;
    }
    transit = (int64_t)now_us - to_us(j, head.ts);
    if (first || (int32_t)(seq - j->newest_seq) > 0) {
        lost = first ? 0 : seq - j->newest_seq - 1;
        j->newest_ts = head.ts;
        j->newest_wire = ts;
        j->newest_seq = seq;
        j->newest_n = n;
        j->newest_transit = transit;
    }
    j->newest_us = now_us;
    delay_put(&j->delay, transit, (unsigned)to_us(j, (int64_t)n), now_us);
    if (lost)
        note_loss(j, payload, len, n, lost);
    if (j->line == LINE_PLAY && head.ts < j->play_ts) {
        j->stats.late++;
        return;
    }
    limit_depth(j);
    (void)packets_add(&j->queue, &head, payload);
}

void jitter_get(struct jitter *j, int16_t *pcm, uint64_t now_us)
{
    if (!begin(j, now_us)) {
        memset(pcm, 0, j->tick * sizeof(*pcm));
        if (j->comfort.on)
            comfort_make(&j->comfort, pcm, j->tick);
        return;
    }
    drop_due(j);
    if (j->fifo_n < j->tick) {
        j->recent[j->recent_at++ % RECENT] = delay_now(j, now_us);
        j->left_us = to_us(j, (int64_t)j->fifo_n);
    }
    while (j->fifo_n < j->tick)
        produce(j, now_us);
    memcpy(pcm, j->fifo, j->tick * sizeof(*pcm));
    j->fifo_n -= j->tick;
    memmove(j->fifo, j->fifo + j->tick, j->fifo_n * sizeof(*pcm));
    j->stats.played_us += 10000;
}

void jitter_skip(struct jitter *j, uint64_t now_us)
{
    const struct packet *p;
    int64_t at;

    if (!begin(j, now_us))
        return;
    j->fifo_n = 0;
    j->expanded = 0;
    j->pending_us = 0;
    at = ((int64_t)now_us - delay_base(&j->delay) - target_us(j)) * j->rate / 1000000;
    for (p = packets_first(&j->queue); p && p->ts + (int64_t)p->n <= at;
         p = packets_first(&j->queue)) {
        j->play_ts = p->ts + (int64_t)p->n;
        j->played_seq = p->seq;
        j->stats.decoded++;
        packets_drop_first(&j->queue);
    }
    j->recent[j->recent_at++ % RECENT] = delay_now(j, now_us);
}

void jitter_quiet(struct jitter *j, uint32_t seq)
{
    j->quiet = true;
    j->quiet_seq = seq;
}

void jitter_comfort(struct jitter *j, uint32_t seq, const uint8_t *payload, size_t len)
{
    jitter_quiet(j, seq);
    comfort_hear(&j->comfort, payload, len);
}

void jitter_reset(struct jitter *j)
{
    restart(j);
    j->comfort.on = false;
}

void jitter_get_stats(const struct jitter *j, struct jitter_stats *ret)
{
    int64_t delay;

    *ret = j->stats;
    ret->target_ms = (double)target_us(j) / 1000;
    /* what playing waits for now was lost, or it is late and moves the delay when it comes */
    delay = least_delay(j) + j->left_us - to_us(j, (int64_t)j->expanded);
    ret->delay_ms = j->line == LINE_PLAY ? (double)delay / 1000 : -1;
}

int jitter_alloc(struct jitter **ret, const struct codec *codec)
{
    struct jitter *j = calloc(1, sizeof(*j));
    int err = ENOMEM;

    if (!j)
        return ENOMEM;
    j->codec = codec;
    j->rate = codec->rate;
    j->tick = codec->rate / 100;
    delay_init(&j->delay);
    j->fifo_size = (size_t)j->rate * FIFO_MS / 1000;
    j->fifo = calloc(j->fifo_size, sizeof(*j->fifo));
    if (!j->fifo)
        goto out;
    err = codec->dec_alloc(&j->dec);
out:
    if (err)
        jitter_free(j);
    else
        *ret = j;
    return err;
}

void jitter_free(struct jitter *j)
{
    if (!j)
        return;
    packets_clear(&j->queue);
    if (j->dec)
        j->codec->dec_free(j->dec);
    free(j->fifo);
    free(j);
}
