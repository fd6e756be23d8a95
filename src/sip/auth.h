/*
 * sip: client digest. Challenges are kept per realm and used up front while they are fresh.
 */
#ifndef SIP_AUTH_H
#define SIP_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/str.h>

#include "digest.h"
#include "bounds.h"

struct ars_sip;
struct sip_in;

struct auth_cred {
    char *realm; /* NULL: free */
    char *nonce;
    char *opaque;   /* or NULL */
    char *alg_name; /* as the challenge spelled it, or NULL */
    enum digest_alg alg;
    bool sess;
    bool qop;
    bool proxy;
    uint32_t nc;
    uint64_t at_ms;
};

struct auth {
    struct auth_cred creds[SIP_REALMS_MAX];
};

/* One request's way through its challenges; zeroed for each new one. */
struct auth_try {
    unsigned tries;
    uint32_t sent;       /* creds in the last request, by bit */
    uint32_t challenged; /* creds with a nonce given to this very request */
};

/*
 * Learns from a 401 or 407. 0: send again; EACCES: the password is wrong; ENOTSUP: no challenge
 * that we can answer; EPERM: none of the realm that we are for; ELOOP: too many; ENOMEM.
 */
int auth_challenged(struct ars_sip *sip, struct auth_try *t, const struct sip_in *in);

/*
 * Adds (Proxy-)Authorization lines: for what this request was challenged with, else, on its first
 * sending, for one challenge that is still fresh. ENOMEM.
 */
int auth_add(struct ars_sip *sip, struct auth_try *t, struct ars_buf *b, const char *method,
             const char *uri);

void auth_clear(struct auth *a);

#endif
