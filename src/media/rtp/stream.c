/*
 * One call's RTP, put together:
 *
 *   mixer -> on_capture  -> send -> handlers.send
 *   mixer <- on_playback <- up-sampling <- jitter <- rtp_stream_receive
 */
#include "rtp/stream.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <re.h>
#include <speex/speex_resampler.h>

#include <ars/clock.h>
#include <ars/loop.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "audio/mixer.h"
#include "codec/table.h"
#include "pcm.h"
#include "rtp/dtmf.h"
#include "rtp/hearing.h"
#include "rtp/jitter.h"
#include "rtp/muted.h"
#include "rtp/quality.h"
#include "rtp/recv.h"
#include "rtp/rtcp.h"
#include "rtp/send.h"
#include "rtp/stats.h"
#include "rtp/tap.h"

/* RFC 3389 section 4: comfort noise */
#define PT_COMFORT_NOISE 13
#define RESAMPLE_QUALITY 3
#define MS_US            1000.0
/* A packet that is not agreed lasts so long. */
#define PTIME_MS 20

struct rtp_stream {
    struct ars_loop *loop;
    struct ars_audio *audio;
    struct rtp_stream_handlers handlers;
    void *arg;
    unsigned busy; /* handlers may free the stream: it goes when the last one has returned */
    bool dead;

    struct audio_port port;
    struct ars_timer report_timer;
    struct send *send;
    struct recv recv;
    struct report report;
    struct dtmf_rx dtmf;
    const struct codec *codec;
    struct jitter *jitter;
    SpeexResamplerState *up; /* NULL: codec runs at the mixer's rate */
    struct rtp_format format;
    enum ars_dir dir;
    bool started;
    bool muted;
    struct muted silenced; /* what is said meanwhile */
    bool heard;
    bool spoken_to; /* the microphone has given something since the last look */
    bool quiet;     /* the peer's last packet was comfort noise */
    struct tap tap;
    struct level level_in;
    struct level level_out;
    struct quality quality;
};

static void destroy(struct rtp_stream *s)
{
    send_free(s->send);
    jitter_free(s->jitter);
    if (s->up)
        speex_resampler_destroy(s->up);
    free(s);
}

static void enter(struct rtp_stream *s)
{
    s->busy++;
}

static void leave(struct rtp_stream *s)
{
    if (!--s->busy && s->dead)
        destroy(s);
}

static int on_send(uint8_t *buf, size_t len, void *arg)
{
    struct rtp_stream *s = arg;

    return s->handlers.send(buf, len, false, s->arg);
}

static void on_digit(char digit, uint32_t duration, void *arg)
{
    struct rtp_stream *s = arg;

    if (!s->dead && s->handlers.dtmf)
        s->handlers.dtmf(digit, (unsigned)(duration * 1000ull / s->format.event_clock), s->arg);
}

/* NULL, silence, is both. */
static const int16_t *add(const int16_t *a, const int16_t *b, int16_t *sum)
{
    if (!a || !b)
        return a ? a : b;
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        sum[i] = pcm_clip(a[i] + b[i]);
    return sum;
}

static void tell_talks(struct rtp_stream *s)
{
    if (s->handlers.talks_muted)
        s->handlers.talks_muted(s->silenced.talks, s->arg);
}

static void on_capture(const int16_t *mic, const int16_t *others, void *arg)
{
    struct rtp_stream *s = arg;
    int16_t sum[AUDIO_FRAME];
    int16_t with_tone[AUDIO_FRAME];
    const int16_t *said = add(s->muted ? NULL : mic, others, sum);

    if (mic)
        level_add(&s->level_in, mic, AUDIO_FRAME);
    s->spoken_to = s->spoken_to || s->port.mic_lives;
    enter(s);
    if (s->muted && mic && muted_hear(&s->silenced, mic, AUDIO_FRAME))
        tell_talks(s);
    send_frame(s->send, tap_near(&s->tap, said, with_tone), s->port.wideband,
               s->started && (s->dir & ARS_DIR_SENDONLY));
    leave(s);
}

