/*
 * SRTP against the numbers of others: RFC 3711 appendix B, RFC 7714 sections 16 and 17, and a
 * packet each of RTP and RTCP as libsrtp's own test has them.
 */
#include <stdint.h>
#include <stdio.h>

#include <openssl/evp.h>

#include <ars/str.h>

#include "check.h"
#include "suites.h"
#include "transport/srtp.h"
#include "transport/srtp_crypto.h"

#define BUF 128

/* A cipher with the session key itself: what the RFCs' packets are made with. */
static int open_cipher(struct srtp_cipher *c, const EVP_CIPHER *type, const char *key_hex,
                       const char *salt_hex)
{
    uint8_t key[32];

    memset(c, 0, sizeof(*c));
    c->gcm = EVP_CIPHER_get_mode(type) == EVP_CIPH_GCM_MODE;
    c->aes = EVP_CIPHER_CTX_new();
    if (!c->aes || ars_unhex(key_hex, key, strlen(key_hex) / 2) ||
        ars_unhex(salt_hex, c->salt, strlen(salt_hex) / 2) ||
        EVP_CipherInit_ex(c->aes, type, NULL, key, NULL, 1) != 1)
        return ENOMEM;
    return 0;
}

/* RFC 3711 B.2: the key stream at its first blocks and across the end of the counter's low byte. */
static int test_counter_mode(void)
{
    static const struct {
        size_t block;
        const char *stream;
    } v[] = {
        {0x0000, "E03EAD0935C95E80E166B16DD92B4EB4"}, {0x0001, "D23513162B02D0F72A43A2FE4A5F97AB"},
        {0x0002, "41E95B3BB0A2E8DD477901E4FCA894C0"}, {0xfeff, "EC8CDF7398607CB0F2D21675EA9EA1E4"},
        {0xff00, "362B7C3C6773516318A077D7FC5073AE"}, {0xff01, "6A2CC3787889374FBEB4C81B17BA6C44"},
    };
    static uint8_t stream[0x10000 * 16];
    struct srtp_cipher c = {0};
    uint8_t want[16];
    uint8_t iv[SRTP_IV_MAX];
    int err;

    memset(stream, 0, sizeof(stream));
    TRY(open_cipher(&c, EVP_aes_128_ctr(), "2B7E151628AED2A6ABF7158809CF4F3C",
                    "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
    srtpcrypto_iv(&c, 0, 0, iv);
    TRY(srtpcrypto_ctr(&c, iv, stream, sizeof(stream)));
    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        TRY(ars_unhex(v[i].stream, want, sizeof(want)));
        CHECK(memcmp(stream + v[i].block * 16, want, sizeof(want)) == 0);
    }
out:
    srtpcrypto_clear(&c);
    return err;
}

/* RFC 3711 B.3, the key of authentication: seen by what it signs. */
static int test_authentication_key(void)
{
    struct srtp_cipher c = {0};
    uint8_t master[30];
    uint8_t key[20];
    uint8_t tag[SRTP_CM_TAG];
    uint8_t want[EVP_MAX_MD_SIZE];
    size_t len;
    int err;

    TRY(ars_unhex("E1F97A0D3E018BE0D64FA32C06DE4139", master, 16));
    TRY(ars_unhex("0EC675AD498AFEEBB6960B3AABE6", master + 16, 14));
    TRY(ars_unhex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", key, sizeof(key)));
    TRY(srtpcrypto_init(&c, SRTP_PROFILE_AES128_CM_SHA1_80, master, SRTP_LABEL_RTP, true));
    TRY(srtpcrypto_hmac(&c, (const uint8_t *)"what is ", 8, (const uint8_t *)"signed", 6, tag));
    CHECK(EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key, sizeof(key),
                    (const uint8_t *)"what is signed", 14, want, sizeof(want), &len) != NULL);
    CHECK(memcmp(tag, want, sizeof(tag)) == 0);
out:
    srtpcrypto_clear(&c);
    return err;
}

/* RFC 7714 16 and 17: the SSRC and index of each packet are in it. */
static int test_gcm_packets(void)
{
    static const char key_256[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    static const char rtp[] = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669"
                              "736120696e207061727465732074726573";
    static const char rtcp[] = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
                               "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    static const struct {
        size_t key_len;
        size_t header;
        uint32_t ssrc;
        uint64_t index;
        const char *word; /* SRTCP: E bit and index */
        const char *clear;
        const char *want; /* behind the header, with the tag */
    } v[] = {
        {16, 12, 0x5501a0b2, 0xf17b, NULL, rtp,
         "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb1"
         "6a9152cf765ee4390cce"},
        {32, 12, 0x5501a0b2, 0xf17b, NULL, rtp,
         "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfff"
         "d6b0f9bb7878d7a76c13"},
        {16, 8, 0x4d617273, 0x5d4, "800005d4", rtcp,
         "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
         "c84aa45896cf4d2fc5abf87245d9eade"},
        {32, 8, 0x4d617273, 0x5d4, "800005d4", rtcp,
         "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
         "1d1eb30c4446839f57ff6f6cb26ac3be"},
    };
    struct srtp_cipher c = {0};
    char key[2 * 32 + 1];
    uint8_t buf[BUF], clear[BUF], want[BUF];
    uint8_t iv[SRTP_IV_MAX];
    uint8_t word[4];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        size_t len = strlen(v[i].clear) / 2;
        size_t body = len - v[i].header;

        (void)snprintf(key, sizeof(key), "%.*s", (int)v[i].key_len * 2, key_256);
        TRY(open_cipher(&c, v[i].key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), key,
                        "517569642070726f2071756f"));
        TRY(ars_unhex(v[i].clear, clear, len));
        TRY(ars_unhex(v[i].want, want, strlen(v[i].want) / 2));
        TRY(v[i].word ? ars_unhex(v[i].word, word, sizeof(word)) : 0);
        memcpy(buf, clear, len);
        srtpcrypto_iv(&c, v[i].ssrc, v[i].index, iv);
        for (int encrypt = 1; encrypt >= 0; encrypt--) {
            TRY(srtpcrypto_gcm(&c, encrypt, iv, buf, v[i].header, v[i].word ? word : NULL,
                               v[i].word ? sizeof(word) : 0, buf + v[i].header, body, buf + len));
            CHECK(memcmp(buf, clear, v[i].header) == 0);
            CHECK(memcmp(buf + v[i].header, encrypt ? want : clear + v[i].header, body) == 0);
            CHECK(memcmp(buf + len, want + body, SRTP_GCM_TAG) == 0);
        }
        srtpcrypto_clear(&c);
    }
