/*
 * media: DTLS-SRTP (RFC 5763, RFC 5764): one association that makes the SRTP keys, over datagrams
 * that the owner carries. DTLS 1.2 only; the peer's certificate counts by its fingerprint in SDP
 * alone, and that is compared during the handshake. Loop's thread. An association is not freed
 * from inside one of its handlers.
 */
#ifndef ARS_MEDIA_TRANSPORT_DTLS_H
#define ARS_MEDIA_TRANSPORT_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/srtp.h"

#define DTLS_MD_MAX           64 /* SHA-512 */
#define DTLS_MAX_FINGERPRINTS 4
#define DTLS_FINGERPRINT_TEXT (32 * 3) /* SHA-256 as in SDP, with the NUL */
#define DTLS_RANDOM_LEN       32

struct ars_loop;
struct dtls;
struct dtls_identity;

/* A hash that we trust: SHA-256 and longer (RFC 8122 5). */
struct dtls_fingerprint {
    size_t len; /* 32, 48, 64 */
    uint8_t md[DTLS_MD_MAX];
};

struct dtls_peer {
    size_t n;
    struct dtls_fingerprint v[DTLS_MAX_FINGERPRINTS]; /* one of them must be the certificate's */
};

bool dtls_peer_eq(const struct dtls_peer *a, const struct dtls_peer *b);

/* A new key and certificate. ENOMEM, EIO. */
int dtls_identity_alloc(struct dtls_identity **ret);
void dtls_identity_free(struct dtls_identity *id);
/* "AB:CD:...": SHA-256. */
const char *dtls_identity_fingerprint(const struct dtls_identity *id);

struct dtls_handlers {
    void (*send)(const uint8_t *buf, size_t len, void *arg);
    /* The fingerprint was right; the owner wipes its copy of the keys. */
    void (*established)(const struct srtp_keys *keys, void *arg);
    /*
     * Once. refused: the peer is not who it said, or does not want to encrypt; else it is silent.
     */
    void (*failed)(bool refused, const char *why, void *arg);
};

/* active: we are the client. id is borrowed. ENOMEM. */
int dtls_alloc(struct dtls **ret, struct ars_loop *loop, struct dtls_identity *id, bool active,
               const struct dtls_peer *peer, const struct dtls_handlers *handlers, void *arg);
/* Silent: a renewed association takes its place. Takes NULL. */
void dtls_free(struct dtls *d);

/* Says goodbye (close_notify) when established. Takes NULL. */
void dtls_close(struct dtls *d);

/*
 * There is a path: the client begins, the server waits. From here on the handshake has 15 s.
 * Again: no effect.
 */
void dtls_start(struct dtls *d);

void dtls_receive(struct dtls *d, const uint8_t *buf, size_t len);

bool dtls_is_active(const struct dtls *d);
bool dtls_is_established(const struct dtls *d);

/*
 * Whether the datagram begins another handshake with a server: a first ClientHello with another
 * random than the one that it answered. Such a peer wants a new association (FreeSWITCH after a
 * re-INVITE).
 */
bool dtls_is_new_hello(const struct dtls *d, const uint8_t *buf, size_t len);

#endif