static void pull(struct rtp_stream *s, int16_t *pcm, uint64_t now)
{
    int16_t frame[AUDIO_FRAME];
    spx_uint32_t in = s->codec->rate / 100;
    spx_uint32_t out = AUDIO_FRAME;

    if (s->up) {
        jitter_get(s->jitter, frame, now);
        speex_resampler_process_int(s->up, 0, frame, &in, pcm, &out);
    } else {
        jitter_get(s->jitter, pcm, now);
    }
    level_add(&s->level_out, pcm, AUDIO_FRAME);
}

static void on_playback(int16_t *pcm, void *arg)
{
    struct rtp_stream *s = arg;
    uint64_t now = ars_clock_us();
    struct jitter_stats stats;

    if (!s->jitter) {
        if (pcm)
            memset(pcm, 0, AUDIO_FRAME * sizeof(*pcm));
        return;
    }
    enter(s);
    if (pcm)
        pull(s, pcm, now);
    else
        jitter_skip(s->jitter, now);
    tap_far(&s->tap, pcm);
    dtmf_rx_poll(&s->dtmf, now, on_digit, s);
    if (!s->heard && !s->dead) {
        jitter_get_stats(s->jitter, &stats);
        s->heard = stats.decoded > 0;
        if (s->heard && s->handlers.first_audio)
            s->handlers.first_audio(s->arg);
    }
    leave(s);
}

static void send_report(struct rtp_stream *s, bool bye)
{
    uint8_t buf[REPORT_MAX + ARS_RTP_TRAILER];
    size_t len;

    s->report.sent = (uint32_t)send_packets(s->send);
    s->report.octets = (uint32_t)send_octets(s->send);
    if (report_encode(&s->report, &s->recv, send_rtp_now(s->send), ars_clock_us(), bye, buf,
                      REPORT_MAX, &len))
        return;
    (void)s->handlers.send(buf, len, true, s->arg);
}

static void on_report_timer(void *arg)
{
    struct rtp_stream *s = arg;

    ars_timer_start(ars_loop_timers(s->loop), &s->report_timer, report_interval(false),
                    on_report_timer, s);
    enter(s);
    send_report(s, false);
    leave(s);
}

static void take_audio(struct rtp_stream *s, const struct rtp_header *h, uint32_t seq,
                       const uint8_t *payload, size_t len)
{
    uint64_t now = ars_clock_us();

    recv_timing(&s->recv, h->ts, (uint32_t)(now * s->codec->clock / 1000000), s->codec->clock);
    if (s->dir & ARS_DIR_RECVONLY)
        jitter_put(s->jitter, h->ts, seq, payload, len, now);
}

static void take_payload(struct rtp_stream *s, const struct rtp_header *h, uint32_t seq,
                         const uint8_t *payload, size_t len)
{
    s->quiet = h->pt == PT_COMFORT_NOISE;
    if (h->pt == s->format.pt_recv) {
        take_audio(s, h, seq, payload, len);
    } else if (h->pt == s->format.event_pt_recv) {
        jitter_quiet(s->jitter, seq);
        if (s->dir & ARS_DIR_RECVONLY)
            dtmf_rx_put(&s->dtmf, h->ts, payload, len, ars_clock_us(), on_digit, s);
    } else if (h->pt == PT_COMFORT_NOISE) {
        jitter_comfort(s->jitter, seq, payload, len);
    }
}

/* The length of the payload without its padding, RFC 3550 5.1; false: broken. */
static bool payload_len(const struct rtp_header *h, const struct mbuf *mb, size_t *ret_len)
{
    size_t left = mbuf_get_left(mb);
    size_t pad = 0;

    if (h->pad)
        pad = left ? mb->buf[mb->end - 1] : 1;
    if (pad > left || (h->pad && !pad))
        return false;
    *ret_len = left - pad;
    return true;
}

void rtp_stream_receive(struct rtp_stream *s, const uint8_t *pkt, size_t len)
{
    struct rtp_header h;
    struct mbuf mb;
    enum recv_verdict v;
    uint32_t seq;
    size_t n;

    if (!s->codec)
        return;
    mbuf_init(&mb);
    mb.buf = (uint8_t *)pkt; /* read only */
    mb.size = mb.end = len;
    if (rtp_hdr_decode(&h, &mb) || h.ver != RTP_VERSION || !payload_len(&h, &mb, &n))
        return;
    v = recv_packet(&s->recv, h.ssrc, h.seq, &seq);
    if (v == RECV_STRAY || v == RECV_DUPLICATE)
        return;
    if (v == RECV_SOURCE) {
        jitter_reset(s->jitter);
        memset(&s->dtmf, 0, sizeof(s->dtmf));
    }
    enter(s);
    take_payload(s, &h, seq, mbuf_buf(&mb), n);
    leave(s);
}

