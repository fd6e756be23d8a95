/*
 * demo: ars-demo-line, a telephone line to try a phone on, without any PBX: a program of its own
 * that listens on loopback only.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/str.h>

#include "files.h"
#include "line.h"
#include "options.h"
#include "watch.h"

#define LOGIN     "demo"
#define READY_MAX 4096

struct demo {
    struct ars_loop *loop;
    struct demo_files *files;
    struct demo_line *line;
    struct demo_watch *watch;
};

static void print_log(enum ars_log_level level, const char *room, const char *line, void *arg)
{
    fprintf(stderr, "%s: %s\n", room, line);
}

static void on_stop(void *arg)
{
    struct demo *d = arg;

    ars_loop_stop(d->loop);
}

static void add_json_string(struct ars_buf *b, const char *key, const char *s)
{
    ars_buf_addf(b, ",\"%s\":\"", key);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            ars_buf_addf(b, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            ars_buf_addf(b, "\\u%04x", *s);
        else
            ars_buf_addn(b, s, 1);
    }
    ars_buf_adds(b, "\"");
}

static int print_ready(const struct demo *d)
{
    char pin[2 * ARS_PIN_LEN + 1];
    struct ars_buf b;
    int err;

    ars_hex(demo_files_pin(d->files), ARS_PIN_LEN, pin);
    ars_buf_init(&b, READY_MAX);
    ars_buf_addf(&b, "{\"port\":%u", demo_line_port(d->line));
    add_json_string(&b, "login", LOGIN);
    add_json_string(&b, "password_file", demo_files_password_file(d->files));
    add_json_string(&b, "sha256", pin);
    add_json_string(&b, "ca", demo_files_cert(d->files));
    ars_buf_adds(&b, "}\n");
    err = b.err;
    if (!err && (fputs(b.data, stdout) == EOF || fflush(stdout)))
        err = EIO;
    ars_buf_free(&b);
    return err;
}

static int open_line(struct demo *d, const struct demo_options *o)
{
    int err = demo_watch_block_signals();

    if (!err)
        err = demo_files_open(&d->files, o->dir);
    if (!err)
        err = ars_loop_alloc(&d->loop);
    if (err)
        return err;

    struct demo_line_conf conf = {
        .port = o->port,
        .cert_pem = demo_files_cert(d->files),
        .key_pem = demo_files_key(d->files),
        .account = {.login = LOGIN,
                    .algorithm = o->algorithm,
                    .password = demo_files_password(d->files)},
        .trace = o->trace,
    };

    err = demo_line_alloc(&d->line, d->loop, &conf);
    return err ? err : demo_watch_alloc(&d->watch, d->loop, on_stop, d);
}

static void close_line(struct demo *d)
{
    demo_watch_free(d->watch);
    demo_line_free(d->line);
    ars_loop_free(d->loop);
    demo_files_close(d->files);
}

int main(int argc, char **argv)
{
    struct demo_options options;
    struct demo d = {0};

    if (demo_options_parse(argc, argv, &options))
        return 2;
    if (options.help) {
        demo_options_usage();
        return 0;
    }
    ars_log_set_sink(options.trace ? ARS_LOG_INFO : ARS_LOG_WARN, print_log, NULL);

    signal(SIGPIPE, SIG_IGN);

    int err = open_line(&d, &options);

    if (!err)
        err = print_ready(&d);
    if (!err)
        err = ars_loop_run(d.loop);
    if (err)
        fprintf(stderr, "ars-demo-line: %s\n", strerror(err));
    close_line(&d);
    ars_log_set_sink(ARS_LOG_ERROR, NULL, NULL);
    return err ? 1 : 0;
}
