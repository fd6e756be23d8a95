/* Which server certificates are good, and what to say about the others. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ars/addr.h>
#include <ars/str.h>

#include "trust.h"

/* RFC 2253 order and escapes, UTF-8 kept as it is. */
#define NAME_FLAGS ((XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) & ~ASN1_STRFLGS_ESC_MSB)

static void put(char *out, size_t size, const char *s)
{
    size_t used = strlen(out);

    (void)ars_strcpy(out + used, size - used, s);
}

static void name_text(X509_NAME *name, char *out, size_t size)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long len;

    if (bio && name && X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) >= 0) {
        len = BIO_get_mem_data(bio, &data);
        (void)ars_strncpy(out, size, data, len > 0 ? (size_t)len : 0);
    }
    BIO_free(bio);
}

/* A dNSName may hold any byte: what is not plain ASCII is shown as '?'. */
static void dns_name_text(const ASN1_IA5STRING *s, char out[256])
{
    const unsigned char *p = ASN1_STRING_get0_data(s);
    int len = ASN1_STRING_length(s);
    int i;

    for (i = 0; i < len && i < 255; i++)
        out[i] = p[i] > ' ' && p[i] < 0x7f ? (char)p[i] : '?';
    out[i] = '\0';
}

static bool address_text(const ASN1_OCTET_STRING *s, char out[256])
{
    int len = ASN1_STRING_length(s);
    struct ars_addr a = {.family = len == 4 ? ARS_AF_INET : ARS_AF_INET6};
    char ip[ARS_ADDR_STR];

    if (len != 4 && len != 16)
        return false;
    memcpy(a.ip, ASN1_STRING_get0_data(s), (size_t)len);
    (void)ars_strcpy(out, 256, ars_addr_ip(&a, ip));
    return true;
}

static void alt_names_text(const X509 *x, char *out, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
        char one[256];

        if (n->type == GEN_DNS)
            dns_name_text(n->d.dNSName, one);
        else if (n->type != GEN_IPADD || !address_text(n->d.iPAddress, one))
            continue;
        if (out[0])
            put(out, size, ", ");
        put(out, size, one);
    }
    GENERAL_NAMES_free(names);
}

static int64_t asn1_seconds(const ASN1_TIME *t)
{
    struct tm tm = {0};

    return ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) : 0;
}

static bool leaf_sha256(const X509 *x, uint8_t out[ARS_PIN_LEN])
{
    unsigned len = 0;

    return X509_digest(x, EVP_sha256(), out, &len) && len == ARS_PIN_LEN;
}

static void cert_fill(struct ars_cert *c, const X509 *x)
{
    memset(c, 0, sizeof(*c));
    name_text(X509_get_subject_name(x), c->subject, sizeof(c->subject));
    name_text(X509_get_issuer_name(x), c->issuer, sizeof(c->issuer));
    alt_names_text(x, c->names, sizeof(c->names));
    c->not_before = asn1_seconds(X509_get0_notBefore(x));
    c->not_after = asn1_seconds(X509_get0_notAfter(x));
    (void)leaf_sha256(x, c->sha256);
}

static bool leaf_is_pinned(const struct trust_check *c, const X509 *leaf)
{
    uint8_t sha[ARS_PIN_LEN];

    return leaf && leaf_sha256(leaf, sha) && memcmp(sha, c->trust->pin, ARS_PIN_LEN) == 0;
}

static bool leaf_is_for(X509 *leaf, const char *host)
{
    struct ars_addr addr;

    if (ars_addr_parse(host, 0, &addr) == 0)
        return X509_check_ip_asc(leaf, host, 0) == 1;
    return X509_check_host(leaf, host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

static void day_text(int64_t seconds, char out[16])
{
    time_t t = (time_t)seconds;
    struct tm tm = {0};

    if (!gmtime_r(&t, &tm) || strftime(out, 16, "%Y-%m-%d", &tm) == 0)
        out[0] = '\0';
}

static void issuer_words(int error, char *out, size_t size)
{
    switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        (void)ars_strcpy(out, size, "the certificate is self-signed");
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        (void)ars_strcpy(out, size, "the certificate's issuer is not trusted");
        break;
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        out[0] = '\0';
        break;
    default:
        (void)ars_strcpy(out, size, X509_verify_cert_error_string(error));
        break;
    }
}

/*
 * OpenSSL stops at the first thing that is wrong. A pin would forgive all of them, so the user is
 * told all: the chain's error, the time, the name.
 */
static void problem_words(struct trust_check *c, X509 *leaf, int error)
{
    struct ars_cert *cert = &c->cert;
    char *out = cert->problem;
    size_t size = sizeof(cert->problem);
    char words[256] = "";
    char day[16] = "";

    issuer_words(error, out, size);
    if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0) {
        day_text(cert->not_after, day);
        (void)snprintf(words, sizeof(words), "the certificate expired on %s", day);
    } else if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0) {
        day_text(cert->not_before, day);
        (void)snprintf(words, sizeof(words), "the certificate is not valid before %s", day);
    }
    if (words[0]) {
        put(out, size, out[0] ? "; " : "");
        put(out, size, words);
    }
    if (!leaf_is_for(leaf, c->host)) {
        (void)snprintf(words, sizeof(words), "the certificate is for %.80s, not %.80s",
                       cert->names[0] ? cert->names : cert->subject, c->host);
        put(out, size, out[0] ? "; " : "");
        put(out, size, words);
    }
    if (!out[0])
        put(out, size, X509_verify_cert_error_string(error));
}

