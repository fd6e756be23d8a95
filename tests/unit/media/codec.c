/* Codecs: against the tables of G.711, and by what comes back. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "codec/table.h"
#include "oom.h"
#include "suites.h"

#define TWO_PI 6.283185307179586

struct pair {
    const struct codec *codec;
    struct codec_enc *enc;
    struct codec_dec *dec;
};

static int open_pair(struct pair *p, const char *name, bool fec)
{
    int err;

    p->codec = codec_find(name);
    if (!p->codec)
        return ENOENT;
    err = p->codec->enc_alloc(&p->enc, 0, fec);
    if (!err)
        err = p->codec->dec_alloc(&p->dec);
    return err;
}

static void close_pair(struct pair *p)
{
    if (p->enc)
        p->codec->enc_free(p->enc);
    if (p->dec)
        p->codec->dec_free(p->dec);
}

static int test_table(void)
{
    int err = 0;

    CHECK(codec_find("OPUS") == codec_at(0));
    CHECK(codec_find("pcmu") == codec_find_pt(0));
    CHECK(codec_find("PCMA") == codec_find_pt(8));
    CHECK(!codec_find("g729"));
    CHECK(!codec_find(NULL));
    CHECK(codec_find("g722") == codec_find_pt(9));
    CHECK(!codec_find_pt(18));
    CHECK(!codec_at(4));
    CHECK_INT(codec_find("opus")->sdp_channels, 2); /* RFC 7587 section 7 */
    CHECK_INT(codec_find("opus")->clock, 48000);
    CHECK_INT(codec_find("g722")->clock, 8000); /* RFC 3551 4.5.2 */
    CHECK_INT(codec_find("g722")->rate, 16000);
out:
    return err;
}

/*
 * ITU-T G.711 tables 1a, 1b (A-law), 2a, 2b (mu-law): values at decoder output, here scaled from
 * the tables' 13 and 14 bits to 16, and characters as sent (even bits inverted, all bits inverted).
 */
static int test_g711_table(void)
{
    static const struct {
        const char *codec;
        uint8_t byte;
        int16_t value;
    } v[] = {
        {"pcmu", 0xff, 0},        {"pcmu", 0x7f, 0},         {"pcmu", 0xfe, 2 * 4},
        {"pcmu", 0x80, 8031 * 4}, {"pcmu", 0x00, -8031 * 4}, {"pcmu", 0x8f, 4191 * 4},
        {"pcmu", 0xef, 33 * 4},   {"pcmu", 0xf0, 30 * 4},    {"pcma", 0xd5, 1 * 8},
        {"pcma", 0x55, -1 * 8},   {"pcma", 0xaa, 4032 * 8},  {"pcma", 0x2a, -4032 * 8},
        {"pcma", 0xd4, 3 * 8},    {"pcma", 0xc5, 33 * 8},    {"pcma", 0xf5, 66 * 8},
    };
    struct pair p = {0};
    int16_t pcm;
    uint8_t byte;
    size_t n;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        TRY(open_pair(&p, v[i].codec, false));
        TRY(p.codec->decode(p.dec, &v[i].byte, 1, &pcm, 1, &n));
        CHECK_INT(pcm, v[i].value);
        TRY(p.codec->encode(p.enc, &v[i].value, 1, &byte, 1, &n));
        /* mu-law has two zeroes, and the encoder sends the positive one */
        CHECK_INT(byte, v[i].byte == 0x7f ? 0xff : v[i].byte);
        close_pair(&p);
        memset(&p, 0, sizeof(p));
    }
out:
    close_pair(&p);
    return err;
}

/*
 * Each of the 65536 values: the error is at most half the step of its segment (and 1 for the low
 * bits that 13 or 14 do not hold). `ends`: of the segments, G.711 tables 1a and 2a, in 16 bits.
 */
