/*
 * DTLS 1.2 handshakes with a peer whose certificate is RSA-4096, as FreeSWITCH's is. Our end runs
 * on the loop's thread, as media's does; the peer on a thread of its own, joined by datagrams.
 */
#ifndef ARS_BENCH_HANDSHAKE_H
#define ARS_BENCH_HANDSHAKE_H

#include <stddef.h>

struct ars_loop;
struct handshake;

/* Makes the peer's key, which takes a while. */
int handshake_alloc(struct handshake **ret, struct ars_loop *loop);
void handshake_free(struct handshake *h);

/* Begins one; EBUSY while the last one is at work. */
int handshake_start(struct handshake *h);

/* How many came to their end. */
size_t handshake_count(const struct handshake *h);

#endif
