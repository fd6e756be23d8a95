/*
 * A phone of the fewest lines on a loop that the caller owns: one connection to a demo line, one
 * registration, several calls to its echo at once. What the engine does in its thread is done here
 * by the same rooms, so that the caller can put timers beside it. Loop's thread.
 */
#ifndef ARS_BENCH_MINI_H
#define ARS_BENCH_MINI_H

#include <stddef.h>
#include <stdint.h>

struct ars_loop;
struct ars_secret;
struct mini;

struct mini_conf {
    uint16_t port;
    const uint8_t *pin;
    const struct ars_secret *password;
    size_t calls;
    /* All calls have sound. */
    void (*ready)(void *arg);
    /* It cannot go on; why in English. */
    void (*failed)(const char *why, void *arg);
    void *arg;
};

int mini_alloc(struct mini **ret, struct ars_loop *loop, const struct mini_conf *conf);
void mini_free(struct mini *m);

/* As if the server had sent it. */
void mini_receive(struct mini *m, const char *msg, size_t len);

#endif
