/*
 * The jitter buffer in simulated time: packets of a voice-like sound come as a seeded network hands
 * them over, 10 ms are pulled each 10 ms.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "codec/table.h"
#include "rtp/jitter.h"
#include "suites.h"
#include "voice.h"

#define BASE 1000.0 /* ms; the network's least delay is in it */

struct net {
    unsigned packets;
    unsigned ptime; /* ms, 0: 20 */
    double jitter;  /* ms, plus or minus */
    double reorder; /* percent exchanged with the next one */
    double loss;    /* percent */
    double enter;   /* Gilbert-Elliott: percent of the packets that begin a burst, */
    double leave;   /* and that end one */
    double pareto;  /* ms: mean of a long tail (shape 2.5), in order */
    double ppm;     /* of the sender's clock */
    double spike;   /* ms: once, half-way, all stand still for so long */
    double tick;    /* ms: the puller is late by up to this */
    double phase;   /* ms: the puller comes this long after a packet */
    double step;    /* ms: half-way the way becomes so much longer */
};

struct result {
    struct jitter_stats stats;
    double delay;     /* mean after 3 s */
    double delay_max; /* after 3 s */
    double settled;   /* ms after the spike until the delay is below 30 ms again; -1: never */
    double gaps;      /* percent of 10 ms frames below a tenth of the mean level */
};

struct arrival {
    double at;
    unsigned k;
};

static uint32_t seed;

static unsigned ptime_of(const struct net *net)
{
    return net->ptime ? net->ptime : 20;
}

static double uniform(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) / 16777216.0;
}

static int by_time(const void *a, const void *b)
{
    const struct arrival *x = a;
    const struct arrival *y = b;

    return x->at < y->at ? -1 : x->at > y->at ? 1 : x->k < y->k ? -1 : 1;
}

static bool lost(const struct net *net, bool *burst)
{
    if (net->enter > 0) {
        *burst = uniform() * 100 < (*burst ? 100 - net->leave : net->enter);
        return *burst;
    }
    return uniform() * 100 < net->loss;
}

/* Lomax: mostly short, now and then very long. */
static double long_tail(double mean)
{
    return mean * 1.5 * (pow(1 - uniform(), -1 / 2.5) - 1);
}

static void schedule(const struct net *net, struct arrival *a)
{
    unsigned half = net->packets / 2;
    unsigned pt = ptime_of(net);
    double stalled = BASE + half * pt + net->jitter + net->spike;

    for (unsigned k = 0; k < net->packets; k++) {
        a[k].k = k;
        a[k].at = BASE + k * pt * (1 + net->ppm * 1e-6) + 2 * uniform() * net->jitter;
        if (net->pareto > 0)
            a[k].at += long_tail(net->pareto);
        if (net->pareto > 0 && k && a[k].at < a[k - 1].at)
            a[k].at = a[k - 1].at;
        if (k >= half)
            a[k].at += net->step;
        if (net->spike > 0 && k >= half && a[k].at < stalled)
            a[k].at = stalled;
    }
    for (unsigned k = 0; k + 1 < net->packets; k++) {
        double at = a[k].at;
        if (uniform() * 100 >= net->reorder || at > a[k + 1].at)
            continue;
        a[k].at = a[k + 1].at;
        a[k + 1].at = at;
        k++;
    }
    qsort(a, net->packets, sizeof(*a), by_time);
}

static double frame_rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (double)n);
}

static void look(const struct net *net, double t, struct result *r, double *sum, unsigned *count)
{
    double after = t - (BASE + net->packets / 2 * ptime_of(net) + net->spike);

    if (r->settled < 0 && after > 20 && r->stats.delay_ms < 30)
        r->settled = after;
    if (t < BASE + 3000)
        return;
    *sum += r->stats.delay_ms;
    (*count)++;
    if (r->stats.delay_ms > r->delay_max)
        r->delay_max = r->stats.delay_ms;
}

