/* media: the DTLS handshake on OpenSSL (docs/decisions/0002-dtls-on-openssl.md). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/timer.h>

#include "transport/dtls_identity.h"

#define MTU          1200 /* what Asterisk and browsers send too; a tunnel takes some of the 1500 */
#define HANDSHAKE_MS 15000
/*
 * RFC 6347 4.2.4.1 would begin with 1 s. ICE has just shown that the path is quicker, and Asterisk
 * drops what comes before its own check has succeeded.
 */
#define RESEND_FIRST_US 50000u
#define RESEND_MAX_US   2000000u

#define CIPHERS         "ECDHE+AESGCM:ECDHE+CHACHA20"
#define GROUPS          "X25519:P-256:P-384"
/* Asterisk and FreeSWITCH know the last one only */
#define PROFILES "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

/* RFC 5764 4.2 */
#define EXPORT_LABEL "EXTRACTOR-dtls_srtp"

/* RFC 6347 4.1, 4.2.2: record header, handshake header, version, random */
#define RECORD_HEADER     13
#define HANDSHAKE_HEADER  12
#define TYPE_HANDSHAKE    22
#define TYPE_CLIENT_HELLO 1
#define RANDOM_AT         (RECORD_HEADER + HANDSHAKE_HEADER + 2)

struct dtls {
    struct ars_timers *timers;
    struct dtls_handlers handlers;
    void *arg;
    SSL *ssl;
    int state;
    bool active;
    bool mismatch; /* the certificate is not the one that SDP announced */
    struct dtls_peer peer;
    struct ars_timer resend_timer;
    struct ars_timer limit_timer;
    const uint8_t *in; /* the datagram being read */
    size_t in_len;
    bool greeted;
    uint8_t hello_random[DTLS_RANDOM_LEN]; /* of the ClientHello that we answer */
};

static const char *const state_names[] = {"idle", "handshaking", "established", "failed"};

static const uint32_t state_edges[] = {
    [DTLS_IDLE] = ARS_TO(DTLS_HANDSHAKING),
    [DTLS_HANDSHAKING] = ARS_TO(DTLS_ESTABLISHED) | ARS_TO(DTLS_FAILED),
    [DTLS_ESTABLISHED] = 0,
    [DTLS_FAILED] = 0,
};

const struct ars_fsm dtls_fsm = {"dtls", state_names, state_edges, 4};

static void on_resend(void *arg);

static int bio_create(BIO *b)
{
    BIO_set_init(b, 1);
    return 1;
}

/* One write is one datagram: OpenSSL fills it up to the MTU by itself. */
static int bio_write(BIO *b, const char *buf, int len)
{
    struct dtls *d = BIO_get_data(b);

    if (len > 0)
        d->handlers.send((const uint8_t *)buf, (size_t)len, d->arg);
    return len;
}

static int bio_read(BIO *b, char *buf, int size)
{
    struct dtls *d = BIO_get_data(b);
    size_t n = d->in_len;

    BIO_clear_retry_flags(b);
    if (!d->in || size <= 0) {
        BIO_set_retry_read(b);
        return -1;
    }
    if (n > (size_t)size)
        n = (size_t)size;
    memcpy(buf, d->in, n);
    d->in = NULL;
    return (int)n;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
    switch (cmd) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return MTU;
    default:
        return 0;
    }
}

static const EVP_MD *digest_of(size_t len)
{
    return len == 32 ? EVP_sha256() : len == 48 ? EVP_sha384() : len == 64 ? EVP_sha512() : NULL;
}

