/*
 * Speech over a bad network in simulated time: encoder, what the network does, our receive path.
 *
 *     bench_voice CODEC IN.raw OUT.raw FATES [PPM]
 *     bench_voice decode IN.g722 OUT.raw
 *
 * raw: 16 bit, mono, at the codec's rate. FATES: a line for each packet, the microseconds that it
 * takes, or -1: it is lost. PPM: by which the sender's clock is slow. Prints one line of JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/table.h"
#include "rtp/jitter.h"

#define PTIME_US 20000
#define TICK_US  10000
#define START_US 1000000
/* The mixer's tick comes at any time between two packets. */
#define PHASE_US 3700
/* The receiver reports: the first after a second, then each 5 s (RFC 3550 6.2). */
#define REPORT_FIRST 50
#define REPORT_EVERY 250
#define PACKET_MAX   1275

struct packet {
    int64_t at;
    unsigned k;
    size_t len;
    uint8_t payload[PACKET_MAX];
};

struct sums {
    double delay;
    double target;
    unsigned ticks;
    unsigned lost;
    unsigned sent;
    size_t bytes;
    double encode_s;
    double decode_s;
};

static double cpu_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int16_t *read_file(const char *path, size_t *ret_bytes)
{
    FILE *f = fopen(path, "rb");
    int16_t *data = NULL;
    long size;

    if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
        goto out;
    data = malloc((size_t)size + 1);
    if (data)
        *ret_bytes = fread(data, 1, (size_t)size, f);
out:
    if (f)
        fclose(f);
    return data;
}

static int by_time(const void *a, const void *b)
{
    const struct packet *x = a;
    const struct packet *y = b;

    return x->at < y->at ? -1 : x->at > y->at ? 1 : x->k < y->k ? -1 : 1;
}

/* What arrives, in the order in which it does. */
static int send_all(const struct codec *codec, FILE *fates, double ppm, const int16_t *pcm,
                    size_t packets, struct packet *list, size_t *ret_n, struct sums *sums)
{
    size_t n = codec->rate / (1000000 / PTIME_US);
    unsigned lost = 0, reported = 0, lost_reported = 0;
    struct codec_enc *enc = NULL;
    long fate = 0;
    double start = cpu_s();
    int err = codec->enc_alloc(&enc, 0, true);

    *ret_n = 0;
    for (unsigned k = 0; !err && k < packets; k++) {
        struct packet *p = &list[*ret_n];
        if (k == REPORT_FIRST || (k > REPORT_FIRST && k % REPORT_EVERY == 0)) {
            if (codec->expect_loss)
                codec->expect_loss(enc, ((lost - lost_reported) * 100 + k - reported - 1) /
                                            (k - reported));
            reported = k;
            lost_reported = lost;
        }
        err = codec->encode(enc, pcm + k * n, n, p->payload, sizeof(p->payload), &p->len);
        sums->bytes += p->len;
        p->k = k;
        if (!err && fscanf(fates, "%ld", &fate) != 1)
            err = EINVAL;
        p->at = START_US + (int64_t)(k * PTIME_US * (1 + ppm * 1e-6)) + fate;
        if (fate < 0)
            lost++;
        else
            (*ret_n)++;
    }
    sums->encode_s = cpu_s() - start;
    sums->sent = (unsigned)packets;
    sums->lost = lost;
    if (enc)
        codec->enc_free(enc);
    qsort(list, *ret_n, sizeof(*list), by_time);
    return err;
}

