/* engine: dial rules. */
#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "dial_rules.h"

#define RULES_MAX   64
#define PATTERN_MAX 256
#define RESULT_MAX  256
/* What x{3}{4} unfolds to: regcomp() writes each repetition out. */
#define REPEAT_MAX 4096ul
#define GROUPS     10
#define ARROW      "->"

struct rule {
    char pattern[PATTERN_MAX + 1];
    char replacement[PATTERN_MAX + 1];
    size_t replacement_at; /* in its line */
};

struct problem {
    size_t offset;
    const char *reason;
};

static bool wrong(struct problem *p, size_t offset, const char *reason)
{
    *p = (struct problem){.offset = offset, .reason = reason};
    return false;
}

static size_t trimmed(const char *s, size_t len)
{
    while (len > 0 && isspace((unsigned char)s[len - 1]))
        len--;
    return len;
}

static size_t blanks(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && isspace((unsigned char)s[n]))
        n++;
    return n;
}

static const char *find_arrow(const char *line, size_t len)
{
    for (size_t i = 0; i + strlen(ARROW) <= len; i++)
        if (strncmp(line + i, ARROW, strlen(ARROW)) == 0)
            return line + i;
    return NULL;
}

static bool split(struct rule *r, const char *line, size_t len, struct problem *p)
{
    const char *arrow = find_arrow(line, len);
    size_t at = blanks(line, len);
    size_t pattern;
    const char *to;
    size_t to_len;

    if (!arrow)
        return wrong(p, trimmed(line, len), "there is no -> in it");
    pattern = trimmed(line + at, (size_t)(arrow - line) - at);
    to = arrow + strlen(ARROW);
    to_len = trimmed(to, len - (size_t)(to - line));
    to += blanks(to, to_len);
    to_len = trimmed(to, len - (size_t)(to - line));
    if (pattern == 0)
        return wrong(p, at, "there is no pattern before the ->");
    if (pattern > PATTERN_MAX || to_len > PATTERN_MAX)
        return wrong(p, at, "the rule is too long");
    ars_strncpy(r->pattern, sizeof(r->pattern), line + at, pattern);
    ars_strncpy(r->replacement, sizeof(r->replacement), to, to_len);
    r->replacement_at = (size_t)(to - line);
    return true;
}

/* What regcomp() would take for something else, or for more than there is memory. */
static bool check_pattern(const struct rule *r, struct problem *p)
{
    unsigned long product = 1;

    for (size_t i = 0; r->pattern[i]; i++) {
        if (r->pattern[i] == '\\' && isalnum((unsigned char)r->pattern[i + 1]))
            return wrong(p, i, "no letter or digit behind a backslash; a digit is [0-9]");
        if (r->pattern[i] == '\\' && r->pattern[i + 1])
            i++;
        else if (r->pattern[i] == '{') {
            const char *comma = strpbrk(&r->pattern[i], ",}");
            unsigned long low = strtoul(&r->pattern[i + 1], NULL, 10);
            unsigned long high = comma && *comma == ',' ? strtoul(comma + 1, NULL, 10) : low;
            unsigned long most = high > low ? high : low;

            if (most > REPEAT_MAX || product * (most ? most : 1) > REPEAT_MAX)
                return wrong(p, i, "it repeats too often");
            product *= most ? most : 1;
        }
    }
    return true;
}

static const char *words_of(int code)
{
    switch (code) {
    case REG_EBRACK:
        return "a [ is not closed";
    case REG_EPAREN:
        return "a bracket is missing, ( or )";
    case REG_EBRACE:
    case REG_BADBR:
        return "what stands in { } is no number of times";
    case REG_BADRPT:
        return "there is nothing to repeat before * + ? or {";
    case REG_ERANGE:
        return "a range ends before it begins";
    case REG_EESCAPE:
        return "a backslash ends the pattern";
    case REG_ECTYPE:
    case REG_ECOLLATE:
        return "there is no such class of characters";
    case REG_ESPACE:
        return "the pattern is too large";
    default:
        return "this is not a pattern";
    }
}

