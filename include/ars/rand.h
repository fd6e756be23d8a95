/*
 * base: random bytes of the kernel. Any thread.
 */
#ifndef ARS_RAND_H
#define ARS_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Aborts when the kernel gives none: there is no safe way on. */
void ars_rand_bytes(void *buf, size_t len);
uint32_t ars_rand_u32(void);

/* Uniform in [0, n). */
uint32_t ars_rand_below(uint32_t n);

/* `len` characters of [a-z0-9] and a NUL: tags, branches, ufrags (about 5 bits each). */
void ars_rand_token(char *out, size_t len);

/* RFC 4122 version 4, 36 characters and a NUL. */
void ars_rand_uuid(char out[37]);

#endif
