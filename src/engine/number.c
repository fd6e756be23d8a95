/* engine: from what somebody typed or pasted to what is dialled. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "number.h"

/* Longer than any number (E.164: 15 digits) and any sensible URI. */
#define NUMBER_MAX 256

/* What may stand between the digits of a number, besides ASCII: no-break spaces and dashes. */
static const char *const separators[] = {
    " ",
    "-",
    "(",
    ")",
    ".",
    "\xc2\xa0",     /* U+00A0 no-break space */
    "\xe2\x80\xaf", /* U+202F narrow no-break space */
    "\xe2\x80\x90", /* U+2010 hyphen */
    "\xe2\x80\x91", /* U+2011 non-breaking hyphen */
    "\xe2\x80\x92", /* U+2012 figure dash */
    "\xe2\x80\x93", /* U+2013 en dash */
    "\xe2\x80\x94", /* U+2014 em dash */
};

/* Invisible, and often pasted around a number: U+200E, U+200F, U+202A .. U+202E, U+FEFF. */
static size_t invisible(const char *s)
{
    static const char *const marks[] = {
        "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa", "\xe2\x80\xab",
        "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae", "\xef\xbb\xbf",
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (strncmp(s, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

static size_t separator(const char *s)
{
    for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++)
        if (strncmp(s, separators[i], strlen(separators[i])) == 0)
            return strlen(separators[i]);
    return invisible(s);
}

static bool space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A copy without white space and invisible marks at both ends. */
static char *trimmed(const char *s)
{
    size_t len;

    while (space(*s) || invisible(s) || strncmp(s, "\xc2\xa0", 2) == 0) {
        size_t skip = invisible(s);

        s += skip ? skip : space(*s) ? 1 : 2;
    }
    len = strlen(s);
    for (bool more = true; more && len > 0;) {
        more = false;
        if (space(s[len - 1])) {
            len--;
            more = true;
        } else if (len >= 2 && strncmp(s + len - 2, "\xc2\xa0", 2) == 0) {
            len -= 2;
            more = true;
        } else if (len >= 3 && invisible(s + len - 3) == 3) {
            len -= 3;
            more = true;
        }
    }
    return ars_strndup(s, len);
}

/* Digits, + * # and separators alone: then the separators are only there for the eye. */
static bool is_number(const char *s)
{
    bool digit = false;

    while (*s) {
        size_t skip = separator(s);

        if (!skip && !strchr("0123456789+*#", *s))
            return false;
        digit = digit || !skip;
        s += skip ? skip : 1;
    }
    return digit;
}

/* No control characters, and none that would end a URI. */
static bool is_clean(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f || strchr("<>\"\\", *s))
            return false;
    return true;
}

static void strip(char *s)
{
    char *to = s;

    while (*s) {
        size_t skip = separator(s);

        if (skip)
            s += skip;
        else
            *to++ = *s++;
    }
    *to = '\0';
}

static int take_uri(const char *s, size_t scheme, char **ret)
{
    if (!s[scheme] || !is_clean(s))
        return EINVAL;
    *ret = ars_strdup(s);
    return *ret ? 0 : ENOMEM;
}

static int take_address(const char *s, char **ret)
{
    struct ars_buf b;
    char *uri;
    int err = 0;

    if (*s == '@' || s[strlen(s) - 1] == '@' || !is_clean(s))
        return EINVAL;
    ars_buf_init(&b, NUMBER_MAX + 8);
    ars_buf_addf(&b, "sip:%s", s);
    uri = ars_buf_take(&b, &err);
    if (!err)
        *ret = uri;
    return err;
}

int number_to_target(const char *typed, char **ret)
{
    char *s;
    char *number;
    int err = 0;

    if (!typed)
        return EINVAL;
    s = trimmed(typed);
    if (!s)
        return ENOMEM;
    number = s;
    if (!*s || strlen(s) > NUMBER_MAX) {
        err = EINVAL;
        goto out;
    }
    if (strncasecmp(s, "sip:", 4) == 0 || strncasecmp(s, "sips:", 5) == 0) {
        err = take_uri(s, strchr(s, ':') + 1 - s, ret);
        goto out;
    }
    if (strncasecmp(s, "tel:", 4) == 0) {
        number = s + 4;
        number[strcspn(number, ";")] = '\0'; /* RFC 3966 parameters mean nothing to a PBX */
    } else if (strchr(s, '@')) {
        err = take_address(s, ret);
        goto out;
    }
    if (is_number(number))
        strip(number);
    else if (!is_clean(number) || !number[strspn(number, " -().")])
        err = EINVAL;
    if (err)
        goto out;
    *ret = ars_strdup(number);
    err = *ret ? 0 : ENOMEM;
out:
    free(s);
    return err;
}
