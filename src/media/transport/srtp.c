/* media: SRTP and SRTCP packets: index, replay window, tag (RFC 3711 section 3, RFC 7714). */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "transport/srtp.h"
#include "transport/srtp_crypto.h"

#define RTP_HEADER    12
#define RTCP_HEADER   8 /* what stays readable: the first header and SSRC */
#define INDEX_LEN     4
#define ENCRYPTED     0x80000000u /* RFC 3711 3.4: the E bit */
#define RTCP_LAST     0x7fffffffu
#define RTP_LAST      0xffffffffffffULL /* 48 bits: ROC and sequence number */
#define REPLAY_WINDOW 64                /* RFC 3711 3.3.2: at least 64 */

/* The highest index that was authenticated and those seen below it. */
struct replay {
    bool any;
    uint64_t highest;
    uint64_t seen; /* bit n: highest - n */
};

struct stream {
    bool used;
    uint32_t ssrc;
    uint64_t last_use;
    struct replay rtp;
    struct replay rtcp;
};

struct direction {
    struct srtp_cipher rtp;
    struct srtp_cipher rtcp;
};

struct srtp_session {
    enum srtp_profile profile;
    struct direction tx;
    struct direction rx;
    bool sent;
    uint64_t tx_index; /* of the last packet sent */
    uint32_t tx_rtcp_index;
    struct stream streamv[SRTP_MAX_STREAMS];
    uint64_t clock;
};

size_t srtp_profile_key_len(enum srtp_profile p)
{
    switch (p) {
    case SRTP_PROFILE_AES128_CM_SHA1_80:
    case SRTP_PROFILE_AEAD_AES_128_GCM:
        return 16;
    case SRTP_PROFILE_AEAD_AES_256_GCM:
        return 32;
    }
    return 0;
}

size_t srtp_profile_salt_len(enum srtp_profile p)
{
    return p == SRTP_PROFILE_AES128_CM_SHA1_80 ? 14 : 12;
}

