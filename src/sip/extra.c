/*
 * Headers that an administrator asks for, in REGISTER and INVITE beside our own.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "endpoint.h"
#include "extra.h"

#define EXTRA_LINES_MAX 16u
#define EXTRA_LINE_MAX  512u

/* What the stack says itself, or what would change how its messages are understood. */
static const char *const owned[] = {
    "Accept",
    "Alert-Info",
    "Allow",
    "Allow-Events",
    "Authentication-Info",
    "Authorization",
    "CSeq",
    "Call-ID",
    "Contact",
    "Date",
    "Diversion",
    "Event",
    "Expires",
    "From",
    "Identity",
    "In-Reply-To",
    "Join",
    "MIME-Version",
    "Max-Forwards",
    "Min-Expires",
    "Min-SE",
    "Path",
    "Privacy",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Require",
    "RAck",
    "RSeq",
    "Reason",
    "Record-Route",
    "Refer-Sub",
    "Refer-To",
    "Referred-By",
    "Replaces",
    "Require",
    "Retry-After",
    "Route",
    "Server",
    "Service-Route",
    "Session-Expires",
    "Subscription-State",
    "Supported",
    "Timestamp",
    "To",
    "Unsupported",
    "User-Agent",
    "Via",
    "WWW-Authenticate",
    "Warning",
    "X-Display-Name",
};

static bool is_owned(const char *name, size_t len)
{
    if (len >= 8 && strncasecmp(name, "Content-", 8) == 0)
        return true;
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        if (strlen(owned[i]) == len && strncasecmp(owned[i], name, len) == 0)
            return true;
    return false;
}

static bool is_text(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
            return false;
    return true;
}

/* RFC 3261 section 25.1: header-name = token. NULL: it may go out. */
static const char *problem_of(const char *line, size_t len)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%"
                                "*_+`'~";
    const char *colon = memchr(line, ':', len);
    size_t name = strspn(line, token);
    size_t to_colon = name + strspn(line + name, " \t");

    if (len > EXTRA_LINE_MAX)
        return "the line is too long";
    if (!colon)
        return "there is no colon behind the name";
    if (name == 0 || line + to_colon != colon)
        return "this is not the name of a header";
    if (name == 1)
        return "the short names of headers are not taken";
    if (is_owned(line, name))
        return "this header is the phone's own";
    return is_text(line, len) ? NULL : "there is a control character in it";
}

int ars_sip_check_headers(const char *lines, size_t *ret_line, const char **ret_why)
{
    const char *why = NULL;
    size_t headers = 0;
    size_t n = 1;

    for (const char *s = lines; s && *s; n++) {
        size_t len = strcspn(s, "\n");

        if (s[strspn(s, " \t")] != '\n' && s[strspn(s, " \t")]) {
            why = problem_of(s, len);
            if (!why && ++headers > EXTRA_LINES_MAX)
                why = "there are too many headers";
        }
        if (why) {
            if (ret_line)
                *ret_line = n;
            if (ret_why)
                *ret_why = why;
            return EINVAL;
        }
        s += len + (s[len] == '\n');
    }
    return 0;
}

int extra_render(const char *lines, char **ret)
{
    struct ars_buf b;
    int err = ars_sip_check_headers(lines, NULL, NULL);

    if (err)
        return err;
    ars_buf_init(&b, EXTRA_LINES_MAX * (EXTRA_LINE_MAX + 2));
    for (const char *s = lines; s && *s;) {
        size_t len = strcspn(s, "\n");

        if (memchr(s, ':', len)) {
            ars_buf_addn(&b, s, len);
            ars_buf_adds(&b, "\r\n");
        }
        s += len + (s[len] == '\n');
    }
    *ret = ars_buf_take(&b, &err);
    return err;
}
