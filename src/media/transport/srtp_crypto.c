/* media: SRTP's key derivation and ciphers over OpenSSL. */
#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "transport/srtp_crypto.h"

#define AUTH_KEY_LEN 20 /* RFC 3711 5.2 */
#define GCM_IV_LEN   12
#define CM_SALT_LEN  14

static const EVP_CIPHER *ctr_cipher(size_t key_len)
{
    return key_len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
}

static const EVP_CIPHER *gcm_cipher(size_t key_len)
{
    return key_len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

/* RFC 3711 4.3.3, with a key derivation rate of 0; RFC 7714 11: a salt of 12 bytes is padded. */
static int derive(enum srtp_profile profile, const uint8_t *master, unsigned label, uint8_t *out,
                  size_t len)
{
    size_t key_len = srtp_profile_key_len(profile);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t iv[16] = {0};
    int n = 0;
    int err = 0;

    if (!ctx)
        return ENOMEM;
    memcpy(iv, master + key_len, srtp_profile_salt_len(profile));
    iv[7] ^= (uint8_t)label;
    memset(out, 0, len);
    if (EVP_EncryptInit_ex(ctx, ctr_cipher(key_len), NULL, master, iv) != 1 ||
        EVP_EncryptUpdate(ctx, out, &n, out, (int)len) != 1)
        err = ENOMEM;
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

static int init_mac(struct srtp_cipher *c, const uint8_t *key, size_t len)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA1", 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

    if (!mac)
        return ENOMEM;
    c->mac = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    return c->mac && EVP_MAC_init(c->mac, key, len, params) == 1 ? 0 : ENOMEM;
}

int srtpcrypto_init(struct srtp_cipher *c, enum srtp_profile profile, const uint8_t *master,
                    enum srtp_label label, bool encrypt)
{
    size_t key_len = srtp_profile_key_len(profile);
    uint8_t key[32];
    uint8_t auth[AUTH_KEY_LEN];
    const EVP_CIPHER *cipher;
    int err;

    c->gcm = profile != SRTP_PROFILE_AES128_CM_SHA1_80;
    cipher = c->gcm ? gcm_cipher(key_len) : ctr_cipher(key_len);
    err = derive(profile, master, label, key, key_len);
    if (!err)
        err = derive(profile, master, label + 2, c->salt, srtp_profile_salt_len(profile));
    if (!err && !c->gcm) {
        err = derive(profile, master, label + 1, auth, sizeof(auth));
        if (!err)
            err = init_mac(c, auth, sizeof(auth));
    }
    if (err)
        goto out;
    c->aes = EVP_CIPHER_CTX_new();
    if (!c->aes || EVP_CipherInit_ex(c->aes, cipher, NULL, key, NULL, encrypt) != 1)
        err = ENOMEM;

out:
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(auth, sizeof(auth));
    if (err)
        srtpcrypto_clear(c);
    return err;
}

void srtpcrypto_clear(struct srtp_cipher *c)
{
    EVP_CIPHER_CTX_free(c->aes);
    EVP_MAC_CTX_free(c->mac);
    OPENSSL_cleanse(c, sizeof(*c));
}

size_t srtpcrypto_tag_len(const struct srtp_cipher *c)
{
    return c->gcm ? SRTP_GCM_TAG : SRTP_CM_TAG;
}

void srtpcrypto_iv(const struct srtp_cipher *c, uint32_t ssrc, uint64_t index,
                   uint8_t iv[SRTP_IV_MAX])
{
    /* counter mode: salt << 16 ^ ssrc << 64 ^ index << 16; GCM: 00 00 ssrc index ^ salt */
    size_t ssrc_at = c->gcm ? 2 : 4;
    size_t salt_len = c->gcm ? GCM_IV_LEN : CM_SALT_LEN;

    memset(iv, 0, SRTP_IV_MAX);
    for (size_t i = 0; i < 4; i++)
        iv[ssrc_at + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    for (size_t i = 0; i < 6; i++)
        iv[ssrc_at + 4 + i] = (uint8_t)(index >> (40 - 8 * i));
    for (size_t i = 0; i < salt_len; i++)
        iv[i] ^= c->salt[i];
}

int srtpcrypto_ctr(struct srtp_cipher *c, const uint8_t *iv, uint8_t *buf, size_t len)
{
    int n = 0;

    if (EVP_EncryptInit_ex(c->aes, NULL, NULL, NULL, iv) != 1 ||
        EVP_EncryptUpdate(c->aes, buf, &n, buf, (int)len) != 1)
        return EIO;
    return 0;
}

int srtpcrypto_hmac(struct srtp_cipher *c, const uint8_t *a, size_t a_len, const uint8_t *b,
                    size_t b_len, uint8_t tag[SRTP_CM_TAG])
{
    uint8_t md[EVP_MAX_MD_SIZE];
    size_t n = 0;

    if (EVP_MAC_init(c->mac, NULL, 0, NULL) != 1 || EVP_MAC_update(c->mac, a, a_len) != 1 ||
        EVP_MAC_update(c->mac, b, b_len) != 1 || EVP_MAC_final(c->mac, md, &n, sizeof(md)) != 1 ||
        n < SRTP_CM_TAG)
        return EIO;
    memcpy(tag, md, SRTP_CM_TAG);
    return 0;
}

int srtpcrypto_gcm(struct srtp_cipher *c, bool encrypt, const uint8_t *iv, const uint8_t *aad,
                   size_t aad_len, const uint8_t *aad2, size_t aad2_len, uint8_t *buf, size_t len,
                   uint8_t tag[SRTP_GCM_TAG])
{
    int n = 0;

    if (EVP_CipherInit_ex(c->aes, NULL, NULL, NULL, iv, encrypt) != 1 ||
        EVP_CipherUpdate(c->aes, NULL, &n, aad, (int)aad_len) != 1 ||
        (aad2 && EVP_CipherUpdate(c->aes, NULL, &n, aad2, (int)aad2_len) != 1) ||
        (len && EVP_CipherUpdate(c->aes, buf, &n, buf, (int)len) != 1))
        return EIO;
    if (!encrypt && EVP_CIPHER_CTX_ctrl(c->aes, EVP_CTRL_GCM_SET_TAG, SRTP_GCM_TAG, tag) != 1)
        return EIO;
    if (EVP_CipherFinal_ex(c->aes, buf + len, &n) != 1)
        return encrypt ? EIO : EACCES;
    if (encrypt && EVP_CIPHER_CTX_ctrl(c->aes, EVP_CTRL_GCM_GET_TAG, SRTP_GCM_TAG, tag) != 1)
        return EIO;
    return 0;
}
