/*
 * demo: the folder of the demo line: certificate, key and password.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/rand.h>
#include <ars/secret.h>
#include <ars/selfsigned.h>
#include <ars/str.h>

#include "files.h"

#define PATH_LEN     512
#define PASSWORD_LEN 20
#define PASSWORD_MAX 256

static const char *const cert_names[] = {"localhost", "127.0.0.1"};

struct demo_files {
    bool temporary;
    char dir[PATH_LEN - 32];
    char cert[PATH_LEN];
    char key[PATH_LEN];
    char password_file[PATH_LEN];
    uint8_t pin[ARS_PIN_LEN];
    struct ars_secret *password;
};

static int make_dir(struct demo_files *f, const char *dir)
{
    if (dir) {
        if (!ars_strcpy(f->dir, sizeof(f->dir), dir))
            return ENAMETOOLONG;
        return mkdir(dir, S_IRWXU) && errno != EEXIST ? errno : 0;
    }

    const char *tmp = getenv("TMPDIR");
    int n = snprintf(f->dir, sizeof(f->dir), "%s/ars-demo-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");

    if (n < 0 || (size_t)n >= sizeof(f->dir))
        return ENAMETOOLONG;
    if (!mkdtemp(f->dir))
        return errno;
    f->temporary = true;
    return 0;
}

static int read_password(struct demo_files *f)
{
    char line[PASSWORD_MAX];
    int fd = open(f->password_file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno;

    ssize_t n = read(fd, line, sizeof(line) - 1);

    close(fd);
    if (n < 0)
        return EIO;
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (!line[0])
        return EINVAL;
    f->password = ars_secret_new(line, strlen(line));
    ars_wipe(line, sizeof(line));
    return f->password ? 0 : ENOMEM;
}

static int make_password(struct demo_files *f)
{
    char line[PASSWORD_LEN + 2];
    int err = 0;
    int fd = open(f->password_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return errno;
    ars_rand_token(line, PASSWORD_LEN);
    f->password = ars_secret_new(line, PASSWORD_LEN);
    line[PASSWORD_LEN] = '\n';
    if (write(fd, line, PASSWORD_LEN + 1) != PASSWORD_LEN + 1)
        err = EIO;
    ars_wipe(line, sizeof(line));
    if (close(fd) && !err)
        err = errno;
    if (!err && !f->password)
        err = ENOMEM;
    return err;
}

static int fill(struct demo_files *f)
{
    snprintf(f->cert, sizeof(f->cert), "%s/cert.pem", f->dir);
    snprintf(f->key, sizeof(f->key), "%s/key.pem", f->dir);
    snprintf(f->password_file, sizeof(f->password_file), "%s/password", f->dir);

    int err = 0;

    if (access(f->cert, R_OK) || access(f->key, R_OK))
        err = ars_cert_make_selfsigned(f->cert, f->key, cert_names,
                                       sizeof(cert_names) / sizeof(cert_names[0]));
    if (!err)
        err = ars_cert_file_sha256(f->cert, f->pin);
    if (err)
        return err;
    err = read_password(f);
    return err == ENOENT ? make_password(f) : err;
}

int demo_files_open(struct demo_files **ret, const char *dir)
{
    struct demo_files *f = calloc(1, sizeof(*f));

    if (!f)
        return ENOMEM;

    int err = make_dir(f, dir);

    if (!err)
        err = fill(f);
    if (err) {
        demo_files_close(f);
        return err;
    }
    *ret = f;
    return 0;
}

void demo_files_close(struct demo_files *f)
{
    if (!f)
        return;
    if (f->temporary) {
        unlink(f->cert);
        unlink(f->key);
        unlink(f->password_file);
        rmdir(f->dir);
    }
    ars_secret_free(f->password);
    free(f);
}

const char *demo_files_cert(const struct demo_files *f)
{
    return f->cert;
}

const char *demo_files_key(const struct demo_files *f)
{
    return f->key;
}

const char *demo_files_password_file(const struct demo_files *f)
{
    return f->password_file;
}

const struct ars_secret *demo_files_password(const struct demo_files *f)
{
    return f->password;
}

const uint8_t *demo_files_pin(const struct demo_files *f)
{
    return f->pin;
}
