/*
 * media: SRTP and SRTCP of one association (RFC 3711, RFC 7714): what DTLS-SRTP gave keys for. A
 * packet changes nothing here until its tag was verified. Loop's thread.
 */
#ifndef ARS_MEDIA_TRANSPORT_SRTP_H
#define ARS_MEDIA_TRANSPORT_SRTP_H

#include <stddef.h>
#include <stdint.h>

#define SRTP_KEY_MAX     44 /* AES-256-GCM: key 32, salt 12 */
#define SRTP_OVERHEAD    20 /* most that protection adds: tag 16, SRTCP index 4 */
#define SRTP_MAX_STREAMS 4  /* SSRCs kept of the peer's */

struct srtp_session;

/* RFC 5764 4.1.2, RFC 7714 14.2: the numbers of use_srtp */
enum srtp_profile {
    SRTP_PROFILE_AES128_CM_SHA1_80 = 0x0001,
    SRTP_PROFILE_AEAD_AES_128_GCM = 0x0007,
    SRTP_PROFILE_AEAD_AES_256_GCM = 0x0008,
};

/* Master key and salt, one after the other. Wiped by whoever held them. */
struct srtp_keys {
    enum srtp_profile profile;
    uint8_t local[SRTP_KEY_MAX]; /* protects what we send */
    uint8_t remote[SRTP_KEY_MAX];
};

/* Bytes of key and of salt; 0 for an unknown profile. */
size_t srtp_profile_key_len(enum srtp_profile p);
size_t srtp_profile_salt_len(enum srtp_profile p);
/* As in RFC 4568: "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM". */
const char *srtp_profile_name(enum srtp_profile p);

/* ENOMEM, ENOTSUP (profile). */
int srtp_session_alloc(struct srtp_session **ret, const struct srtp_keys *keys);
/* Takes NULL. */
void srtp_session_free(struct srtp_session *s);

const char *srtp_session_name(const struct srtp_session *s);

/*
 * In place: buf has SRTP_OVERHEAD bytes of room after len. EBADMSG: not RTP (RTCP); EINVAL: a
 * sequence number that was used, or is before one that was; EOVERFLOW: the packet index is used up.
 */
int srtp_protect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len);
int srtcp_protect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len);

/* In place. EBADMSG: malformed; EACCES: the tag is wrong; EALREADY: seen before, or too old. */
int srtp_unprotect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len);
int srtcp_unprotect(struct srtp_session *s, uint8_t *buf, size_t len, size_t *ret_len);

#endif
