/* engine: message summaries (RFC 3842) and dialog-info (RFC 4235), as far as they are shown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "bodies.h"

#define FRESH_MAX 9999u

struct text {
    const char *p;
    size_t len;
};

static bool find(struct text t, const char *s, size_t *ret_at)
{
    size_t n = strlen(s);

    for (size_t i = 0; i + n <= t.len; i++)
        if (memcmp(t.p + i, s, n) == 0) {
            *ret_at = i;
            return true;
        }
    return false;
}

/* Cuts n bytes off the front. */
static struct text skip(struct text t, size_t n)
{
    return (struct text){t.p + n, t.len - n};
}

/* ---- message summary: "Name: value" lines ---- */

static bool line_value(struct text line, const char *name, struct text *ret)
{
    size_t n = strlen(name);

    if (line.len <= n || strncasecmp(line.p, name, n) || line.p[n] != ':')
        return false;
    line = skip(line, n + 1);
    while (line.len && (*line.p == ' ' || *line.p == '\t'))
        line = skip(line, 1);
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
    *rest = skip(*rest, end ? n + 1 : n);
    return true;
}

static unsigned count(struct text t)
{
    unsigned n = 0;

    for (; t.len && *t.p >= '0' && *t.p <= '9' && n < FRESH_MAX; t = skip(t, 1))
        n = 10 * n + (unsigned)(*t.p - '0');
    return n < FRESH_MAX ? n : FRESH_MAX;
}

/* "sip:*97@pbx.test;transport=ws" is *97. */
static char *user_of(struct text t)
{
    size_t at;

    if (find(t, ":", &at))
        t = skip(t, at + 1);
    if (!find(t, "@", &at))
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

/* ---- dialog-info: no more XML than its elements and their attributes ---- */

static bool is_name_end(char c)
{
    return strchr(" \t\r\n/>", c) != NULL;
}

/* The next element of that name: its attributes, and what stands up to its end. */
static bool next_element(struct text *rest, const char *open, const char *close,
                         struct text *ret_attrs, struct text *ret_inside)
{
    size_t at;
    size_t end;

    while (find(*rest, open, &at)) {
        *rest = skip(*rest, at + strlen(open));
        if (!rest->len || !is_name_end(*rest->p))
            continue;
        if (!find(*rest, ">", &end))
            return false;
        *ret_attrs = (struct text){rest->p, end};
        *rest = skip(*rest, end + 1);
        *ret_inside = (struct text){rest->p, 0};
        if ((!end || ret_attrs->p[end - 1] != '/') && find(*rest, close, &at)) {
            ret_inside->len = at;
            *rest = skip(*rest, at);
        }
        return true;
    }
    return false;
}

/* name="value", in either kind of quotes. */
static bool attribute(struct text attrs, const char *name, struct text *ret)
{
    size_t n = strlen(name);
    size_t at;

    while (find(attrs, name, &at)) {
        bool whole = at > 0 && strchr(" \t\r\n", attrs.p[at - 1]);
        const char *end;
        char quote;

        attrs = skip(attrs, at + n);
        if (!whole || attrs.len < 2 || attrs.p[0] != '=')
            continue;
        quote = attrs.p[1];
        end = quote == '"' || quote == '\'' ? memchr(attrs.p + 2, quote, attrs.len - 2) : NULL;
        if (!end)
            return false;
        *ret = (struct text){attrs.p + 2, (size_t)(end - attrs.p - 2)};
        return true;
    }
    return false;
}

static bool is(struct text t, const char *s)
{
    while (t.len && strchr(" \t\r\n", *t.p))
        t = skip(t, 1);
    while (t.len && strchr(" \t\r\n", t.p[t.len - 1]))
        t.len--;
    return t.len == strlen(s) && memcmp(t.p, s, t.len) == 0;
}

/* RFC 4235 section 3.7.1: who is called rings; who calls is busy already. */
static enum ars_watch_state state_of(struct text attrs, struct text inside)
{
    struct text direction = {"", 0};
    struct text ignored;
    struct text state;

    (void)attribute(attrs, "direction", &direction);
    if (!next_element(&inside, "<state", "</state>", &ignored, &state) || is(state, "terminated"))
        return ARS_WATCH_IDLE;
    if (is(state, "early") || is(state, "proceeding") || is(state, "trying"))
        return is(direction, "initiator") ? ARS_WATCH_BUSY : ARS_WATCH_RINGING;
    return is(state, "confirmed") ? ARS_WATCH_BUSY : ARS_WATCH_IDLE;
}

static void keep(struct dialogs *ds, struct text id, enum ars_watch_state state)
{
    char name[DIALOG_ID];
    size_t i = 0;

    (void)ars_strncpy(name, sizeof(name), id.p, id.len);
    while (i < ds->n && strcmp(ds->list[i].id, name) != 0)
        i++;
    if (state == ARS_WATCH_IDLE) {
        if (i < ds->n)
            ds->list[i] = ds->list[--ds->n];
        return;
    }
    if (i == DIALOGS_MAX)
        return;
    ars_strcpy(ds->list[i].id, sizeof(ds->list[i].id), name);
    ds->list[i].state = state;
    if (i == ds->n)
        ds->n++;
}

enum ars_watch_state dialogs_take(struct dialogs *ds, const char *body, size_t len)
{
    struct text rest = {body, len};
    enum ars_watch_state state = ARS_WATCH_IDLE;
    struct text attrs;
    struct text inside;
    struct text value;

    if (!next_element(&rest, "<dialog-info", "</dialog-info>", &attrs, &inside))
        return ARS_WATCH_UNKNOWN;
    if (!attribute(attrs, "state", &value) || !is(value, "partial"))
        ds->n = 0;
    rest = inside;
    while (next_element(&rest, "<dialog", "</dialog>", &attrs, &inside)) {
        struct text id = {"", 0};

        (void)attribute(attrs, "id", &id);
        keep(ds, id, state_of(attrs, inside));
    }
    for (size_t i = 0; i < ds->n; i++)
        if (ds->list[i].state > state)
            state = ds->list[i].state;
    return state;
}
