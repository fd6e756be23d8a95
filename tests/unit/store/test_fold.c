/* Unit tests of store: folding and the words of the index. */
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

#include "fold.h"
#include "tests.h"

/* Scripts that we say we fold. Turkish and final sigma are matters of language, and not ours. */
static const struct {
    uint32_t from;
    uint32_t to;
} blocks[] = {
    {0x20, 0x7e},     {0xa1, 0x12f},  {0x132, 0x17e},   {0x386, 0x3ce},
    {0x400, 0x482},   {0x48a, 0x52f}, {0x531, 0x586},   {0x1e00, 0x1e95},
    {0x1ea0, 0x1eff}, {0x5d0, 0x5ea}, {0x4e00, 0x4e80}, {0x1f600, 0x1f620},
};

/* glibc's tables are Unicode's; ours must not depend on the locale in use. */
static int test_lower_case_is_unicodes(void)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    int err = 0;

    CHECK(utf8 != NULL);
    for (size_t i = 0; i < CHECK_COUNT(blocks); i++) {
        for (uint32_t c = blocks[i].from; c <= blocks[i].to; c++) {
            uint32_t want = (uint32_t)towlower_l((wint_t)c, utf8);

            if (fold_char(c) != want) {
                err = check_fail(__FILE__, __LINE__, "U+%04X becomes U+%04X, not U+%04X", c,
                                 fold_char(c), want);
                goto out;
            }
        }
    }
out:
    if (utf8)
        freelocale(utf8);
    return err;
}

static int test_entry_and_query(void)
{
    static const struct {
        const char *name;
        const char *number;
        const char *query;
        bool found;
    } rows[] = {
        {"Иван Петров", "101", "иван", true},
        {"Иван Петров", "101", "ПЕТР", true},
        {"Иван Петров", "101", "ван п", true},
        {"Иван Петров", "101", "  Иван   Петров ", true},
        {"Иван Петров", "101", "петров иван", false},
        {"Семён", "102", "семен", true},
        {"Семен", "102", "СЕМЁН", true},
        {"José Ångström", "7", "ÅNGSTRÖM", true},
        {"", "+7 (495) 123-45-67", "4951234", true},
        {"", "+74951234567", "8 (495) 123", true},
        {"", "84951234567", "+7495", true},
        {"", "4951234567", "+7 495", true},
        {"", "4951234567", "8-495", true},
        {"", "74951234567", "1234567", true},
        {"", "74951234567", "9999", false},
        {"", "sip:bob@pbx.example", "BOB@", true},
        {"Room 12", "600", "12", true},
        {"Room 12", "600", "room 6", false}, /* not across name and number */
        {"", "*98#", "*9", true},
        {"a\"b'c%_", "1", "\"b'c%_", true},
    };
    char *entry = NULL;
    char *query = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        entry = fold_entry(rows[i].name, rows[i].number);
        query = entry ? fold_query(rows[i].query) : NULL;
        if (!query) {
            err = ENOMEM;
            goto out;
        }
        if ((strstr(entry, query) != NULL) != rows[i].found) {
            err = check_fail(__FILE__, __LINE__, "row %zu: '%s' in '%s'", i, query, entry);
            goto out;
        }
        free(entry);
        free(query);
        entry = query = NULL;
    }
out:
    free(entry);
    free(query);
    return err;
}

/* Each run of one to three characters of a line, ends at its end. */
static int test_words(void)
{
    char *words = fold_grams("aя\n7");
    char *match = words ? fold_match("abcd") : NULL;
    char *few = match ? fold_match("яж") : NULL;
    char *space = few ? fold_match("a b") : NULL;
    int err = space ? 0 : ENOMEM;

    TRY(err);
    CHECK_STR(words, "a aя я 7 ");
    CHECK_STR(match, "\"abc\" AND \"bcd\"");
    CHECK_STR(few, "\"яж\"");
    /* U+E020: a space is a character of the word */
    CHECK_STR(space, "\"a\xee\x80\xa0"
                     "b\"");
out:
    free(words);
    free(match);
    free(few);
    free(space);
    return err;
}

static int test_nothing(void)
{
    char *query = fold_query(" \t ");
    char *match = query ? fold_match(query) : NULL;
    int err = match ? 0 : ENOMEM;

    TRY(err);
    CHECK_STR(query, "");
    CHECK_STR(match, "");
out:
    free(query);
    free(match);
    return err;
}

/* What is not UTF-8 does not lead past the end. */
static int test_broken_utf8(void)
{
    char *entry = fold_entry("\xd0", "\xf0\x9f\x98");
    char *words = entry ? fold_grams(entry) : NULL;
    int err = words ? 0 : ENOMEM;

    TRY(err);
    CHECK_STR(entry, "\xef\xbf\xbd\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
out:
    free(entry);
    free(words);
    return err;
}

const struct check_case fold_cases[] = {
    {"fold/lower-case-is-unicodes", test_lower_case_is_unicodes, false},
    {"fold/entry-and-query", test_entry_and_query, true},
    {"fold/words", test_words, true},
    {"fold/nothing", test_nothing, true},
    {"fold/broken-utf8", test_broken_utf8, true},
};
const size_t fold_cases_n = CHECK_COUNT(fold_cases);