/* RFC 8122 5.1: the certificate is right when it has one of the fingerprints of the description. */
static bool is_expected(const struct dtls_peer *peer, const X509 *cert)
{
    uint8_t md[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    for (size_t i = 0; cert && i < peer->n; i++) {
        const EVP_MD *type = digest_of(peer->v[i].len);

        if (type && X509_digest(cert, type, md, &len) == 1 && len == peer->v[i].len &&
            CRYPTO_memcmp(md, peer->v[i].md, len) == 0)
            return true;
    }
    return false;
}

/* In place of the chain's verification: there is no chain. */
static int on_verify(X509_STORE_CTX *store, void *arg)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct dtls *d = SSL_get_app_data(ssl);

    if (is_expected(&d->peer, X509_STORE_CTX_get0_cert(store)))
        return 1;
    d->mismatch = true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static unsigned next_timeout(SSL *ssl, unsigned previous_us)
{
    if (previous_us == 0)
        return RESEND_FIRST_US;
    return previous_us * 2 < RESEND_MAX_US ? previous_us * 2 : RESEND_MAX_US;
}

int dtlsctx_make(struct dtls_identity *id)
{
    id->bio = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "ars dtls");
    id->ctx = SSL_CTX_new(DTLS_method());
    if (!id->bio || !id->ctx)
        return ENOMEM;
    BIO_meth_set_create(id->bio, bio_create);
    BIO_meth_set_write(id->bio, bio_write);
    BIO_meth_set_read(id->bio, bio_read);
    BIO_meth_set_ctrl(id->bio, bio_ctrl);
    SSL_CTX_set_options(id->ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_SINGLE_ECDH_USE);
    SSL_CTX_set_session_cache_mode(id->ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(id->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(id->ctx, on_verify, NULL);
    SSL_CTX_set_read_ahead(id->ctx, 1);
    /* SSL_CTX_set_tlsext_use_srtp() returns 0 for success */
    if (SSL_CTX_set_min_proto_version(id->ctx, DTLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(id->ctx, DTLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(id->ctx, CIPHERS) != 1 ||
        SSL_CTX_set1_groups_list(id->ctx, GROUPS) != 1 ||
        SSL_CTX_set_tlsext_use_srtp(id->ctx, PROFILES) != 0 ||
        SSL_CTX_use_certificate(id->ctx, id->cert) != 1 ||
        SSL_CTX_use_PrivateKey(id->ctx, id->key) != 1)
        return ENOMEM;
    return 0;
}

bool dtls_peer_eq(const struct dtls_peer *a, const struct dtls_peer *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].len != b->v[i].len || memcmp(a->v[i].md, b->v[i].md, a->v[i].len) != 0)
            return false;
    }
    return true;
}

static void fail(struct dtls *d, bool refused, const char *why)
{
    if (d->state != DTLS_HANDSHAKING)
        return;
    (void)ars_fsm_go(&dtls_fsm, &d->state, DTLS_FAILED);
    ars_timer_stop(&d->resend_timer);
    ars_timer_stop(&d->limit_timer);
    ars_log(ARS_LOG_WARN, "media", "dtls: %s", why);
    d->handlers.failed(refused, why, d->arg);
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. */
static int export_keys(struct dtls *d, struct srtp_keys *ret)
{
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(d->ssl);
    uint8_t block[2 * SRTP_KEY_MAX];
    uint8_t *client = d->active ? ret->local : ret->remote;
    uint8_t *server = d->active ? ret->remote : ret->local;
    size_t key;
    size_t salt;
    int err = 0;

    if (!profile)
        return ENOENT;
    ret->profile = (enum srtp_profile)profile->id;
    key = srtp_profile_key_len(ret->profile);
    salt = srtp_profile_salt_len(ret->profile);
    if (key == 0)
        return ENOTSUP;
    if (SSL_export_keying_material(d->ssl, block, 2 * (key + salt), EXPORT_LABEL,
                                   strlen(EXPORT_LABEL), NULL, 0, 0) != 1) {
        err = EIO;
        goto out;
    }
    memcpy(client, block, key);
    memcpy(server, block + key, key);
    memcpy(client + key, block + 2 * key, salt);
    memcpy(server + key, block + 2 * key + salt, salt);

out:
    OPENSSL_cleanse(block, sizeof(block));
    return err;
}

static void on_handshake_done(struct dtls *d)
{
    struct srtp_keys keys = {0};
    X509 *cert = SSL_get1_peer_certificate(d->ssl);
    bool expected = is_expected(&d->peer, cert);

    X509_free(cert);
    if (!expected) {
        fail(d, true, "the certificate has another fingerprint than announced");
        return;
    }
    if (export_keys(d, &keys)) {
        fail(d, true, "no SRTP profile in common");
        return;
    }
    ars_timer_stop(&d->limit_timer);
    (void)ars_fsm_go(&dtls_fsm, &d->state, DTLS_ESTABLISHED);
    ars_log(ARS_LOG_INFO, "media", "dtls: %s, %s, %s", SSL_get_version(d->ssl),
            SSL_get_cipher_name(d->ssl), srtp_profile_name(keys.profile));
    d->handlers.established(&keys, d->arg);
    OPENSSL_cleanse(&keys, sizeof(keys));
}

static void arm_resend(struct dtls *d)
{
    struct timeval tv;

    if (d->state != DTLS_HANDSHAKING || DTLSv1_get_timeout(d->ssl, &tv) != 1) {
        ars_timer_stop(&d->resend_timer);
        return;
    }
    ars_timer_start(d->timers, &d->resend_timer,
                    (uint64_t)tv.tv_sec * 1000 + (uint64_t)(tv.tv_usec + 999) / 1000, on_resend, d);
}

static void handshake_error(struct dtls *d)
{
    unsigned long e = ERR_peek_last_error();
    const char *why = e ? ERR_reason_error_string(e) : NULL;

    fail(d, true,
         d->mismatch ? "the certificate has another fingerprint than announced"
         : why       ? why
                     : "handshake refused");
    ERR_clear_error();
}

static void step(struct dtls *d)
{
    uint8_t drop[64]; /* application data has no place here */
    int r;

    ERR_clear_error();
    if (d->state == DTLS_ESTABLISHED) { /* alerts; a repeated last flight is answered again */
        while (SSL_read(d->ssl, drop, sizeof(drop)) > 0)
            continue;
        ERR_clear_error();
        return;
    }
    r = SSL_do_handshake(d->ssl);
    if (r == 1) {
        on_handshake_done(d);
    } else if (SSL_get_error(d->ssl, r) != SSL_ERROR_WANT_READ) {
        handshake_error(d);
        return;
    }
    arm_resend(d);
}

static void on_resend(void *arg)
{
    struct dtls *d = arg;

    ERR_clear_error();
    if (DTLSv1_handle_timeout(d->ssl) < 0) {
        handshake_error(d);
        return;
    }
    arm_resend(d);
}

static void on_limit(void *arg)
{
    fail(arg, false, "no DTLS handshake within 15 s");
}

static int make_ssl(struct dtls *d, struct dtls_identity *id)
{
    BIO *bio;

    d->ssl = SSL_new(id->ctx);
    if (!d->ssl)
        return ENOMEM;
    bio = BIO_new(id->bio);
    if (!bio)
        return ENOMEM;
    BIO_set_data(bio, d);
    SSL_set_bio(d->ssl, bio, bio);
    SSL_set_app_data(d->ssl, d);
    SSL_set_mtu(d->ssl, MTU);
    DTLS_set_timer_cb(d->ssl, next_timeout);
    if (d->active)
        SSL_set_connect_state(d->ssl);
    else
        SSL_set_accept_state(d->ssl);
    return 0;
}

int dtls_alloc(struct dtls **ret, struct ars_loop *loop, struct dtls_identity *id, bool active,
               const struct dtls_peer *peer, const struct dtls_handlers *handlers, void *arg)
{
    struct dtls *d = calloc(1, sizeof(*d));
    int err;

    if (!d)
        return ENOMEM;
    d->timers = ars_loop_timers(loop);
    d->handlers = *handlers;
    d->arg = arg;
    d->active = active;
    d->peer = *peer;
    err = make_ssl(d, id);
    if (err)
        dtls_free(d);
    else
        *ret = d;
    return err;
}

void dtls_free(struct dtls *d)
{
    if (!d)
        return;
    ars_timer_stop(&d->resend_timer);
    ars_timer_stop(&d->limit_timer);
    SSL_free(d->ssl);
    ERR_clear_error();
    free(d);
}

void dtls_close(struct dtls *d)
{
    if (d && d->state == DTLS_ESTABLISHED)
        (void)SSL_shutdown(d->ssl);
}

void dtls_start(struct dtls *d)
{
    if (d->state != DTLS_IDLE)
        return;
    (void)ars_fsm_go(&dtls_fsm, &d->state, DTLS_HANDSHAKING);
    ars_timer_start(d->timers, &d->limit_timer, HANDSHAKE_MS, on_limit, d);
    if (d->active)
        step(d);
}

static bool is_client_hello(const uint8_t *buf, size_t len)
{
    bool epoch_0 = len >= RANDOM_AT + DTLS_RANDOM_LEN && buf[3] == 0 && buf[4] == 0;
    /* the random is in the first fragment */
    return epoch_0 && buf[0] == TYPE_HANDSHAKE && buf[RECORD_HEADER] == TYPE_CLIENT_HELLO &&
           buf[RECORD_HEADER + 6] == 0 && buf[RECORD_HEADER + 7] == 0 &&
           buf[RECORD_HEADER + 8] == 0;
}

void dtls_receive(struct dtls *d, const uint8_t *buf, size_t len)
{
    if (d->state != DTLS_HANDSHAKING && d->state != DTLS_ESTABLISHED)
        return;
    if (!d->active && !d->greeted && is_client_hello(buf, len)) {
        d->greeted = true;
        memcpy(d->hello_random, buf + RANDOM_AT, DTLS_RANDOM_LEN);
    }
    d->in = buf;
    d->in_len = len;
    step(d);
    d->in = NULL;
}

bool dtls_is_active(const struct dtls *d)
{
    return d->active;
}

bool dtls_is_established(const struct dtls *d)
{
    return d->state == DTLS_ESTABLISHED;
}

bool dtls_is_new_hello(const struct dtls *d, const uint8_t *buf, size_t len)
{
    return !d->active && d->greeted && is_client_hello(buf, len) &&
           memcmp(d->hello_random, buf + RANDOM_AT, DTLS_RANDOM_LEN) != 0;
}
