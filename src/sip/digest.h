/*
 * sip: HTTP digest arithmetic and parameters (RFC 7616, RFC 8760).
 */
#ifndef SIP_DIGEST_H
#define SIP_DIGEST_H

#include <stdbool.h>
#include <re.h>

#define DIGEST_HEX_MAX 65 /* SHA-256 and SHA-512-256 in hex, and a NUL */

/* Weakest first: RFC 8760 section 2.4 leaves the choice to the client. */
enum digest_alg {
    DIGEST_NONE,
    DIGEST_MD5,
    DIGEST_SHA_256,
    DIGEST_SHA_512_256,
};

struct digest {
    enum digest_alg alg;
    bool sess;
    const char *user;
    const char *realm;
    const char *password;
    const char *method;
    const char *uri;
    const char *nonce;
    const char *cnonce; /* NULL: without qop (RFC 2069) */
    const char *nc;     /* 8 hex digits */
};

/* "MD5", "SHA-256-sess", ...; DIGEST_NONE for others. Empty: MD5. */
enum digest_alg digest_alg_of(const struct pl *name, bool *ret_sess);

/* ENOMEM, EINVAL. */
int digest_response(const struct digest *d, char out[DIGEST_HEX_MAX]);

/* Hex of HMAC-SHA-256 of s. ENOMEM. */
int digest_sign(const void *key, size_t len, const char *s, char out[DIGEST_HEX_MAX]);

/* A parameter of "Digest a=b, c="d"": quotes are stripped, escapes stay. */
bool digest_param(const struct pl *val, const char *name, struct pl *ret);

/* Does the value begin with the scheme Digest? */
bool digest_is(const struct pl *val);

/* Is `want` a member of a comma list such as "auth, auth-int"? */
bool digest_list_has(const struct pl *list, const char *want);

#endif