static int simulate(const char *name, const struct net *net, struct result *r)
{
    const struct codec *codec = codec_find(name);
    struct arrival *a = calloc(net->packets, sizeof(*a));
    const struct voice_packet *s = NULL;
    unsigned next = 0, frames = 0, holes = 0, count = 0;
    struct jitter *j = NULL;
    bool burst = false;
    int16_t pcm[480];
    double sum = 0;
    int err = ENOMEM;

    if (!a)
        goto out;
    seed = 20240607;
    schedule(net, a);
    TRY(voice_encoded(codec, ptime_of(net), (unsigned)(net->loss + net->enter * 3), net->packets,
                      &s));
    TRY(jitter_alloc(&j, codec));
    memset(r, 0, sizeof(*r));
    r->settled = -1;
    for (double t = BASE; t < BASE + (net->packets - 10) * ptime_of(net); t += 10) {
        double now = t + net->phase + uniform() * net->tick;
        for (; next < net->packets && a[next].at <= now; next++) {
            unsigned k = a[next].k;
            if (!lost(net, &burst))
                jitter_put(j, 0xffff0000u + k * (codec->clock / 1000 * ptime_of(net)), 65000 + k,
                           s[k].payload, s[k].len, (uint64_t)(a[next].at * 1000));
        }
        jitter_get(j, pcm, (uint64_t)(now * 1000));
        jitter_get_stats(j, &r->stats);
        look(net, t, r, &sum, &count);
        frames += t > BASE + 200;
        holes += t > BASE + 200 && frame_rms(pcm, codec->rate / 100) < 500;
    }
    r->delay = sum / count;
    r->gaps = 100.0 * holes / frames;
    err = 0;
out:
    jitter_free(j);
    free(a);
    return err;
}

static double concealed(const struct result *r)
{
    return 100.0 * (double)r->stats.concealed_us / (double)r->stats.played_us;
}

static void print(const char *what, const char *codec, const struct result *r)
{
    printf("# %-22s %-4s concealed %.2f %%, delay mean %.1f max %.1f ms, stretched %.2f %%\n", what,
           codec, concealed(r), r->delay, r->delay_max,
           100.0 * (double)r->stats.stretched_us / (double)r->stats.played_us);
}

static const char *const all[] = {"pcmu", "g722", "opus"};

static int test_clean(void)
{
    struct net net = {.packets = 1500};
    struct result r;
    int err = 0;

    for (net.phase = 0; net.phase < 10; net.phase += 1.5) {
        for (size_t i = 0; i < CHECK_COUNT(all); i++) {
            TRY(simulate(all[i], &net, &r));
            print("clean", all[i], &r);
            CHECK(r.stats.concealed_us == 0);
            CHECK(r.stats.late == 0);
            CHECK(r.gaps == 0);
            CHECK(r.delay_max <= 30);
        }
    }
out:
    return err;
}

/*
 * What is asked for: at +-30 ms and 3 % reordering at most 1 % concealed, at no more delay than it
 * takes.
 */
static int test_spread(void)
{
    const struct net net = {.packets = 6000, .jitter = 30, .reorder = 3};
    struct result r;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(all); i++) {
        TRY(simulate(all[i], &net, &r));
        print("+-30 ms, 3 % reordered", all[i], &r);
        CHECK(concealed(&r) <= 1);
        /* the spread is 60 ms, 80 ms for an exchanged packet; a margin and a little over it */
        CHECK(r.delay <= 95);
        CHECK(r.gaps < 1);
    }
out:
    return err;
}

static int test_spread_wide(void)
{
    struct net net = {.packets = 3000, .tick = 5};
    struct result r;
    int err = 0;

    for (net.jitter = 10; net.jitter <= 100; net.jitter += 30) {
        TRY(simulate("opus", &net, &r));
        print("wider and wider", "opus", &r);
        CHECK(concealed(&r) <= 1);
        CHECK(r.delay <= 2 * net.jitter + 20);
    }
out:
    return err;
}

/*
 * A clock that is 200 ppm off moves by 12 ms a minute: neither growth nor holes. One in two hundred
 * of what is remembered (8 s, forgotten exponentially) is older than 42 s, which is 8.5 ms more
 * than the 8 ms of an even network; 6 ms over are left alone, up to 10 ms wait to be handed out.
 */
