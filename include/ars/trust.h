/*
 * net: which server certificates are good. Chain and host name are always checked; what fails can
 * be accepted for one account by a pin (SHA-256 of the leaf) or by an own CA file. Plain data.
 */
#ifndef ARS_TRUST_H
#define ARS_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#define ARS_PIN_LEN 32

struct ssl_ctx_st; /* OpenSSL's SSL_CTX */

struct ars_trust {
    const char *ca_file; /* PEM, used beside the system's store; NULL for none */
    bool has_pin;
    uint8_t pin[ARS_PIN_LEN]; /* this leaf is accepted whatever else is wrong with it; with a pin
                                   set, any other leaf is refused, even one with a good chain */
};

/* What the user is shown of a refused certificate. */
struct ars_cert {
    char subject[256];
    char issuer[256];
    char names[512];    /* subjectAltName, "pbx.test, 127.0.0.1" */
    int64_t not_before; /* seconds since 1970 */
    int64_t not_after;
    uint8_t sha256[ARS_PIN_LEN];
    char problem[192]; /* in words: "the certificate is for pbx.local, not pbx.example" */
};

/*
 * What the system trusts is good for ctx too, beside what it has. Without a certificate being read
 * before one is looked for, where the system has them in a folder by hash. Any thread.
 */
void ars_trust_system_store(struct ssl_ctx_st *ctx);

/* 64 hex digits, colons and case as they come. EINVAL. */
int ars_pin_parse(const char *s, uint8_t ret[ARS_PIN_LEN]);

#endif