static int play_all(const struct codec *codec, const struct packet *list, size_t n, size_t packets,
                    FILE *out, struct jitter_stats *ret, struct sums *sums)
{
    unsigned step = codec->clock / (1000000 / PTIME_US);
    int64_t end = START_US + (int64_t)packets * PTIME_US;
    struct jitter *j = NULL;
    int16_t pcm[480];
    size_t next = 0;
    double start = cpu_s();
    int err = jitter_alloc(&j, codec);

    for (int64_t now = START_US + PHASE_US; !err && now < end; now += TICK_US) {
        for (; next < n && list[next].at <= now; next++)
            jitter_put(j, list[next].k * step, list[next].k, list[next].payload, list[next].len,
                       (uint64_t)list[next].at);
        jitter_get(j, pcm, (uint64_t)now);
        jitter_get_stats(j, ret);
        if (ret->delay_ms >= 0) {
            sums->delay += ret->delay_ms;
            sums->target += ret->target_ms;
            sums->ticks++;
        }
        if (fwrite(pcm, sizeof(*pcm), codec->rate / 100, out) != codec->rate / 100)
            err = EIO;
    }
    sums->decode_s = cpu_s() - start;
    jitter_free(j);
    return err;
}

static void print(const struct jitter_stats *s, const struct sums *sums)
{
    double played = (double)s->played_us / 1e6;
    double sent = sums->sent * PTIME_US / 1e6;

    printf("{\"delay_ms\": %.1f, \"target_ms\": %.1f, \"concealed_pct\": %.3f, "
           "\"stretched_pct\": %.3f, \"lost_pct\": %.2f, \"late\": %u, \"kbps\": %.1f, "
           "\"encode_cpu\": %.3f, \"decode_cpu\": %.3f}\n",
           sums->delay / sums->ticks, sums->target / sums->ticks,
           (double)s->concealed_us / 1e4 / played, (double)s->stretched_us / 1e4 / played,
           100.0 * sums->lost / sums->sent, s->late, (double)sums->bytes * 8 / 1000 / sent,
           sums->encode_s * 60 / sent, sums->decode_s * 60 / sent);
}

static int decode_file(const int16_t *data, size_t bytes, FILE *out)
{
    const struct codec *codec = codec_find("g722");
    struct codec_dec *dec = NULL;
    int16_t pcm[320];
    size_t n;
    int err = codec->dec_alloc(&dec);

    for (size_t at = 0; !err && at + 160 <= bytes; at += 160) {
        err = codec->decode(dec, (const uint8_t *)data + at, 160, pcm, 320, &n);
        if (!err && fwrite(pcm, sizeof(*pcm), n, out) != n)
            err = EIO;
    }
    if (dec)
        codec->dec_free(dec);
    return err;
}

static int simulate(const struct codec *codec, const char *fates, double ppm, const int16_t *pcm,
                    size_t bytes, FILE *out)
{
    size_t packets = bytes / sizeof(*pcm) / (codec->rate / (1000000 / PTIME_US));
    struct packet *list = calloc(packets + 1, sizeof(*list));
    struct jitter_stats stats = {0};
    struct sums sums = {0};
    FILE *f = fopen(fates, "r");
    size_t n;
    int err = list && f ? 0 : EINVAL;

    if (!err)
        err = send_all(codec, f, ppm, pcm, packets, list, &n, &sums);
    if (!err)
        err = play_all(codec, list, n, packets, out, &stats, &sums);
    if (!err)
        print(&stats, &sums);
    if (f)
        fclose(f);
    free(list);
    return err;
}

int main(int argc, char **argv)
{
    const struct codec *codec = codec_find(argc > 1 ? argv[1] : NULL);
    bool decode = argc == 4 && !strcmp(argv[1], "decode");
    size_t bytes = 0;
    int16_t *data;
    FILE *out;
    int err;

    if (!decode && (argc < 5 || !codec)) {
        fprintf(stderr, "usage: bench_voice CODEC IN OUT FATES [PPM]\n"
                        "       bench_voice decode IN OUT\n");
        return 2;
    }
    data = read_file(argv[2], &bytes);
    out = fopen(argv[3], "wb");
    err = !data || !out ? ENOENT
          : decode
              ? decode_file(data, bytes, out)
              : simulate(codec, argv[4], argc > 5 ? strtod(argv[5], NULL) : 0, data, bytes, out);
    if (out)
        fclose(out);
    free(data);
    if (err)
        fprintf(stderr, "bench_voice: %s\n", strerror(err));
    return err ? 1 : 0;
}