const char *srtp_profile_name(enum srtp_profile p)
{
    switch (p) {
    case SRTP_PROFILE_AES128_CM_SHA1_80:
        return "AES_CM_128_HMAC_SHA1_80";
    case SRTP_PROFILE_AEAD_AES_128_GCM:
        return "AEAD_AES_128_GCM";
    case SRTP_PROFILE_AEAD_AES_256_GCM:
        return "AEAD_AES_256_GCM";
    }
    return "";
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* Length of header, CSRCs and extension (RFC 3550 5.1); 0: malformed. */
static size_t rtp_header_len(const uint8_t *buf, size_t len)
{
    size_t n;

    if (len < RTP_HEADER || buf[0] >> 6 != 2)
        return 0;
    n = RTP_HEADER + 4 * (size_t)(buf[0] & 0x0f);
    if (buf[0] & 0x10) {
        if (len < n + 4)
            return 0;
        n += 4 + 4 * (size_t)(buf[n + 2] << 8 | buf[n + 3]);
    }
    return n <= len ? n : 0;
}

/* RFC 3711 appendix A */
static uint64_t guess_index(const struct replay *r, uint16_t seq)
{
    uint64_t roc = r->highest >> 16;
    uint16_t s_l = (uint16_t)r->highest;

    if (!r->any)
        return seq;
    if (s_l < 0x8000) {
        if (seq - s_l > 0x8000 && roc > 0)
            roc--;
    } else if (s_l - 0x8000 > seq) {
        roc++;
    }
    return roc << 16 | seq;
}

static bool is_replay(const struct replay *r, uint64_t index)
{
    if (!r->any || index > r->highest)
        return false;
    if (r->highest - index >= REPLAY_WINDOW)
        return true;
    return (r->seen >> (r->highest - index) & 1) != 0;
}

static void replay_add(struct replay *r, uint64_t index)
{
    if (!r->any || index > r->highest) {
        uint64_t step = r->any ? index - r->highest : REPLAY_WINDOW;

        r->seen = step < REPLAY_WINDOW ? r->seen << step | 1 : 1;
        r->highest = index;
        r->any = true;
    } else {
        r->seen |= 1ULL << (r->highest - index);
    }
}

static struct stream *stream_find(struct srtp_session *s, uint32_t ssrc)
{
    for (size_t i = 0; i < SRTP_MAX_STREAMS; i++) {
        if (s->streamv[i].used && s->streamv[i].ssrc == ssrc)
            return &s->streamv[i];
    }
    return NULL;
}

/* Only for an authenticated packet: the one longest silent makes room. */
static struct stream *stream_get(struct srtp_session *s, uint32_t ssrc)
{
    struct stream *st = stream_find(s, ssrc);

    if (!st) {
        st = &s->streamv[0];
        for (size_t i = 0; i < SRTP_MAX_STREAMS; i++) {
            if (!s->streamv[i].used) {
                st = &s->streamv[i];
                break;
            }
            if (s->streamv[i].last_use < st->last_use)
                st = &s->streamv[i];
        }
        *st = (struct stream){.used = true, .ssrc = ssrc};
    }
    st->last_use = ++s->clock;
    return st;
}

static int direction_init(struct direction *d, enum srtp_profile profile, const uint8_t *master,
                          bool encrypt)
{
    int err = srtpcrypto_init(&d->rtp, profile, master, SRTP_LABEL_RTP, encrypt);

    if (!err)
        err = srtpcrypto_init(&d->rtcp, profile, master, SRTP_LABEL_RTCP, encrypt);
    return err;
}

int srtp_session_alloc(struct srtp_session **ret, const struct srtp_keys *keys)
{
    struct srtp_session *s;
    int err;

    if (srtp_profile_key_len(keys->profile) == 0)
        return ENOTSUP;
    s = calloc(1, sizeof(*s));
    if (!s)
        return ENOMEM;
    s->profile = keys->profile;
    err = direction_init(&s->tx, keys->profile, keys->local, true);
    if (!err)
        err = direction_init(&s->rx, keys->profile, keys->remote, false);
    if (err)
        srtp_session_free(s);
    else
        *ret = s;
    return err;
}

void srtp_session_free(struct srtp_session *s)
{
    if (!s)
        return;
    srtpcrypto_clear(&s->tx.rtp);
    srtpcrypto_clear(&s->tx.rtcp);
    srtpcrypto_clear(&s->rx.rtp);
    srtpcrypto_clear(&s->rx.rtcp);
    OPENSSL_cleanse(s, sizeof(*s));
    free(s);
}

const char *srtp_session_name(const struct srtp_session *s)
{
    return srtp_profile_name(s->profile);
}

int srtp_protect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len)
{
    struct srtp_cipher *c = &s->tx.rtp;
    size_t header = rtp_header_len(buf, len);
    uint8_t iv[SRTP_IV_MAX];
    uint8_t roc[4];
    uint64_t index;
    int err;

    if (header == 0)
        return EBADMSG;
    index = (uint64_t)(buf[2] << 8 | buf[3]);
    if (s->sent) { /* one stream only, whose numbers go up: none is used twice (RFC 3711 9.1) */
        uint16_t ahead = (uint16_t)(index - s->tx_index);

        if (ahead == 0 || ahead >= 0x8000)
            return EINVAL;
        index = s->tx_index + ahead;
    }
    if (index > RTP_LAST)
        return EOVERFLOW;
    srtpcrypto_iv(c, get32(buf + 8), index, iv);
    if (c->gcm) {
        err = srtpcrypto_gcm(c, true, iv, buf, header, NULL, 0, buf + header, len - header,
                             buf + len);
    } else {
        put32(roc, (uint32_t)(index >> 16));
        err = srtpcrypto_ctr(c, iv, buf + header, len - header);
        if (!err)
            err = srtpcrypto_hmac(c, buf, len, roc, sizeof(roc), buf + len);
    }
    if (err)
        return err;
    s->sent = true;
    s->tx_index = index;
    *ret_len = len + srtpcrypto_tag_len(c);
    return 0;
}

