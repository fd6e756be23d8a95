/* Numbers, and the rules by which they are dialled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/engine.h>
#include <ars/str.h>

#include "check.h"
#include "number.h"
#include "tests.h"

static const struct {
    const char *typed;
    const char *target; /* NULL: refused */
} numbers[] = {
    {"600", "600"},
    {"  600\n", "600"},
    {"+7 (912) 345-67-89", "+79123456789"},
    {"8.800.555.35.35", "88005553535"},
    {"*97#", "*97#"},
    {"\xc2\xa0+7\xc2\xa0"
     "912",
     "+7912"}, /* no-break spaces */
    {"\xe2\x80\x8e+49\xe2\x80\x93"
     "30\xe2\x80\x8f",
     "+4930"}, /* marks and an en dash */
    {"alice", "alice"},
    {"front-desk.2", "front-desk.2"}, /* a name keeps what looks like a separator */
    {"sip:600@pbx.test", "sip:600@pbx.test"},
    {" SIPS:a-b@pbx.test;x=1 ", "SIPS:a-b@pbx.test;x=1"},
    {"600@pbx.test", "sip:600@pbx.test"},
    /* an extension is dialled after the answer */
    {"tel:+7-912-345;ext=7", "+7912345,7"},
    {"tel:+7-912-345;phone-context=x;EXT=1-2.3", "+7912345,123"},
    {"tel:+7-912-345;ext=", "+7912345"},
    {"tel:+7-912-345;ext=p2", "+7912345"},
    /* RFC 3966 sections 3, 5.1.1 and 6 */
    {"tel:+1-201-555-0123", "+12015550123"},
    {"tel:7042;phone-context=example.com", "7042"},
    {"tel:863-1234;phone-context=+1-914-555", "8631234"},
    {"TEL:+1.201.(555)0123", "+12015550123"},
    {"tel:+358-555-1234567;postd=pp22", "+3585551234567"},
    {"tel:*97%23", "*97#"},
    /* what web pages and mail make of numbers */
    {"tel:+7%20912%20345-67-89", "+79123456789"},
    {"tel://+79123456789", "+79123456789"},
    {"tel:%2B7(912)345", "+7912345"},
    {"callto:+79123456789", "+79123456789"},
    {"60\t0", "600"},
    {"030/123456", "030123456"},
    {"<600>", "600"},
    {"\"600\"", "600"},
    {"\xc2\xab+7 912\xc2\xbb", "+7912"},
    {"\"Anna\" <sip:600@pbx.test>", "sip:600@pbx.test"},
    {"Anna <sip:600@pbx.test>", "sip:600@pbx.test"},
    {"+7 912 345-67-89,", "+79123456789"},
    {"600.", "600"},
    {"6\xc2\xad"
     "0\xe2\x80\x8b"
     "0",
     "600"}, /* a soft hyphen and a zero width space */
    {"sip: 600@pbx.test", "sip:600@pbx.test"},
    {"sip:+7%20(912)%20345@pbx.test;x=1", "sip:+7912345@pbx.test;x=1"},
    {"sip:*97%23@pbx.test", "sip:*97%23@pbx.test"},
    {"sip:an%20na@pbx.test", "sip:an%20na@pbx.test"},
    {"sip:+1-212-555-1212:1234@gw.test;user=phone", "sip:+1-212-555-1212:1234@gw.test;user=phone"},
    {"", NULL},
    {"   ", NULL},
    {"---", NULL},
    {"sip:", NULL},
    {"sip:a b@c", NULL},
    {"tel:", NULL},
    {"@pbx.test", NULL},
    {"600@", NULL},
    {"60\r\nVia: x", NULL},
    {"6\x01"
     "0",
     NULL},
    {"two words", NULL},
    {"tel:;ext=7", NULL},
    {"tel:+7%0D%0AVia: x", NULL},
    {"sip:600@", NULL},
    {"<>", NULL},
    {"...", NULL},
};

static int test_numbers(void)
{
    char *target = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(numbers); i++) {
        int e = number_to_target(numbers[i].typed, &target);

        if (e == ENOMEM) {
            err = e;
            goto out;
        }
        if (numbers[i].target) {
            CHECK_INT(e, 0);
            CHECK_STR(target, numbers[i].target);
        } else {
            CHECK_INT(e, EINVAL);
        }
        free(target);
        target = NULL;
    }
    CHECK_INT(number_to_target(NULL, &target), EINVAL);
out:
    free(target);
    return err;
}

static int test_number_length(void)
{
    char digits[400];
    char *target = NULL;
    int err = 0;

    memset(digits, '1', sizeof(digits));
    digits[sizeof(digits) - 1] = '\0';
    CHECK_INT(number_to_target(digits, &target), EINVAL);
    digits[256] = '\0';
    TRY(number_to_target(digits, &target));
    CHECK_INT(strlen(target), 256);
out:
    free(target);
    return err;
}

