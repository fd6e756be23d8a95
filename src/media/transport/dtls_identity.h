/*
 * media: inside of DTLS, shared by dtls_identity.c (key, certificate) and dtls.c (context,
 * handshake).
 */
#ifndef ARS_MEDIA_TRANSPORT_DTLS_IDENTITY_H
#define ARS_MEDIA_TRANSPORT_DTLS_IDENTITY_H

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <ars/fsm.h>

#include "transport/dtls.h"

enum dtls_state {
    DTLS_IDLE,
    DTLS_HANDSHAKING,
    DTLS_ESTABLISHED,
    DTLS_FAILED,
};

extern const struct ars_fsm dtls_fsm;

struct dtls_identity {
    EVP_PKEY *key;
    X509 *cert;
    SSL_CTX *ctx;
    BIO_METHOD *bio;
    char fingerprint[DTLS_FINGERPRINT_TEXT];
};

/* dtls.c: the SSL_CTX and the BIO of id's associations. ENOMEM. */
int dtlsctx_make(struct dtls_identity *id);

#endif
