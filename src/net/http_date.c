/* A date as HTTP writes it. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http_date.h"

static int month_of(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *at = strlen(name) == 3 ? strstr(names, name) : NULL;

    return at && (at - names) % 3 == 0 ? (int)(at - names) / 3 : -1;
}

/* What seems to be more than 50 years away is in the past. */
static int whole_year(int two_digits, int64_t now_s)
{
    time_t now = (time_t)now_s;
    struct tm tm;
    int year;

    gmtime_r(&now, &tm);
    year = 1900 + tm.tm_year;
    year += two_digits - year % 100;
    if (year > 1900 + tm.tm_year + 50)
        year -= 100;
    return year;
}

int http_date_parse(const char *s, int64_t now_s, int64_t *ret)
{
    struct tm tm = {0};
    char month[4] = "";
    int end = 0;
    bool old;

    /* IMF-fixdate; then RFC 850's and asctime()'s, which a recipient must understand, too */
    (void)sscanf(s, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &tm.tm_mday, month, &tm.tm_year,
                 &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end);
    old = !end;
    if (!end)
        (void)sscanf(s, "%*9[A-Za-z], %2d-%3s-%2d %2d:%2d:%2d GMT%n", &tm.tm_mday, month,
                     &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end);
    if (old && end)
        tm.tm_year = whole_year(tm.tm_year, now_s);
    if (!end)
        (void)sscanf(s, "%*3[A-Za-z] %3s %2d %2d:%2d:%2d %4d%n", month, &tm.tm_mday, &tm.tm_hour,
                     &tm.tm_min, &tm.tm_sec, &tm.tm_year, &end);
    tm.tm_mon = month_of(month);
    if (!end || s[end] || tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour < 0 ||
        tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60 ||
        tm.tm_year < 1970)
        return EINVAL;
    tm.tm_year -= 1900;
    *ret = (int64_t)timegm(&tm);
    return 0;
}
