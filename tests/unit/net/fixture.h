/* What the tests of net share: a loop that gives up in time, certificates, peers in Python. */
#ifndef TEST_NET_FIXTURE_H
#define TEST_NET_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <ars/loop.h>
#include <ars/timer.h>
#include <ars/trust.h>

#define GUARD_MS 20000

/* A loop that stops by itself after GUARD_MS. */
struct fixture {
    struct ars_loop *loop;
    struct ars_timer guard;
    struct ars_timer timer; /* for the test's use */
    bool late;
};

int fixture_init(struct fixture *f);
void fixture_free(struct fixture *f);

/* Until ars_loop_stop(). ETIMEDOUT when the guard had to. */
int fixture_run(struct fixture *f);

/* Until fn(arg) has run, after ms. */
void fixture_after(struct fixture *f, uint64_t ms, ars_timer_fn *fn, void *arg);

enum cert_kind {
    CERT_GOOD,     /* for the name, by the test's CA */
    CERT_EXPIRED,  /* the same, of the past */
    CERT_FUTURE,   /* the same, not valid yet */
    CERT_OTHER_CA, /* for the name, by a CA that is not ca.pem */
    CERT_SELF,     /* for the name, self-signed */
};

/* A folder with ca.pem, and certificates on demand. */
struct certs {
    char dir[64];
    char ca[128];
    void *ca_cert; /* X509 */
    void *ca_key;  /* EVP_PKEY */
};

struct cert_files {
    char cert[128];
    char key[128];
    uint8_t sha256[ARS_PIN_LEN];
};

int certs_init(struct certs *c);
void certs_free(struct certs *c);

/* alt: "DNS:pbx.test,IP:127.0.0.1". Each call makes another certificate. */
int certs_make(struct certs *c, enum cert_kind kind, const char *alt, struct cert_files *ret);

/* peers.py in a mode, as a process; what it says comes as lines. */
struct peer_process {
    pid_t pid;
    FILE *out;
    uint16_t port;
    char *said; /* all lines, after peer_end() */
};

int peer_start(struct peer_process *p, const char *mode, const struct cert_files *files);

/* Waits for its end, which it finds by itself. Frees with peer_free(). */
int peer_end(struct peer_process *p);
void peer_free(struct peer_process *p);
bool peer_said(const struct peer_process *p, const char *line);

size_t open_fds(void);

#endif
