/* media: the ciphers under SRTP: AES counter mode with HMAC-SHA1, and AES-GCM, over OpenSSL. */
#ifndef ARS_MEDIA_TRANSPORT_SRTP_CRYPTO_H
#define ARS_MEDIA_TRANSPORT_SRTP_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "transport/srtp.h"

#define SRTP_GCM_TAG 16 /* RFC 7714 13.1 */
#define SRTP_CM_TAG  10 /* RFC 3711 5.2 */
#define SRTP_IV_MAX  16

/* One direction, RTP or RTCP. */
struct srtp_cipher {
    EVP_CIPHER_CTX *aes;
    EVP_MAC_CTX *mac; /* NULL with GCM */
    bool gcm;
    uint8_t salt[14];
};

/* RFC 3711 4.3.2 */
enum srtp_label {
    SRTP_LABEL_RTP = 0,
    SRTP_LABEL_RTCP = 3,
};

/* Session keys from master key and salt. ENOMEM. */
int srtpcrypto_init(struct srtp_cipher *c, enum srtp_profile profile, const uint8_t *master,
                    enum srtp_label label, bool encrypt);
void srtpcrypto_clear(struct srtp_cipher *c);

size_t srtpcrypto_tag_len(const struct srtp_cipher *c);

/* RFC 3711 4.1.1 and RFC 7714 8.1, 9.1: index is ROC and sequence number, or the SRTCP index. */
void srtpcrypto_iv(const struct srtp_cipher *c, uint32_t ssrc, uint64_t index,
                   uint8_t iv[SRTP_IV_MAX]);

/* Counter mode, in place. EIO. */
int srtpcrypto_ctr(struct srtp_cipher *c, const uint8_t *iv, uint8_t *buf, size_t len);

/* HMAC-SHA1 over two parts, cut to SRTP_CM_TAG bytes. EIO. */
int srtpcrypto_hmac(struct srtp_cipher *c, const uint8_t *a, size_t a_len, const uint8_t *b,
                    size_t b_len, uint8_t tag[SRTP_CM_TAG]);

/* In place. Opening: EACCES when the tag is wrong. aad2 may be NULL. */
int srtpcrypto_gcm(struct srtp_cipher *c, bool encrypt, const uint8_t *iv, const uint8_t *aad,
                   size_t aad_len, const uint8_t *aad2, size_t aad2_len, uint8_t *buf, size_t len,
                   uint8_t tag[SRTP_GCM_TAG]);

#endif
