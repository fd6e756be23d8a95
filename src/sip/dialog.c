/*
 * Dialogs.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/rand.h>
#include <ars/str.h>

#include "dialog.h"
#include "endpoint.h"

#define HEADER_MAX (SIP_LINE_MAX * 4u)
/* Our first CSeq: far from RFC 3261 section 8.1.1.5's 2^31. */
#define SEQ_START_MAX 1000u

static void destructor(void *arg)
{
    struct dialog *d = arg;

    free(d->call_id);
    free(d->local);
    free(d->remote);
    free(d->ltag);
    free(d->rtag);
    free(d->target);
    free(d->credentials);
    route_clear(&d->routes);
}

static struct dialog *alloc(void)
{
    struct dialog *d = mem_zalloc(sizeof(*d), destructor);

    if (d) {
        d->rseq = -1;
        d->lseq = ars_rand_below(SEQ_START_MAX);
    }
    return d;
}

static bool is_complete(const struct dialog *d)
{
    return d->call_id && d->local && d->remote && d->ltag && d->rtag && d->target;
}

static int hand_over(struct dialog **ret, struct dialog *d, int err)
{
    if (!err && !is_complete(d))
        err = ENOMEM;
    if (err)
        mem_deref(d);
    else
        *ret = d;
    return err;
}

static char *random_token(size_t len)
{
    char token[64];

    ars_rand_token(token, len);
    return ars_strdup(token);
}

static char *name_addr(const char *name, const char *uri, const char *tag)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, HEADER_MAX);
    msg_out_name_addr(&b, name, uri);
    if (tag)
        ars_buf_addf(&b, ";tag=%s", tag);
    return ars_buf_take(&b, &err);
}

int dialog_alloc_uac(struct dialog **ret, const char *name, const char *aor, const char *target,
                     const struct route_set *preloaded)
{
    struct dialog *d = alloc();

    if (!d)
        return ENOMEM;
    d->call_id = random_token(SIP_CALL_ID_LEN);
    d->ltag = random_token(SIP_TAG_LEN);
    d->rtag = ars_strdup("");
    d->local = d->ltag ? name_addr(name, aor, d->ltag) : NULL;
    d->remote = name_addr(NULL, target, NULL);
    d->target = ars_strdup(target);
    return hand_over(ret, d, route_copy(&d->routes, preloaded));
}

/* The URI of the first Contact; EBADMSG. */
static int contact_uri(const struct sip_in *in, char **ret)
{
    struct in_list it = {0};
    struct in_addr_hdr a;
    struct pl pl;
    char *uri;

    if (!msg_in_list(in, "Contact", &it, &pl) || msg_in_addr(&a, &pl) || !a.addr.auri.l)
        return EBADMSG;
    if (pl_strcasecmp(&a.addr.uri.scheme, "sip") && pl_strcasecmp(&a.addr.uri.scheme, "sips"))
        return EBADMSG;
    for (size_t i = 0; i < a.addr.auri.l; i++) {
        if (strchr(" \t\"<>", a.addr.auri.p[i]))
            return EBADMSG;
    }
    uri = msg_in_dup(&a.addr.auri);
    if (!uri)
        return ENOMEM;
    *ret = uri;
    return 0;
}

int dialog_retarget(struct dialog *d, const struct sip_in *in)
{
    char *uri;
    int err = contact_uri(in, &uri);

    if (err)
        return err == EBADMSG ? 0 : err;
    free(d->target);
    d->target = uri;
    return 0;
}

int dialog_alloc_uas(struct dialog **ret, const struct sip_in *in, const char *ltag)
{
    struct dialog *d = alloc();
    struct ars_buf b;
    int err;

    if (!d)
        return ENOMEM;
    ars_buf_init(&b, HEADER_MAX);
    ars_buf_addn(&b, in->to.val.p, in->to.val.l);
    ars_buf_addf(&b, ";tag=%s", ltag);
    err = 0;
    d->local = ars_buf_take(&b, &err);
    d->call_id = msg_in_dup(&in->call_id);
    d->ltag = ars_strdup(ltag);
    d->remote = msg_in_dup(&in->from.val);
    d->rtag = msg_in_dup(&in->from.tag);
    d->rseq = in->cseq;
    if (!err)
        err = contact_uri(in, &d->target);
    if (!err)
        err = route_learn(&d->routes, in, "Record-Route", false); /* section 12.1.1 */
    return hand_over(ret, d, err);
}

int dialog_confirm(struct dialog **ret, const struct dialog *half, const struct sip_in *in)
{
    struct dialog *d = alloc();
    int err;

    if (!d)
        return ENOMEM;
    d->call_id = ars_strdup(half->call_id);
    d->local = ars_strdup(half->local);
    d->ltag = ars_strdup(half->ltag);
    d->remote = msg_in_dup(&in->to.val);
    d->rtag = msg_in_dup(&in->to.tag);
    d->target = ars_strdup(half->target);
    d->lseq = half->lseq;
    d->rseq = half->rseq;
    d->credentials = ars_strdup(half->credentials);
    err =
        is_complete(d) && (d->credentials || !half->credentials) ? dialog_retarget(d, in) : ENOMEM;
    if (!err)
        err = route_learn(&d->routes, in, "Record-Route", true); /* section 12.1.2 */
    return hand_over(ret, d, err);
}

