/*
 * Replaces, read and written.
 */
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include <ars/str.h>

#include "call.h"
#include "endpoint.h"
#include "replaces.h"

struct replaces {
    struct pl call_id;
    struct pl to_tag;
    struct pl from_tag;
    bool early_only;
};

/* Section 6.1. False: not as the grammar wants it. */
static bool parse(struct replaces *r, const struct pl *val)
{
    const char *semi = memchr(val->p, ';', val->l);
    struct pl early;
    struct pl params;

    if (!semi)
        return false;
    r->call_id = msg_in_trim((struct pl){val->p, (size_t)(semi - val->p)});
    params = (struct pl){semi, val->l - (size_t)(semi - val->p)};
    r->early_only = msg_in_param(&params, "early-only", &early);
    return r->call_id.l && msg_in_param(&params, "to-tag", &r->to_tag) &&
           msg_in_param(&params, "from-tag", &r->from_tag);
}

/* Section 3: "0" stands for the missing tag of an RFC 2543 peer. */
static bool is_tag(const struct pl *pl, const char *tag)
{
    return pl_strcmp(pl, tag) == 0 || (!*tag && pl_strcmp(pl, "0") == 0);
}

/* Ours, and whose tag the dialog will have is not settled: each is one of its early dialogs'. */
static bool is_early(const struct ars_sip_call *call)
{
    return call->outgoing && !*call->dlg->rtag;
}

static struct ars_sip_call *find(const struct ars_sip *sip, const struct replaces *r)
{
    for (struct le *le = sip->calls.head; le; le = le->next) {
        struct ars_sip_call *call = le->data;
        const struct dialog *d = call->dlg;

        if (d && pl_strcmp(&r->call_id, d->call_id) == 0 && is_tag(&r->to_tag, d->ltag) &&
            (is_tag(&r->from_tag, d->rtag) || is_early(call)))
            return call;
    }
    return NULL;
}

/* What section 3 says of a call in that state: 0, or the status. */
static int judge(const struct ars_sip_call *call, bool early_only)
{
    switch (call->state) {
    case CALL_ESTABLISHED:
        return early_only ? 486 : 0;
    case CALL_PROCEEDING: /* an early dialog that we began */
        return 0;
    case CALL_INCOMING: /* one that we did not */
    case CALL_ACCEPTED:
    case CALL_LATE:
    case CALL_CALLING:
        return 481;
    default:
        return 603;
    }
}

int replaces_find(const struct ars_sip *sip, const struct sip_in *in, struct ars_sip_call **ret)
{
    const struct pl *val = msg_in_hdr(in, "Replaces");
    struct ars_sip_call *call;
    struct replaces r;
    int status;

    *ret = NULL;
    if (!val)
        return 0;
    if (msg_in_count(in, "Replaces") != 1 || !parse(&r, val))
        return 400;
    call = find(sip, &r);
    if (!call)
        return 481;
    status = judge(call, r.early_only);
    if (!status)
        *ret = call;
    return status;
}

/* RFC 3261 section 25.1: hvalue. */
static void add_hvalue(struct ars_buf *b, const char *s)
{
    for (; *s; s++) {
        char c = *s;
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (alnum || strchr("-_.!~*'()[]/?:+$", c))
            ars_buf_addn(b, &c, 1);
        else
            ars_buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

/* The far end's local tag is our remote one. */
void replaces_add_header(struct ars_buf *b, const struct ars_sip_call *call)
{
    ars_buf_adds(b, "?Replaces=");
    add_hvalue(b, call->dlg->call_id);
    ars_buf_adds(b, "%3Bto-tag%3D");
    add_hvalue(b, call->dlg->rtag);
    ars_buf_adds(b, "%3Bfrom-tag%3D");
    add_hvalue(b, call->dlg->ltag);
}

struct ars_sip_call *ars_sip_call_replaced(const struct ars_sip_call *call)
{
    return call->replaced;
}

/* As the far end's side of the dialog reads it: its tag is the "to-tag". */
char *ars_sip_call_place(const struct ars_sip_call *call)
{
    const struct dialog *d = call->dlg;
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "%s;to-tag=%s;from-tag=%s", d->call_id, d->rtag, d->ltag);
    return ars_buf_take(&b, &err);
}
