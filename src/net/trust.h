/*
 * Inside net: the checking of a server's certificate with OpenSSL, apart from whoever runs the TLS.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include <ars/trust.h>

/* One handshake's check. `cert` says what was refused. */
struct trust_check {
    const struct ars_trust *trust;
    const char *host; /* name or IP literal without brackets */
    bool refused;
    struct ars_cert cert;
};

/*
 * A client context for one connection: TLS 1.2 at least; ca_file and, unless there is a pin, the
 * system's store. NULL with the reason in words when that cannot be had.
 */
SSL_CTX *trust_ctx_new(const struct ars_trust *t, char *problem, size_t size);

/* Sets what the handshake asks for and compares: SNI (not for an IP literal), name or address. */
void trust_ssl_prepare(SSL *ssl, const char *host);

/* As OpenSSL's verify callback: whether to go on. A pin that fits clears the store's error. */
bool trust_verify(struct trust_check *c, X509_STORE_CTX *store, bool ok);

/* After the handshake, before a byte is sent: the whole verdict once more on the peer's leaf. */
bool trust_peer(struct trust_check *c, SSL *ssl);

#endif
