/* store: how the journal is searched. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "fold.h"

#define GRAM_MAX 3

/* Of name and number, which are bounded themselves. */
#define TEXT_MAX 8192
/* A byte of it is in six characters of words, each of three bytes at most, with what is between. */
#define WORDS_FACTOR 32

/* FTS5's ascii tokenizer takes letters, digits and all above U+007F; the rest moves there. */
#define PRIVATE_USE 0xe000

/* ---- characters ---- */

/* Of well-formed UTF-8 (ars_utf8_clean). */
static uint32_t next_char(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? *p : *p & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3f);
    *s += n;
    return c;
}

static void add_char(struct ars_buf *b, uint32_t c)
{
    char utf8[4];
    size_t n;

    if (c < 0x80) {
        utf8[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        utf8[0] = (char)(0xc0 | c >> 6);
        n = 2;
    } else if (c < 0x10000) {
        utf8[0] = (char)(0xe0 | c >> 12);
        n = 3;
    } else {
        utf8[0] = (char)(0xf0 | c >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++)
        utf8[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
    ars_buf_addn(b, utf8, n);
}

/*
 * Unicode's simple case mappings, as ranges: from..to in steps, each moved by delta. The locale has
 * no say: what was kept under one must be found under another.
 */
static const struct {
    uint32_t from;
    uint32_t to;
    uint32_t step;
    int32_t delta;
} ranges[] = {
    {'A', 'Z', 1, 32},       {0x00c0, 0x00d6, 1, 32},   {0x00d8, 0x00de, 1, 32},
    {0x0100, 0x012e, 2, 1},  {0x0132, 0x0136, 2, 1},    {0x0139, 0x0147, 2, 1},
    {0x014a, 0x0176, 2, 1},  {0x0178, 0x0178, 1, -121}, {0x0179, 0x017d, 2, 1},
    {0x0386, 0x0386, 1, 38}, {0x0388, 0x038a, 1, 37},   {0x038c, 0x038c, 1, 64},
    {0x038e, 0x038f, 1, 63}, {0x0391, 0x03a1, 1, 32},   {0x03a3, 0x03ab, 1, 32},
    {0x0400, 0x040f, 1, 80}, {0x0410, 0x042f, 1, 32},   {0x0460, 0x0480, 2, 1},
    {0x048a, 0x04be, 2, 1},  {0x04c0, 0x04c0, 1, 15},   {0x04c1, 0x04cd, 2, 1},
    {0x04d0, 0x052e, 2, 1},  {0x0531, 0x0556, 1, 48},   {0x1e00, 0x1e94, 2, 1},
    {0x1ea0, 0x1efe, 2, 1},
};

uint32_t fold_char(uint32_t c)
{
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i].from && c <= ranges[i].to && (c - ranges[i].from) % ranges[i].step == 0)
            return (uint32_t)((int32_t)c + ranges[i].delta);
    }
    return c;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == 0xa0 || c == 0x2007 || c == 0x202f;
}

/* Lower case, one space where there are several, none at the ends, no control characters. */
static void add_folded(struct ars_buf *b, const char *text)
{
    char *clean = ars_utf8_clean(text, strlen(text));
    const char *s = clean;
    bool space = false;
    bool any = false;

    if (!clean) {
        b->err = ENOMEM;
        return;
    }
    while (*s) {
        uint32_t c = fold_char(next_char(&s));

        if (is_space(c)) {
            space = any;
            continue;
        }
        if (space)
            ars_buf_adds(b, " ");
        add_char(b, c == 0x451 ? 0x435 : c); /* most people write the one for the other */
        space = false;
        any = true;
    }
    free(clean);
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, and what people put between them. */
static bool is_number(const char *s)
{
    bool digit = false;

    for (; *s; s++) {
        if (!is_digit(*s) && !strchr("+-() .", *s))
            return false;
        digit = digit || is_digit(*s);
    }
    return digit;
}

static void add_digits(struct ars_buf *b, const char *s)
{
    for (; *s; s++)
        if (is_digit(*s))
            ars_buf_addn(b, s, 1);
}

/* The digits alone, for what is typed without brackets; a Russian number with both prefixes. */
static void add_number_forms(struct ars_buf *b, const char *number)
{
    struct ars_buf digits;

    ars_buf_init(&digits, TEXT_MAX);
    add_digits(&digits, number);
    if (digits.err) {
        b->err = digits.err;
    } else if (digits.len > 0) {
        ars_buf_addf(b, "\n%s", digits.data);
        if (digits.len == 11 && (digits.data[0] == '7' || digits.data[0] == '8'))
            ars_buf_addf(b, "\n%c%s", digits.data[0] == '7' ? '8' : '7', digits.data + 1);
        if (digits.len == 10)
            ars_buf_addf(b, "\n7%s\n8%s", digits.data, digits.data);
    }
    ars_buf_free(&digits);
}

/* ---- the index ---- */

static void add_word_char(struct ars_buf *b, uint32_t c)
{
    bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');

    add_char(b, plain ? c : PRIVATE_USE + c);
}

/* Adds the n characters at s as a word; none when the line ends among them. */
static void add_word(struct ars_buf *b, const char *before, const char *s, size_t n,
                     const char *after)
{
    const char *end = s;

    for (size_t i = 0; i < n; i++) {
        if (!*end || *end == '\n')
            return;
        (void)next_char(&end);
    }
    ars_buf_adds(b, before);
    while (s < end)
        add_word_char(b, next_char(&s));
    ars_buf_adds(b, after);
}

static size_t count_chars(const char *s)
{
    size_t n = 0;

    for (; *s; n++)
        (void)next_char(&s);
    return n;
}

char *fold_grams(const char *folded)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, TEXT_MAX * WORDS_FACTOR);
    ars_buf_adds(&b, "");
    for (const char *s = folded; *s; (void)next_char(&s))
        for (size_t n = 1; n <= GRAM_MAX; n++)
            add_word(&b, "", s, n, " ");
    return ars_buf_take(&b, &err);
}

char *fold_match(const char *folded)
{
    size_t len = count_chars(folded);
    size_t n = len < GRAM_MAX ? len : GRAM_MAX;
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, TEXT_MAX * WORDS_FACTOR);
    ars_buf_adds(&b, "");
    for (const char *s = folded; *s; (void)next_char(&s))
        add_word(&b, b.len ? " AND \"" : "\"", s, n, "\"");
    return ars_buf_take(&b, &err);
}

/* ---- public ---- */

char *fold_entry(const char *name, const char *number)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, TEXT_MAX);
    add_folded(&b, name);
    ars_buf_adds(&b, "\n");
    add_folded(&b, number);
    add_number_forms(&b, number);
    return ars_buf_take(&b, &err);
}

char *fold_query(const char *typed)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, TEXT_MAX);
    ars_buf_adds(&b, "");
    add_folded(&b, typed);
    if (!b.err && is_number(b.data)) {
        struct ars_buf digits;

        ars_buf_init(&digits, TEXT_MAX);
        add_digits(&digits, b.data);
        ars_buf_free(&b);
        b = digits;
    }
    return ars_buf_take(&b, &err);
}
