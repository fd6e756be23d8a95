/* cli: how values of options are read. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "option_ids.h"
#include "options.h"

#define SECONDS_MAX 86400.0

bool bad(const char *what, const char *value)
{
    fputs("ars-phone-cli: ", stderr);
    fprintf(stderr, "%s: '%s'\n", what, value);
    return false;
}

bool parse_seconds(const char *s, uint32_t *ret_ms)
{
    char *end;
    double seconds;

    errno = 0;
    seconds = strtod(s, &end);
    if (errno || end == s || *end || !(seconds >= 0 && seconds <= SECONDS_MAX))
        return false;
    *ret_ms = (uint32_t)lround(seconds * 1000);
    return true;
}

bool set_text(char **to, const char *value)
{
    free(*to);
    *to = ars_strdup(value);
    return *to != NULL;
}

bool set_seconds(const char *name, const char *value, uint32_t *ret_ms)
{
    return parse_seconds(value, ret_ms) || bad(name, value);
}

bool set_number(const char *name, const char *value, uint32_t min, uint32_t max, uint32_t *ret)
{
    uint32_t n;

    if (ars_str_to_u32(value, max, &n) || n < min)
        return bad(name, value);
    *ret = n;
    return true;
}

bool set_word(const char *name, const char *value, const char *const *words, int n, int *ret)
{
    for (int i = 0; i < n; i++)
        if (ars_streq(value, words[i])) {
            *ret = i;
            return true;
        }
    return bad(name, value);
}
