/*
 * net: a self-signed ECDSA P-256 certificate in two PEM files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ars/addr.h>
#include <ars/rand.h>
#include <ars/selfsigned.h>
#include <ars/str.h>

#define VALID_S       (365L * 24 * 3600)
#define BACKDATED_S   3600L /* a peer's clock may be behind */
#define SERIAL_LEN    16    /* RFC 5280 4.1.2.2: at most 20 octets */
#define ALT_NAMES_MAX 1024

static int add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);

    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);

    if (!ext)
        return EINVAL;

    int err = X509_add_ext(cert, ext, -1) == 1 ? 0 : ENOMEM;

    X509_EXTENSION_free(ext);
    return err;
}

/* "DNS:localhost,IP:127.0.0.1". A name with a comma would add to the list: refused. */
static int alt_names(const char *const *names, size_t n, struct ars_buf *b)
{
    for (size_t i = 0; i < n; i++) {
        struct ars_addr addr;

        if (!names[i][0] || strpbrk(names[i], ",\\\"\n"))
            return EINVAL;
        ars_buf_addf(b, "%s%s:%s", i ? "," : "", ars_addr_parse(names[i], 0, &addr) ? "DNS" : "IP",
                     names[i]);
    }
    return b->err;
}

static int set_serial(X509 *cert)
{
    uint8_t serial[SERIAL_LEN];

    ars_rand_bytes(serial, sizeof(serial));
    serial[0] &= 0x7f;

    BIGNUM *bn = BN_bin2bn(serial, sizeof(serial), NULL);
    int err = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)) ? 0 : ENOMEM;

    BN_free(bn);
    return err;
}

static int fill(X509 *cert, EVP_PKEY *key, const char *const *names, size_t n)
{
    struct ars_buf san;
    X509_NAME *name = X509_get_subject_name(cert);
    int err;

    ars_buf_init(&san, ALT_NAMES_MAX);
    err = alt_names(names, n, &san);
    if (err)
        goto out;
    err = set_serial(cert);
    if (err)
        goto out;
    if (X509_set_version(cert, X509_VERSION_3) != 1 ||
        !X509_gmtime_adj(X509_getm_notBefore(cert), -BACKDATED_S) ||
        !X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S) || X509_set_pubkey(cert, key) != 1 ||
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)names[0], -1,
                                   -1, 0) != 1 ||
        X509_set_issuer_name(cert, name) != 1) {
        err = ENOMEM;
        goto out;
    }
    err = add_extension(cert, NID_subject_alt_name, san.data);
    if (!err)
        err = add_extension(cert, NID_basic_constraints, "critical,CA:FALSE");
    if (!err)
        err = add_extension(cert, NID_key_usage, "critical,digitalSignature");
    if (!err)
        err = add_extension(cert, NID_ext_key_usage, "serverAuth");
    if (!err && !X509_sign(cert, key, EVP_sha256()))
        err = EIO;

out:
    ars_buf_free(&san);
    return err;
}

static int open_new(const char *path, mode_t mode, FILE **ret)
{
    if (unlink(path) && errno != ENOENT)
        return errno;

    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

    if (fd < 0)
        return errno;

    FILE *f = fdopen(fd, "w");

    if (!f) {
        int err = errno;

        close(fd);
        return err;
    }
    *ret = f;
    return 0;
}

static int write_files(const char *cert_file, const char *key_file, X509 *cert, EVP_PKEY *key)
{
    FILE *f;
    int err = open_new(key_file, S_IRUSR | S_IWUSR, &f);

    if (err)
        return err;
    if (PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
        err = EIO;
    if (fclose(f) && !err)
        err = errno;
    if (err)
        return err;

    err = open_new(cert_file, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, &f);
    if (err)
        return err;
    if (PEM_write_X509(f, cert) != 1)
        err = EIO;
    if (fclose(f) && !err)
        err = errno;
    return err;
}

int ars_cert_make_selfsigned(const char *cert_file, const char *key_file, const char *const *names,
                             size_t n)
{
    if (!cert_file || !key_file || !names || !n)
        return EINVAL;

    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    int err = ENOMEM;

    if (!key || !cert)
        goto out;
    err = fill(cert, key, names, n);
    if (!err)
        err = write_files(cert_file, key_file, cert, key);

out:
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

int ars_cert_file_sha256(const char *cert_file, uint8_t ret[ARS_PIN_LEN])
{
    FILE *f = fopen(cert_file, "re");

    if (!f)
        return errno;

    X509 *cert = PEM_read_X509(f, NULL, NULL, NULL);
    int err = 0;

    fclose(f);
    if (!cert)
        return EBADMSG;

    uint8_t md[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (X509_digest(cert, EVP_sha256(), md, &len) != 1 || len != ARS_PIN_LEN)
        err = EIO;
    else
        memcpy(ret, md, ARS_PIN_LEN);
    X509_free(cert);
    return err;
}
