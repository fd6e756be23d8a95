/*
 * media: the certificate that we show in DTLS. Each session makes its own: that takes a
 * millisecond, calls cannot be linked by it, and nothing global has to hold it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ars/rand.h>

#include "transport/dtls_identity.h"

#define VALID_S    (30L * 24 * 3600)
#define BACKDATE_S (24L * 3600) /* clocks differ; nobody checks, some peers look */
#define SERIAL_LEN 8

static int set_names(X509 *cert)
{
    X509_NAME *name = X509_get_subject_name(cert);
    uint8_t serial[SERIAL_LEN];
    BIGNUM *bn;
    int err = 0;

    ars_rand_bytes(serial, sizeof(serial));
    serial[0] &= 0x7f;
    bn = BN_bin2bn(serial, sizeof(serial), NULL);
    if (!bn || !BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)) ||
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"ars", -1, -1,
                                   0) != 1 ||
        X509_set_issuer_name(cert, name) != 1)
        err = ENOMEM;
    BN_free(bn);
    return err;
}

static int make_certificate(struct dtls_identity *id)
{
    id->key = EVP_EC_gen("P-256");
    id->cert = X509_new();
    if (!id->key || !id->cert || X509_set_version(id->cert, X509_VERSION_3) != 1 ||
        set_names(id->cert) || !X509_gmtime_adj(X509_getm_notBefore(id->cert), -BACKDATE_S) ||
        !X509_gmtime_adj(X509_getm_notAfter(id->cert), VALID_S) ||
        X509_set_pubkey(id->cert, id->key) != 1 || X509_sign(id->cert, id->key, EVP_sha256()) == 0)
        return ENOMEM;
    return 0;
}

static int write_fingerprint(struct dtls_identity *id)
{
    uint8_t md[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (X509_digest(id->cert, EVP_sha256(), md, &len) != 1 || len != 32)
        return EIO;
    for (unsigned i = 0; i < len; i++)
        (void)snprintf(id->fingerprint + 3 * i, sizeof(id->fingerprint) - 3 * i, "%02X%s", md[i],
                       i + 1 < len ? ":" : "");
    return 0;
}

int dtls_identity_alloc(struct dtls_identity **ret)
{
    struct dtls_identity *id = calloc(1, sizeof(*id));
    int err;

    if (!id)
        return ENOMEM;
    err = make_certificate(id);
    if (!err)
        err = write_fingerprint(id);
    if (!err)
        err = dtlsctx_make(id);
    if (err)
        dtls_identity_free(id);
    else
        *ret = id;
    return err;
}

void dtls_identity_free(struct dtls_identity *id)
{
    if (!id)
        return;
    SSL_CTX_free(id->ctx);
    BIO_meth_free(id->bio);
    X509_free(id->cert);
    EVP_PKEY_free(id->key);
    free(id);
}

const char *dtls_identity_fingerprint(const struct dtls_identity *id)
{
    return id->fingerprint;
}
