/*
 * A request outside any dialog, for a registrar above us.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "msg_in.h"
#include "msg_out.h"
#include "request.h"
#include "strans.h"

/* Texts that were asked for, kept while the request lives. */
struct text {
    struct le le;
    const struct pl *of;
    char *s;
};

struct ars_sip_request {
    struct le le;
    struct ars_sip *sip; /* NULL: the endpoint has gone */
    struct sip_in *in;
    struct strans *st; /* NULL: ended meanwhile */
    char *method;
    char *user;
    struct list texts;
};

static void text_destructor(void *arg)
{
    struct text *t = arg;

    list_unlink(&t->le);
    free(t->s);
}

static void destructor(void *arg)
{
    struct ars_sip_request *req = arg;

    list_unlink(&req->le);
    if (req->st)
        strans_disown(req->st);
    list_flush(&req->texts);
    free(req->method);
    free(req->user);
    mem_deref(req->in);
}

static char *user_of(const struct sip_in *in)
{
    const struct uri *uri = msg_in_is(in, "REGISTER") ? &in->to.addr.uri : &in->uri;

    return ars_percent_decode(uri->user.p ? uri->user.p : "", uri->user.l);
}

bool request_offer(struct ars_sip *sip, struct sip_in *in, struct strans *st)
{
    struct ars_sip_request *req;

    if (!sip->h.request)
        return false;
    req = mem_zalloc(sizeof(*req), destructor);
    if (!req)
        return false;
    req->sip = sip;
    req->in = mem_ref(in);
    req->method = msg_in_dup(&in->method);
    req->user = user_of(in);
    if (!req->method || !req->user) {
        mem_deref(req);
        return false;
    }
    list_append(&sip->requests, &req->le, req);
    strans_own(st, &req->st, NULL, NULL);
    mem_ref(req);
    if (sip->h.request(req, sip->arg)) {
        mem_deref(req);
        return true;
    }
    /* not taken: the list's reference goes, unless the endpoint was freed in the handler */
    if (req->le.list) {
        list_unlink(&req->le);
        mem_deref(req);
    }
    mem_deref(req);
    return false;
}

const struct sip_in *request_in(const struct ars_sip_request *req)
{
    return req->in;
}

const struct ars_sip *request_sip(const struct ars_sip_request *req)
{
    return req->sip;
}

const char *ars_sip_request_method(const struct ars_sip_request *req)
{
    return req->method;
}

const char *ars_sip_request_user(const struct ars_sip_request *req)
{
    return req->user;
}

const char *ars_sip_request_header(const struct ars_sip_request *req, const char *name)
{
    const struct pl *val = msg_in_hdr(req->in, name);
    struct text *t;

    if (!val)
        return NULL;
    for (struct le *le = req->texts.head; le; le = le->next) {
        t = le->data;
        if (t->of == val)
            return t->s;
    }
    t = mem_zalloc(sizeof(*t), text_destructor);
    if (!t)
        return NULL;
    t->of = val;
    t->s = msg_in_dup(val);
    if (!t->s) {
        mem_deref(t);
        return NULL;
    }
    /* a cache: the request itself does not change */
    list_append(&((struct ars_sip_request *)(uintptr_t)req)->texts, &t->le, t);
    return t->s;
}

struct ars_sip_body ars_sip_request_body(const struct ars_sip_request *req)
{
    return req->in->body;
}

int ars_sip_request_reply(struct ars_sip_request *req, int status, const char *phrase,
                          const struct ars_sip_header *headers, size_t n)
{
    struct ars_buf b;
    int err;

    if (status < 200 || status > 699)
        return EINVAL;
    ars_buf_init(&b, SIP_MSG_MAX);
    for (size_t i = 0; i < n; i++)
        msg_out_header(&b, headers[i].name, headers[i].value);
    err = b.err;
    if (!err)
        err = req->st ? strans_reply(req->st, status, phrase, b.data, NULL) : ETIMEDOUT;
    ars_buf_free(&b);
    mem_deref(req);
    return err;
}
