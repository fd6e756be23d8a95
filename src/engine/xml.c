/* engine: as much of XML as documents of state are read with. */
#include <stdlib.h>

#include <ars/str.h>

#include "xml.h"

#define SPACE " \t\r\n"

struct tag {
    const char *begin; /* its < */
    struct text name;  /* with its prefix */
    struct text attrs;
    bool ends;  /* </name> */
    bool empty; /* <name/> */
};

static bool is_one_of(char c, const char *set)
{
    return memchr(set, c, strlen(set)) != NULL;
}

static struct text skip_space(struct text t)
{
    while (t.len && is_one_of(*t.p, SPACE))
        t = text_skip(t, 1);
    return t;
}

/* Up to any of those, which are left. */
static struct text take_until(struct text *t, const char *set)
{
    struct text taken = {t->p, 0};

    while (t->len && !is_one_of(*t->p, set)) {
        *t = text_skip(*t, 1);
        taken.len++;
    }
    return taken;
}

/* Behind < of what is no element: a comment, CDATA, a declaration, an instruction. */
static bool skip_other(struct text *rest)
{
    static const struct {
        const char *begin;
        const char *end;
    } all[] = {{"!--", "-->"}, {"![CDATA[", "]]>"}, {"?", "?>"}, {"!", ">"}};
    size_t at;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t n = strlen(all[i].begin);

        if (rest->len < n || memcmp(rest->p, all[i].begin, n) != 0)
            continue;
        *rest = text_skip(*rest, n);
        if (!text_find(*rest, all[i].end, &at))
            return false;
        *rest = text_skip(*rest, at + strlen(all[i].end));
        return true;
    }
    return false;
}

/* Where > stands outside quotes. */
static bool tag_end(struct text t, size_t *ret_at)
{
    char quote = '\0';

    for (size_t i = 0; i < t.len; i++) {
        char c = t.p[i];

        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>') {
            *ret_at = i;
            return true;
        }
    }
    return false;
}

static bool next_tag(struct text *rest, struct tag *ret)
{
    size_t at;

    while (text_find(*rest, "<", &at)) {
        const char *begin = rest->p + at;
        struct text t;

        *rest = text_skip(*rest, at + 1);
        if (rest->len && is_one_of(*rest->p, "!?")) {
            if (!skip_other(rest))
                return false;
            continue;
        }
        if (!tag_end(*rest, &at))
            return false;
        t = (struct text){rest->p, at};
        *rest = text_skip(*rest, at + 1);
        *ret = (struct tag){.begin = begin, .ends = t.len && *t.p == '/'};
        if (ret->ends)
            t = text_skip(t, 1);
        ret->empty = t.len && t.p[t.len - 1] == '/';
        t.len -= ret->empty;
        ret->name = take_until(&t, SPACE);
        ret->attrs = t;
        return true;
    }
    return false;
}

static bool is_named(const struct tag *tag, const char *local)
{
    const char *colon = memchr(tag->name.p, ':', tag->name.len);
    size_t prefix = colon ? (size_t)(colon - tag->name.p) + 1 : 0;

    return text_is(text_skip(tag->name, prefix), local);
}

/* Behind <name>: up to its own </name>. */
static bool inside_of(struct text *rest, const char *name, struct text *ret)
{
    const char *begin = rest->p;
    size_t depth = 1;
    struct tag tag;

    while (depth) {
        if (!next_tag(rest, &tag))
            return false;
        if (is_named(&tag, name) && !tag.empty)
            depth = tag.ends ? depth - 1 : depth + 1;
    }
    *ret = (struct text){begin, (size_t)(tag.begin - begin)};
    return true;
}

bool xml_next(struct text *rest, const char *name, struct text *ret_attrs, struct text *ret_inside)
{
    struct tag tag;

    while (next_tag(rest, &tag)) {
        if (tag.ends || !is_named(&tag, name))
            continue;
        *ret_attrs = tag.attrs;
        *ret_inside = (struct text){rest->p, 0};
        return tag.empty || inside_of(rest, name, ret_inside);
    }
    return false;
}

bool xml_attribute(struct text attrs, const char *name, struct text *ret)
{
    for (attrs = skip_space(attrs); attrs.len; attrs = skip_space(attrs)) {
        struct text found = take_until(&attrs, SPACE "=");
        struct text value;
        const char *end;

        attrs = skip_space(attrs);
        if (!attrs.len || *attrs.p != '=')
            return false;
        attrs = skip_space(text_skip(attrs, 1));
        end = attrs.len && is_one_of(*attrs.p, "\"'") ? memchr(attrs.p + 1, *attrs.p, attrs.len - 1)
                                                      : NULL;
        if (!end)
            return false;
        value = (struct text){attrs.p + 1, (size_t)(end - attrs.p - 1)};
        if (text_is(found, name)) {
            *ret = value;
            return true;
        }
        attrs = text_skip(attrs, value.len + 2);
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

char *xml_plain(struct text t, size_t max)
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