out:
    srtpcrypto_clear(&c);
    return err;
}

/* libsrtp, test/srtp_driver.c: whole packets from master key and salt, first of their stream. */
static int test_libsrtp_packets(void)
{
    static const char rtp[] = "800f1234decafbadcafebabeabababababababababababababababab";
    static const char srtp[] = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402"
                               "b78d6acc99ea179b8dbb";
    static const char rtcp[] = "81c8000bcafebabeabababababababababababababababab";
    static const char srtcp[] = "81c8000bcafebabe7128035be487b9bdbef89041f977a5a8"
                                "80000001993e08cd54d6c1230798";
    struct srtp_keys keys = {.profile = SRTP_PROFILE_AES128_CM_SHA1_80};
    struct srtp_session *s = NULL;
    uint8_t buf[BUF], want[BUF];
    size_t len;
    int err;

    TRY(ars_unhex("e1f97a0d3e018be0d64fa32c06de4139", keys.local, 16));
    TRY(ars_unhex("0ec675ad498afeebb6960b3aabe6", keys.local + 16, 14));
    memcpy(keys.remote, keys.local, sizeof(keys.remote));
    TRY(srtp_session_alloc(&s, &keys));
    TRY(ars_unhex(rtp, buf, 28));
    TRY(ars_unhex(srtp, want, 38));
    TRY(srtp_protect(s, buf, 28, &len));
    CHECK_INT(len, 38);
    CHECK(memcmp(buf, want, len) == 0);
    TRY(ars_unhex(rtp, want, 28));
    TRY(srtp_unprotect(s, buf, len, &len));
    CHECK_INT(len, 28);
    CHECK(memcmp(buf, want, len) == 0);
    TRY(ars_unhex(rtcp, buf, 24));
    TRY(ars_unhex(srtcp, want, 38));
    TRY(srtcp_protect(s, buf, 24, &len));
    CHECK_INT(len, 38);
    CHECK(memcmp(buf, want, len) == 0);
    TRY(ars_unhex(rtcp, want, 24));
    TRY(srtcp_unprotect(s, buf, len, &len));
    CHECK_INT(len, 24);
    CHECK(memcmp(buf, want, len) == 0);
out:
    srtp_session_free(s);
    return err;
}

