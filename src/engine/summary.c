/* engine: message summaries (RFC 3842), as far as they are shown: "Name: value" lines. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include <ars/str.h>

#include "summary.h"
#include "text.h"

#define FRESH_MAX 9999u

static bool line_value(struct text line, const char *name, struct text *ret)
{
    size_t n = strlen(name);

    if (line.len <= n || strncasecmp(line.p, name, n) || line.p[n] != ':')
        return false;
    line = text_skip(line, n + 1);
    while (line.len && (*line.p == ' ' || *line.p == '\t'))
        line = text_skip(line, 1);
    *ret = line;
    return true;
}

static bool next_line(struct text *rest, struct text *ret)
{
    const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
    size_t n = end ? (size_t)(end - rest->p) : rest->len;

    if (!rest->len)
        return false;
    *ret = (struct text){rest->p, n && rest->p[n - 1] == '\r' ? n - 1 : n};
    *rest = text_skip(*rest, end ? n + 1 : n);
    return true;
}

static unsigned count(struct text t)
{
    unsigned n = 0;

    for (; t.len && *t.p >= '0' && *t.p <= '9' && n < FRESH_MAX; t = text_skip(t, 1))
        n = 10 * n + (unsigned)(*t.p - '0');
    return n < FRESH_MAX ? n : FRESH_MAX;
}

/* "sip:*97@pbx.test;transport=ws" is *97. */
static char *user_of(struct text t)
{
    size_t at;

    if (text_find(t, ":", &at))
        t = text_skip(t, at + 1);
    if (!text_find(t, "@", &at))
        return ars_strdup("");
    return ars_percent_decode(t.p, at);
}

int summary_parse(struct summary *ret, const char *body, size_t len)
{
    struct text rest = {body, len};
    struct text account = {"", 0};
    struct summary s = {0};
    bool waiting = false;
    bool known = false;
    bool counted = false;
    struct text line;
    struct text value;

    while (next_line(&rest, &line)) {
        if (line_value(line, "Messages-Waiting", &value)) {
            known = true;
            waiting = value.len >= 3 && strncasecmp(value.p, "yes", 3) == 0;
        } else if (line_value(line, "Voice-Message", &value)) {
            counted = true;
            s.fresh = count(value);
        } else if (line_value(line, "Message-Account", &value)) {
            account = value;
        }
    }
    if (!known)
        return EBADMSG;
    if (!counted)
        s.fresh = waiting ? 1 : 0;
    s.account = user_of(account);
    if (!s.account)
        return ENOMEM;
    *ret = s;
    return 0;
}
