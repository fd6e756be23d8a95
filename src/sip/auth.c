/*
 * Client digest (RFC 3261 section 22, RFC 7616, RFC 8760).
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/secret.h>

#include "auth.h"
#include "endpoint.h"
#include "msg_in.h"
#include "msg_out.h"

/* Asterisk takes a nonce for 32 s, FreeSWITCH for 60 s; a stale one costs what none would. */
#define FRESH_MS   60000u
#define CNONCE_LEN 16u

/* A challenge as it stands in the message. */
struct challenge {
    struct pl realm;
    struct pl nonce;
    struct pl opaque;
    struct pl alg_name;
    enum digest_alg alg;
    bool sess;
    bool qop;
    bool proxy;
    bool stale;
};

static void clear_cred(struct auth_cred *c)
{
    free(c->realm);
    free(c->nonce);
    free(c->opaque);
    free(c->alg_name);
    memset(c, 0, sizeof(*c));
}

void auth_clear(struct auth *a)
{
    for (size_t i = 0; i < SIP_REALMS_MAX; i++)
        clear_cred(&a->creds[i]);
}

/* False: not digest, or nothing that we know. */
static bool parse(struct challenge *ch, const struct pl *val, bool proxy)
{
    struct pl pl;

    memset(ch, 0, sizeof(*ch));
    ch->proxy = proxy;
    if (!digest_param(val, "realm", &ch->realm) || !digest_param(val, "nonce", &ch->nonce))
        return false;
    (void)digest_param(val, "opaque", &ch->opaque);
    (void)digest_param(val, "algorithm", &ch->alg_name);
    ch->alg = digest_alg_of(&ch->alg_name, &ch->sess);
    ch->stale = digest_param(val, "stale", &pl) && pl_strcasecmp(&pl, "true") == 0;
    if (digest_param(val, "qop", &pl) && pl.l) {
        ch->qop = digest_list_has(&pl, "auth");
        if (!ch->qop)
            return false;
    }
    /* RFC 7616 section 3.4.2: -sess needs the cnonce that qop brings */
    return ch->alg != DIGEST_NONE && (ch->qop || !ch->sess);
}

/* Keeps the strongest of each realm. */
static size_t merge(struct challenge *list, size_t n, const struct challenge *ch)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].proxy == ch->proxy && pl_cmp(&list[i].realm, &ch->realm) == 0) {
            if (ch->alg > list[i].alg)
                list[i] = *ch;
            return n;
        }
    }
    if (n < SIP_REALMS_MAX)
        list[n++] = *ch;
    return n;
}

/* *ret_foreign: challenges of other realms than the one that the password is for. */
static size_t collect(const struct ars_sip *sip, const struct sip_in *in, struct challenge *list,
                      size_t *ret_foreign)
{
    static const char *const headers[] = {"WWW-Authenticate", "Proxy-Authenticate"};
    size_t seen = 0;
    size_t n = 0;

    for (size_t h = 0; h < 2; h++) {
        const struct pl *val = msg_in_hdr(in, headers[h]);

        for (; val && seen < SIP_CHALLENGES_MAX; val = msg_in_next(in, headers[h], val)) {
            struct challenge ch;

            seen++;
            if (!parse(&ch, val, h == 1))
                continue;
            if (sip->realm && pl_strcmp(&ch.realm, sip->realm))
                ++*ret_foreign;
            else
                n = merge(list, n, &ch);
        }
    }
    return n;
}

/* The slot of that realm, else a free one, else the oldest. */
static size_t slot_for(struct auth *a, const struct challenge *ch)
{
    size_t best = 0;

    for (size_t i = 0; i < SIP_REALMS_MAX; i++) {
        const struct auth_cred *c = &a->creds[i];

        if (c->realm && c->proxy == ch->proxy && pl_strcmp(&ch->realm, c->realm) == 0)
            return i;
        if (c->at_ms < a->creds[best].at_ms)
            best = i;
    }
    return best;
}

static bool is_same(const struct auth_cred *c, const struct challenge *ch)
{
    return c->realm && c->proxy == ch->proxy && pl_strcmp(&ch->realm, c->realm) == 0;
}

static int learn(struct auth_cred *c, const struct challenge *ch)
{
    bool again = is_same(c, ch) && pl_strcmp(&ch->nonce, c->nonce) == 0;
    struct auth_cred fresh = {
        .realm = msg_in_dup(&ch->realm),
        .nonce = msg_in_dup(&ch->nonce),
        .opaque = ch->opaque.p ? msg_in_dup(&ch->opaque) : NULL,
        .alg_name = ch->alg_name.p ? msg_in_dup(&ch->alg_name) : NULL,
        .alg = ch->alg,
        .sess = ch->sess,
        .qop = ch->qop,
        .proxy = ch->proxy,
        .nc = again ? c->nc : 0, /* RFC 7616 section 3.4: requests sent with this nonce */
        .at_ms = ars_clock_ms(),
    };

    if (!fresh.realm || !fresh.nonce || (ch->opaque.p && !fresh.opaque) ||
        (ch->alg_name.p && !fresh.alg_name)) {
        clear_cred(&fresh);
        return ENOMEM;
    }
    clear_cred(c);
    *c = fresh;
    return 0;
}