static bool check_replacement(const struct rule *r, size_t groups, struct problem *p)
{
    for (size_t i = 0; r->replacement[i]; i++) {
        char c = r->replacement[i];

        if (c != '\\' && (unsigned char)c <= ' ')
            return wrong(p, r->replacement_at + i, "there is a space in the replacement");
        if (c != '\\')
            continue;
        c = r->replacement[++i];
        if (c != '\\' && (c < '0' || c > '9'))
            return wrong(p, r->replacement_at + i - 1, "behind a backslash stands a group, 1 to 9");
        if (c != '\\' && (size_t)(c - '0') > groups)
            return wrong(p, r->replacement_at + i - 1, "the pattern has no such group");
    }
    return true;
}

/* The compiled rule is the caller's to regfree(). */
static bool compile(struct rule *r, regex_t *re, const char *line, size_t len, struct problem *p)
{
    int code;

    if (!split(r, line, len, p) || !check_pattern(r, p))
        return false;
    code = regcomp(re, r->pattern, REG_EXTENDED);
    if (code)
        return wrong(p, blanks(line, len), words_of(code));
    if (check_replacement(r, re->re_nsub, p))
        return true;
    regfree(re);
    return false;
}

/* The next line with something in it; NULL: there is none. */
static const char *next_line(const char **s, size_t *ret_len)
{
    while (*s && **s) {
        const char *line = *s;
        size_t len = strcspn(line, "\n");

        *s += len + (line[len] == '\n');
        if (blanks(line, len) < len) {
            *ret_len = len;
            return line;
        }
    }
    return NULL;
}

void dial_rules_check(const char *rules, dial_rules_problem_fn *fn, void *arg)
{
    const char *s = rules;
    const char *line;
    size_t len;

    for (size_t n = 1; (line = next_line(&s, &len)); n++) {
        struct problem p;
        struct rule r;
        regex_t re;
        bool ok = n <= RULES_MAX ? compile(&r, &re, line, len, &p)
                                 : wrong(&p, 0, "there are too many rules");

        if (ok)
            regfree(&re);
        else if (fn)
            fn(n, p.offset, p.reason, arg);
        if (n > RULES_MAX)
            return;
    }
}

static int replace(const struct rule *r, const char *number, const regmatch_t *m, char **ret)
{
    struct ars_buf b;
    char *text;
    int err = 0;

    ars_buf_init(&b, RESULT_MAX);
    ars_buf_addn(&b, number, (size_t)m[0].rm_so);
    for (const char *s = r->replacement; *s; s++) {
        if (*s == '\\' && s[1] != '\\') {
            const regmatch_t *g = &m[*++s - '0'];

            if (g->rm_so >= 0)
                ars_buf_addn(&b, number + g->rm_so, (size_t)(g->rm_eo - g->rm_so));
        } else {
            s += *s == '\\';
            ars_buf_addn(&b, s, 1);
        }
    }
    ars_buf_adds(&b, number + m[0].rm_eo);
    text = ars_buf_take(&b, &err);
    if (err)
        return err == EMSGSIZE ? EINVAL : err;
    *ret = text;
    return 0;
}

int dial_rules_apply(const char *rules, const char *number, char **ret, size_t *ret_rule)
{
    const char *s = rules;
    char *text = NULL;
    const char *line;
    size_t len;
    size_t n;
    int err = 0;

    for (n = 1; !text && !err && n <= RULES_MAX && (line = next_line(&s, &len)); n++) {
        regmatch_t m[GROUPS];
        struct problem p;
        struct rule r;
        regex_t re;

        if (!compile(&r, &re, line, len, &p))
            continue;
        if (regexec(&re, number, GROUPS, m, 0) == 0)
            err = replace(&r, number, m, &text);
        regfree(&re);
    }
    if (ret_rule)
        *ret_rule = text ? n - 1 : 0;
    if (!text && !err) {
        text = ars_strdup(number);
        err = text ? 0 : ENOMEM;
    }
    if (!err && !*text)
        err = EINVAL;
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}
