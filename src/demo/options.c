/*
 * demo: the command line of ars-demo-line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <ars/str.h>

#include "options.h"

static const char *const algorithms[] = {"MD5", "SHA-256", "SHA-512-256"};

enum {
    OPT_DIR = 'd',
    OPT_PORT = 'p',
    OPT_ALGORITHM = 'a',
    OPT_TRACE = 't',
    OPT_HELP = 'h',
};

static const struct option long_options[] = {
    {"dir", required_argument, NULL, OPT_DIR},
    {"port", required_argument, NULL, OPT_PORT},
    {"algorithm", required_argument, NULL, OPT_ALGORITHM},
    {"trace", no_argument, NULL, OPT_TRACE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int parse_algorithm(const char *s, const char **ret)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (!strcmp(s, algorithms[i])) {
            *ret = algorithms[i];
            return 0;
        }
    }
    fprintf(stderr, "ars-demo-line: --algorithm: MD5, SHA-256 or SHA-512-256, not '%s'\n", s);
    return EINVAL;
}

static int parse_port(const char *s, uint16_t *ret)
{
    uint32_t port;

    if (ars_str_to_u32(s, UINT16_MAX, &port)) {
        fprintf(stderr, "ars-demo-line: --port: '%s' is not a port\n", s);
        return EINVAL;
    }
    *ret = (uint16_t)port;
    return 0;
}

void demo_options_usage(void)
{
    printf("Usage: ars-demo-line [options]\n"
           "A registrar over WSS on 127.0.0.1 with one account; 600 echoes, 601 sounds 440 Hz,\n"
           "602 calls you back. Prints one line of JSON when it is ready, and serves until its\n"
           "standard input ends (where that is a pipe or a terminal) or SIGTERM comes.\n\n"
           "  --port N          instead of any free one\n"
           "  --dir DIR         keep certificate and password here between runs\n"
           "  --algorithm NAME  of the digest: SHA-256 (default), MD5, SHA-512-256\n"
           "  --trace           SIP messages on stderr, without secrets\n");
}

int demo_options_parse(int argc, char **argv, struct demo_options *ret)
{
    struct demo_options o = {.algorithm = "SHA-256"};
    int c, err = 0;

    while (!err && (c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (c) {
        case OPT_DIR:
            o.dir = optarg;
            break;
        case OPT_PORT:
            err = parse_port(optarg, &o.port);
            break;
        case OPT_ALGORITHM:
            err = parse_algorithm(optarg, &o.algorithm);
            break;
        case OPT_TRACE:
            o.trace = true;
            break;
        case OPT_HELP:
            o.help = true;
            break;
        default:
            err = EINVAL;
        }
    }
    if (!err && optind < argc) {
        fprintf(stderr, "ars-demo-line: what is '%s'?\n", argv[optind]);
        err = EINVAL;
    }
    if (!err)
        *ret = o;
    return err;
}
