/* Where the certificates come from that the system trusts. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ars/selfsigned.h>

#include "suites.h"
#include "trust.h"

#define PATH_LEN 128

/* A folder with the certificate of "pbx.test" under the name cert.pem. */
struct folder {
    char dir[PATH_LEN / 2];
    char cert[PATH_LEN];
    char hashed[PATH_LEN];
    X509 *x509;
};

static int make(struct folder *f)
{
    const char *const names[] = {"pbx.test"};
    char key[PATH_LEN];
    FILE *file;
    int err = 0;

    *f = (struct folder){.dir = "/tmp/ars-trust-XXXXXX"};
    CHECK(mkdtemp(f->dir));
    snprintf(f->cert, sizeof(f->cert), "%s/cert.pem", f->dir);
    snprintf(key, sizeof(key), "%s/key.pem", f->dir);
    TRY(ars_cert_make_selfsigned(f->cert, key, names, 1));
    (void)unlink(key);
    file = fopen(f->cert, "r");
    CHECK(file);
    f->x509 = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    CHECK(f->x509);
    snprintf(f->hashed, sizeof(f->hashed), "%s/%08lx.0", f->dir, X509_subject_name_hash(f->x509));
out:
    return err;
}

static void drop(struct folder *f)
{
    X509_free(f->x509);
    (void)unlink(f->hashed);
    (void)unlink(f->cert);
    (void)rmdir(f->dir);
    unsetenv("SSL_CERT_DIR");
    unsetenv("SSL_CERT_FILE");
}

/* Whether a connection with that trust would take the certificate. */
static bool takes(const struct ars_trust *t, X509 *x509)
{
    char problem[128];
    SSL_CTX *ctx = trust_ctx_new(t, problem, sizeof(problem));
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool good = ctx && check &&
                X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(ctx), x509, NULL) == 1 &&
                X509_verify_cert(check) == 1;

    X509_STORE_CTX_free(check);
    SSL_CTX_free(ctx);
    return good;
}

static int test_system_store(void)
{
    const struct ars_trust system = {0};
    struct folder f;
    int err;

    TRY(make(&f));
    setenv("SSL_CERT_DIR", f.dir, 1);
    CHECK(!takes(&system, f.x509)); /* no name that a certificate is found by */
    CHECK(symlink("cert.pem", f.hashed) == 0);
    CHECK(takes(&system, f.x509));
    CHECK(unlink(f.hashed) == 0);
    setenv("SSL_CERT_FILE", f.cert, 1);
    CHECK(takes(&system, f.x509));
out:
    drop(&f);
    return err;
}

static int test_ca_file(void)
{
    struct folder f;
    struct ars_trust own = {.ca_file = f.cert};
    int err;

    TRY(make(&f));
    setenv("SSL_CERT_DIR", "/nowhere", 1);
    CHECK(takes(&own, f.x509));
    own.has_pin = true; /* whose chain nobody asks about */
    CHECK(takes(&own, f.x509));
    own.ca_file = NULL;
    CHECK(!takes(&own, f.x509));
out:
    drop(&f);
    return err;
}

static const struct check_case cases[] = {
    {"trust_system_store", test_system_store, false},
    {"trust_ca_file", test_ca_file, false},
};

const struct suite suite_trust = {cases, CHECK_COUNT(cases)};
