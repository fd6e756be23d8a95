/*
 * DTLS 1.2 handshakes with a peer whose certificate is RSA-4096.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ars/loop.h>

#include "handshake.h"

#define MTU      1200
#define VALID_S  86400
#define READ_MAX 2048
#define WAIT_MS  200 /* of the peer's thread for a datagram, then it looks whether to stop */

struct handshake {
    struct ars_bell *bell;
    SSL_CTX *client;
    SSL_CTX *server;
    SSL *ours;
    size_t count;
    int pair[2]; /* ours, the peer's */
    pthread_t peer;
    bool running;
};

static int use_own_cert(SSL_CTX *ctx, EVP_PKEY *key)
{
    X509 *cert = X509_new();
    int err = ENOMEM;

    if (!key || !cert)
        goto out;
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"bench", -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S);
    if (X509_set_version(cert, X509_VERSION_3) != 1 ||
        X509_set_issuer_name(cert, X509_get_subject_name(cert)) != 1 ||
        X509_set_pubkey(cert, key) != 1 || !X509_sign(cert, key, EVP_sha256()))
        goto out;
    if (SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1)
        err = 0;
out:
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

static int accept_any(int ok, X509_STORE_CTX *ctx)
{
    return 1; /* media compares the fingerprint instead */
}

static int alloc_ctx(SSL_CTX **ret, const SSL_METHOD *method, EVP_PKEY *key)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    if (!ctx) {
        EVP_PKEY_free(key);
        return ENOMEM;
    }
    *ret = ctx;
    SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
    SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AES128_CM_SHA1_80");
    return use_own_cert(ctx, key);
}

static SSL *new_ssl(SSL_CTX *ctx, int fd)
{
    SSL *ssl = SSL_new(ctx);
    BIO *bio = ssl ? BIO_new_dgram(fd, BIO_NOCLOSE) : NULL;

    BIO_ADDR *addr = bio ? BIO_ADDR_new() : NULL; /* of nobody: the pair is connected */

    if (!addr) {
        BIO_free(bio);
        SSL_free(ssl);
        return NULL;
    }
    BIO_ctrl_set_connected(bio, addr);
    BIO_ADDR_free(addr);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_mtu(ssl, MTU);
    return ssl;
}

/* The peer: one handshake after another, each begun by the first datagram that comes. */
static void *run_peer(void *arg)
{
    struct handshake *h = arg;
    struct pollfd pfd = {.fd = h->pair[1], .events = POLLIN};
    SSL *ssl = NULL;

    while (poll(&pfd, 1, WAIT_MS) >= 0 && !(pfd.revents & (POLLHUP | POLLERR))) {
        if (!(pfd.revents & POLLIN))
            continue;
        if (!ssl) {
            ssl = new_ssl(h->server, h->pair[1]);
            if (!ssl)
                break;
            SSL_set_accept_state(ssl);
        }

        int n = SSL_do_handshake(ssl);

        if (n == 1 || SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ) {
            SSL_free(ssl);
            ssl = NULL;
        }
        ars_bell_ring(h->bell);
    }
    SSL_free(ssl);
    return NULL;
}

static void on_bell(void *arg)
{
    struct handshake *h = arg;

    if (!h->ours || SSL_do_handshake(h->ours) != 1)
        return;
    h->count++;
    SSL_free(h->ours);
    h->ours = NULL;
}

int handshake_alloc(struct handshake **ret, struct ars_loop *loop)
{
    struct handshake *h = calloc(1, sizeof(*h));
    int err;

    if (!h)
        return ENOMEM;
    h->pair[0] = h->pair[1] = -1;
    /* SEQPACKET keeps the datagrams apart and says when the other end has gone */
    err =
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, h->pair) ? errno : 0;
    if (!err)
        err = alloc_ctx(&h->client, DTLS_client_method(), EVP_EC_gen("P-256"));
    if (!err)
        err = alloc_ctx(&h->server, DTLS_server_method(), EVP_RSA_gen(4096));
    if (!err)
        err = ars_bell_alloc(&h->bell, loop, on_bell, h);
    if (!err)
        err = pthread_create(&h->peer, NULL, run_peer, h);
    if (err) {
        handshake_free(h);
        return err;
    }
    h->running = true;
    *ret = h;
    return 0;
}

void handshake_free(struct handshake *h)
{
    if (!h)
        return;
    SSL_free(h->ours);
    if (h->pair[0] >= 0)
        close(h->pair[0]);
    if (h->running)
        pthread_join(h->peer, NULL);
    if (h->pair[1] >= 0)
        close(h->pair[1]);
    ars_bell_free(h->bell);
    SSL_CTX_free(h->client);
    SSL_CTX_free(h->server);
    free(h);
}

int handshake_start(struct handshake *h)
{
    if (h->ours)
        return EBUSY;
    h->ours = new_ssl(h->client, h->pair[0]);
    if (!h->ours)
        return ENOMEM;
    SSL_set_connect_state(h->ours);
    on_bell(h);
    return 0;
}

size_t handshake_count(const struct handshake *h)
{
    return h->count;
}