static int round_trip(const char *name, int half_step, const int *ends)
{
    struct pair p = {0};
    int last = -40000;
    int err;

    TRY(open_pair(&p, name, false));
    for (int v = -32768; v <= 32767; v++) {
        int16_t in = (int16_t)v;
        int16_t out;
        uint8_t byte;
        int most = half_step;
        size_t n;
        TRY(p.codec->encode(p.enc, &in, 1, &byte, 1, &n));
        TRY(p.codec->decode(p.dec, &byte, 1, &out, 1, &n));
        CHECK(out >= last);
        last = out;
        for (const int *end = ends; *end && abs(v) >= *end; end++)
            most = end[1] ? most * 2 : 32768; /* beyond the last one: clipped */
        if (abs(out - v) > most + 1)
            check_fail(__FILE__, __LINE__, "%s: %d became %d", name, v, out);
        CHECK(abs(out - v) <= most + 1);
    }
out:
    close_pair(&p);
    return err;
}

static int test_g711_round_trip(void)
{
    static const int ends_u[] = {31 * 4,   95 * 4,   223 * 4,  479 * 4, 991 * 4,
                                 2015 * 4, 4063 * 4, 8159 * 4, 0};
    static const int ends_a[] = {64 * 8,   128 * 8,  256 * 8,  512 * 8,
                                 1024 * 8, 2048 * 8, 4096 * 8, 0};
    int err;

    TRY(round_trip("pcmu", 4, ends_u));
    TRY(round_trip("pcma", 8, ends_a));
out:
    return err;
}

static void tone(int16_t *pcm, size_t n, double hz, unsigned rate, double peak, double *phase)
{
    for (size_t i = 0; i < n; i++) {
        pcm[i] = (int16_t)lrint(peak * sin(*phase));
        *phase += TWO_PI * hz / rate;
    }
}

static double rms(const int16_t *pcm, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sqrt(sum / (double)n);
}

/* The best normalised correlation of b with a delayed by up to `lags` samples. */
static double correlation(const int16_t *a, const int16_t *b, size_t n, size_t lags)
{
    double best = 0;

    for (size_t lag = 0; lag < lags; lag++) {
        double ab = 0, aa = 1, bb = 1;
        for (size_t i = lag; i < n; i++) {
            ab += (double)a[i - lag] * b[i];
            aa += (double)a[i - lag] * a[i - lag];
            bb += (double)b[i] * b[i];
        }
        if (ab / sqrt(aa * bb) > best)
            best = ab / sqrt(aa * bb);
    }
    return best;
}

/* Half a second of a voice-like sound: harmonics that glide, in syllables. */
static void voice(int16_t *pcm, size_t n, unsigned rate)
{
    double phase = 0;

    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate;
        phase += TWO_PI * (140 + 40 * sin(t * 5)) / rate;
        pcm[i] = (int16_t)(5000 * (sin(phase) + 0.6 * sin(2 * phase) + 0.4 * sin(5 * phase)) *
                           (0.55 - 0.45 * cos(t * TWO_PI * 4)));
    }
}

static int test_opus_round_trip(void)
{
    enum { PACKETS = 25, N = 960 };
    static int16_t in[PACKETS * N];
    static int16_t out[PACKETS * N];
    struct pair p = {0};
    uint8_t payload[400];
    size_t len, n, bytes = 0;
    int err;

    voice(in, PACKETS * N, 48000);
    TRY(open_pair(&p, "opus", true));
    for (int i = 0; i < PACKETS; i++) {
        TRY(p.codec->encode(p.enc, in + i * N, N, payload, sizeof(payload), &len));
        CHECK_INT(p.codec->samples(payload, len), N);
        TRY(p.codec->decode(p.dec, payload, len, out + i * N, N, &n));
        CHECK_INT(n, N);
        bytes += len;
    }
    /* RFC 6716 2.1.7: within 20 ms; the level is kept */
    CHECK(correlation(in, out, PACKETS * N, N) > 0.9);
    CHECK(fabs(20 * log10(rms(out, PACKETS * N) / rms(in, PACKETS * N))) < 1);
    /* 32 kbit/s are 80 bytes in 20 ms; Opus is variable */
    CHECK(bytes / PACKETS > 40 && bytes / PACKETS < 120);
out:
    close_pair(&p);
    return err;
}