#define RULES                                                                                      \
    "^8([0-9]{10})$ -> +7\\1\n\n"                                                                  \
    "  ^00 -> +  \n"                                                                               \
    "^([0-9])([0-9])([0-9])$ -> \\3\\2\\1\\0\n"                                                    \
    "^\\*8$ -> \\\\\n"                                                                             \
    "^9 ->\n"                                                                                      \
    "^9 -> never"

static int test_dial_rules(void)
{
    static const struct {
        const char *typed;
        const char *wire; /* NULL: refused */
        size_t rule;
    } table[] = {
        {"8 (912) 345-67-89", "+79123456789", 1},
        {"0049 30 1", "+49301", 2},
        {"123", "321123", 3},
        {"*8", "\\", 4},
        {"912", "219912", 3}, /* the first that fits, and no other */
        {"9600", "600", 5},
        {"9", NULL, 0}, /* nothing is left of it */
        {"+79", "+79", 0},
        {"reception", "reception", 0},
        {"sip:123@pbx.test", "sip:123@pbx.test", 0},
        {"123@pbx.test", "sip:123@pbx.test", 0},
        {"tel:123", "321123", 3},
    };
    char *number = NULL;
    char *wire = NULL;
    size_t rule;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(table); i++) {
        int e = ars_engine_check_number(RULES, table[i].typed, NULL, NULL, &number, &wire, &rule);

        if (e == ENOMEM) {
            err = e;
            goto out;
        }
        CHECK_INT(e, table[i].wire ? 0 : EINVAL);
        if (!e) {
            CHECK_STR(wire, table[i].wire);
            CHECK_INT(rule, table[i].rule);
        }
        free(number);
        free(wire);
        number = wire = NULL;
    }
out:
    free(number);
    free(wire);
    return err;
}

struct told {
    size_t rule;
    size_t offset;
    size_t n;
};

static void on_problem(size_t rule, size_t offset, const char *reason, void *arg)
{
    struct told *t = arg;

    t->n++;
    t->rule = rule;
    t->offset = offset;
}

static int test_bad_dial_rules(void)
{
    static const struct {
        const char *rules;
        size_t rule;
        size_t offset;
    } table[] = {
        {"600", 1, 3},
        {"^1 -> 2\n\n  ([0-9] -> 3", 2, 2},
        {"[0-9 -> 3", 1, 0},
        {"*1 ) ->", 1, 0},
        {"^\\d -> 3", 1, 1},
        {"(1)\\1 -> 3", 1, 3},
        {"^(1) -> 0\\2", 1, 9},
        {"^(1) -> 0\\", 1, 9},
        {"^1 -> 1 2", 1, 7},
        {"-> 3", 1, 0},
        {"1{5}(2{1000}){9} -> 3", 1, 6},
    };
    struct ars_buf rules;
    struct told many = {0};
    int err = 0;

    ars_buf_init(&rules, 2000);
    for (size_t i = 0; i < CHECK_COUNT(table); i++) {
        struct told t = {0};

        CHECK_INT(ars_engine_check_number(table[i].rules, NULL, on_problem, &t, NULL, NULL, NULL),
                  0);
        CHECK_INT(t.n, 1);
        CHECK_INT(t.rule, table[i].rule);
        CHECK_INT(t.offset, table[i].offset);
    }
    for (size_t i = 0; i < 70; i++)
        ars_buf_adds(&rules, "^1 -> 2\n");
    TRY(rules.err);
    CHECK_INT(ars_engine_check_number(rules.data, NULL, on_problem, &many, NULL, NULL, NULL), 0);
    CHECK_INT(many.rule, 65);
    CHECK_INT(many.n, 1);
out:
    ars_buf_free(&rules);
    return err;
}

/* A bad rule is left out, the others apply. */
static int test_bad_rule_is_left_out(void)
{
    char *number = NULL;
    char *wire = NULL;
    size_t rule = 0;
    int err;

    TRY(ars_engine_check_number("(1 -> 2\n^1 -> 3", "15", NULL, NULL, &number, &wire, &rule));
    CHECK_STR(number, "15");
    CHECK_STR(wire, "35");
    CHECK_INT(rule, 2);
out:
    free(number);
    free(wire);
    return err;
}

const struct check_case number_cases[] = {
    {.name = "numbers", .fn = test_numbers, .oom = true},
    {.name = "number_length", .fn = test_number_length, .oom = true},
    {.name = "dial_rules", .fn = test_dial_rules},
    {.name = "bad_dial_rules", .fn = test_bad_dial_rules},
    {.name = "bad_rule_is_left_out", .fn = test_bad_rule_is_left_out},
};
const size_t number_cases_n = CHECK_COUNT(number_cases);