static int test_drift(void)
{
    struct net net = {.packets = 6000};
    struct result r;
    int err = 0;

    for (net.ppm = -200; net.ppm <= 200; net.ppm += 400) {
        TRY(simulate("pcmu", &net, &r));
        print("drift", "pcmu", &r);
        CHECK(concealed(&r) <= 0.1);
        CHECK(r.delay_max <= 33);
    }
out:
    return err;
}

/*
 * What is lost is waited for until the packet after it mends it: with Opus that is 20 ms, for it
 * carries it once more where the voice is strong, and what it brings back is not made up. With the
 * others it is 10 ms, for the other half is bridged. Over that: 6 ms of margin, what is left alone,
 * which is 6 ms, and up to 10 ms that wait to be handed out.
 */
static int test_loss(void)
{
    static const double shares[] = {1, 5, 10, 20};
    struct result r;
    int err = 0;

    for (size_t k = 0; k < CHECK_COUNT(shares); k++) {
        const struct net net = {.packets = 3000, .loss = shares[k]};
        for (size_t i = 0; i < CHECK_COUNT(all); i++) {
            bool fec = !strcmp(all[i], "opus");
            TRY(simulate(all[i], &net, &r));
            print("lost at random", all[i], &r);
            CHECK(concealed(&r) <= (fec ? 0.6 : 1.25) * shares[k]);
            CHECK(fec || concealed(&r) >= 0.75 * shares[k]);
            CHECK(r.gaps <= shares[k] / 5);
            CHECK(r.delay <= (fec ? 20 : 10) + 6 + 6 + 10);
        }
    }
out:
    return err;
}

/* A packet holds 10 to 60 ms: no more delay without losses, and those mended as far as may be. */
static int test_packet_times(void)
{
    static const unsigned times[] = {10, 20, 40, 60};
    struct result r;
    int err = 0;

    for (size_t k = 0; k < CHECK_COUNT(times); k++) {
        struct net net = {.packets = 60000 / times[k], .ptime = times[k], .phase = 3};
        for (size_t i = 0; i < CHECK_COUNT(all); i++) {
            net.loss = 0;
            TRY(simulate(all[i], &net, &r));
            CHECK(r.stats.concealed_us == 0 && r.stats.late == 0);
            CHECK(r.gaps == 0);
            CHECK(r.delay <= 25);
            net.loss = 5;
            TRY(simulate(all[i], &net, &r));
            printf("# %u ms in a packet: ", times[k]);
            print("5 % lost", all[i], &r);
            CHECK(concealed(&r) <= 1.3 * net.loss);
            CHECK(r.gaps <= 2.5);
            CHECK(r.delay <= times[k] + 25);
        }
    }
out:
    return err;
}

/*
 * Bursts of three in the mean, 6 % in all. The last of each comes once more with Opus, where the
 * voice is strong: a good part of the third that this is at most. What was lost is made up in the
 * time that it would have taken: that is no delay.
 */
static int test_bursts(void)
{
    const struct net net = {.packets = 6000, .enter = 2, .leave = 30};
    double made_up = 0;
    struct result r;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(all); i++) {
        bool fec = !strcmp(all[i], "opus");
        TRY(simulate(all[i], &net, &r));
        print("lost in bursts", all[i], &r);
        CHECK(concealed(&r) <= (fec ? 0.85 * made_up : 9));
        CHECK(r.delay_max <= (fec ? 20 : 10) + 6 + 6 + 10);
        made_up = concealed(&r);
    }
out:
    return err;
}

/*
 * A queue that now and then is very long. By 1 - q = (1 + x / 12 ms)^-2.5 one in two hundred is
 * more than 88 ms late, and these by 67 ms more in the mean, which is 1.6 % of the time.
 */
