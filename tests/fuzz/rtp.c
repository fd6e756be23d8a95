/*
 * RTP and RTCP into a stream that is pulled. The first byte chooses the codec; then come records of
 * a kind, a length and that many bytes: a packet as it is, a well-formed one around a payload,
 * RTCP, or time that passes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/audio.h>
#include <ars/clock.h>
#include <ars/loop.h>

#include "audio/mixer.h"
#include "rtp/stream.h"

enum kind { RAW, FRAMED, RTCP, PASS, DTMF, KINDS };

struct framing {
    uint16_t seq;
    uint32_t ts;
    uint32_t ssrc;
};

static uint64_t now_us = 1000000000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t clock_us(void)
{
    return now_us;
}

static int on_send(uint8_t *buf, size_t len, bool rtcp, void *arg)
{
    memset(buf + len, 0, ARS_RTP_TRAILER);
    return 0;
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    if (!strchr("0123456789*#ABCD", digit))
        abort();
}

static void pass(struct ars_audio *audio, unsigned frames)
{
    for (unsigned i = 0; i < frames; i++) {
        now_us += 10000;
        audio_frame(audio);
    }
}

static void framed(struct rtp_stream *s, struct framing *f, uint8_t pt, const uint8_t *p,
                   size_t len)
{
    uint8_t pkt[12 + 255] = {0x80, pt};

    pkt[2] = (uint8_t)(f->seq >> 8);
    pkt[3] = (uint8_t)f->seq;
    for (int i = 0; i < 4; i++) {
        pkt[4 + i] = (uint8_t)(f->ts >> (24 - 8 * i));
        pkt[8 + i] = (uint8_t)(f->ssrc >> (24 - 8 * i));
    }
    memcpy(pkt + 12, p, len);
    rtp_stream_receive(s, pkt, 12 + len);
}

/* One record: kind and a variation in the first byte, a length in the second. */
static void feed(struct rtp_stream *s, struct ars_audio *audio, struct framing *f, uint8_t head,
                 const uint8_t *p, size_t len)
{
    unsigned vary = head / KINDS;

    switch ((enum kind)(head % KINDS)) {
    case RAW:
        rtp_stream_receive(s, p, len);
        break;
    case FRAMED:
        f->seq = (uint16_t)(f->seq + (vary & 8 ? len * vary : 1));
        f->ts += vary & 16 ? (uint32_t)(len << vary) : vary & 4 ? 160 : 960;
        f->ssrc += vary == 31;
        framed(s, f, vary % 4 == 3 ? 101 : vary % 4 == 2 ? 13 : 0, p, len);
        pass(audio, vary & 1);
        break;
    case RTCP:
        rtp_stream_receive_rtcp(s, p, len);
        break;
    case PASS:
        pass(audio, vary);
        break;
    case DTMF:
        (void)rtp_stream_dtmf(s, "1,#");
        rtp_stream_set_dir(s, (enum ars_dir)(vary % 4));
        rtp_stream_talk(s, vary & 4);
        break;
    case KINDS:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codecs[] = {"opus", "PCMU", "PCMA"};
    static const struct rtp_stream_handlers handlers = {.send = on_send, .dtmf = on_dtmf};
    static const struct ars_audio_conf conf = {.in = "silence", .out = "none"};
    static struct ars_loop *loop;
    struct rtp_format format = {
        .ptime_ms = 20, .event_pt_send = 101, .event_pt_recv = 101, .event_clock = 8000};
    struct framing framing = {0};
    struct rtp_stream *s = NULL;
    struct ars_audio *audio = NULL;
    struct ars_media_stats stats;

    ars_clock_set_source(clock_us);
    if (!loop && ars_loop_alloc(&loop))
        abort();
    if (!size || ars_audio_alloc(&audio, loop, &conf, NULL, NULL))
        return 0;
    memcpy(format.codec, codecs[data[0] % 3], strlen(codecs[data[0] % 3]));
    if (rtp_stream_alloc(&s, loop, audio, "c", &handlers, NULL) ||
        rtp_stream_set_format(s, &format))
        abort();
    rtp_stream_set_dir(s, ARS_DIR_SENDRECV);
    rtp_stream_talk(s, true);
    rtp_stream_start(s);
    for (size_t at = 1; at + 2 <= size;) {
        size_t len = data[at + 1];
        if (len > size - at - 2)
            len = size - at - 2;
        feed(s, audio, &framing, data[at], data + at + 2, len);
        at += 2 + len;
    }
    pass(audio, 2);
    rtp_stream_get_stats(s, &stats);
    if (stats.concealed_pct > 100 || stats.buffer_ms > 2000)
        abort();
    rtp_stream_free(s);
    ars_audio_free(audio);
    return 0;
}
