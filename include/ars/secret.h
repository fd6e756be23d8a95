/*
 * base: a secret (password, key). Wiped when freed; has no formatter on purpose. One owner.
 */
#ifndef ARS_SECRET_H
#define ARS_SECRET_H

#include <stddef.h>

struct ars_secret;

/* Copies [s, s+len). NULL on ENOMEM. */
struct ars_secret *ars_secret_new(const char *s, size_t len);
struct ars_secret *ars_secret_dup(const struct ars_secret *s);

/* NUL-terminated; never log it. "" for NULL. */
const char *ars_secret_text(const struct ars_secret *s);

/* Takes NULL. */
void ars_secret_free(struct ars_secret *s);

/* Overwrites memory in a way that the compiler keeps. */
void ars_wipe(void *p, size_t len);

#endif
