/*
 * Refer-To (RFC 3515 section 2.1) and Referred-By (RFC 3892 section 3).
 */
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "msg_in.h"
#include "refer_to.h"

void refer_to_free(struct refer_to *r)
{
    free(r->target);
    free(r->number);
    free(r->replaces);
    free(r->referred_by);
    free(r->by);
}

/* RFC 3261 section 19.1.1: "?name=value&name=value" behind a URI. */
static bool find_header(struct pl headers, const char *name, struct pl *ret)
{
    if (headers.l && *headers.p == '?') {
        headers.p++;
        headers.l--;
    }
    while (headers.l) {
        const char *amp = memchr(headers.p, '&', headers.l);
        size_t n = amp ? (size_t)(amp - headers.p) : headers.l;
        const char *eq = memchr(headers.p, '=', n);
        struct pl key = {headers.p, eq ? (size_t)(eq - headers.p) : n};

        if (pl_strcasecmp(&key, name) == 0) {
            *ret = eq ? (struct pl){eq + 1, n - key.l - 1} : (struct pl){headers.p + n, 0};
            return true;
        }
        headers.p += amp ? n + 1 : n;
        headers.l -= amp ? n + 1 : n;
    }
    return false;
}

/* Only a call can be asked for. */
static bool wants_invite(const struct uri *uri)
{
    struct pl method;

    return !msg_in_param(&uri->params, "method", &method) || pl_strcasecmp(&method, "INVITE") == 0;
}

/* The URI up to its headers, without ";method=INVITE". */
static char *bare_uri(const struct pl *uri)
{
    const char *mark = memchr(uri->p, '?', uri->l);
    struct pl rest = {uri->p, mark ? (size_t)(mark - uri->p) : uri->l};
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, SIP_LINE_MAX);
    for (bool first = true; rest.l; first = false) {
        const char *semi = memchr(rest.p, ';', rest.l);
        size_t n = semi ? (size_t)(semi - rest.p) : rest.l;
        bool method = n >= 7 && strncasecmp(rest.p, "method=", 7) == 0;

        if (first || !method) {
            ars_buf_adds(&b, first ? "" : ";");
            ars_buf_addn(&b, rest.p, n);
        }
        rest.p += semi ? n + 1 : n;
        rest.l -= semi ? n + 1 : n;
    }
    return ars_buf_take(&b, &err);
}

/* Not a URI at all: Asterisk's Transfer(PJSIP/600) says "Refer-To: 600". */
static bool is_number(const struct pl *pl)
{
    for (size_t i = 0; i < pl->l; i++) {
        char c = pl->p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!alnum && !strchr("*#+-._", c))
            return false;
    }
    return pl->l;
}

static int parse_target(struct refer_to *r, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Refer-To");
    struct in_addr_hdr a;
    struct pl rest;
    struct pl one;
    struct pl pl;

    /* section 2.4.2: exactly one */
    if (!val || msg_in_count(in, "Refer-To") != 1)
        return 400;
    rest = *val;
    if (!msg_in_split(&rest, &one) || rest.l)
        return 400;
    if (is_number(&one)) {
        r->target = msg_in_dup(&one);
        r->number = msg_in_dup(&one);
        return r->target && r->number ? 0 : 500;
    }
    if (msg_in_addr(&a, &one))
        return 400;
    if (pl_strcasecmp(&a.addr.uri.scheme, "sip") && pl_strcasecmp(&a.addr.uri.scheme, "sips") &&
        pl_strcasecmp(&a.addr.uri.scheme, "tel"))
        return 416;
    if (!wants_invite(&a.addr.uri))
        return 603;
    r->target = bare_uri(&a.addr.auri);
    r->number = msg_in_number_of(&a.addr);
    if (!r->target || !r->number)
        return 500;
    if (find_header(a.addr.uri.headers, "Replaces", &pl)) {
        r->replaces = ars_percent_decode(pl.p, pl.l);
        if (!r->replaces)
            return 500;
    }
    return 0;
}

static int parse_by(struct refer_to *r, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Referred-By");
    struct in_addr_hdr a;

    if (!val) {
        r->by = ars_strdup("");
        return r->by ? 0 : 500;
    }
    r->referred_by = msg_in_dup(val);
    if (msg_in_addr(&a, val))
        r->by = ars_strdup("");
    else if (a.addr.uri.user.l)
        r->by = msg_in_number_of(&a.addr);
    else
        r->by = ars_utf8_clean(a.addr.dname.p ? a.addr.dname.p : "", a.addr.dname.l);
    return r->referred_by && r->by ? 0 : 500;
}

int refer_to_parse(struct refer_to *ret, const struct sip_in *in)
{
    struct refer_to r = {0};
    int status = parse_target(&r, in);

    if (!status)
        status = parse_by(&r, in);
    if (status)
        refer_to_free(&r);
    else
        *ret = r;
    return status;
}
