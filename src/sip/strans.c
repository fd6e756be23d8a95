/*
 * Server transactions. On a reliable transport responses are not repeated by the transaction and
 * timers I and J are zero: Confirmed, and Completed of a non-INVITE, are left as soon as entered.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/rand.h>

#include "endpoint.h"
#include "strans.h"

static const char *const states[] = {"proceeding", "completed", "accepted", "terminated"};

static const uint32_t invite_edges[] = {
    [STRANS_PROCEEDING] = ARS_TO(STRANS_PROCEEDING) | ARS_TO(STRANS_COMPLETED) |
                          ARS_TO(STRANS_ACCEPTED) | ARS_TO(STRANS_TERMINATED),
    [STRANS_COMPLETED] = ARS_TO(STRANS_TERMINATED),
    [STRANS_ACCEPTED] = ARS_TO(STRANS_TERMINATED),
    [STRANS_TERMINATED] = 0,
};

static const uint32_t other_edges[] = {
    [STRANS_PROCEEDING] = ARS_TO(STRANS_PROCEEDING) | ARS_TO(STRANS_TERMINATED),
    [STRANS_COMPLETED] = 0,
    [STRANS_ACCEPTED] = 0,
    [STRANS_TERMINATED] = 0,
};

const struct ars_fsm strans_invite_fsm = {"strans_invite", states, invite_edges, STRANS_STATES};
const struct ars_fsm strans_other_fsm = {"strans_other", states, other_edges, STRANS_STATES};

static void destructor(void *arg)
{
    struct strans *st = arg;

    ars_timer_stop(&st->timer);
    list_unlink(&st->le);
    if (st->slot)
        *st->slot = NULL;
    mem_deref(st->req);
    free(st->last);
}

static bool is_invite(const struct strans *st)
{
    return st->fsm == &strans_invite_fsm;
}

static void disown(struct strans *st)
{
    if (st->slot)
        *st->slot = NULL;
    st->slot = NULL;
    st->cancel = NULL;
}

static void terminate(struct strans *st)
{
    if (ars_fsm_go(st->fsm, &st->state, STRANS_TERMINATED))
        return;
    disown(st);
    list_unlink(&st->le);
    mem_deref(st);
}

/* Timers H and L; a non-INVITE that nobody answered: its client gave up by timer F. */
static void on_timer(void *arg)
{
    terminate(arg);
}

void strans_disown(struct strans *st)
{
    disown(st);
    /* an INVITE that proceeds has no timer: nobody is left to answer it */
    if (!ars_timer_running(&st->timer))
        ars_timer_start(st->sip->timers, &st->timer, SIP_T1_64_MS, on_timer, st);
}

int strans_alloc(struct strans **ret, struct ars_sip *sip, struct sip_in *req)
{
    bool invite = msg_in_is(req, "INVITE");
    struct strans *st;

    if (list_count(&sip->stl) >= SIP_STRANS_MAX)
        return EAGAIN;
    st = mem_zalloc(sizeof(*st), destructor);
    if (!st)
        return ENOMEM;
    st->sip = sip;
    st->fsm = invite ? &strans_invite_fsm : &strans_other_fsm;
    st->req = mem_ref(req);
    ars_rand_token(st->tag, SIP_TAG_LEN);
    list_append(&sip->stl, &st->le, st);
    if (!invite)
        ars_timer_start(sip->timers, &st->timer, SIP_T1_64_MS, on_timer, st);
    *ret = st;
    return 0;
}

void strans_own(struct strans *st, struct strans **slot, strans_cancel_fn *cancel, void *arg)
{
    st->slot = slot;
    st->cancel = cancel;
    st->arg = arg;
    *slot = st;
}

/* Moves on after a final answer. */
static void finish(struct strans *st, int status)
{
    int to = status < 300 ? STRANS_ACCEPTED : STRANS_COMPLETED;

    if (!is_invite(st)) {
        terminate(st);
        return;
    }
    if (ars_fsm_go(st->fsm, &st->state, to))
        return;
    disown(st);
    ars_timer_start(st->sip->timers, &st->timer, SIP_T1_64_MS, on_timer, st);
}

