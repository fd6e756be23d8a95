/* What the tests of net share. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "fixture.h"

#define PYTHON "/usr/bin/python3"
#define DAY_S  86400L

struct signer {
    X509 *cert;
    EVP_PKEY *key;
};

static void on_guard(void *arg)
{
    struct fixture *f = arg;

    f->late = true;
    ars_loop_stop(f->loop);
}

int fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    return ars_loop_alloc(&f->loop);
}

void fixture_free(struct fixture *f)
{
    ars_timer_stop(&f->guard);
    ars_timer_stop(&f->timer);
    ars_loop_free(f->loop);
}

int fixture_run(struct fixture *f)
{
    int err;

    f->late = false;
    ars_timer_start(ars_loop_timers(f->loop), &f->guard, GUARD_MS, on_guard, f);
    err = ars_loop_run(f->loop);
    ars_timer_stop(&f->guard);
    return err ? err : f->late ? ETIMEDOUT : 0;
}

void fixture_after(struct fixture *f, uint64_t ms, ars_timer_fn *fn, void *arg)
{
    ars_timer_start(ars_loop_timers(f->loop), &f->timer, ms, fn, arg);
}

static X509 *cert_new(EVP_PKEY *key, const char *cn, long from_s, long to_s)
{
    static long serial;
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);

    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), from_s);
    X509_gmtime_adj(X509_getm_notAfter(x), to_s);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
    X509_set_pubkey(x, key);
    return x;
}

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static int pem_write(const char *path, X509 *x, EVP_PKEY *key)
{
    FILE *f = fopen(path, "w");
    int ok;

    if (!f)
        return errno;
    ok = x ? PEM_write_X509(f, x) : PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
    return fclose(f) == 0 && ok ? 0 : EIO;
}

static void ca_new(struct signer *ca, const char *cn)
{
    ca->key = EVP_EC_gen("P-256");
    ca->cert = cert_new(ca->key, cn, -DAY_S, DAY_S);
    X509_set_issuer_name(ca->cert, X509_get_subject_name(ca->cert));
    extend(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE");
    extend(ca->cert, ca->cert, NID_subject_key_identifier, "hash");
    X509_sign(ca->cert, ca->key, EVP_sha256());
}

static void signer_free(struct signer *s)
{
    X509_free(s->cert);
    EVP_PKEY_free(s->key);
}

int certs_init(struct certs *c)
{
    struct signer ca = {0};

    memset(c, 0, sizeof(*c));
    (void)snprintf(c->dir, sizeof(c->dir), "/tmp/ars-net-XXXXXX");
    if (!mkdtemp(c->dir))
        return errno;
    (void)snprintf(c->ca, sizeof(c->ca), "%s/ca.pem", c->dir);
    ca_new(&ca, "Test CA");
    c->ca_cert = ca.cert;
    c->ca_key = ca.key;
    return pem_write(c->ca, ca.cert, NULL);
}

void certs_free(struct certs *c)
{
    DIR *d = opendir(c->dir);
    struct dirent *e;
    char path[400];

    while (d && (e = readdir(d))) {
        (void)snprintf(path, sizeof(path), "%s/%s", c->dir, e->d_name);
        (void)unlink(path);
    }
    if (d)
        (void)closedir(d);
    (void)rmdir(c->dir);
    X509_free(c->ca_cert);
    EVP_PKEY_free(c->ca_key);
}

int certs_make(struct certs *c, enum cert_kind kind, const char *alt, struct cert_files *ret)
{
    static unsigned count;
    long from = kind == CERT_EXPIRED ? -20 * DAY_S : kind == CERT_FUTURE ? DAY_S / 2 : -DAY_S;
    long to = kind == CERT_EXPIRED ? -10 * DAY_S : DAY_S;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = cert_new(key, "the server", from, to);
    struct signer other = {0};
    struct signer self = {x, key};
    struct signer ca = {c->ca_cert, c->ca_key};
    const struct signer *by = &ca;
    unsigned len;
    int err;

    if (kind == CERT_OTHER_CA) {
        ca_new(&other, "Other CA");
        by = &other;
    } else if (kind == CERT_SELF) {
        by = &self;
    }
    X509_set_issuer_name(x, X509_get_subject_name(by->cert));
    extend(x, by->cert, NID_subject_alt_name, alt);
    X509_sign(x, by->key, EVP_sha256());
    X509_digest(x, EVP_sha256(), ret->sha256, &len);
    (void)snprintf(ret->cert, sizeof(ret->cert), "%s/%u.pem", c->dir, ++count);
    (void)snprintf(ret->key, sizeof(ret->key), "%s/%u.key", c->dir, count);
    err = pem_write(ret->cert, x, NULL);
    if (!err)
        err = pem_write(ret->key, NULL, key);
    signer_free(&self);
    signer_free(&other);
    return err;
}

static int peer_spawn(struct peer_process *p, const char *mode, const struct cert_files *files,
                      int fd[2])
{
    const char *script = getenv("ARS_TEST_PEERS");
    const char *argv[] = {PYTHON,
                          script ? script : ARS_TEST_PEERS,
                          mode,
                          files ? files->cert : "-",
                          files ? files->key : "-",
                          NULL};
    posix_spawn_file_actions_t actions;
    int err;

    if (posix_spawn_file_actions_init(&actions))
        return ENOMEM;
    (void)posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addclose(&actions, fd[0]);
    err = posix_spawn(&p->pid, PYTHON, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return err;
}

int peer_start(struct peer_process *p, const char *mode, const struct cert_files *files)
{
    unsigned port = 0;
    int fd[2];
    int err;

    memset(p, 0, sizeof(*p));
    if (pipe(fd) < 0)
        return errno;
    err = peer_spawn(p, mode, files, fd);
    (void)close(fd[1]);
    p->out = fdopen(fd[0], "r");
    if (err || !p->out)
        return err ? err : errno;
    if (fscanf(p->out, "port %u", &port) != 1)
        return EIO; /* its complaint is on stderr */
    p->port = (uint16_t)port;
    return 0;
}

int peer_end(struct peer_process *p)
{
    size_t size = 65536;
    size_t n;
    int status = 0;

    p->said = calloc(1, size);
    if (!p->said)
        return ENOMEM;
    n = fread(p->said, 1, size - 1, p->out);
    p->said[n] = '\0';
    if (waitpid(p->pid, &status, 0) != p->pid)
        return errno;
    p->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

void peer_free(struct peer_process *p)
{
    if (p->pid > 0) {
        (void)kill(p->pid, SIGKILL);
        (void)waitpid(p->pid, NULL, 0);
    }
    if (p->out)
        (void)fclose(p->out);
    free(p->said);
    memset(p, 0, sizeof(*p));
}

bool peer_said(const struct peer_process *p, const char *line)
{
    size_t len = strlen(line);

    for (const char *s = p->said; s && *s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL) {
        if (strncmp(s, line, len) == 0 && (s[len] == '\n' || s[len] == '\0'))
            return true;
    }
    return false;
}

size_t open_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        (void)closedir(d);
    return n;
}
