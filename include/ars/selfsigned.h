/*
 * net: a certificate of one's own making, for the demo line and for tests: ECDSA P-256, signed by
 * itself, good for a year. Any thread; writes files, so never on the engine's.
 */
#ifndef ARS_SELFSIGNED_H
#define ARS_SELFSIGNED_H

#include <stddef.h>
#include <stdint.h>

#include <ars/trust.h>

/*
 * Writes cert_file (PEM, replaced) and key_file (PEM, mode 0600, replaced). names: host names and
 * IP literals for subjectAltName, at least one; the first is also the common name. EINVAL, ENOMEM,
 * errno of the files.
 */
int ars_cert_make_selfsigned(const char *cert_file, const char *key_file, const char *const *names,
                             size_t n);

/* SHA-256 of the first certificate in a PEM file: what a pin is. ENOENT, EBADMSG, EIO. */
int ars_cert_file_sha256(const char *cert_file, uint8_t ret[ARS_PIN_LEN]);

#endif