/* Wide band: what lies above 4 kHz comes through as well. */
static int test_g722_round_trip(void)
{
    enum { PACKETS = 25, N = 320 };
    static const double tones[] = {300, 1000, 3000, 5000, 6500};
    static int16_t in[PACKETS * N], out[PACKETS * N];
    struct pair p = {0};
    uint8_t payload[N / 2];
    size_t len, n;
    int err = 0;

    for (size_t k = 0; k < CHECK_COUNT(tones); k++) {
        double phase = 0;
        TRY(open_pair(&p, "g722", false));
        tone(in, PACKETS * N, tones[k], 16000, 8000, &phase);
        for (int i = 0; i < PACKETS; i++) {
            TRY(p.codec->encode(p.enc, in + i * N, N, payload, sizeof(payload), &len));
            CHECK_INT(len, 160); /* 64 kbit/s */
            CHECK_INT(p.codec->samples(payload, len), N);
            TRY(p.codec->decode(p.dec, payload, len, out + i * N, N, &n));
            CHECK_INT(n, N);
        }
        CHECK(correlation(in + N, out + N, (PACKETS - 1) * N, 60) > 0.97);
        CHECK(fabs(20 * log10(rms(out + N, (PACKETS - 1) * N) / rms(in, PACKETS * N))) < 1);
        close_pair(&p);
        memset(&p, 0, sizeof(p));
    }
out:
    close_pair(&p);
    return err;
}

/*
 * One packet in ten is lost and made up: how alike it is over the holes; nothing in them is louder.
 */
static int conceal_single(const char *name, bool fec, double *ret_alike)
{
    enum { PACKETS = 40 };
    static int16_t in[PACKETS * 960];
    static int16_t out[PACKETS * 960];
    uint8_t payload[PACKETS][400];
    size_t len[PACKETS];
    struct pair p = {0};
    size_t n, got;
    double alike = 0;
    int lost = 0;
    int err;

    TRY(open_pair(&p, name, fec));
    n = p.codec->rate / 50;
    voice(in, PACKETS * n, p.codec->rate);
    if (p.codec->expect_loss)
        p.codec->expect_loss(p.enc, 20);
    for (int i = 0; i < PACKETS; i++)
        TRY(p.codec->encode(p.enc, in + (size_t)i * n, n, payload[i], sizeof(payload[i]), &len[i]));
    for (int i = 0; i + 1 < PACKETS; i++) {
        int16_t *to = out + (size_t)i * n;
        if (i % 10 == 5) {
            TRY(p.codec->conceal(p.dec, fec ? payload[i + 1] : NULL, fec ? len[i + 1] : 0, to, n));
            alike += correlation(in + (size_t)(i - 1) * n, out + (size_t)(i - 1) * n, 2 * n, n);
            CHECK(rms(to, n) < 1.5 * rms(in + (size_t)i * n, n) + 500);
            lost++;
        } else {
            TRY(p.codec->decode(p.dec, payload[i], len[i], to, n, &got));
        }
    }
    *ret_alike = alike / lost;
out:
    close_pair(&p);
    return err;
}

static int test_conceal(void)
{
    double pcmu, pcma, g722, opus, fec;
    int err;

    TRY(conceal_single("pcmu", false, &pcmu));
    TRY(conceal_single("pcma", false, &pcma));
    TRY(conceal_single("g722", false, &g722));
    TRY(conceal_single("opus", false, &opus));
    TRY(conceal_single("opus", true, &fec));
    printf(
        "# over single losses alike: PCMU %.3f, PCMA %.3f, G.722 %.3f, Opus %.3f, with FEC %.3f\n",
        pcmu, pcma, g722, opus, fec);
    /* half of what is compared came through; with zeroes in the other half 0.7 is what is left */
    CHECK(pcmu > 0.9);
    CHECK(pcma > 0.9);
    CHECK(g722 > 0.9);
    CHECK(opus > 0.75);
    CHECK(fec > opus + 0.02);
out:
    return err;
}