/* Has this challenge been answered already, with nothing but the password left to be wrong? */
static bool is_refusal(const struct auth *a, const struct auth_try *t, const struct challenge *ch,
                       size_t i)
{
    const struct auth_cred *c = &a->creds[i];
    uint32_t bit = 1u << i;

    if (ch->stale || !(t->sent & bit) || !is_same(c, ch))
        return false;
    return (t->challenged & bit) || pl_strcmp(&ch->nonce, c->nonce) == 0;
}

int auth_challenged(struct ars_sip *sip, struct auth_try *t, const struct sip_in *in)
{
    struct challenge list[SIP_REALMS_MAX];
    size_t foreign = 0;
    size_t n = collect(sip, in, list, &foreign);

    if (!n)
        return foreign ? EPERM : ENOTSUP;
    if (++t->tries > SIP_AUTH_TRIES_MAX)
        return ELOOP;
    for (size_t k = 0; k < n; k++) {
        size_t i = slot_for(&sip->auth, &list[k]);

        if (is_refusal(&sip->auth, t, &list[k], i)) {
            clear_cred(&sip->auth.creds[i]);
            return EACCES;
        }
        if (learn(&sip->auth.creds[i], &list[k]))
            return ENOMEM;
        t->challenged |= 1u << i;
    }
    return 0;
}

static int add_one(struct ars_sip *sip, struct auth_cred *c, struct ars_buf *b, const char *method,
                   const char *uri)
{
    char cnonce[CNONCE_LEN + 1];
    char nc[9];
    char response[DIGEST_HEX_MAX];
    char *realm = ars_strdup(c->realm);
    struct digest d = {
        .alg = c->alg,
        .sess = c->sess,
        .user = sip->auth_user,
        .realm = realm,
        .password = ars_secret_text(sip->password),
        .method = method,
        .uri = uri,
        .nonce = c->nonce,
        .cnonce = c->qop ? cnonce : NULL,
        .nc = nc,
    };
    int err;

    if (!realm)
        return ENOMEM;
    msg_in_unquote(realm); /* RFC 7616 section 3.4.2: unq(realm) */
    ars_rand_token(cnonce, CNONCE_LEN);
    snprintf(nc, sizeof(nc), "%08x", (unsigned)++c->nc);
    err = digest_response(&d, response);
    free(realm);
    if (err)
        return err;
    ars_buf_addf(b, "%s: Digest username=", c->proxy ? "Proxy-Authorization" : "Authorization");
    msg_out_quoted(b, sip->auth_user);
    ars_buf_addf(b, ", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\"", c->realm, c->nonce,
                 uri, response);
    if (c->alg_name)
        ars_buf_addf(b, ", algorithm=%s", c->alg_name);
    if (c->opaque)
        ars_buf_addf(b, ", opaque=\"%s\"", c->opaque);
    if (c->qop)
        ars_buf_addf(b, ", qop=auth, cnonce=\"%s\", nc=%s", cnonce, nc);
    ars_buf_adds(b, "\r\n");
    return b->err;
}

/*
 * What goes out unasked: a REGISTER is challenged by its registrar (401), other requests by
 * whichever challenged last.
 */
static uint32_t up_front(const struct ars_sip *sip, const char *method)
{
    bool www_only = strcmp(method, "REGISTER") == 0;
    uint64_t now = ars_clock_ms();
    const struct auth_cred *best = NULL;

    for (size_t i = 0; i < SIP_REALMS_MAX; i++) {
        const struct auth_cred *c = &sip->auth.creds[i];

        if (!c->realm || now - c->at_ms > FRESH_MS || (www_only && c->proxy))
            continue;
        if (!best || (c->proxy && !best->proxy) ||
            (c->proxy == best->proxy && c->at_ms > best->at_ms))
            best = c;
    }
    return best ? 1u << (best - sip->auth.creds) : 0;
}

int auth_add(struct ars_sip *sip, struct auth_try *t, struct ars_buf *b, const char *method,
             const char *uri)
{
    uint32_t set = t->tries ? t->challenged : up_front(sip, method);

    t->sent = set;
    for (size_t i = 0; i < SIP_REALMS_MAX; i++) {
        if ((set & 1u << i) && sip->auth.creds[i].realm) {
            int err = add_one(sip, &sip->auth.creds[i], b, method, uri);

            if (err)
                return err;
        }
    }
    return b->err;
}
