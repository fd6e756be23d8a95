/* engine: from what somebody typed or pasted to what is dialled. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "dial_rules.h"
#include "number.h"

/* Longer than any number (E.164: 15 digits) and any sensible URI. */
#define NUMBER_MAX 256

#define EXT        ";ext="

/* What may stand between the digits of a number (RFC 3966 section 5.1.1 and what people write). */
static const char *const separators[] = {
    " ",
    "\t",
    "-",
    "(",
    ")",
    ".",
    "/",
    "\xc2\xa0",     /* U+00A0 no-break space */
    "\xe2\x80\x87", /* U+2007 figure space */
    "\xe2\x80\x89", /* U+2009 thin space */
    "\xe2\x80\xaf", /* U+202F narrow no-break space */
    "\xe2\x80\x90", /* U+2010 hyphen */
    "\xe2\x80\x91", /* U+2011 non-breaking hyphen */
    "\xe2\x80\x92", /* U+2012 figure dash */
    "\xe2\x80\x93", /* U+2013 en dash */
    "\xe2\x80\x94", /* U+2014 em dash */
    "\xe2\x88\x92", /* U+2212 minus */
};

/* Invisible, and often pasted with a number. */
static const char *const marks[] = {
    "\xc2\xad",     /* U+00AD soft hyphen */
    "\xe2\x80\x8b", /* U+200B zero width space */
    "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f",
    "\xe2\x80\xaa", /* U+202A .. U+202E: directions */
    "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
    "\xe2\x81\xa0",                                                 /* U+2060 word joiner */
    "\xe2\x81\xa6",                                                 /* U+2066 .. U+2069: isolates */
    "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf", /* U+FEFF byte order mark */
};

/* What a number stands in when it is copied with its surroundings. */
static const struct {
    const char *open;
    const char *close;
} quotes[] = {
    {"\"", "\""},
    {"'", "'"},
    {"<", ">"},
    {"\xc2\xab", "\xc2\xbb"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d"},
    {"\xe2\x80\x9e", "\xe2\x80\x9c"},
};

/* The length of the one that s begins with, or 0. */
static size_t one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(s, list[i], strlen(list[i])) == 0)
            return strlen(list[i]);
    return 0;
}

static size_t separator(const char *s)
{
    return one_of(s, separators, sizeof(separators) / sizeof(separators[0]));
}

static void drop_marks(char *s)
{
    char *to = s;

    while (*s) {
        size_t skip = one_of(s, marks, sizeof(marks) / sizeof(marks[0]));

        if (skip)
            s += skip;
        else
            *to++ = *s++;
    }
    *to = '\0';
}

