/*
 * Digest arithmetic over OpenSSL's EVP.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "digest.h"
#include "msg_in.h"

struct alg_name {
    const char *name;
    enum digest_alg alg;
    bool sess;
};

static const struct alg_name names[] = {
    {"MD5", DIGEST_MD5, false},
    {"MD5-sess", DIGEST_MD5, true},
    {"SHA-256", DIGEST_SHA_256, false},
    {"SHA-256-sess", DIGEST_SHA_256, true},
    {"SHA-512-256", DIGEST_SHA_512_256, false},
    {"SHA-512-256-sess", DIGEST_SHA_512_256, true},
};

enum digest_alg digest_alg_of(const struct pl *name, bool *ret_sess)
{
    *ret_sess = false;
    if (!name->l)
        return DIGEST_MD5;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (pl_strcasecmp(name, names[i].name) == 0) {
            *ret_sess = names[i].sess;
            return names[i].alg;
        }
    }
    return DIGEST_NONE;
}

static const EVP_MD *md_of(enum digest_alg alg)
{
    switch (alg) {
    case DIGEST_MD5:
        return EVP_md5();
    case DIGEST_SHA_256:
        return EVP_sha256();
    case DIGEST_SHA_512_256:
        return EVP_sha512_256();
    case DIGEST_NONE:
        break;
    }
    return NULL;
}

/* Hex of H(part ":" part ...). */
static int hash(enum digest_alg alg, char out[DIGEST_HEX_MAX], const char *const *parts, size_t n)
{
    const EVP_MD *md = md_of(alg);
    EVP_MD_CTX *ctx;
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    bool good;

    if (!md)
        return EINVAL;
    ctx = EVP_MD_CTX_new();
    good = ctx && EVP_DigestInit_ex(ctx, md, NULL) == 1;
    for (size_t i = 0; good && i < n; i++) {
        good = (i == 0 || EVP_DigestUpdate(ctx, ":", 1) == 1) &&
               EVP_DigestUpdate(ctx, parts[i], strlen(parts[i])) == 1;
    }
    good = good && EVP_DigestFinal_ex(ctx, raw, &len) == 1;
    EVP_MD_CTX_free(ctx);
    if (!good || len * 2 >= DIGEST_HEX_MAX) {
        /* nothing is left in the thread's queue for TLS to stumble over */
        ERR_clear_error();
        return ENOMEM;
    }
    ars_hex(raw, len, out);
    ars_wipe(raw, sizeof(raw));
    return 0;
}

/* RFC 7616 sections 3.4.1 to 3.4.3. */
int digest_response(const struct digest *d, char out[DIGEST_HEX_MAX])
{
    const char *a1[] = {d->user, d->realm, d->password};
    const char *a2[] = {d->method, d->uri};
    char ha1[DIGEST_HEX_MAX];
    char ha2[DIGEST_HEX_MAX];
    int err;

    err = hash(d->alg, ha1, a1, 3);
    if (!err && d->sess) {
        const char *sess[] = {ha1, d->nonce, d->cnonce ? d->cnonce : ""};

        err = hash(d->alg, ha1, sess, 3);
    }
    if (!err)
        err = hash(d->alg, ha2, a2, 2);
    if (!err && d->cnonce) {
        const char *all[] = {ha1, d->nonce, d->nc, d->cnonce, "auth", ha2};

        err = hash(d->alg, out, all, 6);
    } else if (!err) {
        const char *all[] = {ha1, d->nonce, ha2};

        err = hash(d->alg, out, all, 3);
    }
    ars_wipe(ha1, sizeof(ha1));
    return err;
}

int digest_sign(const void *key, size_t len, const char *s, char out[DIGEST_HEX_MAX])
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    if (!HMAC(EVP_sha256(), key, (int)len, (const uint8_t *)s, strlen(s), mac, &n) ||
        n * 2 >= DIGEST_HEX_MAX) {
        ERR_clear_error();
        return ENOMEM;
    }
    ars_hex(mac, n, out);
    return 0;
}

bool digest_is(const struct pl *val)
{
    return val->l > 7 && strncasecmp(val->p, "Digest", 6) == 0 &&
           (val->p[6] == ' ' || val->p[6] == '\t');
}

bool digest_param(const struct pl *val, const char *name, struct pl *ret)
{
    struct pl rest = *val;
    struct pl one;

    if (!digest_is(val))
        return false;
    rest.p += 7;
    rest.l -= 7;
    while (msg_in_split(&rest, &one)) {
        if (msg_in_param(&one, name, ret))
            return true;
    }
    return false;
}

bool digest_list_has(const struct pl *list, const char *want)
{
    struct pl rest = *list;
    struct pl one;

    while (msg_in_split(&rest, &one)) {
        if (pl_strcasecmp(&one, want) == 0)
            return true;
    }
    return false;
}
