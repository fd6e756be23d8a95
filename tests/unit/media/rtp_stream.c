/* One call's RTP: two streams back to back, and a peer that the test plays byte by byte. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "audio/mixer.h"
#include "check.h"
#include "codec/table.h"
#include "lab.h"
#include "rtp/hearing.h"
#include "rtp/stream.h"
#include "suites.h"

#define KEPT 400

struct packet {
    uint8_t data[300];
    size_t len;
};

struct end {
    struct rtp_stream *s;
    struct end *peer; /* what it sends goes there */
    struct packet sent[KEPT];
    size_t n;
    struct packet rtcp;
    unsigned reports;
    unsigned first_audio;
    char digits[16];
    unsigned durations[16];
    unsigned talks_muted, talks_no_more;
    bool no_keys;
    bool free_on_send;
    bool free_on_first;
    bool free_on_digit;
};

static void drop(struct end *e)
{
    struct rtp_stream *s = e->s;

    e->s = NULL;
    rtp_stream_free(s);
}

static int on_send(uint8_t *buf, size_t len, bool rtcp, void *arg)
{
    struct end *e = arg;
    struct packet *p = rtcp ? &e->rtcp : &e->sent[e->n % KEPT];

    if (e->no_keys)
        return ENOTCONN;
    memcpy(p->data, buf, len < sizeof(p->data) ? len : sizeof(p->data));
    p->len = len;
    memset(buf + len, 0xee, ARS_RTP_TRAILER); /* as SRTP does */
    if (rtcp)
        e->reports++;
    else
        e->n++;
    if (e->peer && e->peer->s && rtcp)
        rtp_stream_receive_rtcp(e->peer->s, p->data, len);
    else if (e->peer && e->peer->s)
        rtp_stream_receive(e->peer->s, p->data, len);
    if (e->free_on_send && e->s)
        drop(e);
    return 0;
}

static void on_first_audio(void *arg)
{
    struct end *e = arg;

    e->first_audio++;
    if (e->free_on_first)
        drop(e);
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    struct end *e = arg;
    size_t n = strlen(e->digits);

    e->durations[n] = duration_ms;
    e->digits[n] = digit;
    if (e->free_on_digit)
        drop(e);
}

static void on_talks_muted(bool on, void *arg)
{
    struct end *e = arg;

    *(on ? &e->talks_muted : &e->talks_no_more) += 1;
}

static const struct rtp_stream_handlers handlers = {
    .send = on_send, .first_audio = on_first_audio, .dtmf = on_dtmf, .talks_muted = on_talks_muted};

static struct rtp_format format(const char *codec, uint8_t pt, int event_pt)
{
    struct rtp_format f = {.pt_send = pt,
                           .pt_recv = pt,
                           .ptime_ms = 20,
                           .fec = true,
                           .event_pt_send = event_pt,
                           .event_pt_recv = event_pt};

    if (event_pt >= 0)
        f.event_clock = strcmp(codec, "opus") ? 8000 : 48000;
    (void)snprintf(f.codec, sizeof(f.codec), "%s", codec);
    return f;
}