static bool refuse(struct trust_check *c, X509 *leaf, int error)
{
    c->refused = true;
    memset(&c->cert, 0, sizeof(c->cert));
    if (!leaf) {
        put(c->cert.problem, sizeof(c->cert.problem), "the server showed no certificate");
        return false;
    }
    cert_fill(&c->cert, leaf);
    if (c->trust->has_pin)
        put(c->cert.problem, sizeof(c->cert.problem),
            "this is not the certificate that was accepted for this account");
    else
        problem_words(c, leaf, error);
    return false;
}

/* Names such as 1a2b3c4d.0, by which OpenSSL finds a certificate without reading the others. */
static bool has_hashed_names(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *e;
    bool found = false;

    while (dir && !found && (e = readdir(dir)))
        found = strspn(e->d_name, "0123456789abcdef") == 8 && e->d_name[8] == '.';
    if (dir)
        closedir(dir);
    return found;
}

/* The one file with everything takes 50 ms to read: it is left where there is such a folder. */
void ars_trust_system_store(struct ssl_ctx_st *ctx)
{
    const char *folder = getenv(X509_get_default_cert_dir_env());

    (void)SSL_CTX_set_default_verify_dir(ctx);
    if (getenv(X509_get_default_cert_file_env()) ||
        !has_hashed_names(folder ? folder : X509_get_default_cert_dir()))
        (void)SSL_CTX_set_default_verify_file(ctx);
}

SSL_CTX *trust_ctx_new(const struct ars_trust *t, char *problem, size_t size)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION)) {
        (void)snprintf(problem, size, "no TLS context");
        goto fail;
    }
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    /* a resumed session would skip the verify callback */
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (!t->has_pin) /* which alone decides then */
        ars_trust_system_store(ctx);
    if (t->ca_file && !SSL_CTX_load_verify_file(ctx, t->ca_file)) {
        (void)snprintf(problem, size, "no CA certificate can be read from %s", t->ca_file);
        goto fail;
    }
    ERR_clear_error();
    return ctx;

fail:
    ERR_clear_error();
    SSL_CTX_free(ctx);
    return NULL;
}

void trust_ssl_prepare(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    struct ars_addr addr;

    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (ars_addr_parse(host, 0, &addr) == 0) {
        /* RFC 6066 section 3: literal addresses are not permitted in "HostName" */
        (void)SSL_set_tlsext_host_name(ssl, NULL);
        (void)X509_VERIFY_PARAM_set1_host(param, NULL, 0);
        (void)X509_VERIFY_PARAM_set1_ip_asc(param, host);
    } else {
        (void)SSL_set_tlsext_host_name(ssl, host);
        (void)X509_VERIFY_PARAM_set1_host(param, host, 0);
    }
}

bool trust_verify(struct trust_check *c, X509_STORE_CTX *store, bool ok)
{
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    int error = X509_STORE_CTX_get_error(store);

    if (c->trust->has_pin) {
        if (leaf_is_pinned(c, leaf)) {
            X509_STORE_CTX_set_error(store, X509_V_OK);
            return true;
        }
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return refuse(c, leaf, error);
    }
    return ok || refuse(c, leaf, error);
}

bool trust_peer(struct trust_check *c, SSL *ssl)
{
    X509 *leaf = ssl ? SSL_get1_peer_certificate(ssl) : NULL;
    bool good = leaf != NULL;

    if (good && c->trust->has_pin)
        good = leaf_is_pinned(c, leaf);
    else if (good)
        good = SSL_get_verify_result(ssl) == X509_V_OK && leaf_is_for(leaf, c->host);
    if (!good)
        (void)refuse(c, leaf, ssl ? (int)SSL_get_verify_result(ssl) : X509_V_ERR_UNSPECIFIED);
    X509_free(leaf);
    return good;
}

int ars_pin_parse(const char *s, uint8_t ret[ARS_PIN_LEN])
{
    return ars_unhex(s, ret, ARS_PIN_LEN);
}