void rtp_stream_receive_rtcp(struct rtp_stream *s, const uint8_t *pkt, size_t len)
{
    unsigned before = s->report.reports;

    s->report.sent = (uint32_t)send_packets(s->send);
    report_receive(&s->report, pkt, len, ars_clock_us());
    if (s->report.reports != before)
        send_expect_loss(s->send, s->report.remote_fraction);
}

static int open_decoder(struct rtp_stream *s, const struct codec *codec)
{
    SpeexResamplerState *up = NULL;
    struct jitter *jitter;
    struct jitter_stats stats;
    int err = jitter_alloc(&jitter, codec);

    if (err)
        return err;
    if (codec->rate != AUDIO_RATE) {
        up = speex_resampler_init(1, codec->rate, AUDIO_RATE, RESAMPLE_QUALITY, NULL);
        if (!up) {
            jitter_free(jitter);
            return ENOMEM;
        }
    }
    if (s->jitter) {
        jitter_get_stats(s->jitter, &stats);
        quality_past(&s->quality, &stats);
        jitter_free(s->jitter);
    }
    if (s->up)
        speex_resampler_destroy(s->up);
    s->jitter = jitter;
    s->up = up;
    s->codec = codec;
    return 0;
}

int rtp_stream_set_format(struct rtp_stream *s, const struct rtp_format *f)
{
    const struct codec *codec = codec_find(f->codec);
    int err;

    if (!codec)
        return EINVAL;
    err = send_set_format(s->send, f);
    if (!err && codec != s->codec)
        err = open_decoder(s, codec);
    if (err)
        return err;
    if (s->format.event_pt_recv != f->event_pt_recv)
        memset(&s->dtmf, 0, sizeof(s->dtmf));
    s->format = *f;
    return 0;
}

void rtp_stream_set_dir(struct rtp_stream *s, enum ars_dir dir)
{
    s->dir = dir;
    recv_want(&s->recv, dir & ARS_DIR_RECVONLY);
    if (s->jitter && !(dir & ARS_DIR_RECVONLY))
        jitter_reset(s->jitter);
}

void rtp_stream_start(struct rtp_stream *s)
{
    if (s->started)
        return;
    s->started = true;
    audio_port_attach(s->audio, &s->port);
    ars_timer_start(ars_loop_timers(s->loop), &s->report_timer, report_interval(true),
                    on_report_timer, s);
}

void rtp_stream_talk(struct rtp_stream *s, bool on)
{
    bool talked = s->silenced.talks;

    audio_port_talk(&s->port, on);
    if (on || !talked)
        return;
    muted_rest(&s->silenced);
    tell_talks(s);
}

void rtp_stream_mute(struct rtp_stream *s, bool on)
{
    bool talked = s->silenced.talks;

    if (s->muted == on)
        return;
    s->muted = on;
    memset(&s->silenced, 0, sizeof(s->silenced));
    if (talked)
        tell_talks(s);
}

void rtp_stream_share(struct rtp_stream *s, bool on)
{
    audio_port_share(&s->port, on);
}

void rtp_stream_silence(struct rtp_stream *s, bool on)
{
    audio_port_silence(&s->port, on);
}

void rtp_stream_volume(struct rtp_stream *s, unsigned percent)
{
    audio_port_volume(&s->port, percent);
}

static void on_recorder(bool on, int err, void *arg)
{
    struct rtp_stream *s = arg;

    if (!on)
        tap_stop(&s->tap);
    if (s->handlers.recording)
        s->handlers.recording(on, err, s->arg);
}

int rtp_stream_record(struct rtp_stream *s, const char *path, bool announced)
{
    if (!path) {
        tap_stop(&s->tap);
        return 0;
    }
    if (s->tap.recorder)
        return EALREADY;
    return s->started ? tap_start(&s->tap, audio_recorders(s->audio), s->loop, path, announced,
                                  on_recorder, s)
                      : ENOTCONN;
}

