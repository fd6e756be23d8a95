/* app: a number for the eye. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/app.h>
#include <ars/str.h>

#define NATIONAL_LEN 10

/* The digits of what is nothing but a number; 0: it is something else, or too long. */
static size_t digits_of(const char *s, char digits[NATIONAL_LEN + 2])
{
    size_t n = 0;

    for (; *s; s++) {
        if (strchr(" -().", *s))
            continue;
        if (*s < '0' || *s > '9' || n > NATIONAL_LEN)
            return 0;
        digits[n++] = *s;
    }
    digits[n] = '\0';
    return n;
}

char *ars_app_format_number(const char *number)
{
    bool international = number[0] == '+'; /* then it says itself of which country it is */
    char digits[NATIONAL_LEN + 2];
    size_t n = digits_of(number + (international ? 1 : 0), digits);
    const char *d = digits;
    struct ars_buf b;
    int err = 0;

    if (n == NATIONAL_LEN + 1 && (d[0] == '7' || (d[0] == '8' && !international)))
        d++;
    else if (n != NATIONAL_LEN || international)
        return ars_strdup(number);
    ars_buf_init(&b, 32);
    ars_buf_addf(&b, "+7 (%.3s) %.3s-%.2s-%.2s", d, d + 3, d + 6, d + 8);
    return ars_buf_take(&b, &err);
}
