/*
 * demo: the command line of ars-demo-line.
 */
#ifndef ARS_DEMO_OPTIONS_H
#define ARS_DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct demo_options {
    const char *dir;       /* keeps certificate and password between runs; NULL: a temporary one */
    const char *algorithm; /* of the digest */
    uint16_t port;         /* 0: any */
    bool trace;
    bool help;
};

/* EINVAL, with a line on stderr. The texts stay argv's. */
int demo_options_parse(int argc, char **argv, struct demo_options *ret);

void demo_options_usage(void);

#endif
