/*
 * Opus (RFC 6716, RFC 7587): 48 kHz mono, tuned to speech.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <opus/opus.h>

#include "codec/codecs.h"

#define RATE       48000
#define BITRATE    32000
#define COMPLEXITY 5
/* Enough for a voice that ends at 8 kHz, which has all bits for itself, as long as none is lost. */
#define COMPLEXITY_WIDEBAND 3
/* RFC 7587 6.1: maxaveragebitrate is 6000 to 510000 */
#define BITRATE_MIN 6000
/* RFC 6716 2.1.4: a packet holds at most 120 ms */
#define SAMPLES_MAX 5760
/* RFC 6716 3.1: configurations 16 to 31 are CELT alone; 3.2.5: at most 48 frames */
#define TOC_CELT   0x80
#define FRAMES_MAX 48
#define STEP       120 /* 2.5 ms */
/* Loss above this is no longer mended by more redundancy. */
#define LOSS_MAX 30
/* Redundancy comes on top of the speech: a quarter more bits where this is lost, percent. */
#define LOSS_DEAR 10

struct codec_enc {
    OpusEncoder *opus;
    bool fec;
    bool wideband;
    unsigned loss;
    uint32_t max_bitrate; /* 0: none */
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

static int set_bitrate(struct codec_enc *e, uint32_t bitrate)
{
    if (e->max_bitrate && bitrate > e->max_bitrate)
        bitrate = e->max_bitrate;
    if (bitrate < BITRATE_MIN)
        bitrate = BITRATE_MIN;
    return opus_encoder_ctl(e->opus, OPUS_SET_BITRATE((opus_int32)bitrate));
}

static int enc_alloc(struct codec_enc **ret, uint32_t max_bitrate, bool fec)
{
    struct codec_enc *e = calloc(1, sizeof(*e));
    int r;

    if (!e)
        return ENOMEM;
    e->fec = fec;
    e->max_bitrate = max_bitrate;
    e->opus = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, &r);
    if (!e->opus) {
        free(e);
        return ENOMEM;
    }
    r = set_bitrate(e, BITRATE);
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

static void set_complexity(struct codec_enc *e)
{
    opus_int32 n = e->wideband && !e->loss ? COMPLEXITY_WIDEBAND : COMPLEXITY;

    (void)opus_encoder_ctl(e->opus, OPUS_SET_COMPLEXITY(n));
}

/* Bits for what is not there would be missing where the voice is. */
static void expect_wideband(struct codec_enc *e, bool wideband)
{
    e->wideband = wideband;
    (void)opus_encoder_ctl(e->opus, OPUS_SET_MAX_BANDWIDTH(wideband ? OPUS_BANDWIDTH_WIDEBAND
                                                                    : OPUS_BANDWIDTH_FULLBAND));
    set_complexity(e);
}

static void expect_loss(struct codec_enc *e, unsigned percent)
{
    e->loss = percent;
    set_complexity(e);
    if (!e->fec)
        return;
    if (percent > LOSS_MAX)
        percent = LOSS_MAX;
    (void)opus_encoder_ctl(e->opus, OPUS_SET_PACKET_LOSS_PERC((opus_int32)percent));
    if (percent > LOSS_DEAR)
        percent = LOSS_DEAR;
    (void)set_bitrate(e, BITRATE + BITRATE / 4 * percent / LOSS_DEAR);
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

/*
 * RFC 6716 4.2.3 and 4.2.4: a SILK frame begins with a voice bit for each 20 ms and the bit that
 * says whether the packet before follows, and in stereo with the same for the side.
 */
static size_t redundant(const uint8_t *payload, size_t len)
{
    const unsigned char *frames[FRAMES_MAX];
    opus_int16 sizes[FRAMES_MAX];
    int per_frame, voice_bits, shift;
    bool there;

    if (!samples(payload, len) || payload[0] & TOC_CELT)
        return 0;
    if (opus_packet_parse(payload, (opus_int32)len, NULL, frames, sizes, NULL) < 1 || !sizes[0])
        return 0;
    per_frame = opus_packet_get_samples_per_frame(payload, RATE);
    voice_bits = per_frame > RATE / 50 ? per_frame / (RATE / 50) : 1;
    shift = 7 - voice_bits;
    there = frames[0][0] >> shift & 1;
    shift -= voice_bits + 1;
    if (opus_packet_get_nb_channels(payload) == 2 && shift >= 0)
        there = there || frames[0][0] >> shift & 1;
    return there ? (size_t)per_frame : 0;
}

/* n samples of the packet before `next`, which carries `all` of them: its end. */
static int recover(struct codec_dec *d, const uint8_t *next, size_t len, size_t all, int16_t *pcm,
                   size_t n)
{
    int16_t whole[SAMPLES_MAX];

    if (opus_decode(d->opus, next, (opus_int32)len, whole, (int)all, 1) != (int)all)
        return EBADMSG;
    memcpy(pcm, whole + all - n, n * sizeof(*pcm));
    return 0;
}

/* Opus makes up multiples of 2.5 ms. */
static int make_up(struct codec_dec *d, int16_t *pcm, size_t n)
{
    int16_t whole[SAMPLES_MAX];
    size_t all = (n + STEP - 1) / STEP * STEP;

    if (all > SAMPLES_MAX || opus_decode(d->opus, NULL, 0, whole, (int)all, 0) != (int)all)
        return EBADMSG;
    memcpy(pcm, whole, n * sizeof(*pcm));
    return 0;
}

static int conceal(struct codec_dec *d, const uint8_t *next, size_t next_len, int16_t *pcm,
                   size_t n)
{
    size_t all = next ? redundant(next, next_len) : 0;
    size_t have = all < n ? all : n;
    int err = 0;

    if (n > have)
        err = make_up(d, pcm, n - have);
    if (!err && have)
        err = recover(d, next, next_len, all, pcm + n - have, have);
    return err;
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
    .redundant = redundant,
    .expect_loss = expect_loss,
    .expect_wideband = expect_wideband,
};
