/*
 * Sending.
 */
#include "rtp/send.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <re.h>
#include <speex/speex_resampler.h>

#include <ars/rand.h>

#include "audio/mixer.h"
#include "audio/tone.h"

#define RESAMPLE_QUALITY 3
/*
 * The first sequence number is at most this: a receiver that loses the packets up to the first
 * roll-over would count the roll-overs of SRTP wrong for the whole call (RFC 3711 3.3.1).
 */
#define FIRST_SEQ_MAX 0x7fff
/* From what the user hears of a key to -12 dBm0 of each frequency, about as RFC 4733's volume. */
#define TONE_GAIN 4
/* 48 kHz for the longest packet */
#define PCM_MAX (48 * SEND_PTIME_MAX)

struct send {
    send_packet_fn *fn;
    void *arg;
    uint32_t ssrc;
    uint16_t seq;
    uint32_t ts; /* of the first sample in pcm */
    bool marker; /* the next packet begins a talk spurt */
    uint64_t packets;
    uint64_t octets;

    const struct codec *codec;
    struct codec_enc *enc;
    SpeexResamplerState *resampler; /* NULL: codec runs at the mixer's rate */
    struct rtp_format format;
    size_t tick;   /* samples in 10 ms */
    size_t packet; /* samples in a packet */
    size_t scale;  /* samples in a unit of the RTP clock */
    size_t fill;
    int16_t pcm[PCM_MAX];
    struct dtmf_tx dtmf;
    struct keys tones;
    unsigned loss; /* percent, as the peer reports it */
    bool wideband;
};

int send_alloc(struct send **ret, send_packet_fn *fn, void *arg)
{
    struct send *s = calloc(1, sizeof(*s));

    if (!s)
        return ENOMEM;
    s->fn = fn;
    s->arg = arg;
    s->ssrc = ars_rand_u32();
    s->seq = (uint16_t)(ars_rand_u32() & FIRST_SEQ_MAX);
    s->ts = ars_rand_u32();
    s->marker = true;
    *ret = s;
    return 0;
}

static void close_codec(struct send *s)
{
    if (s->enc)
        s->codec->enc_free(s->enc);
    if (s->resampler)
        speex_resampler_destroy(s->resampler);
    s->enc = NULL;
    s->resampler = NULL;
}

void send_free(struct send *s)
{
    if (!s)
        return;
    close_codec(s);
    free(s);
}

/* Opus has no other packets than these (RFC 7587 6.1), and G.711 needs none. */
static size_t packet_ms(unsigned wanted)
{
    if (wanted >= 60)
        return 60;
    if (wanted >= 40)
        return 40;
    return wanted >= 20 || !wanted ? 20 : 10;
}

static int open_codec(const struct codec *codec, const struct rtp_format *f,
                      struct codec_enc **ret_enc, SpeexResamplerState **ret_resampler)
{
    SpeexResamplerState *resampler = NULL;
    int err = 0;

    if (codec->rate != AUDIO_RATE) {
        resampler = speex_resampler_init(1, AUDIO_RATE, codec->rate, RESAMPLE_QUALITY, NULL);
        if (!resampler)
            return ENOMEM;
    }
    err = codec->enc_alloc(ret_enc, f->max_bitrate, f->fec);
    if (err && resampler)
        speex_resampler_destroy(resampler);
    else if (!err)
        *ret_resampler = resampler;
    return err;
}

int send_set_format(struct send *s, const struct rtp_format *f)
{
    const struct codec *codec = codec_find(f->codec);
    SpeexResamplerState *resampler = NULL;
    struct codec_enc *enc = NULL;
    int err;

    if (!codec)
        return EINVAL;
    if (codec != s->codec || f->fec != s->format.fec || f->max_bitrate != s->format.max_bitrate) {
        err = open_codec(codec, f, &enc, &resampler);
        if (err)
            return err;
        close_codec(s);
        s->enc = enc;
        if (codec->expect_loss)
            codec->expect_loss(enc, s->loss);
        if (codec->expect_wideband)
            codec->expect_wideband(enc, s->wideband);
        s->resampler = resampler;
    }
    if (f->event_clock != s->format.event_clock)
        dtmf_tx_abort(&s->dtmf);
    s->ts = send_rtp_now(s);
    s->codec = codec;
    s->format = *f;
    s->scale = codec->rate / codec->clock;
    s->tick = codec->rate / 100;
    s->packet = packet_ms(f->ptime_ms) * codec->rate / 1000;
    s->fill = 0;
    return 0;
}