int strans_reply(struct strans *st, int status, const char *phrase, const char *headers,
                 const struct ars_sip_body *body)
{
    struct ars_buf b;
    int err;

    if (st->state != STRANS_PROCEEDING)
        return EPROTO;
    msg_out_response(&b, st->sip, st->req, status, phrase, st->tag, headers, body);
    if (b.err) {
        err = b.err;
        ars_buf_free(&b);
        return err;
    }
    err = endpoint_send(st->sip, b.data, b.len);
    free(st->last);
    st->last = b.data;
    st->last_len = b.len;
    if (status >= 200)
        finish(st, status);
    return err;
}

void strans_reply_stateless(struct ars_sip *sip, const struct sip_in *req, int status,
                            const char *phrase, const char *headers)
{
    char tag[SIP_TAG_LEN + 1];
    struct ars_buf b;

    ars_rand_token(tag, SIP_TAG_LEN);
    msg_out_response(&b, sip, req, status, phrase, tag, headers, NULL);
    if (!b.err)
        (void)endpoint_send(sip, b.data, b.len);
    ars_buf_free(&b);
}

/* RFC 3261 section 17.2.3; Call-ID and CSeq too, for peers without the branch cookie. */
static bool matches(const struct strans *st, const struct sip_in *in, const char *method)
{
    const struct sip_in *req = st->req;

    return msg_in_is(req, method) && pl_cmp(&req->branch, &in->branch) == 0 &&
           pl_casecmp(&req->sent_by, &in->sent_by) == 0 && req->cseq == in->cseq &&
           pl_cmp(&req->call_id, &in->call_id) == 0;
}

static struct strans *find(struct ars_sip *sip, const struct sip_in *in, const char *method)
{
    for (struct le *le = sip->stl.head; le; le = le->next) {
        if (matches(le->data, in, method))
            return le->data;
    }
    return NULL;
}

static void receive_cancel(struct ars_sip *sip, const struct sip_in *in)
{
    struct strans *st = find(sip, in, "INVITE");
    struct ars_buf b;

    if (!st) {
        strans_reply_stateless(sip, in, 481, NULL, NULL);
        return;
    }
    /* RFC 3261 section 9.2: the same To tag as in the INVITE's answers */
    msg_out_response(&b, sip, in, 200, NULL, st->tag, NULL, NULL);
    if (!b.err)
        (void)endpoint_send(sip, b.data, b.len);
    ars_buf_free(&b);
    if (st->state != STRANS_PROCEEDING)
        return;
    mem_ref(st);
    if (st->cancel)
        st->cancel(in, st->arg);
    else
        (void)strans_reply(st, 487, NULL, NULL, NULL);
    mem_deref(st);
}

bool strans_receive(struct ars_sip *sip, struct sip_in *in)
{
    struct strans *st;
    char *method;

    if (msg_in_is(in, "CANCEL")) {
        receive_cancel(sip, in);
        return true;
    }
    if (msg_in_is(in, "ACK")) {
        st = find(sip, in, "INVITE");
        if (!st || st->state != STRANS_COMPLETED)
            return false;
        terminate(st);
        return true;
    }
    method = msg_in_dup(&in->method);
    st = method ? find(sip, in, method) : NULL;
    free(method);
    /* RFC 6026 section 7.1: 2xx are repeated by the call, not here */
    if (st && st->last && st->state != STRANS_ACCEPTED)
        (void)endpoint_send(sip, st->last, st->last_len);
    return st != NULL;
}

bool strans_is_merged(const struct ars_sip *sip, const struct sip_in *in)
{
    for (struct le *le = sip->stl.head; le; le = le->next) {
        const struct strans *st = le->data;
        const struct sip_in *req = st->req;

        if (req != in && req->cseq == in->cseq && pl_cmp(&req->method, &in->method) == 0 &&
            pl_cmp(&req->call_id, &in->call_id) == 0 && pl_cmp(&req->from.tag, &in->from.tag) == 0)
            return true;
    }
    return false;
}

/* The INVITE of a call, not one inside it. */
static bool is_call(const struct strans *st)
{
    return is_invite(st) && !st->req->to.tag.l;
}

void strans_lost_all(struct ars_sip *sip)
{
    struct le *le = sip->stl.head;

    while (le) {
        struct strans *st = le->data;

        le = le->next;
        if (!is_call(st) || (!st->slot && st->state != STRANS_COMPLETED))
            terminate(st);
    }
}

void strans_found_all(struct ars_sip *sip)
{
    for (struct le *le = sip->stl.head; le; le = le->next) {
        const struct strans *st = le->data;

        if (st->state == STRANS_COMPLETED)
            (void)endpoint_send(sip, st->last, st->last_len);
    }
}
