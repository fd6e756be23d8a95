/* SRTP and SRTCP against libre's (another implementation), the vectors of RFC 3711, and forgers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <re.h>

#include <ars/rand.h>
#include <ars/str.h>

#include "check.h"
#include "suites.h"
#include "transport/srtp.h"
#include "transport/srtp_crypto.h"

#define SSRC    0xdecafbadu
#define BODY    160
#define RTP_LEN (12 + BODY)
#define BUF     (RTP_LEN + 64)

static const struct {
    enum srtp_profile profile;
    enum srtp_suite suite;
    size_t len;
} profiles[] = {
    {SRTP_PROFILE_AES128_CM_SHA1_80, SRTP_AES_CM_128_HMAC_SHA1_80, 30},
    {SRTP_PROFILE_AEAD_AES_128_GCM, SRTP_AES_128_GCM, 28},
    {SRTP_PROFILE_AEAD_AES_256_GCM, SRTP_AES_256_GCM, 44},
};

/* Ours and libre's on one line, each with the other's keys. */
struct line {
    struct srtp_session *ours;
    struct srtp *tx; /* libre */
    struct srtp *rx;
};

static int line_open(struct line *l, size_t i)
{
    struct srtp_keys keys = {.profile = profiles[i].profile};
    int err;

    ars_rand_bytes(keys.local, sizeof(keys.local));
    ars_rand_bytes(keys.remote, sizeof(keys.remote));
    err = srtp_session_alloc(&l->ours, &keys);
    if (!err)
        err = srtp_alloc(&l->tx, profiles[i].suite, keys.remote, profiles[i].len, 0);
    if (!err)
        err = srtp_alloc(&l->rx, profiles[i].suite, keys.local, profiles[i].len, 0);
    return err;
}

static void line_close(struct line *l)
{
    srtp_session_free(l->ours);
    mem_deref(l->tx);
    mem_deref(l->rx);
    *l = (struct line){0};
}

static size_t make_rtp(uint8_t *buf, uint16_t seq)
{
    memset(buf, 0, BUF);
    buf[0] = 0x80;
    buf[1] = 111;
    buf[2] = (uint8_t)(seq >> 8);
    buf[3] = (uint8_t)seq;
    buf[8] = SSRC >> 24;
    buf[9] = SSRC >> 16 & 0xff;
    buf[10] = SSRC >> 8 & 0xff;
    buf[11] = SSRC & 0xff;
    for (size_t i = 0; i < BODY; i++)
        buf[12 + i] = (uint8_t)(seq + i);
    return RTP_LEN;
}

static size_t make_rtcp(uint8_t *buf)
{
    static const uint8_t sr[28] = {0x80, 200, 0, 6, 0xde, 0xca, 0xfb, 0xad, 1, 2, 3, 4};

    memset(buf, 0, BUF);
    memcpy(buf, sr, sizeof(sr));
    return sizeof(sr);
}

/* libre works on an mbuf: through it and back. */
static int via_libre(int (*fn)(struct srtp *, struct mbuf *), struct srtp *s, uint8_t *buf,
                     size_t len, size_t *ret_len)
{
    struct mbuf *mb = mbuf_alloc(BUF);
    int err;

    if (!mb)
        return ENOMEM;
    err = mbuf_write_mem(mb, buf, len);
    mb->pos = 0;
    if (!err)
        err = fn(s, mb);
    if (!err) {
        *ret_len = mbuf_get_left(mb);
        memcpy(buf, mbuf_buf(mb), *ret_len);
    }
    mem_deref(mb);
    return err;
}

