/*
 * demo: the demo line: a registrar over WSS on loopback, and the calls of whoever has registered.
 * Loop's thread.
 */
#ifndef ARS_DEMO_LINE_H
#define ARS_DEMO_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "registrar.h"

struct ars_loop;
struct demo_line;

/* All is borrowed and outlives the line. */
struct demo_line_conf {
    uint16_t port; /* 0: any */
    const char *cert_pem;
    const char *key_pem;
    struct demo_account account;
    bool trace;
};

/* EADDRINUSE, EINVAL (certificate), ENOMEM. */
int demo_line_alloc(struct demo_line **ret, struct ars_loop *loop,
                    const struct demo_line_conf *conf);

/* Hangs up on everybody. Takes NULL. */
void demo_line_free(struct demo_line *line);

uint16_t demo_line_port(const struct demo_line *line);

#endif
