/*
 * Masks the secrets of a message: response= of (Proxy-)Authorization, a=ice-pwd, a=crypto, k=,
 * pressed digits, and what an administrator adds in headers.
 */
#include <string.h>
#include <strings.h>
#include <stdbool.h>

#include "redact.h"

#define MASK "***"

static bool starts(const char *p, size_t len, const char *what)
{
    size_t n = strlen(what);

    return len >= n && strncasecmp(p, what, n) == 0;
}

/* Copies an Authorization line with the value of each response parameter masked. */
static void add_authorization(struct ars_buf *b, const char *p, size_t len)
{
    static const char key[] = "response";
    size_t at = 0;
    size_t done = 0;

    while (at < len) {
        size_t v = at + sizeof(key) - 1;

        if (!starts(p + at, len - at, key)) {
            at++;
            continue;
        }
        while (v < len && (p[v] == ' ' || p[v] == '\t'))
            v++;
        if (v == len || p[v] != '=') {
            at = v;
            continue;
        }
        v++;
        ars_buf_addn(b, p + done, v - done);
        ars_buf_adds(b, MASK);
        while (v < len && p[v] != ',' && p[v] != '\r' && p[v] != '\n')
            v++;
        at = done = v;
    }
    ars_buf_addn(b, p + done, len - done);
}

/* How much of the line stays when the rest of it is a secret; 0: it is none. */
static size_t secret_prefix(const char *p, size_t len)
{
    static const char *const secrets[] = {"a=ice-pwd:", "a=crypto:", "k="};

    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (starts(p, len, secrets[i]))
            return strlen(secrets[i]);
    }
    return 0;
}

/* A peer writes no escape sequences on whatever shows the trace. */
static void blunt(char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool kept = c == '\t' || c == '\r' || c == '\n';

        if ((c < ' ' && !kept) || c == 0x7f)
            s[i] = '?';
    }
}

/* How much of a header line stays that is one of those. */
static size_t own_prefix(const char *own, const char *p, size_t len)
{
    const char *at = own ? memmem(own, strlen(own), p, len) : NULL;
    const char *colon = memchr(p, ':', len);

    return at && colon && (at == own || at[-1] == '\n') ? (size_t)(colon - p) + 1 : 0;
}

static bool is_digits(const char *p, size_t len)
{
    const char *colon = memchr(p, ':', len);

    if (!colon || (!starts(p, len, "Content-Type") && !starts(p, len, "c:")))
        return false;
    for (colon++; colon < p + len && (*colon == ' ' || *colon == '\t'); colon++)
        ;
    return starts(colon, (size_t)(p + len - colon), "application/dtmf");
}

void redact(struct ars_buf *b, const char *own, const char *msg, size_t len)
{
    bool authorization = false;
    bool digits = false;
    bool body = false;
    size_t from = b->len;

    while (len && !(body && digits)) {
        const char *nl = memchr(msg, '\n', len);
        size_t line = nl ? (size_t)(nl - msg) + 1 : len;
        size_t keep = body ? secret_prefix(msg, line) : own_prefix(own, msg, line);

        /* a folded line goes on as what the one before was */
        if (*msg != ' ' && *msg != '\t')
            authorization =
                starts(msg, line, "Authorization") || starts(msg, line, "Proxy-Authorization");
        if (!body && authorization) {
            add_authorization(b, msg, line);
        } else if (keep) {
            ars_buf_addn(b, msg, keep);
            ars_buf_adds(b, body ? MASK : " " MASK);
            ars_buf_adds(b, nl ? "\r\n" : "");
        } else {
            ars_buf_addn(b, msg, line);
        }
        digits = digits || (!body && is_digits(msg, line));
        body = body || *msg == '\r' || *msg == '\n';
        msg += line;
        len -= line;
    }
    if (len)
        ars_buf_adds(b, MASK "\r\n");
    if (!b->err && b->len)
        blunt(b->data + from, b->len - from);
}
