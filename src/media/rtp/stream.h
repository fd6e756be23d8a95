/*
 * media: one call's RTP in clear text: packets to and from the transport on one side, 10 ms frames
 * to and from the mixer on the other; in between codecs, jitter buffer, DTMF, RTCP and statistics.
 * Knows neither SDP nor sockets. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_STREAM_H
#define ARS_MEDIA_RTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/media.h>

struct ars_audio;
struct ars_loop;
struct rtp_stream;

/* What SDP agreed on. Payload types differ per direction of the offer: never assumed. */
struct rtp_format {
    char codec[16]; /* "opus", "G722", "PCMU", "PCMA" */
    uint8_t pt_send;
    uint8_t pt_recv;
    uint8_t ptime_ms;     /* what we send in a packet: 20 unless the peer asks otherwise */
    bool fec;             /* Opus: peer says useinbandfec=1 */
    bool stereo_send;     /* Opus: peer says stereo=1; we send mono all the same unless asked */
    uint32_t max_bitrate; /* Opus: maxaveragebitrate, 0: none */
    int event_pt_send;    /* telephone-event, -1: none agreed */
    int event_pt_recv;
    uint32_t event_clock; /* its durations: the codec's clock, or 8000 beside Opus; 0: none */
};

struct rtp_stream_handlers {
    /*
     * One packet in clear text with SRTP room behind it: buf has at least ARS_RTP_TRAILER bytes
     * after len. ENOTCONN while there are no keys.
     */
    int (*send)(uint8_t *buf, size_t len, bool rtcp, void *arg);
    void (*first_audio)(void *arg);
    void (*dtmf)(char digit, unsigned duration_ms, void *arg);
    void (*recording)(bool on, int err, void *arg);
    void (*talks_muted)(bool on, void *arg);
};

#define ARS_RTP_TRAILER 32 /* most that SRTP or SRTCP appends: tag and index */

int rtp_stream_alloc(struct rtp_stream **ret, struct ars_loop *loop, struct ars_audio *audio,
                     const char *cname, const struct rtp_stream_handlers *handlers, void *arg);
/* Says BYE through handlers->send when it was started. May be called from a handler. Takes NULL. */
void rtp_stream_free(struct rtp_stream *s);

/* Codec, payload types; again when a re-offer changes them. SSRC, sequence and time go on. */
int rtp_stream_set_format(struct rtp_stream *s, const struct rtp_format *f);

/* Nothing is sent without SEND; what comes without RECV is dropped. RTCP goes on either way. */
void rtp_stream_set_dir(struct rtp_stream *s, enum ars_dir dir);

/* Keys are there: start to send (and the RTCP clock). */
void rtp_stream_start(struct rtp_stream *s);

/* An authenticated, decrypted packet; told apart by RFC 5761 section 4 by the caller. */
void rtp_stream_receive(struct rtp_stream *s, const uint8_t *pkt, size_t len);
void rtp_stream_receive_rtcp(struct rtp_stream *s, const uint8_t *pkt, size_t len);

void rtp_stream_talk(struct rtp_stream *s, bool on);
void rtp_stream_mute(struct rtp_stream *s, bool on);
void rtp_stream_share(struct rtp_stream *s, bool on);
void rtp_stream_silence(struct rtp_stream *s, bool on);
void rtp_stream_volume(struct rtp_stream *s, unsigned percent);
/* As ars_media_record(); path NULL: no more. */
int rtp_stream_record(struct rtp_stream *s, const char *path, bool announced);
/* Errors as ars_media_dtmf(). */
int rtp_stream_dtmf(struct rtp_stream *s, const char *digits);
int rtp_stream_tones(struct rtp_stream *s, const char *digits);

/* For SDP: a=ssrc. */
uint32_t rtp_stream_ssrc(const struct rtp_stream *s);
const char *rtp_stream_cname(const struct rtp_stream *s);

struct hearing_facts;

/* Fills everything but left and refused. */
void rtp_stream_get_facts(struct rtp_stream *s, struct hearing_facts *ret);

/* Fills everything but srtp, path and media_ms. */
void rtp_stream_get_stats(struct rtp_stream *s, struct ars_media_stats *ret);

#endif
