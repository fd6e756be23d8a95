/*
 * Early dialogs.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/str.h>

#include "call.h"
#include "early.h"
#include "endpoint.h"

static void free_answer(struct early *e)
{
    free((void *)(uintptr_t)e->answer.type);
    free((void *)(uintptr_t)e->answer.data);
    memset(&e->answer, 0, sizeof(e->answer));
}

static void destructor(void *arg)
{
    struct early *e = arg;

    list_unlink(&e->le);
    prack_stop(&e->prack);
    free_answer(e);
    mem_deref(e->dlg);
}

struct early *early_find(const struct ars_sip_call *call, const struct pl *tag)
{
    for (struct le *le = call->early.head; le; le = le->next) {
        struct early *e = le->data;

        if (pl_strcmp(tag, e->dlg->rtag) == 0)
            return e;
    }
    return NULL;
}

static struct early *add(struct ars_sip_call *call, const struct sip_in *in)
{
    struct early *e;

    if (list_count(&call->early) >= SIP_EARLY_MAX) {
        ars_log(ARS_LOG_WARN, "sip", "a call rings in too many places");
        return NULL;
    }
    e = mem_zalloc(sizeof(*e), destructor);
    if (!e)
        return NULL;
    if (dialog_confirm(&e->dlg, call->dlg, in)) {
        mem_deref(e);
        return NULL;
    }
    list_append(&call->early, &e->le, e);
    return e;
}

static void keep_answer(struct early *e, const struct sip_in *in)
{
    char *type = ars_strdup(in->body.type);
    char *data = ars_strndup(in->body.data, in->body.len);

    free_answer(e);
    if (type && data) {
        e->answer = (struct ars_sip_body){type, data, in->body.len};
        return;
    }
    free(type);
    free(data);
}

bool early_receive(struct ars_sip_call *call, const struct sip_in *in, struct early **ret_early)
{
    bool reliable = prack_is_reliable(in);
    struct early *e = NULL;

    if (in->to.tag.l) {
        e = early_find(call, &in->to.tag);
        if (!e)
            e = add(call, in);
    }
    *ret_early = e;
    if (!e)
        return !reliable;
    if (reliable && !prack_receive(&e->prack, call->sip, e->dlg, in))
        return false;
    /* RFC 6337 section 3.1.1: an answer that came reliably is the answer */
    if (in->body.len && !e->agreed) {
        keep_answer(e, in);
        e->agreed = reliable;
    }
    return true;
}

struct ars_sip_body early_body(struct ars_sip_call *call, const struct early *e,
                               const struct sip_in *in)
{
    if (in->body.len && e && !call->heard)
        call->heard = e;
    return in->body.len && e == call->heard ? in->body : (struct ars_sip_body){0};
}

struct ars_sip_body early_answer(const struct ars_sip_call *call, const struct sip_in *in)
{
    const struct early *e = early_find(call, &in->to.tag);

    return in->body.len || !e || e == call->heard ? in->body : e->answer;
}

void early_clear(struct ars_sip_call *call)
{
    call->heard = NULL;
    list_flush(&call->early);
}
