/*
 * A message that came in: decoding and access.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "guard.h"
#include "msg_in.h"

static void destructor(void *arg)
{
    struct sip_in *in = arg;

    free(in->text);
    free(in->body_type);
}

struct pl msg_in_trim(struct pl pl)
{
    while (pl.l && (pl.p[0] == ' ' || pl.p[0] == '\t')) {
        pl.p++;
        pl.l--;
    }
    while (pl.l && (pl.p[pl.l - 1] == ' ' || pl.p[pl.l - 1] == '\t'))
        pl.l--;
    return pl;
}

char *msg_in_dup(const struct pl *pl)
{
    return ars_strndup(pl->p ? pl->p : "", pl->l);
}

const struct pl *msg_in_next(const struct sip_in *in, const char *name, const struct pl *prev)
{
    for (size_t i = 0; i < in->n; i++) {
        if (prev && &in->hdrs[i].val <= prev)
            continue;
        if (pl_strcasecmp(&in->hdrs[i].name, name) == 0)
            return &in->hdrs[i].val;
    }
    return NULL;
}

const struct pl *msg_in_hdr(const struct sip_in *in, const char *name)
{
    return msg_in_next(in, name, NULL);
}

size_t msg_in_count(const struct sip_in *in, const char *name)
{
    size_t n = 0;

    for (const struct pl *v = msg_in_hdr(in, name); v; v = msg_in_next(in, name, v))
        n++;
    return n;
}

/* The end of the element at p: the first of `stop` outside quotes and <>. */
static size_t element_end(const struct pl *pl, char stop)
{
    bool quoted = false;
    bool angle = false;

    for (size_t i = 0; i < pl->l; i++) {
        char c = pl->p[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '<') {
            angle = true;
        } else if (c == '>') {
            angle = false;
        } else if (c == stop && !angle) {
            return i;
        }
    }
    return pl->l;
}

bool msg_in_split(struct pl *rest, struct pl *ret)
{
    while (rest->l) {
        size_t end = element_end(rest, ',');
        size_t used = end < rest->l ? end + 1 : end;
        struct pl one = msg_in_trim((struct pl){rest->p, end});

        rest->p += used;
        rest->l -= used;
        if (one.l) {
            *ret = one;
            return true;
        }
    }
    return false;
}

bool msg_in_list(const struct sip_in *in, const char *name, struct in_list *it, struct pl *ret)
{
    if (!it->hdr) {
        it->hdr = msg_in_hdr(in, name);
        if (!it->hdr)
            return false;
        it->rest = *it->hdr;
    }
    while (!msg_in_split(&it->rest, ret)) {
        const struct pl *next = msg_in_next(in, name, it->hdr);

        if (!next)
            return false;
        it->hdr = next;
        it->rest = *next;
    }
    return true;
}

bool msg_in_has_token(const struct sip_in *in, const char *name, const char *token)
{
    struct in_list it = {0};
    struct pl pl;

    while (msg_in_list(in, name, &it, &pl)) {
        if (pl_strcasecmp(&pl, token) == 0)
            return true;
    }
    return false;
}

bool msg_in_param(const struct pl *params, const char *name, struct pl *ret)
{
    struct pl rest = *params;

    while (rest.l) {
        size_t end = element_end(&rest, ';');
        struct pl one = msg_in_trim((struct pl){rest.p, end});
        const char *eq = memchr(one.p, '=', one.l);
        struct pl key = msg_in_trim((struct pl){one.p, eq ? (size_t)(eq - one.p) : one.l});

        if (key.l && pl_strcasecmp(&key, name) == 0) {
            struct pl val = {one.p + one.l, 0};

            if (eq)
                val = msg_in_trim((struct pl){eq + 1, one.l - (size_t)(eq + 1 - one.p)});
            if (val.l >= 2 && val.p[0] == '"' && val.p[val.l - 1] == '"')
                val = (struct pl){val.p + 1, val.l - 2};
            *ret = val;
            return true;
        }
        rest.p += end < rest.l ? end + 1 : end;
        rest.l -= end < rest.l ? end + 1 : end;
    }
    return false;
}

