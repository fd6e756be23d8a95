/*
 * G.711 (PCMU and PCMA, RFC 3551 section 4.5.14) by librem's tables.
 */
#include <errno.h>
#include <stdlib.h>

#include <re.h>
#include <rem_g711.h>

#include "codec/codecs.h"
#include "codec/plc.h"

#define RATE 8000
/* 200 ms: nobody sends longer packets */
#define SAMPLES_MAX 1600

enum law { LAW_U, LAW_A };

struct codec_enc {
    enum law law;
};

struct codec_dec {
    enum law law;
    struct plc plc;
};

static int enc_new(struct codec_enc **ret, enum law law)
{
    struct codec_enc *e = calloc(1, sizeof(*e));

    if (!e)
        return ENOMEM;
    e->law = law;
    *ret = e;
    return 0;
}

static int dec_new(struct codec_dec **ret, enum law law)
{
    struct codec_dec *d = calloc(1, sizeof(*d));

    if (!d)
        return ENOMEM;
    d->law = law;
    plc_init(&d->plc, RATE);
    *ret = d;
    return 0;
}

static int pcmu_enc_alloc(struct codec_enc **ret, uint32_t max_bitrate, bool fec)
{
    return enc_new(ret, LAW_U);
}

static int pcma_enc_alloc(struct codec_enc **ret, uint32_t max_bitrate, bool fec)
{
    return enc_new(ret, LAW_A);
}

static int pcmu_dec_alloc(struct codec_dec **ret)
{
    return dec_new(ret, LAW_U);
}

static int pcma_dec_alloc(struct codec_dec **ret)
{
    return dec_new(ret, LAW_A);
}

static void enc_free(struct codec_enc *e)
{
    free(e);
}

static void dec_free(struct codec_dec *d)
{
    free(d);
}

static int encode(struct codec_enc *e, const int16_t *pcm, size_t n, uint8_t *out, size_t size,
                  size_t *ret_len)
{
    if (n > size)
        return EMSGSIZE;
    for (size_t i = 0; i < n; i++) {
        /* librem negates, which -32768 does not survive: its table would be read out of bounds */
        int16_t v = pcm[i] == INT16_MIN ? -INT16_MAX : pcm[i];
        out[i] = e->law == LAW_U ? g711_pcm2ulaw(v) : g711_pcm2alaw(v);
    }
    *ret_len = n;
    return 0;
}

static size_t samples(const uint8_t *payload, size_t len)
{
    return len <= SAMPLES_MAX ? len : 0;
}

static void expand(enum law law, const uint8_t *payload, size_t len, int16_t *pcm)
{
    const int16_t *table = law == LAW_U ? g711_u2l : g711_A2l;

    for (size_t i = 0; i < len; i++)
        /* both zeroes of mu-law are +-2 in librem's table, which is no silence */
        pcm[i] = law == LAW_U && (payload[i] | 0x80) == 0xff ? 0 : table[payload[i]];
}

static int decode(struct codec_dec *d, const uint8_t *payload, size_t len, int16_t *pcm,
                  size_t size, size_t *ret_n)
{
    if (!samples(payload, len) || len > size)
        return EBADMSG;
    expand(d->law, payload, len, pcm);
    plc_good(&d->plc, pcm, len);
    *ret_n = len;
    return 0;
}

static int conceal(struct codec_dec *d, const uint8_t *next, size_t next_len, int16_t *pcm,
                   size_t n)
{
    int16_t after[PLC_AHEAD_BYTES];

    if (next_len > PLC_AHEAD_BYTES)
        next_len = PLC_AHEAD_BYTES;
    if (next) {
        expand(d->law, next, next_len, after);
        plc_bridge(&d->plc, pcm, n, after, next_len);
    } else {
        plc_lost(&d->plc, pcm, n);
    }
    return 0;
}

const struct codec codec_pcmu = {
    .name = "PCMU",
    .key = "pcmu",
    .static_pt = 0,
    .clock = 8000,
    .sdp_channels = 1,
    .rate = RATE,
    .enc_alloc = pcmu_enc_alloc,
    .enc_free = enc_free,
    .encode = encode,
    .dec_alloc = pcmu_dec_alloc,
    .dec_free = dec_free,
    .samples = samples,
    .decode = decode,
    .bridges = true,
    .conceal = conceal,
};

const struct codec codec_pcma = {
    .name = "PCMA",
    .key = "pcma",
    .static_pt = 8,
    .clock = 8000,
    .sdp_channels = 1,
    .rate = RATE,
    .enc_alloc = pcma_enc_alloc,
    .enc_free = enc_free,
    .encode = encode,
    .dec_alloc = pcma_dec_alloc,
    .dec_free = dec_free,
    .samples = samples,
    .decode = decode,
    .bridges = true,
    .conceal = conceal,
};
