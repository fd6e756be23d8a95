/* Dates of HTTP: the three forms of RFC 9110 section 5.6.7, with its examples. */
#include <errno.h>

#include "http_date.h"
#include "suites.h"

#define Y2026 1767225600 /* 2026-01-01 */

static int test_forms(void)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: no date */
    } rows[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Sun Nov 16 08:49:37 1994", 784975777},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Thu, 01 Jan 2026 00:00:00 GMT", Y2026},
        {"Thursday, 01-Jan-26 00:00:00 GMT", Y2026},
        {"Tuesday, 31-Dec-30 23:59:59 GMT", 1924991999},
        /* 77 is 51 years from here */
        {"Saturday, 01-Jan-77 00:00:00 GMT", 220924800},
        {"120", -1},
        {"", -1},
        {"soon", -1},
        {"Sun, 06 Nov 1994 08:49:37", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT+1", -1},
        {"Sun, 06 Now 1994 08:49:37 GMT", -1},
        {"Sun, 06 anF 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
        {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 0094 08:49:37 GMT", -1},
        {"Sun, -6 Nov 1994 08:49:37 GMT", -1},
    };
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        int64_t s = -1;
        int e = http_date_parse(rows[i].text, Y2026, &s);

        if (s != rows[i].seconds || e != (s < 0 ? EINVAL : 0))
            return check_fail(__FILE__, __LINE__, "'%s' is %lld", rows[i].text, (long long)s);
    }
    return err;
}

static const struct check_case cases[] = {
    {"http_date_forms", test_forms, false},
};

const struct suite suite_http_date = {cases, CHECK_COUNT(cases)};