/* Over the roll-over of the sequence number twice. */
static int test_rtp_with_libre(void)
{
    struct line l = {0};
    uint8_t buf[BUF];
    uint8_t plain[BUF];
    size_t len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(profiles); i++) {
        TRY(line_open(&l, i));
        for (uint32_t n = 65000; n < 65000 + 67000; n++) {
            bool keep = n < 65100 || n % 1024 == 0 || n % 65536 < 3;

            len = make_rtp(buf, (uint16_t)n);
            memcpy(plain, buf, sizeof(plain));
            TRY(srtp_protect(l.ours, buf, len, &len));
            CHECK(memcmp(buf + 12, plain + 12, BODY) != 0);
            TRY(via_libre(srtp_decrypt, l.rx, buf, len, &len));
            CHECK_INT(len, RTP_LEN);
            CHECK(memcmp(buf, plain, len) == 0);
            TRY(via_libre(srtp_encrypt, l.tx, buf, len, &len));
            if (!keep && n % 7 == 0) /* some are lost */
                continue;
            TRY(srtp_unprotect(l.ours, buf, len, &len));
            CHECK_INT(len, RTP_LEN);
            CHECK(memcmp(buf, plain, len) == 0);
        }
        line_close(&l);
    }
out:
    line_close(&l);
    return err;
}

static int test_rtcp_with_libre(void)
{
    struct line l = {0};
    uint8_t buf[BUF];
    uint8_t plain[BUF];
    size_t len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(profiles); i++) {
        TRY(line_open(&l, i));
        for (int n = 0; n < 20; n++) {
            size_t clear = make_rtcp(buf);

            memcpy(plain, buf, sizeof(plain));
            TRY(srtcp_protect(l.ours, buf, clear, &len));
            CHECK(len <= clear + SRTP_OVERHEAD);
            CHECK(memcmp(buf + 8, plain + 8, clear - 8) != 0);
            TRY(via_libre(srtcp_decrypt, l.rx, buf, len, &len));
            CHECK_INT(len, clear);
            CHECK(memcmp(buf, plain, len) == 0);
            TRY(via_libre(srtcp_encrypt, l.tx, buf, len, &len));
            TRY(srtcp_unprotect(l.ours, buf, len, &len));
            CHECK_INT(len, clear);
            CHECK(memcmp(buf, plain, len) == 0);
        }
        line_close(&l);
    }
out:
    line_close(&l);
    return err;
}

/* RFC 3711 B.3: master key and salt of the appendix give these session keys. */
static int test_key_derivation(void)
{
    struct srtp_cipher c = {0};
    uint8_t master[30];
    uint8_t salt[14];
    uint8_t key[16];
    uint8_t block[16] = {0};
    uint8_t want[16];
    uint8_t iv[16] = {0};
    EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
    int n;
    int err;

    CHECK(aes != NULL);
    TRY(ars_unhex("E1F97A0D3E018BE0D64FA32C06DE4139", master, 16));
    TRY(ars_unhex("0EC675AD498AFEEBB6960B3AABE6", master + 16, 14));
    TRY(ars_unhex("30CBBC08863D8C85D49DB34A9AE1", salt, 14));
    TRY(ars_unhex("C61E7A93744F39EE10734AFE3FF7A087", key, 16));
    TRY(srtpcrypto_init(&c, SRTP_PROFILE_AES128_CM_SHA1_80, master, SRTP_LABEL_RTP, true));
    CHECK(memcmp(c.salt, salt, sizeof(salt)) == 0);
    /* the key cannot be seen: the same key stream comes from the appendix's */
    TRY(srtpcrypto_ctr(&c, iv, block, sizeof(block)));
    memset(want, 0, sizeof(want));
    CHECK(EVP_EncryptInit_ex(aes, EVP_aes_128_ctr(), NULL, key, iv) == 1);
    CHECK(EVP_EncryptUpdate(aes, want, &n, want, sizeof(want)) == 1);
    CHECK(memcmp(block, want, sizeof(want)) == 0);
out:
    EVP_CIPHER_CTX_free(aes);
    srtpcrypto_clear(&c);
    return err;
}

/* Whatever is changed or comes twice is refused, and leaves no trace. */
static int test_forged_and_replayed(void)
{
    struct line l = {0};
    uint8_t good[BUF];
    uint8_t buf[BUF];
    size_t len;
    size_t out_len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(profiles); i++) {
        TRY(line_open(&l, i));
        len = make_rtp(good, 100);
        TRY(via_libre(srtp_encrypt, l.tx, good, len, &len));
        for (size_t at = 0; at < len; at++) {
            memcpy(buf, good, sizeof(buf));
            buf[at] ^= 0x01;
            CHECK(srtp_unprotect(l.ours, buf, len, &out_len) != 0);
        }
        memcpy(buf, good, sizeof(buf));
        TRY(srtp_unprotect(l.ours, buf, len, &out_len));
        memcpy(buf, good, sizeof(buf));
        CHECK_INT(srtp_unprotect(l.ours, buf, len, &out_len), EALREADY);
        for (size_t n = 0; n < len; n++) {
            memcpy(buf, good, sizeof(buf));
            CHECK(srtp_unprotect(l.ours, buf, n, &out_len) != 0);
            CHECK(srtcp_unprotect(l.ours, buf, n, &out_len) != 0);
        }
        line_close(&l);
    }