/* A loss that does not end fades to silence, and speech comes back after it without a click. */
static int test_conceal_fades(void)
{
    struct pair p = {0};
    double phase = 0;
    int16_t pcm[160], before[160];
    uint8_t payload[160];
    size_t len, n;
    int last, err;

    TRY(open_pair(&p, "pcma", false));
    for (int i = 0; i < 5; i++) {
        tone(before, 160, 200, 8000, 8000, &phase);
        TRY(p.codec->encode(p.enc, before, 160, payload, sizeof(payload), &len));
        TRY(p.codec->decode(p.dec, payload, len, before, 160, &n));
    }
    last = before[159];
    TRY(p.codec->conceal(p.dec, NULL, 0, pcm, 80));
    /* a 200 Hz tone at this level moves by less than 1300 from sample to sample */
    CHECK(abs(pcm[0] - last) < 1300);
    CHECK(rms(pcm, 80) > 0.8 * rms(before, 160));
    TRY(p.codec->conceal(p.dec, NULL, 0, pcm, 160));
    CHECK(rms(pcm, 160) < 0.9 * rms(before, 160));
    CHECK(rms(pcm, 160) > 0.2 * rms(before, 160));
    TRY(p.codec->conceal(p.dec, NULL, 0, pcm, 160));
    TRY(p.codec->conceal(p.dec, NULL, 0, pcm, 160));
    TRY(p.codec->conceal(p.dec, NULL, 0, pcm, 160));
    CHECK(rms(pcm, 160) < 1);
    TRY(p.codec->decode(p.dec, payload, len, pcm, 160, &n));
    CHECK(abs(pcm[0]) < 500);
    CHECK(rms(pcm + 80, 80) > 0.9 * rms(before, 160));
out:
    close_pair(&p);
    return err;
}

/* How far the sound is from what it should be, dB below it. */
static double snr(const int16_t *is, const int16_t *should, size_t n)
{
    double noise = 1, signal = 1;

    for (size_t i = 0; i < n; i++) {
        double e = (double)is[i] - should[i];
        noise += e * e;
        signal += (double)should[i] * should[i];
    }
    return 10 * log10(signal / noise);
}

/* A vowel on which 20 ms are lost: how true the end of what is made up is. */
static int end_of_hole(const char *name, bool bridge, double *ret_snr)
{
    enum { PACKETS = 12, LOST = 8 };
    int16_t in[PACKETS * 320], out[320], should[320];
    uint8_t payload[PACKETS][160];
    struct pair p = {0};
    struct codec_dec *whole = NULL;
    double phase = 0;
    size_t len, n, got;
    int err;

    TRY(open_pair(&p, name, false));
    n = p.codec->rate / 50;
    for (size_t i = 0; i < PACKETS * n; i++) {
        phase += TWO_PI * (120 + 20.0 * (double)i / (double)(PACKETS * n)) / p.codec->rate;
        in[i] = (int16_t)(4000 * (sin(phase) + 0.7 * sin(3 * phase) + 0.3 * sin(7 * phase)));
    }
    for (size_t i = 0; i < PACKETS; i++)
        TRY(p.codec->encode(p.enc, in + i * n, n, payload[i], 160, &len));
    TRY(p.codec->dec_alloc(&whole));
    for (size_t i = 0; i <= LOST; i++)
        TRY(p.codec->decode(whole, payload[i], 160, should, n, &got));
    for (size_t i = 0; i < LOST; i++)
        TRY(p.codec->decode(p.dec, payload[i], 160, out, n, &got));
    TRY(p.codec->conceal(p.dec, bridge ? payload[LOST + 1] : NULL, bridge ? 160 : 0, out, n));
    *ret_snr = snr(out + n / 2, should + n / 2, n / 2);
out:
    if (whole)
        p.codec->dec_free(whole);
    close_pair(&p);
    return err;
}

