/*
 * media: 10 ms frames into RTP packets: collected to the packet time, encoded, or replaced by DTMF
 * events. Knows no socket: packets go to a callback. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_SEND_H
#define ARS_MEDIA_RTP_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/table.h"
#include "rtp/dtmf.h"
#include "rtp/stream.h"

/* A packet is at most this long, so that it fits a path of 1280 bytes with SRTP. */
#define SEND_PAYLOAD_MAX 1200
#define SEND_PTIME_MAX   60 /* ms */

struct send;

/* buf has ARS_RTP_TRAILER bytes of room behind len. */
typedef int send_packet_fn(uint8_t *buf, size_t len, void *arg);

/* Random SSRC, sequence and time. ENOMEM. */
int send_alloc(struct send **ret, send_packet_fn *fn, void *arg);
void send_free(struct send *s);

/* EINVAL (codec), ENOMEM: as before. */
int send_set_format(struct send *s, const struct rtp_format *f);

/*
 * 10 ms of 48 kHz sound; NULL: silence. wideband: it ends at 8 kHz. Without `go` only the time
 * passes.
 */
void send_frame(struct send *s, const int16_t *pcm, bool wideband, bool go);

/* Errors as ars_media_dtmf(). */
int send_dtmf(struct send *s, const char *digits);
int send_tones(struct send *s, const char *digits);

/* What the peer says it misses, of 256. */
void send_expect_loss(struct send *s, uint8_t fraction);

uint32_t send_ssrc(const struct send *s);
uint32_t send_rtp_now(const struct send *s);
uint64_t send_packets(const struct send *s);
uint64_t send_octets(const struct send *s);

#endif
