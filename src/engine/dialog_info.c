/* engine: dialog-info: no more XML than its elements, their attributes and texts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "dialog_info.h"
#include "text.h"

/* Longer is cut or, where that would be another thing, left out. */
#define NAME_MAX     128
#define URI_MAX      256
#define REPLACES_MAX 512

/* ---- XML ---- */

static bool is_name_end(char c)
{
    return strchr(" \t\r\n/>", c) != NULL;
}

/* The next element of that name, which has an end: its attributes, and what stands before that. */
static bool next_element(struct text *rest, const char *open, const char *close,
                         struct text *ret_attrs, struct text *ret_inside)
{
    size_t at;
    size_t end;

    while (text_find(*rest, open, &at)) {
        *rest = text_skip(*rest, at + strlen(open));
        if (!rest->len || !is_name_end(*rest->p))
            continue;
        if (!text_find(*rest, ">", &end))
            return false;
        *ret_attrs = (struct text){rest->p, end};
        *rest = text_skip(*rest, end + 1);
        *ret_inside = (struct text){rest->p, 0};
        if (end && ret_attrs->p[end - 1] == '/')
            return true;
        if (!text_find(*rest, close, &at))
            return false;
        ret_inside->len = at;
        *rest = text_skip(*rest, at);
        return true;
    }
    return false;
}