static size_t packet(uint8_t *buf, uint16_t seq)
{
    static const uint8_t head[12] = {0x80, 111, 0, 0, 0, 0, 0, 0, 0xca, 0xfe, 0xba, 0xbe};

    memset(buf, 0x5a, 40);
    memcpy(buf, head, sizeof(head));
    buf[2] = (uint8_t)(seq >> 8);
    buf[3] = (uint8_t)seq;
    return 40;
}

/*
 * RFC 3711 3.3.1, where the guess of the roll-over counter turns: by arithmetic, `at` is the packet
 * authenticated last, `next` comes after it. The sender has counted each number in between.
 */
static int test_index_guess(void)
{
    static const struct {
        uint32_t at;
        uint32_t next;
        int err;
    } v[] = {
        {0x0000, 0x7fff, 0},
        {0x0000, 0x8000, 0},
        {0x7fff, 0xffff, 0}, /* half the space ahead is still guessed right */
        {0x8000, 0xffff, 0},
        {0x8000, 0x10000, EALREADY}, /* more than that is not: taken for the past */
        {0x8001, 0x10000, 0},
        {0xffff, 0x10000, 0},
        {0xffff, 0x17ffe, 0},
        {0xffff, 0x17fff, EALREADY},
        {0x10000, 0x18000, 0},
        {0x10000, 0x18001, EALREADY},
        {0x10005, 0xffff, 0}, /* late, over the roll-over */
        {0x10005, 0xffd0, 0},
        {0x10005, 0xffc6, 0},
        {0x10005, 0xffc5, EALREADY}, /* 64 back */
        {0x17fff, 0x1ffff, 0},
    };
    struct srtp_keys keys = {.profile = SRTP_PROFILE_AES128_CM_SHA1_80};
    struct srtp_session *tx = NULL;
    struct srtp_session *rx = NULL;
    uint8_t buf[BUF], first[BUF], second[BUF];
    size_t len;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(v); i++) {
        uint32_t end = v[i].at > v[i].next ? v[i].at : v[i].next;

        TRY(srtp_session_alloc(&tx, &keys));
        TRY(srtp_session_alloc(&rx, &keys));
        for (uint32_t n = 0; n <= end; n++) {
            len = packet(buf, (uint16_t)n);
            if (n != v[i].at && n != v[i].next && n % 0x1000)
                continue;
            TRY(srtp_protect(tx, buf, len, &len));
            if (n == v[i].at)
                memcpy(first, buf, len);
            else if (n == v[i].next)
                memcpy(second, buf, len);
            else if (n < v[i].at)
                TRY(srtp_unprotect(rx, buf, len, &len));
        }
        TRY(srtp_unprotect(rx, first, 50, &len));
        CHECK_INT(srtp_unprotect(rx, second, 50, &len), v[i].err);
        srtp_session_free(tx);
        srtp_session_free(rx);
        tx = rx = NULL;
    }
    err = 0;
out:
    srtp_session_free(tx);
    srtp_session_free(rx);
    return err;
}

/* RFC 3711 9.1: no key stream is used twice, whatever number the caller gives. */
static int test_no_number_twice(void)
{
    struct srtp_keys keys = {.profile = SRTP_PROFILE_AES128_CM_SHA1_80};
    struct srtp_session *s = NULL;
    uint8_t buf[BUF];
    size_t len;
    int err;

    TRY(srtp_session_alloc(&s, &keys));
    len = packet(buf, 1000);
    TRY(srtp_protect(s, buf, len, &len));
    len = packet(buf, 1000);
    CHECK_INT(srtp_protect(s, buf, len, &len), EINVAL);
    len = packet(buf, 999);
    CHECK_INT(srtp_protect(s, buf, len, &len), EINVAL);
    len = packet(buf, 1001);
    TRY(srtp_protect(s, buf, len, &len));
out:
    srtp_session_free(s);
    return err;
}

int suite_srtp_vectors(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"srtp/rfc3711-counter-mode", test_counter_mode, false},
        {"srtp/rfc3711-authentication-key", test_authentication_key, false},
        {"srtp/rfc7714-packets", test_gcm_packets, false},
        {"srtp/libsrtp-packets", test_libsrtp_packets, false},
        {"srtp/index-guess", test_index_guess, false},
        {"srtp/no-number-twice", test_no_number_twice, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