out:
    line_close(&l);
    return err;
}

/* Forged packets of many SSRCs, and of ours far behind, must not silence the true stream. */
static int test_forger_cannot_silence(void)
{
    struct line l = {0};
    uint8_t buf[BUF];
    size_t len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(profiles); i++) {
        TRY(line_open(&l, i));
        for (int n = 0; n < 64; n++) {
            len = make_rtp(buf, 1);
            buf[8] = (uint8_t)n;
            CHECK(srtp_unprotect(l.ours, buf, len + 16, &len) != 0);
        }
        for (uint16_t seq = 60000; seq < 60050; seq++) {
            len = make_rtp(buf, (uint16_t)(seq - 40000));
            CHECK(srtp_unprotect(l.ours, buf, len + 16, &len) != 0);
            len = make_rtp(buf, seq);
            TRY(via_libre(srtp_encrypt, l.tx, buf, len, &len));
            TRY(srtp_unprotect(l.ours, buf, len, &len));
        }
        line_close(&l);
    }
out:
    line_close(&l);
    return err;
}

/* RFC 3711 3.3.2: what comes late is taken while it is in the window, and once. */
static int test_late_packets(void)
{
    struct line l = {0};
    uint8_t packet[200][BUF];
    size_t lens[200];
    uint8_t buf[BUF];
    size_t len;
    int err;

    TRY(line_open(&l, 0));
    for (size_t n = 0; n < 200; n++) { /* across the roll-over */
        lens[n] = make_rtp(packet[n], (uint16_t)(65436 + n));
        TRY(via_libre(srtp_encrypt, l.tx, packet[n], lens[n], &lens[n]));
    }
    for (size_t n = 40; n < 110; n += 2) {
        memcpy(buf, packet[n], BUF);
        TRY(srtp_unprotect(l.ours, buf, lens[n], &len));
    }
    for (size_t n = 41; n < 109; n += 2) { /* 64 back from 108 is 44 */
        memcpy(buf, packet[n], BUF);
        CHECK_INT(srtp_unprotect(l.ours, buf, lens[n], &len), n > 44 ? 0 : EALREADY);
    }
    for (size_t n = 45; n < 109; n++) {
        memcpy(buf, packet[n], BUF);
        CHECK_INT(srtp_unprotect(l.ours, buf, lens[n], &len), EALREADY);
    }
    err = 0;
out:
    line_close(&l);
    return err;
}

static int test_profiles(void)
{
    struct srtp_keys keys = {.profile = (enum srtp_profile)0x0002};
    struct srtp_session *s = NULL;
    int err = 0;

    CHECK_INT(srtp_session_alloc(&s, &keys), ENOTSUP); /* SHA1_32: not ours */
    CHECK_STR(srtp_profile_name(SRTP_PROFILE_AES128_CM_SHA1_80), "AES_CM_128_HMAC_SHA1_80");
    CHECK_STR(srtp_profile_name(SRTP_PROFILE_AEAD_AES_256_GCM), "AEAD_AES_256_GCM");
out:
    return err;
}

int suite_srtp(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"srtp/rtp-with-libre", test_rtp_with_libre, false},
        {"srtp/rtcp-with-libre", test_rtcp_with_libre, false},
        {"srtp/key-derivation", test_key_derivation, false},
        {"srtp/forged-and-replayed", test_forged_and_replayed, false},
        {"srtp/forger-cannot-silence", test_forger_cannot_silence, false},
        {"srtp/late-packets", test_late_packets, false},
        {"srtp/profiles", test_profiles, true},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