/* name="value", in either kind of quotes. */
static bool attribute(struct text attrs, const char *name, struct text *ret)
{
    size_t n = strlen(name);
    size_t at;

    while (text_find(attrs, name, &at)) {
        bool whole = at > 0 && strchr(" \t\r\n", attrs.p[at - 1]);
        const char *end;
        char quote;

        attrs = text_skip(attrs, at + n);
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

/* What a reference stands for (XML 1.0 sections 4.1 and 4.6), and how long it is; 0: none. */
static size_t reference(struct text t, char *ret)
{
    static const struct {
        const char *name;
        char c;
    } all[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t n = strlen(all[i].name);

        if (t.len >= n && memcmp(t.p, all[i].name, n) == 0) {
            *ret = all[i].c;
            return n;
        }
    }
    return 0;
}

/* An owned copy without references; NULL: empty, too long, no UTF-8, or no memory. */
static char *plain(struct text t, size_t max)
{
    struct ars_buf b;
    char *s;
    int err = 0;

    t = text_trim(t);
    if (!t.len)
        return NULL;
    ars_buf_init(&b, max + 1);
    while (t.len) {
        char c = *t.p;
        size_t n = c == '&' ? reference(t, &c) : 0;

        if ((unsigned char)c < ' ')
            c = ' ';
        ars_buf_addn(&b, &c, 1);
        t = text_skip(t, n ? n : 1);
    }
    s = ars_buf_take(&b, &err);
    if (s && ars_utf8_valid(s, strlen(s)))
        return s;
    free(s);
    return NULL;
}

/* ---- one dialog ---- */

/* Section 3.7.1: who is called rings; who calls is busy already. */
static enum ars_watch_state state_of(struct text inside, bool called)
{
    struct text ignored;
    struct text state;

    if (!next_element(&inside, "<state", "</state>", &ignored, &state))
        return ARS_WATCH_IDLE;
    state = text_trim(state);
    if (text_is(state, "early") || text_is(state, "proceeding") || text_is(state, "trying"))
        return called ? ARS_WATCH_RINGING : ARS_WATCH_BUSY;
    return text_is(state, "confirmed") ? ARS_WATCH_BUSY : ARS_WATCH_IDLE;
}

/* "sip:104@pbx.test;transport=ws" is 104. */
static char *user_of(const char *uri)
{
    const char *user = uri ? strchr(uri, ':') : NULL;
    size_t n = user ? strcspn(++user, "@;") : 0;

    return n && user[n] == '@' ? ars_percent_decode(user, n) : NULL;
}

static void read_remote(struct line_dialog *d, struct text inside)
{
    struct text rest;
    struct text attrs;
    struct text value;
    struct text remote;
    char *uri;

    if (!next_element(&inside, "<remote", "</remote>", &attrs, &remote))
        return;
    rest = remote;
    if (next_element(&rest, "<identity", "</identity>", &attrs, &value)) {
        uri = plain(value, URI_MAX);
        d->number = user_of(uri);
        d->target = uri;
        if (attribute(attrs, "display", &value))
            d->name = plain(value, NAME_MAX);
    }
    rest = remote;
    if (next_element(&rest, "<target", "</target>", &attrs, &value) &&
        attribute(attrs, "uri", &value) && (uri = plain(value, URI_MAX))) {
        free(d->target);
        d->target = uri;
    }
}

/* A call-id or tag that may stand in a header. */
static char *word(struct text attrs, const char *name)
{
    struct text value;
    char *s = attribute(attrs, name, &value) ? plain(value, URI_MAX) : NULL;

    for (const char *c = s; c && *c; c++)
        if (*c <= ' ' || *c == 0x7f || strchr(";,\"<>", *c)) {
            free(s);
            return NULL;
        }
    return s;
}

/*
 * RFC 3891 section 6.1, as in the pick-up of RFC 5359 section 2.16: for the other end, whose own
 * tag is the line's remote one.
 */
static char *replaces_of(struct text attrs)
{
    char *call_id = word(attrs, "call-id");
    char *to_tag = word(attrs, "remote-tag");
    char *from_tag = word(attrs, "local-tag");
    char *value = NULL;
    struct ars_buf b;
    int err = 0;

    if (call_id && to_tag && from_tag) {
        ars_buf_init(&b, REPLACES_MAX);
        ars_buf_addf(&b, "%s;to-tag=%s;from-tag=%s;early-only", call_id, to_tag, from_tag);
        value = ars_buf_take(&b, &err);
    }
    free(call_id);
    free(to_tag);
    free(from_tag);
    return value;
}

/* ---- all of a line ---- */

static void clear(struct line_dialog *d)
{
    free(d->name);
    free(d->number);
    free(d->target);
    free(d->replaces);
    *d = (struct line_dialog){0};
}

void dialogs_clear(struct dialogs *ds)
{
    for (size_t i = 0; i < ds->n; i++)
        clear(&ds->list[i]);
    *ds = (struct dialogs){0};
}

static void keep(struct dialogs *ds, struct text attrs, struct text inside)
{
    struct line_dialog d = {0};
    struct text value = {"", 0};
    size_t i = 0;

    (void)attribute(attrs, "id", &value);
    (void)ars_strncpy(d.id, sizeof(d.id), value.p, value.len);
    value = (struct text){"", 0};
    (void)attribute(attrs, "direction", &value);
    d.called = !text_is(value, "initiator");
    d.state = state_of(inside, d.called);
    while (i < ds->n && strcmp(ds->list[i].id, d.id) != 0)
        i++;
    if (i < ds->n) {
        clear(&ds->list[i]);
        ds->list[i] = ds->list[--ds->n];
        ds->list[ds->n] = (struct line_dialog){0};
    }
    if (d.state == ARS_WATCH_IDLE || ds->n == DIALOGS_MAX)
        return;
    read_remote(&d, inside);
    if (d.state == ARS_WATCH_RINGING)
        d.replaces = replaces_of(attrs);
    ds->list[ds->n++] = d;
}

/* Section 4.3: whether this document is the next one. */
static bool is_next(struct dialogs *ds, struct text attrs, bool partial, bool *ret_gap)
{
    struct text value;
    char digits[16];
    uint32_t version;

    if (!attribute(attrs, "version", &value) ||
        !ars_strncpy(digits, sizeof(digits), value.p, value.len) ||
        ars_str_to_u32(digits, UINT32_MAX, &version))
        return true; /* a server without versions: as it comes */
    if (partial && ds->begun && version <= ds->version)
        return false;
    *ret_gap = partial && ds->begun && version > ds->version + 1;
    ds->begun = true;
    ds->version = version;
    return !*ret_gap;
}

const struct line_dialog *dialogs_first(const struct dialogs *ds)
{
    const struct line_dialog *first = NULL;

    for (size_t i = 0; i < ds->n; i++)
        if (!first || ds->list[i].state > first->state)
            first = &ds->list[i];
    return first;
}

enum ars_watch_state dialogs_take(struct dialogs *ds, const char *body, size_t len, bool *ret_gap)
{
    struct text rest = {body, len};
    const struct line_dialog *first;
    struct text attrs;
    struct text inside;
    struct text value;
    bool partial;

    *ret_gap = false;
    if (!next_element(&rest, "<dialog-info", "</dialog-info>", &attrs, &inside))
        return ARS_WATCH_UNKNOWN;
    partial = attribute(attrs, "state", &value) && text_is(text_trim(value), "partial");
    if (is_next(ds, attrs, partial, ret_gap)) {
        for (size_t i = 0; !partial && i < ds->n; i++)
            clear(&ds->list[i]);
        ds->n = partial ? ds->n : 0;
        rest = inside;
        while (next_element(&rest, "<dialog", "</dialog>", &attrs, &inside))
            keep(ds, attrs, inside);
    }
    first = dialogs_first(ds);
    return first ? first->state : ARS_WATCH_IDLE;
}