bool msg_in_number(const struct pl *pl, uint32_t max, uint32_t *ret)
{
    uint64_t n = 0;
    size_t i = 0;

    for (; i < pl->l && pl->p[i] >= '0' && pl->p[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(pl->p[i] - '0');
        if (n > max)
            n = max;
    }
    if (!i)
        return false;
    *ret = (uint32_t)n;
    return true;
}

bool msg_in_is(const struct sip_in *in, const char *method)
{
    return pl_strcmp(&in->method, method) == 0;
}

int msg_in_addr(struct in_addr_hdr *ret, const struct pl *val)
{
    struct in_addr_hdr a = {.val = *val};

    if (!val->l || sip_addr_decode(&a.addr, val))
        return EBADMSG;
    if (a.addr.uri.scheme.l && memchr(a.addr.uri.scheme.p, ' ', a.addr.uri.scheme.l))
        return EBADMSG;
    if (!msg_in_param(&a.addr.params, "tag", &a.tag))
        a.tag = (struct pl){val->p, 0};
    *ret = a;
    return 0;
}

void msg_in_unquote(char *s)
{
    char *out = s;

    for (; *s; s++) {
        if (*s == '\\' && s[1])
            s++;
        *out++ = *s;
    }
    *out = '\0';
}

char *msg_in_name_of(const struct sip_addr *addr)
{
    char *raw = msg_in_dup(&addr->dname);
    char *name;

    if (!raw)
        return NULL;
    msg_in_unquote(raw);
    name = ars_text_to_utf8(raw, strlen(raw));
    free(raw);
    return name;
}

char *msg_in_shown_name(const struct sip_in *in)
{
    const struct pl *x = msg_in_hdr(in, "X-Display-Name");
    char *name = x && x->l ? ars_percent_decode(x->p, x->l) : NULL;

    if (name && !name[strspn(name, " \t")]) {
        free(name);
        return NULL;
    }
    return name;
}

char *msg_in_number_of(const struct sip_addr *addr)
{
    bool tel = pl_strcasecmp(&addr->uri.scheme, "tel") == 0;
    const struct pl *pl = tel ? &addr->uri.host : addr->uri.user.l ? &addr->uri.user : &addr->auri;

    return ars_percent_decode(pl->p ? pl->p : "", pl->l);
}

static int body_decode(struct sip_in *in)
{
    const struct pl *type = msg_in_hdr(in, "Content-Type");
    size_t len = 0;

    if (!in->body.len)
        return 0;
    if (type) {
        while (len < type->l && type->p[len] != ';' && type->p[len] != ' ')
            len++;
    }
    in->body_type = ars_strndup(type ? type->p : "", len);
    in->body.type = in->body_type;
    return in->body_type ? 0 : ENOMEM;
}

int msg_in_decode(struct sip_in **ret, const char *msg, size_t len, const char **ret_why)
{
    struct sip_in *in;
    int err;

    while (len && (*msg == '\r' || *msg == '\n')) {
        msg++;
        len--;
    }
    if (!len)
        return ENODATA;
    *ret_why = "message too long";
    if (len > SIP_MSG_MAX)
        return EMSGSIZE;
    *ret_why = "out of memory";
    in = mem_zalloc(sizeof(*in), destructor);
    if (!in)
        return ENOMEM;
    in->text = ars_strndup(msg, len);
    if (!in->text) {
        err = ENOMEM;
        goto out;
    }
    in->len = len;
    err = guard_scan(in, ret_why);
    if (!err)
        err = guard_judge(in, ret_why);
    if (!err && in->req && uri_decode(&in->uri, &in->ruri))
        memset(&in->uri, 0, sizeof(in->uri));
    if (!err)
        err = body_decode(in);
out:
    if (err)
        mem_deref(in);
    else
        *ret = in;
    return err;
}