int srtp_unprotect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len)
{
    static const struct replay none;
    struct srtp_cipher *c = &s->rx.rtp;
    size_t tag_len = srtpcrypto_tag_len(c);
    size_t header = len > tag_len ? rtp_header_len(buf, len - tag_len) : 0;
    const struct stream *st;
    uint8_t iv[SRTP_IV_MAX];
    uint8_t roc[4];
    uint8_t tag[SRTP_CM_TAG];
    uint32_t ssrc;
    uint64_t index;
    int err;

    if (header == 0)
        return EBADMSG;
    len -= tag_len;
    ssrc = get32(buf + 8);
    st = stream_find(s, ssrc);
    index = guess_index(st ? &st->rtp : &none, (uint16_t)(buf[2] << 8 | buf[3]));
    if (st && is_replay(&st->rtp, index))
        return EALREADY;
    srtpcrypto_iv(c, ssrc, index, iv);
    if (c->gcm) {
        err = srtpcrypto_gcm(c, false, iv, buf, header, NULL, 0, buf + header, len - header,
                             buf + len);
    } else {
        put32(roc, (uint32_t)(index >> 16));
        err = srtpcrypto_hmac(c, buf, len, roc, sizeof(roc), tag);
        if (!err && CRYPTO_memcmp(tag, buf + len, SRTP_CM_TAG) != 0)
            err = EACCES;
        if (!err)
            err = srtpcrypto_ctr(c, iv, buf + header, len - header);
    }
    if (err)
        return err;
    replay_add(&stream_get(s, ssrc)->rtp, index);
    *ret_len = len;
    return 0;
}

int srtcp_protect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len)
{
    struct srtp_cipher *c = &s->tx.rtcp;
    uint8_t iv[SRTP_IV_MAX];
    uint8_t word[INDEX_LEN];
    size_t end;
    int err;

    if (len < RTCP_HEADER || buf[0] >> 6 != 2)
        return EBADMSG;
    if (s->tx_rtcp_index >= RTCP_LAST)
        return EOVERFLOW;
    srtpcrypto_iv(c, get32(buf + 4), s->tx_rtcp_index + 1, iv);
    put32(word, ENCRYPTED | (s->tx_rtcp_index + 1));
    if (c->gcm) { /* the tag stands before the index (RFC 7714 9.2) */
        err = srtpcrypto_gcm(c, true, iv, buf, RTCP_HEADER, word, INDEX_LEN, buf + RTCP_HEADER,
                             len - RTCP_HEADER, buf + len);
        end = len + SRTP_GCM_TAG;
        memcpy(buf + end, word, INDEX_LEN);
        end += INDEX_LEN;
    } else {
        err = srtpcrypto_ctr(c, iv, buf + RTCP_HEADER, len - RTCP_HEADER);
        memcpy(buf + len, word, INDEX_LEN);
        end = len + INDEX_LEN;
        if (!err)
            err = srtpcrypto_hmac(c, buf, end, NULL, 0, buf + end);
        end += SRTP_CM_TAG;
    }
    if (err)
        return err;
    s->tx_rtcp_index++;
    *ret_len = end;
    return 0;
}

int srtcp_unprotect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len)
{
    struct srtp_cipher *c = &s->rx.rtcp;
    size_t extra = srtpcrypto_tag_len(c) + INDEX_LEN;
    const struct stream *st;
    uint8_t iv[SRTP_IV_MAX];
    uint8_t tag[SRTP_CM_TAG];
    uint8_t word[INDEX_LEN];
    uint32_t ssrc;
    uint32_t index;
    int err;

    if (len < RTCP_HEADER + extra || buf[0] >> 6 != 2)
        return EBADMSG;
    len -= extra;
    memcpy(word, buf + len + (c->gcm ? SRTP_GCM_TAG : 0), INDEX_LEN);
    index = get32(word) & RTCP_LAST;
    if (!(get32(word) & ENCRYPTED)) /* nothing goes in clear here */
        return EBADMSG;
    ssrc = get32(buf + 4);
    st = stream_find(s, ssrc);
    if (st && is_replay(&st->rtcp, index))
        return EALREADY;
    srtpcrypto_iv(c, ssrc, index, iv);
    if (c->gcm) {
        err = srtpcrypto_gcm(c, false, iv, buf, RTCP_HEADER, word, INDEX_LEN, buf + RTCP_HEADER,
                             len - RTCP_HEADER, buf + len);
    } else {
        err = srtpcrypto_hmac(c, buf, len + INDEX_LEN, NULL, 0, tag);
        if (!err && CRYPTO_memcmp(tag, buf + len + INDEX_LEN, SRTP_CM_TAG) != 0)
            err = EACCES;
        if (!err)
            err = srtpcrypto_ctr(c, iv, buf + RTCP_HEADER, len - RTCP_HEADER);
    }
    if (err)
        return err;
    replay_add(&stream_get(s, ssrc)->rtcp, index);
    *ret_len = len;
    return 0;
}