int rtp_stream_dtmf(struct rtp_stream *s, const char *digits)
{
    if (!s->started || !(s->dir & ARS_DIR_SENDONLY))
        return ENOTCONN;
    return send_dtmf(s->send, digits);
}

int rtp_stream_tones(struct rtp_stream *s, const char *digits)
{
    if (!s->started || !(s->dir & ARS_DIR_SENDONLY))
        return ENOTCONN;
    return send_tones(s->send, digits);
}

uint32_t rtp_stream_ssrc(const struct rtp_stream *s)
{
    return send_ssrc(s->send);
}

const char *rtp_stream_cname(const struct rtp_stream *s)
{
    return s->report.cname;
}

/* From mouth to ear: half the way there and back, a packet, the buffer; cards excepted. */
static double delay_ms(const struct rtp_stream *s, double buffer_ms)
{
    return (s->report.rtt_ms > 0 ? s->report.rtt_ms / 2 : 0) +
           (s->format.ptime_ms ? s->format.ptime_ms : PTIME_MS) + (buffer_ms > 0 ? buffer_ms : 0);
}

void rtp_stream_get_facts(struct rtp_stream *s, struct hearing_facts *ret)
{
    *ret = (struct hearing_facts){
        .sends = s->started && (s->dir & ARS_DIR_SENDONLY) && s->port.talk && !s->muted,
        .receives = s->started && (s->dir & ARS_DIR_RECVONLY) && s->port.talk,
        .mic = s->spoken_to,
        .quiet = s->quiet,
        .came = s->recv.packets,
        .rtcp = s->report.heard,
        .reports = s->report.reports,
        .last_seq = s->report.remote_seq,
        .fraction = s->report.remote_fraction,
    };
    s->spoken_to = false;
}

void rtp_stream_get_stats(struct rtp_stream *s, struct ars_media_stats *ret)
{
    struct jitter_stats stats = {.delay_ms = -1};

    if (s->jitter)
        jitter_get_stats(s->jitter, &stats);
    quality_look(&s->quality, &stats);
    (void)ars_strcpy(ret->codec, sizeof(ret->codec), s->codec ? s->codec->name : "");
    ret->rtt_ms = s->report.rtt_ms;
    ret->jitter_ms = s->recv.any ? recv_jitter(&s->recv) * MS_US / (double)s->codec->clock : -1;
    ret->loss_pct = s->recv.any ? recv_loss_pct(&s->recv) : -1;
    ret->remote_loss_pct = s->report.remote_loss_pct;
    ret->concealed_pct = quality_concealed_pct(&stats);
    ret->buffer_ms = stats.delay_ms;
    ret->mos = quality_mos(&s->quality, delay_ms(s, stats.delay_ms));
    ret->sent = send_packets(s->send);
    ret->received = s->recv.packets;
    ret->level_in_dbfs = level_take(&s->level_in);
    ret->level_out_dbfs = level_take(&s->level_out);
}

int rtp_stream_alloc(struct rtp_stream **ret, struct ars_loop *loop, struct ars_audio *audio,
                     const char *cname, const struct rtp_stream_handlers *handlers, void *arg)
{
    struct rtp_stream *s = calloc(1, sizeof(*s));
    int err;

    if (!s)
        return ENOMEM;
    s->loop = loop;
    s->audio = audio;
    s->handlers = *handlers;
    s->arg = arg;
    s->format.event_pt_send = s->format.event_pt_recv = -1;
    s->port.capture = on_capture;
    s->port.playback = on_playback;
    s->port.arg = s;
    s->port.volume = 100;
    quality_init(&s->quality);
    err = send_alloc(&s->send, on_send, s);
    if (err) {
        free(s);
        return err;
    }
    report_init(&s->report, send_ssrc(s->send), cname);
    *ret = s;
    return 0;
}

void rtp_stream_free(struct rtp_stream *s)
{
    if (!s || s->dead)
        return;
    audio_port_detach(&s->port);
    ars_timer_stop(&s->report_timer);
    tap_stop(&s->tap);
    enter(s);
    if (s->started)
        send_report(s, true);
    s->dead = true;
    leave(s);
}