static int test_long_tail(void)
{
    const struct net net = {.packets = 6000, .pareto = 8};
    struct result r;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(all); i++) {
        TRY(simulate(all[i], &net, &r));
        print("long tail", all[i], &r);
        CHECK(concealed(&r) <= 1.8);
        CHECK(r.delay <= 130);
    }
out:
    return err;
}

/* GOALS: after a spike back to the target in 5 s. */
static int test_spike(void)
{
    struct net net = {.packets = 3000, .jitter = 3};
    struct result r;
    int err = 0;

    for (net.spike = 200; net.spike <= 800; net.spike += 200) {
        TRY(simulate("opus", &net, &r));
        printf("# a spike of %.0f ms: back after %.0f ms\n", net.spike, r.settled);
        CHECK(r.settled >= 0 && r.settled <= 5000);
    }
out:
    return err;
}

/* The way becomes 40 ms longer, for good: the delay follows it and comes back. */
static int test_longer_way(void)
{
    const struct net net = {.packets = 3000, .jitter = 2, .step = 40};
    struct result r;
    int err = 0;

    TRY(simulate("opus", &net, &r));
    print("40 ms further", "opus", &r);
    CHECK(concealed(&r) <= 0.3);
    CHECK(r.stats.delay_ms <= 30);
out:
    return err;
}

/* The first packet says nothing of the spread; after ten seconds an even network is known. */
static int test_start(void)
{
    struct net net = {.packets = 600};
    struct result r;
    int err = 0;

    for (net.phase = 0; net.phase < 10; net.phase += 1.5) {
        TRY(simulate("opus", &net, &r));
        /* 2 ms of spread are the finest, 6 ms of margin, 6 ms over are left alone, 10 ms wait */
        CHECK(r.stats.delay_ms <= 2 + 6 + 6 + 10);
        CHECK(r.stats.concealed_us == 0);
    }
out:
    return err;
}

struct player {
    const struct codec *codec;
    struct jitter *j;
    uint64_t now;
    uint8_t payload[160];
    int16_t pcm[80];
};

static int open_player(struct player *p)
{
    memset(p, 0, sizeof(*p));
    p->codec = codec_find("pcmu");
    p->now = 1000000;
    for (size_t i = 0; i < sizeof(p->payload); i++)
        p->payload[i] = i & 1 ? 0x90 : 0x10;
    return jitter_alloc(&p->j, p->codec);
}

/* n packets from seq and ts on, each followed by two pulls. Returns how many frames had sound. */
static unsigned feed(struct player *p, uint32_t seq, uint32_t ts, unsigned n)
{
    unsigned loud = 0;

    for (unsigned i = 0; i < n; i++) {
        jitter_put(p->j, ts + i * 160, seq + i, p->payload, 160, p->now);
        for (int k = 0; k < 2; k++) {
            jitter_get(p->j, p->pcm, p->now);
            loud += frame_rms(p->pcm, 80) > 1000;
            p->now += 10000;
        }
    }
    return loud;
}

/*
 * The delay falls when the first seconds have shown that it may: in the next pause, or after a
 * second of talk without one.
 */
static int test_in_pause(void)
{
    struct jitter_stats s;
    struct player p;
    int err = 0;

    for (unsigned pause = 0; pause < 2; pause++) {
        TRY(open_player(&p));
        (void)feed(&p, 0, 0, 190);
        jitter_get_stats(p.j, &s);
        CHECK(s.stretched_us == 0);
        if (pause)
            memset(p.payload, 0xff, sizeof(p.payload));
        (void)feed(&p, 190, 190 * 160, pause ? 5 : 20);
        jitter_get_stats(p.j, &s);
        CHECK(s.stretched_us > 0 && s.concealed_us == 0);
        jitter_free(p.j);
        p.j = NULL;
    }
out:
    jitter_free(p.j);
    return err;
}