static int open_end(struct lab *l, struct end *e, const char *codec, uint8_t pt, int event_pt)
{
    struct rtp_format f = format(codec, pt, event_pt);
    int err = rtp_stream_alloc(&e->s, l->loop, l->audio, "cname", &handlers, e);

    if (!err)
        err = rtp_stream_set_format(e->s, &f);
    if (err)
        return err;
    rtp_stream_set_dir(e->s, ARS_DIR_SENDRECV);
    rtp_stream_talk(e->s, true);
    rtp_stream_start(e->s);
    return 0;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const struct packet *last(const struct end *e)
{
    return &e->sent[(e->n - 1) % KEPT];
}

static uint16_t seq_of(const struct packet *p)
{
    return (uint16_t)(p->data[2] << 8 | p->data[3]);
}

static int talk_over(const char *codec, uint8_t pt)
{
    static struct end a, b;
    struct ars_media_stats s;
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    TRY(lab_open(&l, "tone:1000", "none"));
    TRY(open_end(&l, &a, codec, pt, 101));
    TRY(open_end(&l, &b, codec, pt, 101));
    a.peer = &b;
    b.peer = &a;
    lab_run(&l, 1000);
    rtp_stream_get_stats(b.s, &s); /* levels count anew from here */
    lab_run(&l, 9000);
    rtp_stream_get_stats(b.s, &s);
    CHECK_STR(s.codec, codec);
    CHECK(s.sent >= 499 && s.sent <= 500);
    CHECK(s.received >= 499 && s.received <= 500);
    CHECK(s.loss_pct == 0 && s.remote_loss_pct == 0);
    CHECK(s.concealed_pct == 0);
    CHECK(s.buffer_ms >= 5 && s.buffer_ms <= 20);
    CHECK(s.jitter_ms >= 0 && s.jitter_ms < 1);
    CHECK(s.rtt_ms >= 0 && s.rtt_ms < 1);
    CHECK(fabs(s.level_in_dbfs + 15) < 0.1);
    CHECK(fabs(s.level_out_dbfs + 15) < 1);
    CHECK_INT(a.first_audio, 1);
    CHECK_INT(b.first_audio, 1);
    CHECK(a.reports >= 2 && a.reports <= 4);
out:
    drop(&a);
    drop(&b);
    lab_close(&l);
    return err;
}

static int test_talk(void)
{
    int err;

    TRY(talk_over("opus", 107));
    TRY(talk_over("G722", 9));
    TRY(talk_over("PCMU", 0));
    TRY(talk_over("PCMA", 8));
out:
    return err;
}

/* Peak of the last Opus packet when the last n are decoded; -1: not decodable. */
static int loudness(const struct end *e, size_t n)
{
    const struct codec *codec = codec_find("opus");
    struct codec_dec *dec;
    int16_t pcm[960];
    int peak = 0;
    size_t got = 0;
    int err = codec->dec_alloc(&dec);

    if (err)
        return -1;
    for (size_t i = e->n - n; i < e->n && !err; i++) {
        const struct packet *p = &e->sent[i % KEPT];
        err = codec->decode(dec, p->data + 12, p->len - 12, pcm, 960, &got);
    }
    for (size_t i = 0; i < got; i++)
        peak = abs(pcm[i]) > peak ? abs(pcm[i]) : peak;
    codec->dec_free(dec);
    return err ? -1 : peak;
}

/* Sequence and time go on through mute and hold; a talk spurt begins with the marker. */
static int test_time_goes_on(void)
{
    static struct end a;
    struct rtp_format f = format("PCMU", 0, 101);
    struct ars_media_stats s;
    struct lab l = {0};
    uint32_t ts, ssrc;
    uint16_t seq;
    size_t n;
    int err;

    memset(&a, 0, sizeof(a));
    TRY(lab_open(&l, "tone:400", "none"));
    a.no_keys = true;
    TRY(open_end(&l, &a, "opus", 111, 101));
    lab_run(&l, 100);
    CHECK_INT(a.n, 0);
    a.no_keys = false;
    lab_run(&l, 100);
    CHECK_INT(a.n, 5);
    CHECK(loudness(&a, 5) > 5000);
    ssrc = rtp_stream_ssrc(a.s);
    for (size_t i = 0; i < 5; i++) {
        const uint8_t *p = a.sent[i].data;
        CHECK_INT(p[0], 0x80);
        CHECK_INT(p[1], 111 | (i == 0 ? 0x80 : 0));
        CHECK_INT(get32(p + 8), ssrc);
        CHECK_INT((uint16_t)(seq_of(&a.sent[i]) - seq_of(&a.sent[0])), i);
        CHECK_INT(get32(p + 4) - get32(a.sent[0].data + 4), i * 960);
    }
    /* muted: packets go on, with silence in them */
    rtp_stream_mute(a.s, true);
    lab_run(&l, 1000);
    CHECK_INT(a.n, 55);
    CHECK(loudness(&a, 10) >= 0 && loudness(&a, 10) < 10);
    CHECK(a.talks_muted == 1 && a.talks_no_more == 0);
    /* who talks elsewhere meanwhile does not talk here */
    rtp_stream_talk(a.s, false);
    CHECK(a.talks_muted == 1 && a.talks_no_more == 1);
    rtp_stream_talk(a.s, true);
    rtp_stream_mute(a.s, false);
    CHECK(a.talks_muted == 1 && a.talks_no_more == 1);
    /* held: none; the clock runs on */
    ts = get32(last(&a)->data + 4);
    seq = seq_of(last(&a));
    rtp_stream_set_dir(a.s, ARS_DIR_RECVONLY);
    lab_run(&l, 1000);
    CHECK_INT(a.n, 55);
    rtp_stream_set_dir(a.s, ARS_DIR_SENDONLY);
    lab_run(&l, 20);
    CHECK_INT(a.n, 56);
    CHECK_INT(last(&a)->data[1], 111 | 0x80);
    CHECK_INT(get32(last(&a)->data + 4) - ts, 48000 + 960);
    CHECK_INT((uint16_t)(seq_of(last(&a)) - seq), 1);
    /* another codec, another packet time: the same source */
    seq = seq_of(last(&a));
    n = a.n;
    f.ptime_ms = 40;
    TRY(rtp_stream_set_format(a.s, &f));
    lab_run(&l, 80);
    CHECK_INT(a.n, n + 2);
    CHECK_INT(last(&a)->len, 12 + 320);
    CHECK_INT(last(&a)->data[1] & 0x7f, 0);
    CHECK_INT((uint16_t)(seq_of(last(&a)) - seq), 2);
    CHECK_INT(get32(last(&a)->data + 8), ssrc);
    rtp_stream_get_stats(a.s, &s);
    CHECK_STR(s.codec, "PCMU");
    CHECK_INT(s.sent, a.n);
    f.codec[0] = 'X';
    CHECK_INT(rtp_stream_set_format(a.s, &f), EINVAL);
out:
    rtp_stream_free(a.s);
    lab_close(&l);
    return err;
}

/* `clock` is that of the events: each packet says by it how long the digit has been. */
static int dtmf_over(const char *codec, uint8_t pt, uint32_t clock)
{
    static struct end a, b;
    struct rtp_format f = format(codec, pt, 110);
    struct lab l = {0};
    unsigned events = 0;
    int err;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    TRY(lab_open(&l, "tone:400", "none"));
    TRY(open_end(&l, &a, codec, pt, 110));
    TRY(open_end(&l, &b, codec, pt, 110));
    f.event_clock = clock;
    TRY(rtp_stream_set_format(a.s, &f));
    TRY(rtp_stream_set_format(b.s, &f));
    a.peer = &b;
    lab_run(&l, 200);
    CHECK_INT(rtp_stream_dtmf(a.s, "1x"), EINVAL);
    TRY(rtp_stream_dtmf(a.s, "12,#"));
    lab_run(&l, 3000);
    CHECK_STR(b.digits, "12#");
    for (int i = 0; i < 3; i++)
        CHECK_INT(b.durations[i], 100);
    for (size_t i = 0; i < a.n; i++) {
        const uint8_t *p = a.sent[i].data;
        if ((p[1] & 0x7f) != 110)
            continue;
        /* RFC 4733 2.5.1: 20, 40, 60, 80 ms and three times the end */
        CHECK_INT(a.sent[i].len, 16);
        CHECK_INT(p[14] << 8 | p[15], clock / 50 * (events % 7 < 4 ? events % 7 + 1 : 5));
        events++;
    }
    CHECK_INT(events, 21);
    rtp_stream_set_dir(a.s, ARS_DIR_RECVONLY);
    CHECK_INT(rtp_stream_dtmf(a.s, "1"), ENOTCONN);
out:
    rtp_stream_free(a.s);
    rtp_stream_free(b.s);
    lab_close(&l);
    return err;
}

static int test_dtmf(void)
{
    static struct end a;
    struct lab l = {0};
    int err;

    TRY(dtmf_over("opus", 107, 48000));
    TRY(dtmf_over("opus", 107, 8000)); /* a peer that has events at 8000 alone */
    TRY(dtmf_over("G722", 9, 8000));
    TRY(dtmf_over("PCMA", 8, 8000));
    memset(&a, 0, sizeof(a));
    TRY(lab_open(&l, "silence", "none"));
    TRY(open_end(&l, &a, "PCMU", 0, -1));
    CHECK_INT(rtp_stream_dtmf(a.s, "1"), ENOTSUP);
    rtp_stream_free(a.s);
    lab_close(&l);
out:
    return err;
}

/* A peer by hand: PCMU, one packet each 20 ms. */
struct peer {
    uint32_t ssrc;
    uint16_t seq;
    uint32_t ts;
};

static void say(struct lab *l, struct end *e, struct peer *p, uint8_t pt, uint8_t value)
{
    uint8_t pkt[12 + 160] = {0x80, pt};

    pkt[2] = (uint8_t)(p->seq >> 8);
    pkt[3] = (uint8_t)p->seq;
    for (int i = 0; i < 4; i++) {
        pkt[4 + i] = (uint8_t)(p->ts >> (24 - 8 * i));
        pkt[8 + i] = (uint8_t)(p->ssrc >> (24 - 8 * i));
    }
    /* a square wave of 1 kHz */
    for (int i = 0; i < 160; i++)
        pkt[12 + i] = i / 4 % 2 ? value : value ^ 0x80;
    p->seq++;
    p->ts += 160;
    rtp_stream_receive(e->s, pkt, sizeof(pkt));
    lab_run(l, 20);
}

static double level_of(struct end *e)
{
    struct ars_media_stats s;

    rtp_stream_get_stats(e->s, &s);
    return s.level_out_dbfs;
}

/* Whom we talk to may change: a new source, its time and sequence, and back. */
static int test_sources(void)
{
    static struct end a;
    struct ars_media_stats s;
    struct peer one = {1, 65500, 0xfffffff0};
    struct peer two = {2, 5, 77};
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    TRY(lab_open(&l, "silence", "none"));
    TRY(open_end(&l, &a, "PCMU", 0, 101));
    for (int i = 0; i < 100; i++)
        say(&l, &a, &one, 0, 0x10);
    for (int i = 0; i < 100; i++)
        say(&l, &a, &two, 0, 0x10);
    one.ts += 123456;
    one.seq = (uint16_t)(one.seq + 100); /* it went on elsewhere */
    for (int i = 0; i < 100; i++)
        say(&l, &a, &one, 0, 0x10);
    rtp_stream_get_stats(a.s, &s);
    /* of each new source the first packet is not believed yet; nothing else is missing */
    CHECK_INT(s.received, 298);
    CHECK(s.loss_pct == 0);
    CHECK(s.concealed_pct < 1.5);
    (void)level_of(&a);
    say(&l, &a, &one, 0, 0x10);
    CHECK(level_of(&a) > -20);
out:
    rtp_stream_free(a.s);
    lab_close(&l);
    return err;
}

/*
 * Payload types that nobody agreed on, comfort noise, broken packets: ignored, and the call goes
 * on.
 */
static int test_strange_packets(void)
{
    static const uint8_t broken[][16] = {
        {0x40, 0, 0, 1}, /* version 1 */
        {0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff,
         200},                                               /* padding beyond the packet */
        {0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, /* padding of nothing */
        {0x8f, 0, 0, 1}, /* 15 contributing sources that are not there */
        {0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0xff, 0xff}, /* extension */
    };
    static struct end a;
    struct ars_media_stats s;
    struct peer p = {1, 1, 1};
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    TRY(lab_open(&l, "silence", "none"));
    TRY(rtp_stream_alloc(&a.s, l.loop, l.audio, "c", &handlers, &a));
    rtp_stream_receive(a.s, broken[0], 16); /* nothing is agreed on yet */
    rtp_stream_free(a.s);
    TRY(open_end(&l, &a, "PCMU", 0, 101));
    for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
        for (size_t len = 0; len <= 16; len++)
            rtp_stream_receive(a.s, broken[i], i ? 16 : len);
    }
    rtp_stream_get_stats(a.s, &s);
    CHECK_INT(s.received, 0);
    CHECK(s.loss_pct < 0 && s.jitter_ms < 0 && s.rtt_ms < 0 && s.buffer_ms < 0);
    for (int i = 0; i < 50; i++)
        say(&l, &a, &p, 0, 0x10);
    (void)level_of(&a);
    for (int i = 0; i < 25; i++)
        say(&l, &a, &p, i % 2 ? 13 : 96, 0x10);
    CHECK(level_of(&a) < -12); /* it fades, over half a second */
    for (int i = 0; i < 50; i++)
        say(&l, &a, &p, 0, 0x10);
    rtp_stream_get_stats(a.s, &s);
    CHECK_INT(s.received, 125);
    CHECK(s.loss_pct == 0);
    CHECK(s.concealed_pct == 0);
    /* held by us: what comes is not played */
    rtp_stream_set_dir(a.s, ARS_DIR_SENDONLY);
    lab_run(&l, 500);
    (void)level_of(&a);
    for (int i = 0; i < 10; i++)
        say(&l, &a, &p, 0, 0x10);
    CHECK(level_of(&a) < -100);
    CHECK_INT(a.first_audio, 1);
out:
    rtp_stream_free(a.s);
    lab_close(&l);
    return err;
}

static bool mulaw_silence(const struct packet *p)
{
    for (size_t i = 12; i < p->len; i++) {
        if (p->data[i] != 0xff)
            return false;
    }
    return true;
}

/* Not the one that is talked to: nothing is heard, silence is sent, nothing piles up. */
static int test_not_talking(void)
{
    static struct end a;
    struct hearing_facts facts;
    struct ars_media_stats s;
    struct peer p = {1, 1, 1};
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    TRY(lab_open(&l, "tone:1000", "none"));
    TRY(open_end(&l, &a, "PCMU", 0, 101));
    rtp_stream_talk(a.s, false);
    for (int i = 0; i < 50; i++)
        say(&l, &a, &p, 0, 0x10);
    CHECK_INT(a.first_audio, 1);
    CHECK_INT(a.n, 50);
    CHECK(mulaw_silence(last(&a)));
    rtp_stream_get_stats(a.s, &s);
    CHECK(isnan(s.level_out_dbfs) && isnan(s.level_in_dbfs));
    rtp_stream_get_facts(a.s, &facts);
    CHECK(!facts.mic && !facts.sends);
    rtp_stream_talk(a.s, true);
    for (int i = 0; i < 50; i++)
        say(&l, &a, &p, 0, 0x10);
    rtp_stream_get_facts(a.s, &facts);
    CHECK(facts.mic && facts.sends);
    rtp_stream_get_stats(a.s, &s);
    CHECK(s.level_out_dbfs > -20);
    CHECK(s.concealed_pct == 0);
    CHECK(s.buffer_ms <= 20);
    CHECK(!mulaw_silence(last(&a)));
out:
    rtp_stream_free(a.s);
    lab_close(&l);
    return err;
}

static int free_in(bool send, bool first, bool digit)
{
    static struct end a, b;
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    TRY(lab_open(&l, "tone:400", "none"));
    TRY(open_end(&l, &a, "PCMU", 0, 101));
    TRY(open_end(&l, &b, "PCMU", 0, 101));
    a.peer = &b;
    b.free_on_send = send;
    b.free_on_first = first;
    b.free_on_digit = digit;
    TRY(rtp_stream_dtmf(a.s, "1"));
    for (int i = 0; i < 100 && b.s; i++)
        lab_run(&l, 5);
    CHECK(!b.s);
    CHECK(b.reports == 1); /* BYE */
    CHECK_INT(b.rtcp.data[b.rtcp.len - 7], 203);
    lab_run(&l, 100);
out:
    rtp_stream_free(a.s);
    rtp_stream_free(b.s);
    lab_close(&l);
    return err;
}

static int test_free_in_handlers(void)
{
    int err;

    TRY(free_in(true, false, false));
    TRY(free_in(false, true, false));
    TRY(free_in(false, false, true));
out:
    return err;
}

/* Whatever cannot be allocated: an error or a packet less, nothing worse. */
static int test_memory(void)
{
    static struct end a, b;
    struct rtp_format f = format("opus", 107, 101);
    struct ars_media_stats s;
    struct lab l = {0};
    int err;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    TRY(lab_open(&l, "tone:1000", "none"));
    TRY(open_end(&l, &a, "PCMU", 0, 101));
    TRY(open_end(&l, &b, "PCMU", 0, 101));
    a.peer = &b;
    b.peer = &a;
    lab_run(&l, 2000);
    TRY(rtp_stream_set_format(a.s, &f));
    TRY(rtp_stream_set_format(b.s, &f));
    TRY(rtp_stream_dtmf(a.s, "1"));
    lab_run(&l, 500);
    rtp_stream_get_stats(b.s, &s);
    CHECK(s.received > 100);
out:
    drop(&a);
    drop(&b);
    lab_close(&l);
    return err;
}

int suite_rtp_stream(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"rtp-stream/talk", test_talk, false},
        {"rtp-stream/time-goes-on", test_time_goes_on, false},
        {"rtp-stream/dtmf", test_dtmf, false},
        {"rtp-stream/sources", test_sources, false},
        {"rtp-stream/strange-packets", test_strange_packets, false},
        {"rtp-stream/not-talking", test_not_talking, false},
        {"rtp-stream/free-in-handlers", test_free_in_handlers, false},
        {"rtp-stream/memory", test_memory, true},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
