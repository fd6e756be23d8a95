/*
 * G.722 (ITU-T G.722, RFC 3551 section 4.5.2) by spandsp: 16 kHz at 64 kbit/s. By an old mistake
 * its RTP clock is 8000: one unit is two samples, and one byte.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <spandsp/telephony.h>

#include <spandsp/g722.h>
#include <spandsp/private/g722.h>

#include "codec/codecs.h"
#include "codec/plc.h"

#define RATE    16000
#define BITRATE 64000
/* 200 ms: nobody sends longer packets */
#define BYTES_MAX 1600

struct codec_enc {
    g722_encode_state_t state;
};

struct codec_dec {
    g722_decode_state_t state;
    struct plc plc;
};

static int enc_alloc(struct codec_enc **ret, uint32_t max_bitrate, bool fec)
{
    struct codec_enc *e = calloc(1, sizeof(*e));

    if (!e)
        return ENOMEM;
    (void)g722_encode_init(&e->state, BITRATE, 0);
    *ret = e;
    return 0;
}

static int dec_alloc(struct codec_dec **ret)
{
    struct codec_dec *d = calloc(1, sizeof(*d));

    if (!d)
        return ENOMEM;
    (void)g722_decode_init(&d->state, BITRATE, 0);
    plc_init(&d->plc, RATE);
    *ret = d;
    return 0;
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
    if (n % 2 || n > 2 * BYTES_MAX)
        return EINVAL;
    if (n / 2 > size)
        return EMSGSIZE;
    *ret_len = (size_t)g722_encode(&e->state, out, pcm, (int)n);
    return 0;
}

static size_t samples(const uint8_t *payload, size_t len)
{
    return len <= BYTES_MAX ? 2 * len : 0;
}

static int decode(struct codec_dec *d, const uint8_t *payload, size_t len, int16_t *pcm,
                  size_t size, size_t *ret_n)
{
    if (!samples(payload, len) || samples(payload, len) > size)
        return EBADMSG;
    *ret_n = (size_t)g722_decode(&d->state, pcm, payload, (int)len);
    plc_good(&d->plc, pcm, *ret_n);
    return 0;
}

static int conceal(struct codec_dec *d, const uint8_t *next, size_t next_len, int16_t *pcm,
                   size_t n)
{
    int16_t after[2 * PLC_AHEAD_BYTES];
    g722_decode_state_t state = d->state;

    if (next_len > PLC_AHEAD_BYTES)
        next_len = PLC_AHEAD_BYTES;
    if (next)
        plc_bridge(&d->plc, pcm, n, after, (size_t)g722_decode(&state, after, next, (int)next_len));
    else
        plc_lost(&d->plc, pcm, n);
    return 0;
}

const struct codec codec_g722 = {
    .name = "G722",
    .key = "g722",
    .static_pt = 9,
    .clock = 8000,
    .sdp_channels = 1,
    .rate = RATE,
    .enc_alloc = enc_alloc,
    .enc_free = enc_free,
    .encode = encode,
    .dec_alloc = dec_alloc,
    .dec_free = dec_free,
    .samples = samples,
    .decode = decode,
    .bridges = true,
    .conceal = conceal,
};