/* A gateway switches sources and keeps SSRC and sequence: its timestamps jump either way. */
static int test_timestamp_jumps(void)
{
    static const uint32_t jumps[] = {500000, 0u - 500000, 1u << 31, 3u << 30, 0u - 160, 4000, 8001};
    struct player p;
    struct jitter_stats s;
    uint32_t ts = 4000000000u;
    uint32_t seq = 100;
    int err = 0;

    TRY(open_player(&p));
    (void)feed(&p, seq, ts, 50);
    for (size_t i = 0; i < CHECK_COUNT(jumps); i++) {
        seq += 50;
        ts += 50 * 160 + jumps[i];
        CHECK(feed(&p, seq, ts, 50) >= 98);
    }
    jitter_get_stats(p.j, &s);
    CHECK(s.late == 0);
    CHECK(s.concealed_us <= 40000);
    CHECK(s.delay_ms <= 30);
out:
    jitter_free(p.j);
    return err;
}

/* The peer sends nothing while it holds us: silence, no loss; then sound at once. */
static int test_pause(void)
{
    struct player p;
    struct jitter_stats before, after;
    unsigned loud = 0;
    int err = 0;

    TRY(open_player(&p));
    (void)feed(&p, 0, 0, 50);
    jitter_get_stats(p.j, &before);
    for (int i = 0; i < 1000; i++, p.now += 10000) {
        jitter_get(p.j, p.pcm, p.now);
        loud += frame_rms(p.pcm, 80) > 1000;
    }
    CHECK(loud <= 8); /* it fades within 60 ms */
    CHECK(frame_rms(p.pcm, 80) == 0);
    CHECK(feed(&p, 50, 77777, 50) >= 96);
    jitter_get_stats(p.j, &after);
    CHECK(after.concealed_us == before.concealed_us);
    CHECK(after.played_us - before.played_us <= 1600000);
    CHECK(after.delay_ms <= 30);
out:
    jitter_free(p.j);
    return err;
}

/* Silence suppression: sequence goes on, time is left out; nothing was lost. */
static int test_silence_suppression(void)
{
    struct player p;
    struct jitter_stats s;
    int err = 0;

    TRY(open_player(&p));
    (void)feed(&p, 0, 0, 50);
    for (int i = 0; i < 20; i++, p.now += 10000)
        jitter_get(p.j, p.pcm, p.now);
    CHECK(feed(&p, 50, 60 * 160, 50) >= 98);
    jitter_get_stats(p.j, &s);
    CHECK(s.concealed_us == 0);
    CHECK(s.delay_ms <= 30);
out:
    jitter_free(p.j);
    return err;
}

/* The mean power of a second of noise after the voice has gone, dBov; its neighbours' likeness. */
static void hear_noise(struct player *p, double *ret_dbov, double *ret_alike)
{
    double power = 0, cross = 0;

    for (int i = 0; i < 120; i++, p->now += 10000) {
        jitter_get(p->j, p->pcm, p->now);
        for (int k = 1; i >= 20 && k < 80; k++) {
            power += p->pcm[k] * p->pcm[k];
            cross += p->pcm[k] * p->pcm[k - 1];
        }
    }
    *ret_dbov = 10 * log10(power / (100 * 79) / (32767.0 * 32767));
    *ret_alike = cross / power;
}

/*
 * RFC 3389: the level in -dBov, then reflection coefficients, 127: none. It sounds until the voice
 * is back, however long, and none of it counts as made up. What waits before it is played first.
 */
static int test_comfort_noise(void)
{
    static const struct {
        uint8_t payload[3];
        size_t len;
        double alike; /* of neighbours, with that first coefficient: its negative */
    } v[] = {{{40}, 1, 0}, {{60, 127, 127}, 3, 0}, {{50, 127 - 64}, 2, 258 * 64 / 32768.0}};
    struct player p;
    struct jitter_stats s;
    double dbov, alike;
    uint32_t seq = 0;
    int err = 0;

    TRY(open_player(&p));
    for (size_t i = 0; i < CHECK_COUNT(v); i++, seq += 53) {
        (void)feed(&p, seq, seq * 160, 51);
        jitter_put(p.j, (seq + 51) * 160, seq + 51, p.payload, 160, p.now);
        jitter_comfort(p.j, seq + 52, v[i].payload, v[i].len);
        hear_noise(&p, &dbov, &alike);
        CHECK(fabs(dbov + v[i].payload[0]) < 0.5);
        CHECK(fabs(alike - v[i].alike) < 0.05);
    }
    CHECK(feed(&p, seq, seq * 160, 50) >= 96);
    jitter_get_stats(p.j, &s);
    CHECK(s.concealed_us == 0);
    CHECK(s.delay_ms <= 30);
    jitter_reset(p.j);
    jitter_get(p.j, p.pcm, p.now);
    CHECK(frame_rms(p.pcm, 80) == 0);
out:
    jitter_free(p.j);
    return err;
}