/* payload stands RTP_HEADER_SIZE into buf. */
static void send_packet(struct send *s, uint8_t *buf, size_t len, uint8_t pt, uint32_t ts,
                        bool marker)
{
    struct rtp_header hdr = {
        .ver = RTP_VERSION, .m = marker, .pt = pt, .seq = s->seq, .ts = ts, .ssrc = s->ssrc};
    struct mbuf mb;

    mbuf_init(&mb);
    mb.buf = buf;
    mb.size = RTP_HEADER_SIZE;
    if (rtp_hdr_encode(&mb, &hdr) || s->fn(buf, RTP_HEADER_SIZE + len, s->arg))
        return;
    s->seq++;
    s->packets++;
    s->octets += len;
    s->marker = false;
}

static void send_collected(struct send *s)
{
    uint8_t buf[RTP_HEADER_SIZE + SEND_PAYLOAD_MAX + ARS_RTP_TRAILER];
    uint8_t *payload = buf + RTP_HEADER_SIZE;
    struct dtmf_packet event;
    uint32_t clock = s->format.event_clock;
    uint32_t step = (uint32_t)(s->packet * (uint64_t)clock / s->codec->rate);
    size_t len;

    if (clock && dtmf_tx_step(&s->dtmf, s->ts, step, clock, &event)) {
        memcpy(payload, event.payload, sizeof(event.payload));
        send_packet(s, buf, sizeof(event.payload), (uint8_t)s->format.event_pt_send, event.ts,
                    event.marker);
        s->marker = true; /* speech begins anew after it */
        return;
    }
    if (s->codec->encode(s->enc, s->pcm, s->packet, payload, SEND_PAYLOAD_MAX, &len))
        return;
    send_packet(s, buf, len, s->format.pt_send, s->ts, s->marker);
}

static void expect_wideband(struct send *s, bool wideband)
{
    if (s->wideband == wideband)
        return;
    s->wideband = wideband;
    if (s->codec->expect_wideband)
        s->codec->expect_wideband(s->enc, wideband);
}

/* A digit that is sent as a tone has the frame for itself. */
static const int16_t *add_tones(struct send *s, const int16_t *pcm, int16_t frame[AUDIO_FRAME])
{
    int32_t mix[AUDIO_FRAME] = {0};

    if (!keys_add(&s->tones, mix))
        return pcm;
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        frame[i] = (int16_t)(TONE_GAIN * mix[i]);
    return frame;
}

void send_frame(struct send *s, const int16_t *pcm, bool wideband, bool go)
{
    static const int16_t silence[AUDIO_FRAME];
    int16_t frame[AUDIO_FRAME];
    spx_uint32_t in = AUDIO_FRAME;
    spx_uint32_t out;

    if (!s->codec)
        return;
    expect_wideband(s, wideband);
    if (!pcm)
        pcm = silence;
    if (go)
        pcm = add_tones(s, pcm, frame);
    out = (spx_uint32_t)s->tick;
    if (!s->resampler)
        memcpy(s->pcm + s->fill, pcm, s->tick * sizeof(*pcm));
    else
        speex_resampler_process_int(s->resampler, 0, pcm, &in, s->pcm + s->fill, &out);
    s->fill += s->tick;
    if (s->fill < s->packet)
        return;
    if (go)
        send_collected(s);
    else
        s->marker = true;
    s->ts += (uint32_t)(s->packet / s->scale);
    s->fill = 0;
}

int send_dtmf(struct send *s, const char *digits)
{
    if (!s->codec)
        return ENOTCONN;
    if (s->format.event_pt_send < 0)
        return ENOTSUP;
    return dtmf_tx_add(&s->dtmf, digits);
}

int send_tones(struct send *s, const char *digits)
{
    if (!s->codec)
        return ENOTCONN;
    return keys_send(&s->tones, digits);
}

void send_expect_loss(struct send *s, uint8_t fraction)
{
    unsigned percent = (fraction * 100u + 255) / 256;

    /* bad is believed at once, good bit by bit: losses come in spells longer than an interval */
    s->loss = percent > s->loss ? percent : (s->loss * 3 + percent) / 4;
    if (s->codec && s->codec->expect_loss)
        s->codec->expect_loss(s->enc, s->loss);
}

uint32_t send_ssrc(const struct send *s)
{
    return s->ssrc;
}

uint32_t send_rtp_now(const struct send *s)
{
    return s->scale ? s->ts + (uint32_t)(s->fill / s->scale) : s->ts;
}

uint64_t send_packets(const struct send *s)
{
    return s->packets;
}

uint64_t send_octets(const struct send *s)
{
    return s->octets;
}
