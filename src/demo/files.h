/*
 * demo: the folder of the demo line: certificate, key and password.
 */
#ifndef ARS_DEMO_FILES_H
#define ARS_DEMO_FILES_H

#include <stdint.h>

#include <ars/trust.h>

struct ars_secret;
struct demo_files;

/*
 * dir NULL: a private temporary folder, removed at the end. Otherwise what is there already is
 * used, and what is missing is made. EINVAL (a password that cannot be), errno of the files.
 */
int demo_files_open(struct demo_files **ret, const char *dir);

/* Takes NULL. */
void demo_files_close(struct demo_files *f);

/* All are owned by f. */
const char *demo_files_cert(const struct demo_files *f);
const char *demo_files_key(const struct demo_files *f);
const char *demo_files_password_file(const struct demo_files *f);
const struct ars_secret *demo_files_password(const struct demo_files *f);
const uint8_t *demo_files_pin(const struct demo_files *f);

#endif
