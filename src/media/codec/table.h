/*
 * media: the codecs that we know, by their SDP name. One vtable each; an instance belongs to one
 * stream. Samples are 16 bit, mono, at `rate`. Loop's thread.
 */
#ifndef ARS_MEDIA_CODEC_TABLE_H
#define ARS_MEDIA_CODEC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct codec_enc;
struct codec_dec;

struct codec {
    const char *name;     /* as in rtpmap, case-insensitive: "opus" */
    const char *key;      /* as in settings: "opus", "g722", "pcmu", "pcma" */
    int static_pt;        /* RFC 3551, -1: dynamic */
    uint32_t clock;       /* RTP clock: 48000, 8000 */
    uint8_t sdp_channels; /* rtpmap's third part: 2 for opus, else 1 */
    uint32_t rate;        /* of the samples: 48000, 16000, 8000; a multiple of the clock */
    const char *fmtp;     /* what we offer, NULL: none: "minptime=10;useinbandfec=1" */

    int (*enc_alloc)(struct codec_enc **ret, uint32_t max_bitrate, bool fec);
    void (*enc_free)(struct codec_enc *e);
    /* One packet's samples. *ret_len bytes into out. EMSGSIZE, EINVAL. */
    int (*encode)(struct codec_enc *e, const int16_t *pcm, size_t n, uint8_t *out, size_t size,
                  size_t *ret_len);
    int (*dec_alloc)(struct codec_dec **ret);
    void (*dec_free)(struct codec_dec *d);
    /* How many samples a payload holds, 0: broken. Stateless. */
    size_t (*samples)(const uint8_t *payload, size_t len);
    /* *ret_n samples into pcm. EBADMSG. */
    int (*decode)(struct codec_dec *d, const uint8_t *payload, size_t len, int16_t *pcm,
                  size_t size, size_t *ret_n);
    /*
     * Makes up n samples for what is missing. next: the packet right behind them, or NULL; it may
     * carry them once more, or show where they must lead. It is decoded after this as usual.
     */
    bool bridges; /* `next` always helps */
    int (*conceal)(struct codec_dec *d, const uint8_t *next, size_t next_len, int16_t *pcm,
                   size_t n);
    /* How much a packet carries of the one before it (in-band FEC), samples. NULL: none does. */
    size_t (*redundant)(const uint8_t *payload, size_t len);
    /* Share of packets that the peer says it misses: what FEC is tuned to. NULL: it has none. */
    void (*expect_loss)(struct codec_enc *e, unsigned percent);
    /* Whether what is to be encoded ends at 8 kHz. NULL: that makes no difference. */
    void (*expect_wideband)(struct codec_enc *e, bool wideband);
};

/* By settings key or SDP name, case-insensitive; NULL: unknown. */
const struct codec *codec_find(const char *name);
const struct codec *codec_find_pt(uint8_t static_pt);

/* The i-th known codec in our order of preference, NULL past the end. */
const struct codec *codec_at(size_t i);

#endif
