/*
 * Opus (RFC 6716, RFC 7587): 48 kHz mono, tuned to speech.
 */
#include <errno.h>
#include <stdlib.h>

#include <opus/opus.h>

#include "codec/codecs.h"

#define RATE       48000
#define BITRATE    32000
#define COMPLEXITY 5
/* RFC 7587 6.1: maxaveragebitrate is 6000 to 510000 */
#define BITRATE_MIN 6000
/* RFC 6716 2.1.4: a packet holds at most 120 ms */
#define SAMPLES_MAX 5760
/* Loss above this is no longer mended by more redundancy. */
#define LOSS_MAX 30

struct codec_enc {
    OpusEncoder *opus;
    bool fec;
};

struct codec_dec {
    OpusDecoder *opus;
};

static void enc_free(struct codec_enc *e)
{
    if (!e)
        return;
    if (e->opus)
        opus_encoder_destroy(e->opus);
    free(e);
}

static int enc_alloc(struct codec_enc **ret, uint32_t max_bitrate, bool fec)
{
    uint32_t bitrate = max_bitrate && max_bitrate < BITRATE ? max_bitrate : BITRATE;
    struct codec_enc *e = calloc(1, sizeof(*e));
    int r;

    if (!e)
        return ENOMEM;
    e->fec = fec;
    e->opus = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, &r);
    if (!e->opus) {
        free(e);
        return ENOMEM;
    }
    if (bitrate < BITRATE_MIN)
        bitrate = BITRATE_MIN;
    r = opus_encoder_ctl(e->opus, OPUS_SET_BITRATE((opus_int32)bitrate));
    if (r == OPUS_OK)
        r = opus_encoder_ctl(e->opus, OPUS_SET_COMPLEXITY(COMPLEXITY));
    if (r == OPUS_OK)
        r = opus_encoder_ctl(e->opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    if (r == OPUS_OK)
        r = opus_encoder_ctl(e->opus, OPUS_SET_DTX(0));
    if (r == OPUS_OK)
        r = opus_encoder_ctl(e->opus, OPUS_SET_INBAND_FEC(fec ? 1 : 0));
    if (r != OPUS_OK) {
        enc_free(e);
        return EINVAL;
    }
    *ret = e;
    return 0;
}

static int encode(struct codec_enc *e, const int16_t *pcm, size_t n, uint8_t *out, size_t size,
                  size_t *ret_len)
{
    opus_int32 r;

    if (n > SAMPLES_MAX)
        return EINVAL;
    r = opus_encode(e->opus, pcm, (int)n, out, (opus_int32)size);
    if (r == OPUS_BUFFER_TOO_SMALL)
        return EMSGSIZE;
    if (r < 0)
        return EINVAL;
    *ret_len = (size_t)r;
    return 0;
}

static void expect_loss(struct codec_enc *e, unsigned percent)
{
    if (!e->fec)
        return;
    if (percent > LOSS_MAX)
        percent = LOSS_MAX;
    (void)opus_encoder_ctl(e->opus, OPUS_SET_PACKET_LOSS_PERC((opus_int32)percent));
}

static void dec_free(struct codec_dec *d)
{
    if (!d)
        return;
    if (d->opus)
        opus_decoder_destroy(d->opus);
    free(d);
}

static int dec_alloc(struct codec_dec **ret)
{
    struct codec_dec *d = calloc(1, sizeof(*d));
    int r;

    if (!d)
        return ENOMEM;
    d->opus = opus_decoder_create(RATE, 1, &r);
    if (!d->opus) {
        free(d);
        return ENOMEM;
    }
    *ret = d;
    return 0;
}

static size_t samples(const uint8_t *payload, size_t len)
{
    int n;

    if (!len || len > INT32_MAX)
        return 0;
    n = opus_packet_get_nb_samples(payload, (opus_int32)len, RATE);
    return n > 0 ? (size_t)n : 0;
}

static int decode(struct codec_dec *d, const uint8_t *payload, size_t len, int16_t *pcm,
                  size_t size, size_t *ret_n)
{
    int n;

    /* opus_decode() takes an empty payload for a loss */
    if (!samples(payload, len) || size > INT32_MAX)
        return EBADMSG;
    n = opus_decode(d->opus, payload, (opus_int32)len, pcm, (int)size, 0);
    if (n < 0)
        return EBADMSG;
    *ret_n = (size_t)n;
    return 0;
}

static int conceal(struct codec_dec *d, const uint8_t *next, size_t next_len, int16_t *pcm,
                   size_t n)
{
    bool fec = next && samples(next, next_len);
    int r = opus_decode(d->opus, fec ? next : NULL, fec ? (opus_int32)next_len : 0, pcm, (int)n,
                        fec ? 1 : 0);

    return r == (int)n ? 0 : EBADMSG;
}

const struct codec codec_opus = {
    .name = "opus",
    .key = "opus",
    .static_pt = -1,
    .clock = 48000,
    .sdp_channels = 2,
    .rate = RATE,
    .fmtp = "minptime=10;useinbandfec=1",
    .enc_alloc = enc_alloc,
    .enc_free = enc_free,
    .encode = encode,
    .dec_alloc = dec_alloc,
    .dec_free = dec_free,
    .samples = samples,
    .decode = decode,
    .conceal = conceal,
    .expect_loss = expect_loss,
};