int dialog_adopt(struct dialog *half, const struct sip_in *in)
{
    char *remote = msg_in_dup(&in->from.val);
    char *rtag = msg_in_dup(&in->from.tag);
    int err = remote && rtag ? dialog_retarget(half, in) : ENOMEM;

    if (!err)
        err = route_learn(&half->routes, in, "Record-Route", false);
    if (err) {
        free(remote);
        free(rtag);
        return err;
    }
    free(half->remote);
    free(half->rtag);
    half->remote = remote;
    half->rtag = rtag;
    return 0;
}

int dialog_from_response(struct dialog **ret, const struct sip_in *in)
{
    struct dialog *d = alloc();
    int err;

    if (!d)
        return ENOMEM;
    d->call_id = msg_in_dup(&in->call_id);
    d->local = msg_in_dup(&in->from.val);
    d->ltag = msg_in_dup(&in->from.tag);
    d->remote = msg_in_dup(&in->to.val);
    d->rtag = msg_in_dup(&in->to.tag);
    d->lseq = in->cseq;
    err = contact_uri(in, &d->target);
    if (!err)
        err = route_learn(&d->routes, in, "Record-Route", true); /* section 12.1.2 */
    return hand_over(ret, d, err);
}

bool dialog_match(const struct dialog *d, const struct sip_in *in, bool any_tag)
{
    if (pl_strcmp(&in->call_id, d->call_id) || pl_strcmp(&in->to.tag, d->ltag))
        return false;
    if (any_tag)
        return true;
    return in->from.tag.l ? pl_strcmp(&in->from.tag, d->rtag) == 0 : !*d->rtag;
}

bool dialog_match_response(const struct dialog *d, const struct sip_in *in)
{
    return pl_strcmp(&in->call_id, d->call_id) == 0 && pl_strcmp(&in->from.tag, d->ltag) == 0;
}

bool dialog_accept_seq(struct dialog *d, const struct sip_in *in)
{
    if ((int64_t)in->cseq < d->rseq)
        return false;
    d->rseq = in->cseq;
    return true;
}

/* Section 12.2.1.1: a first route without lr is a strict router. */
static bool is_strict(const struct dialog *d, struct in_addr_hdr *first)
{
    struct pl pl;
    struct pl lr;

    if (!d->routes.n)
        return false;
    pl = (struct pl){d->routes.values[0], strlen(d->routes.values[0])};
    if (msg_in_addr(first, &pl))
        return false;
    return !msg_in_param(&first->addr.uri.params, "lr", &lr);
}

char *dialog_uri(const struct dialog *d)
{
    struct in_addr_hdr first;

    return is_strict(d, &first) ? msg_in_dup(&first.addr.auri) : ars_strdup(d->target);
}

char *dialog_remote_uri(const struct dialog *d)
{
    struct in_addr_hdr a;
    struct pl remote;

    pl_set_str(&remote, d->remote);
    return msg_in_addr(&a, &remote) ? ars_strdup(d->target) : msg_in_dup(&a.addr.auri);
}

static void add_routes(const struct dialog *d, struct ars_buf *b, bool strict)
{
    for (size_t i = strict ? 1 : 0; i < d->routes.n; i++)
        ars_buf_addf(b, "Route: %s\r\n", d->routes.values[i]);
    if (strict)
        ars_buf_addf(b, "Route: <%s>\r\n", d->target);
}

/* The pieces that depend on the route set; *ret_uri and *ret_routes are the caller's. */
static int render(const struct dialog *d, char **ret_uri, char **ret_routes)
{
    struct in_addr_hdr first;
    bool strict = is_strict(d, &first);
    char *uri = dialog_uri(d);
    struct ars_buf b;
    int err = 0;
    char *routes;

    ars_buf_init(&b, SIP_MSG_MAX);
    add_routes(d, &b, strict);
    routes = ars_buf_take(&b, &err);
    if (!uri || !routes) {
        free(uri);
        free(routes);
        return ENOMEM;
    }
    *ret_uri = uri;
    *ret_routes = routes;
    return 0;
}

int dialog_request(struct dialog *d, struct ctrans **slot, struct ars_sip *sip, const char *method,
                   const char *headers, const struct ars_sip_body *body, ctrans_fn *fn, void *arg)
{
    char *uri;
    char *routes;
    struct out_req r = {.method = method,
                        .from = d->local,
                        .to = d->remote,
                        .call_id = d->call_id,
                        .cseq = d->lseq + 1,
                        .headers = headers};
    int err = render(d, &uri, &routes);

    if (err)
        return err;
    r.uri = uri;
    r.routes = routes;
    if (body)
        r.body = *body;
    err = ctrans_request(slot, sip, &r, fn, arg);
    if (!err) {
        d->lseq++;
        if (slot)
            (*slot)->dialog = mem_ref(d);
    }
    free(uri);
    free(routes);
    return err;
}

void dialog_ack(const struct dialog *d, struct ars_buf *b, const struct ars_sip *sip, uint32_t cseq,
                const char *credentials, const struct ars_sip_body *body)
{
    char *uri;
    char *routes;
    struct out_req r = {.method = "ACK",
                        .from = d->local,
                        .to = d->remote,
                        .call_id = d->call_id,
                        .cseq = cseq,
                        .headers = credentials};

    if (render(d, &uri, &routes)) {
        ars_buf_init(b, 0);
        b->err = ENOMEM;
        return;
    }
    r.uri = uri;
    r.routes = routes;
    if (body)
        r.body = *body;
    msg_out_request(b, sip, &r);
    free(uri);
    free(routes);
}
