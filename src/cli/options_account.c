/* cli: options that may stand more than once: headers and dial rules, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/engine.h>
#include <ars/str.h>

#include "options.h"

#define LINES_MAX 4096

static bool add_line(char **to, const char *line)
{
    struct ars_buf b;
    char *text;
    int err = 0;

    ars_buf_init(&b, LINES_MAX);
    ars_buf_addf(&b, "%s%s%s", *to ? *to : "", *to ? "\n" : "", line);
    text = ars_buf_take(&b, &err);
    if (err)
        return false;
    free(*to);
    *to = text;
    return true;
}

bool account_add_header(struct ars_account_conf *c, const char *value)
{
    const char *why = NULL;
    size_t line;

    if (strchr(value, '\n') || strchr(value, '\r'))
        return false;
    if (!add_line(&c->headers, value))
        return false;
    if (!ars_engine_check_headers(c->headers, &line, &why))
        return true;
    fprintf(stderr, "ars-phone-cli: %s\n", why);
    return false;
}

static void on_bad_rule(size_t rule, size_t offset, const char *reason, void *arg)
{
    fprintf(stderr, "ars-phone-cli: at byte %zu: %s\n", offset, reason);
    *(bool *)arg = true;
}

bool account_add_dial_rule(struct ars_account_conf *c, const char *value)
{
    bool is_bad = strchr(value, '\n') != NULL;

    if (!is_bad)
        (void)ars_engine_check_number(value, NULL, on_bad_rule, &is_bad, NULL, NULL, NULL);
    return !is_bad && add_line(&c->dial_rules, value);
}