/* What comes behind a hole shows how to fill its second half. */
static int test_conceal_bridges(void)
{
    static const char *const names[] = {"pcmu", "pcma"};
    double alone, bridged;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(names); i++) {
        TRY(end_of_hole(names[i], false, &alone));
        TRY(end_of_hole(names[i], true, &bridged));
        printf("# %s: end of a hole %.1f dB, bridged %.1f dB\n", names[i], alone, bridged);
        CHECK(bridged > alone + 3);
    }
out:
    return err;
}

/* RFC 6716 2.1.7: with losses reported, speech is in the next packet once more, at any length. */
static int test_opus_redundancy(void)
{
    static const size_t lengths[] = {480, 960, 1920, 2880};
    static int16_t in[48000];
    uint8_t payload[1275];
    struct pair p = {0};
    size_t len, n, carried;
    int err = 0;

    voice(in, 48000, 48000);
    for (size_t k = 0; k < CHECK_COUNT(lengths); k++) {
        for (unsigned loss = 0; loss <= 20; loss += 20) {
            carried = 0;
            TRY(open_pair(&p, "opus", true));
            p.codec->expect_loss(p.enc, loss);
            n = lengths[k];
            for (size_t at = 0; at + n <= 48000; at += n) {
                TRY(p.codec->encode(p.enc, in + at, n, payload, sizeof(payload), &len));
                carried += p.codec->redundant(payload, len);
            }
            CHECK(loss ? carried >= n : carried == 0);
            close_pair(&p);
            memset(&p, 0, sizeof(p));
        }
    }
    CHECK_INT(codec_find("opus")->redundant(payload, 0), 0);
out:
    close_pair(&p);
    return err;
}

static int test_hostile_payload(void)
{
    static const uint8_t broken[][4] = {{0xff, 0xff, 0xff, 0xff}, {0x03, 0x00}, {0x4b, 0xff}};
    struct pair p = {0};
    int16_t pcm[5760];
    uint8_t zero[1] = {0};
    size_t n;
    int err;

    TRY(open_pair(&p, "opus", false));
    CHECK_INT(p.codec->samples(zero, 0), 0);
    CHECK_INT(p.codec->decode(p.dec, zero, 0, pcm, 5760, &n), EBADMSG);
    CHECK_INT(p.codec->decode(p.dec, broken[0], 4, pcm, 5760, &n), EBADMSG);
    CHECK_INT(p.codec->samples(broken[1], 2), 0); /* no frame at all */
    CHECK_INT(p.codec->samples(broken[2], 2), 0); /* 63 frames of 20 ms: over 120 ms */
    close_pair(&p);
    memset(&p, 0, sizeof(p));
    TRY(open_pair(&p, "pcmu", false));
    CHECK_INT(p.codec->decode(p.dec, zero, 1, pcm, 0, &n), EBADMSG);
    CHECK_INT(p.codec->samples(zero, 100000), 0);
    CHECK_INT(p.codec->samples(zero, 0), 0);
out:
    close_pair(&p);
    return err;
}

int suite_codec(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"codec/table", test_table, false},
        {"codec/g711-table", test_g711_table, true},
        {"codec/g711-round-trip", test_g711_round_trip, false},
        {"codec/g722-round-trip", test_g722_round_trip, true},
        {"codec/opus-round-trip", test_opus_round_trip, true},
        {"codec/conceal", test_conceal, true},
        {"codec/conceal-fades", test_conceal_fades, false},
        {"codec/conceal-bridges", test_conceal_bridges, true},
        {"codec/opus-redundancy", test_opus_redundancy, true},
        {"codec/hostile-payload", test_hostile_payload, true},
    };
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