static size_t space(const char *s)
{
    return strchr(" \t\r\n", *s) && *s ? 1 : strncmp(s, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* In place: what is between the white space. */
static char *trim(char *s)
{
    char *end;

    while (space(s))
        s += space(s);
    end = s + strlen(s);
    for (bool more = true; more && end > s;) {
        more = false;
        for (size_t n = 1; n <= 2 && !more; n++)
            if (end >= s + n && space(end - n) == n) {
                end -= n;
                more = true;
            }
    }
    *end = '\0';
    return s;
}

static bool ends_with(const char *s, const char *end)
{
    return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

/* "Anna" <sip:600@pbx>, "600", <600>; and the comma or full stop that ended the sentence. */
static char *unwrap(char *s)
{
    char *angle = strchr(s, '<');

    while (*s && strchr(",;.", s[strlen(s) - 1]) && strspn(s, ",;.") < strlen(s))
        s[strlen(s) - 1] = '\0';
    if (angle && angle > s && ends_with(s, ">"))
        s = angle;
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        size_t open = strlen(quotes[i].open);
        size_t close = strlen(quotes[i].close);

        if (strlen(s) <= open + close || strncmp(s, quotes[i].open, open) != 0 ||
            !ends_with(s, quotes[i].close))
            continue;
        s[strlen(s) - close] = '\0';
        return trim(s + open);
    }
    return s;
}

/*
 * Digits, + * # and separators alone: then the separators are only there for the eye. A comma may
 * follow, and after it what is to be sent once somebody has answered.
 */
static bool is_number(const char *s)
{
    const char *allowed = "0123456789+*#";
    bool digit = false;

    while (*s) {
        size_t skip = separator(s);

        if (*s == ',' && digit)
            allowed = "0123456789*#ABCDabcd,";
        if (!skip && !strchr(allowed, *s))
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

/* scheme:user@host as it is; of a number in it what is there for the eye goes, "%20" too. */
static int print_uri(struct ars_buf *b, const char *rest)
{
    const char *at = strchr(rest, '@');
    char *user = ars_percent_decode(rest, at ? (size_t)(at - rest) : 0);

    if (!user)
        return ENOMEM;
    if (at && is_number(user)) {
        strip(user);
        for (const char *p = user; *p; p++)
            ars_buf_addf(b, *p == '#' ? "%%23" : "%c", *p); /* RFC 3261 section 25.1 */
        ars_buf_adds(b, at);
    } else {
        ars_buf_adds(b, rest);
    }
    free(user);
    return 0;
}

static int take_uri(char *s, const char *scheme, char **ret)
{
    struct ars_buf b;
    char *text;
    int err;

    s = trim(s);
    if (!*s || *s == '@' || ends_with(s, "@"))
        return EINVAL;
    ars_buf_init(&b, 2 * NUMBER_MAX);
    ars_buf_adds(&b, scheme);
    err = print_uri(&b, s);
    text = err ? NULL : ars_buf_take(&b, &err);
    ars_buf_free(&b);
    if (!err && !is_clean(text))
        err = EINVAL;
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}

/* The digits of ";ext=" (RFC 3966 section 3) without visual separators; NULL: there is none. */
static int extension(const char *params, char **ret)
{
    const char *at = params;

    *ret = NULL;
    while (at && strncasecmp(at, EXT, sizeof(EXT) - 1) != 0)
        at = *at ? strchr(at + 1, ';') : NULL;
    if (!at)
        return 0;
    at += sizeof(EXT) - 1;
    *ret = ars_strndup(at, strcspn(at, ";"));
    if (!*ret)
        return ENOMEM;
    strip(*ret);
    return 0;
}

/* What follows the number is for after the answer: its pause is a comma. */
static int with_extension(const char *number, const char *params, char **ret)
{
    struct ars_buf b;
    char *ext;
    int err = extension(params, &ext);

    if (err)
        return err;
    ars_buf_init(&b, strlen(number) + strlen(params) + 2);
    ars_buf_adds(&b, number);
    if (ext && *ext && !ext[strspn(ext, "0123456789")])
        ars_buf_addf(&b, ",%s", ext);
    free(ext);
    *ret = ars_buf_take(&b, &err);
    return err;
}

/* Other parameters mean nothing to a PBX, and what a web page wrote may be escaped. */
static int take_tel(const char *s, char **ret)
{
    size_t len = strcspn(s, ";");
    char *decoded = ars_percent_decode(s, len);
    char *number = decoded;
    int err = 0;

    if (!decoded)
        return ENOMEM;
    drop_marks(decoded);
    while (number[0] == '/')
        number++;
    number = trim(number);
    if (is_number(number))
        strip(number);
    else if (!*number || !is_clean(number))
        err = EINVAL;
    if (!err)
        err = with_extension(number, s + len, ret);
    free(decoded);
    return err;
}

const char *number_digits(const char *target)
{
    return strpbrk(target, ":@") ? NULL : strchr(target, ',');
}

static int take_plain(char *s, char **ret)
{
    if (is_number(s))
        strip(s);
    else if (!is_clean(s) || number_digits(s) || !s[strspn(s, " -().")])
        return EINVAL;
    *ret = ars_strdup(s);
    return *ret ? 0 : ENOMEM;
}

static const struct {
    const char *name;
    bool uri; /* else a telephone number */
} schemes[] = {{"sip:", true}, {"sips:", true}, {"tel:", false}, {"callto:", false}};

bool number_is_uri(const char *number)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(number, schemes[i].name, strlen(schemes[i].name)) == 0)
            return schemes[i].uri;
    return false;
}

static int take(char *s, char **ret)
{
    if (!*s || strlen(s) > NUMBER_MAX)
        return EINVAL;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t len = strlen(schemes[i].name);
        char scheme[8];

        if (strncasecmp(s, schemes[i].name, len) != 0)
            continue;
        ars_strncpy(scheme, sizeof(scheme), s, len);
        return schemes[i].uri ? take_uri(s + len, scheme, ret) : take_tel(s + len, ret);
    }
    return strchr(s, '@') ? take_uri(s, "sip:", ret) : take_plain(s, ret);
}

int number_to_target(const char *typed, char **ret)
{
    char *s;
    int err;

    if (!typed)
        return EINVAL;
    s = ars_strdup(typed);
    if (!s)
        return ENOMEM;
    drop_marks(s);
    err = take(trim(unwrap(trim(s))), ret);
    free(s);
    return err;
}

/* Rules are for the number alone: what is sent after the answer stays as it is. */
static int apply_rules(const char *rules, const char *number, char **ret_wire, size_t *ret_rule)
{
    const char *digits = number_digits(number);
    char *alone = digits ? ars_strndup(number, (size_t)(digits - number)) : ars_strdup(number);
    char *wire = NULL;
    struct ars_buf b;
    int err;

    err = alone ? dial_rules_apply(rules, alone, &wire, ret_rule) : ENOMEM;
    if (!err && digits && number_is_uri(wire)) {
        free(wire);
        err = EINVAL; /* a URI has no place for them */
    } else if (!err && digits) {
        ars_buf_init(&b, strlen(wire) + strlen(digits) + 1);
        ars_buf_addf(&b, "%s%s", wire, digits);
        free(wire);
        wire = ars_buf_take(&b, &err);
    }
    free(alone);
    if (!err)
        *ret_wire = wire;
    return err;
}

int number_for(const char *rules, const char *typed, char **ret_number, char **ret_wire,
               size_t *ret_rule)
{
    char *number;
    int err = number_to_target(typed, &number);

    if (err)
        return err;
    err = apply_rules(number_is_uri(number) ? NULL : rules, number, ret_wire, ret_rule);
    if (err)
        free(number);
    else
        *ret_number = number;
    return err;
}