/* Nobody pulls, or somebody floods: the depth is bounded, and playing goes on with what is new. */
static int test_bounds(void)
{
    struct player p;
    struct jitter_stats s;
    uint8_t big[JITTER_MAX_PAYLOAD + 1] = {0};
    int err = 0;

    TRY(open_player(&p));
    for (uint32_t i = 0; i < 10000; i++)
        jitter_put(p.j, i * 160, i, p.payload, 160, p.now + i * 20000);
    p.now += 10000ull * 20000;
    CHECK(feed(&p, 10000, 10000 * 160, 100) >= 198);
    jitter_get_stats(p.j, &s);
    CHECK(s.dropped >= 9900);
    CHECK(s.delay_ms <= JITTER_MAX_MS);
    /* all at once */
    for (uint32_t i = 0; i < 10000; i++)
        jitter_put(p.j, (10100 + i) * 160, 10100 + i, p.payload, 160, p.now);
    CHECK(feed(&p, 20100, 20100 * 160, 100) >= 150);
    jitter_put(p.j, 0, 30000, big, sizeof(big), p.now);
    jitter_put(p.j, 0, 30000, big, 0, p.now);
    jitter_get_stats(p.j, &s);
    CHECK(s.delay_ms <= JITTER_MAX_MS);
out:
    jitter_free(p.j);
    return err;
}

/* A held call: nothing is decoded, nothing piles up, and it goes on at once. */
static int test_skip(void)
{
    struct player p;
    struct jitter_stats s;
    int err = 0;

    TRY(open_player(&p));
    for (uint32_t i = 0; i < 500; i++, p.now += 20000) {
        jitter_put(p.j, i * 160, i, p.payload, 160, p.now);
        jitter_skip(p.j, p.now);
        jitter_skip(p.j, p.now + 10000);
    }
    jitter_get_stats(p.j, &s);
    CHECK(s.dropped == 0 && s.late == 0 && s.played_us == 0);
    CHECK(s.delay_ms <= 30);
    CHECK(feed(&p, 500, 500 * 160, 50) >= 98);
    jitter_get_stats(p.j, &s);
    CHECK(s.concealed_us == 0);
    jitter_reset(p.j);
    jitter_get(p.j, p.pcm, p.now);
    CHECK(frame_rms(p.pcm, 80) == 0);
    CHECK(feed(&p, 9, 99, 50) >= 96);
out:
    jitter_free(p.j);
    return err;
}

int suite_jitter(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"jitter/clean", test_clean, false},
        {"jitter/spread", test_spread, false},
        {"jitter/spread-wide", test_spread_wide, false},
        {"jitter/drift", test_drift, false},
        {"jitter/loss", test_loss, false},
        {"jitter/packet-times", test_packet_times, false},
        {"jitter/bursts", test_bursts, false},
        {"jitter/long-tail", test_long_tail, false},
        {"jitter/spike", test_spike, false},
        {"jitter/longer-way", test_longer_way, false},
        {"jitter/start", test_start, false},
        {"jitter/in-pause", test_in_pause, false},
        {"jitter/timestamp-jumps", test_timestamp_jumps, false},
        {"jitter/pause", test_pause, false},
        {"jitter/silence-suppression", test_silence_suppression, false},
        {"jitter/comfort-noise", test_comfort_noise, false},
        {"jitter/bounds", test_bounds, false},
        {"jitter/skip", test_skip, false},
    };
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
