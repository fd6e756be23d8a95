/* base: texts of which nobody says how they are written. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

/* Windows-1251 from 0x80 on; 0xc0 to 0xff are U+0410 to U+044f. 0: not assigned. */
static const uint16_t cp1251[64] = {
    0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021, 0x20ac, 0x2030, 0x0409,
    0x2039, 0x040a, 0x040c, 0x040b, 0x040f, 0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0,      0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b, 0x045f, 0x00a0,
    0x040e, 0x045e, 0x0408, 0x00a4, 0x0490, 0x00a6, 0x00a7, 0x0401, 0x00a9, 0x0404, 0x00ab,
    0x00ac, 0x00ad, 0x00ae, 0x0407, 0x00b0, 0x00b1, 0x0406, 0x0456, 0x0491, 0x00b5, 0x00b6,
    0x00b7, 0x0451, 0x2116, 0x0454, 0x00bb, 0x0458, 0x0405, 0x0455, 0x0457,
};

/*
 * Names in Cyrillic are of letters above 0xbf through and through; those in Latin-1 have one here
 * and there among letters of ASCII.
 */
static bool is_cyrillic(const uint8_t *s, size_t len)
{
    size_t high = 0;
    size_t ascii = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t lower = s[i] | 0x20;

        high += s[i] >= 0xc0 || s[i] == 0xa8 || s[i] == 0xb8; /* the latter: U+0401, U+0451 */
        ascii += lower >= 'a' && lower <= 'z';
    }
    return high > ascii;
}

static void add_code(struct ars_buf *b, uint16_t code)
{
    char utf8[3];
    size_t n = 0;

    if (code >= 0x800) {
        utf8[n++] = (char)(0xe0 | code >> 12);
        utf8[n++] = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        utf8[n++] = (char)(0xc0 | code >> 6);
    }
    utf8[n++] = (char)(0x80 | (code & 0x3f));
    ars_buf_addn(b, utf8, n);
}

static uint16_t code_of(uint8_t c, bool cyrillic)
{
    if (cyrillic)
        return c >= 0xc0 ? (uint16_t)(0x0410 + c - 0xc0) : cp1251[c - 0x80];
    return c >= 0xa0 ? c : 0;
}

char *ars_text_to_utf8(const char *s, size_t len)
{
    const uint8_t *p = (const uint8_t *)s;
    bool cyrillic;
    struct ars_buf b;
    int err = 0;

    if (ars_utf8_valid(s, len))
        return ars_utf8_clean(s, len);
    cyrillic = is_cyrillic(p, len);
    ars_buf_init(&b, len * 3 + 1);
    for (size_t i = 0; i < len; i++) {
        char space = ' ';

        if (p[i] >= 0x80)
            add_code(&b, code_of(p[i], cyrillic) ? code_of(p[i], cyrillic) : 0xfffd);
        else
            ars_buf_addn(&b, p[i] < 0x20 || p[i] == 0x7f ? &space : &s[i], 1);
    }
    return ars_buf_take(&b, &err);
}
