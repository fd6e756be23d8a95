/*
 * Server side of digest, for the demo line's registrar. Nonces carry their time and are signed with
 * the endpoint's key, so that nothing is kept.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/secret.h>

#include "digest.h"
#include "endpoint.h"
#include "msg_in.h"
#include "request.h"

#define NONCE_LIFE_MS  60000u
#define NONCE_TIME_HEX 16u
#define NONCE_MAC_HEX  32u
#define NONCE_LEN      (NONCE_TIME_HEX + NONCE_MAC_HEX)

static int make_nonce(const struct ars_sip *sip, uint64_t ms, char out[NONCE_LEN + 1])
{
    char mac[DIGEST_HEX_MAX];
    int err;

    snprintf(out, NONCE_LEN + 1, "%016llx", (unsigned long long)ms);
    err = digest_sign(sip->nonce_key, sizeof(sip->nonce_key), out, mac);
    if (!err)
        ars_strncpy(out + NONCE_TIME_HEX, NONCE_MAC_HEX + 1, mac, NONCE_MAC_HEX);
    return err;
}

/* Ours, and not too old? */
static bool is_fresh(const struct ars_sip *sip, const char *nonce)
{
    uint64_t now = ars_clock_ms();
    char good[NONCE_LEN + 1];
    char head[NONCE_TIME_HEX + 1];
    uint64_t ms;

    if (strlen(nonce) != NONCE_LEN)
        return false;
    memcpy(head, nonce, NONCE_TIME_HEX);
    head[NONCE_TIME_HEX] = '\0';
    ms = strtoull(head, NULL, 16);
    if (ms > now || now - ms > NONCE_LIFE_MS || make_nonce(sip, ms, good))
        return false;
    return mem_seccmp((const uint8_t *)good, (const uint8_t *)nonce, NONCE_LEN) == 0;
}

static int challenge(const struct ars_sip *sip, const char *realm, const char *algorithm,
                     bool stale, char **ret)
{
    char nonce[NONCE_LEN + 1];
    struct ars_buf b;
    char *text;
    int err = make_nonce(sip, ars_clock_ms(), nonce);

    if (err)
        return err;
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "Digest realm=\"%s\", nonce=\"%s\", algorithm=%s, qop=\"auth\"%s", realm,
                 nonce, algorithm, stale ? ", stale=true" : "");
    text = ars_buf_take(&b, &err);
    if (!text)
        return err;
    *ret = text;
    return ENOENT;
}

/* The parameters of Authorization, as strings. */
struct given {
    char *user;
    char *realm;
    char *nonce;
    char *uri;
    char *cnonce;
    char *nc;
    char *response;
};

static void given_free(struct given *g)
{
    free(g->user);
    free(g->realm);
    free(g->nonce);
    free(g->uri);
    free(g->cnonce);
    free(g->nc);
    free(g->response);
}

static char *param(const struct pl *val, const char *name)
{
    struct pl pl;

    return digest_param(val, name, &pl) ? msg_in_dup(&pl) : NULL;
}

static bool given_take(struct given *g, const struct pl *val)
{
    g->user = param(val, "username");
    g->realm = param(val, "realm");
    g->nonce = param(val, "nonce");
    g->uri = param(val, "uri");
    g->cnonce = param(val, "cnonce");
    g->nc = param(val, "nc");
    g->response = param(val, "response");
    return g->user && g->realm && g->nonce && g->uri && g->cnonce && g->nc && g->response;
}

static int verify(const struct sip_in *in, const struct given *g, enum digest_alg alg,
                  const struct ars_secret *password)
{
    char *method = msg_in_dup(&in->method);
    struct digest d = {.alg = alg,
                       .user = g->user,
                       .realm = g->realm,
                       .password = ars_secret_text(password),
                       .method = method,
                       .uri = g->uri,
                       .nonce = g->nonce,
                       .cnonce = g->cnonce,
                       .nc = g->nc};
    char want[DIGEST_HEX_MAX];
    int err = method ? digest_response(&d, want) : ENOMEM;

    free(method);
    if (err)
        return err;
    if (strlen(g->response) != strlen(want))
        return EACCES;
    return mem_seccmp((const uint8_t *)want, (const uint8_t *)g->response, strlen(want)) ? EACCES
                                                                                         : 0;
}

int ars_sip_digest_check(const struct ars_sip_request *req, const char *realm, const char *user,
                         const struct ars_secret *password, const char *algorithm,
                         char **ret_challenge)
{
    const struct sip_in *in = request_in(req);
    const struct ars_sip *sip = request_sip(req);
    const struct pl *val = msg_in_hdr(in, "Authorization");
    struct pl name = {algorithm, strlen(algorithm)};
    bool sess;
    enum digest_alg alg = digest_alg_of(&name, &sess);
    struct given g = {0};
    int err;

    if (alg == DIGEST_NONE || sess)
        return EINVAL;
    if (!val)
        return challenge(sip, realm, algorithm, false, ret_challenge);
    if (!given_take(&g, val))
        err = EACCES;
    else if (!is_fresh(sip, g.nonce))
        err = challenge(sip, realm, algorithm, true, ret_challenge);
    else if (strcmp(g.realm, realm) || strcmp(g.user, user) || pl_strcmp(&in->ruri, g.uri))
        err = EACCES;
    else
        err = verify(in, &g, alg, password);
    given_free(&g);
    return err;
}
