/*
 * Client transactions. On a reliable transport nothing is retransmitted and timers D and K are
 * zero: Completed is left as soon as it is entered and has no state of its own.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctrans.h"
#include "endpoint.h"

/* RFC 3261 section 16.6: a proxy lets it ring for timer C, which is more than three minutes. */
#define CUT_MS 190000u

static const char *const states[] = {"calling", "proceeding", "cancelling", "accepted",
                                     "terminated"};

static const uint32_t invite_edges[] = {
    [CTRANS_CALLING] =
        ARS_TO(CTRANS_PROCEEDING) | ARS_TO(CTRANS_ACCEPTED) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_PROCEEDING] = ARS_TO(CTRANS_PROCEEDING) | ARS_TO(CTRANS_CANCELLING) |
                          ARS_TO(CTRANS_ACCEPTED) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_CANCELLING] =
        ARS_TO(CTRANS_CANCELLING) | ARS_TO(CTRANS_ACCEPTED) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_ACCEPTED] = ARS_TO(CTRANS_ACCEPTED) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_TERMINATED] = 0,
};

static const uint32_t other_edges[] = {
    [CTRANS_CALLING] = ARS_TO(CTRANS_PROCEEDING) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_PROCEEDING] = ARS_TO(CTRANS_PROCEEDING) | ARS_TO(CTRANS_TERMINATED),
    [CTRANS_CANCELLING] = 0,
    [CTRANS_ACCEPTED] = 0,
    [CTRANS_TERMINATED] = 0,
};

const struct ars_fsm ctrans_invite_fsm = {"ctrans_invite", states, invite_edges, CTRANS_STATES};
const struct ars_fsm ctrans_other_fsm = {"ctrans_other", states, other_edges, CTRANS_STATES};

static void destructor(void *arg)
{
    struct ctrans *ct = arg;

    ars_timer_stop(&ct->timer);
    list_unlink(&ct->le);
    if (ct->slot)
        *ct->slot = NULL;
    free(ct->method);
    free(ct->uri);
    free(ct->from);
    free(ct->to);
    free(ct->call_id);
    free(ct->routes);
    mem_deref(ct->dialog);
    free(ct->taken);
}

static bool is_invite(const struct ctrans *ct)
{
    return ct->fsm == &ctrans_invite_fsm;
}

/* Takes the owner away; the caller then may tell it through fn and arg. */
static void disown(struct ctrans *ct, ctrans_fn **ret_fn, void **ret_arg)
{
    *ret_fn = ct->fn;
    *ret_arg = ct->arg;
    if (ct->slot)
        *ct->slot = NULL;
    ct->slot = NULL;
    ct->fn = NULL;
}

/* Ends ct and tells its owner why. */
static void terminate(struct ctrans *ct, const struct sip_in *in, int err)
{
    ctrans_fn *fn;
    void *arg;

    if (ars_fsm_go(ct->fsm, &ct->state, CTRANS_TERMINATED))
        return;
    ars_timer_stop(&ct->timer);
    list_unlink(&ct->le); /* it may still be held by ctrans_receive() */
    disown(ct, &fn, &arg);
    list_unlink(&ct->le);
    mem_deref(ct);
    if (fn)
        fn(in, err, arg);
}

/* Timers B, F and M, and the wait for 487 after CANCEL. */
static void on_timer(void *arg)
{
    struct ctrans *ct = arg;

    terminate(ct, NULL, ETIMEDOUT);
}

static int copy(struct ctrans *ct, const struct out_req *r)
{
    ct->cseq = r->cseq;
    ct->method = ars_strdup(r->method);
    ct->uri = ars_strdup(r->uri);
    ct->from = ars_strdup(r->from);
    ct->to = ars_strdup(r->to);
    ct->call_id = ars_strdup(r->call_id);
    ct->routes = ars_strdup(r->routes ? r->routes : "");
    if (r->branch)
        ars_strcpy(ct->branch, sizeof(ct->branch), r->branch);
    else
        msg_out_branch(ct->branch, sizeof(ct->branch));
    return ct->method && ct->uri && ct->from && ct->to && ct->call_id && ct->routes ? 0 : ENOMEM;
}

static int send_request(struct ars_sip *sip, const struct out_req *r)
{
    struct ars_buf b;
    int err;

    msg_out_request(&b, sip, r);
    err = b.err ? b.err : endpoint_send(sip, b.data, b.len);
    ars_buf_free(&b);
    return err;
}

int ctrans_request(struct ctrans **slot, struct ars_sip *sip, const struct out_req *r,
                   ctrans_fn *fn, void *arg)
{
    struct out_req out = *r;
    struct ctrans *ct;
    int err;

    if (!sip->tp)
        return ENOTCONN;
    if (list_count(&sip->ctl) >= SIP_CTRANS_MAX)
        return EAGAIN;
    ct = mem_zalloc(sizeof(*ct), destructor);
    if (!ct)
        return ENOMEM;
    ct->sip = sip;
    ct->fsm = strcmp(r->method, "INVITE") == 0 ? &ctrans_invite_fsm : &ctrans_other_fsm;
    err = copy(ct, r);
    if (err)
        goto out;
    out.branch = ct->branch;
    err = send_request(sip, &out);
    if (err)
        goto out;
    ct->fn = fn;
    ct->arg = arg;
    ct->slot = slot;
    list_append(&sip->ctl, &ct->le, ct);
    ars_timer_start(sip->timers, &ct->timer, SIP_T1_64_MS, on_timer, ct);
    if (slot)
        *slot = ct;
    return 0;
out:
    mem_deref(ct);
    return err;
}

/* ACK to a non-2xx and CANCEL: same Request-URI, branch, From, Call-ID and Route as the INVITE. */
static struct out_req likeness(const struct ctrans *ct, const char *method)
{
    return (struct out_req){
        .method = method,
        .uri = ct->uri,
        .from = ct->from,
        .to = ct->to,
        .call_id = ct->call_id,
        .cseq = ct->cseq,
        .branch = ct->branch,
        .routes = ct->routes,
    };
}

/* RFC 3261 section 17.1.1.3. */
static void send_ack(struct ctrans *ct, const struct sip_in *in)
{
    struct out_req r = likeness(ct, "ACK");
    char *to = msg_in_dup(&in->to.val);

    if (!to)
        return;
    r.to = to;
    (void)send_request(ct->sip, &r);
    free(to);
}

int ctrans_cancel(struct ctrans *ct)
{
    struct out_req r = likeness(ct, "CANCEL");

    if (ars_fsm_go(ct->fsm, &ct->state, CTRANS_CANCELLING))
        return EPROTO;
    ars_timer_start(ct->sip->timers, &ct->timer, SIP_T1_64_MS, on_timer, ct);
    return ctrans_request(NULL, ct->sip, &r, NULL, NULL);
}

void ctrans_detach(struct ctrans **slot)
{
    struct ctrans *ct = *slot;
    ctrans_fn *fn;
    void *arg;

    if (!ct)
        return;
    disown(ct, &fn, &arg);
    /* an INVITE that proceeds has no timer: nobody is left to end it */
    if (!ars_timer_running(&ct->timer))
        ars_timer_start(ct->sip->timers, &ct->timer, SIP_T1_64_MS, on_timer, ct);
}

static void receive_provisional(struct ctrans *ct, const struct sip_in *in)
{
    if (ct->state != CTRANS_CANCELLING) {
        if (ars_fsm_go(ct->fsm, &ct->state, CTRANS_PROCEEDING))
            return;
        /* timer F of a non-INVITE goes on */
        if (is_invite(ct) && ct->slot)
            ars_timer_stop(&ct->timer);
    }
    if (ct->fn)
        ct->fn(in, 0, ct->arg);
}

/* RFC 6026 section 7.2: Accepted, for timer M. */
static void receive_invite_ok(struct ctrans *ct, const struct sip_in *in)
{
    ctrans_fn *fn;
    void *arg;

    bool first = ct->state != CTRANS_ACCEPTED;

    if (ars_fsm_go(ct->fsm, &ct->state, CTRANS_ACCEPTED) || !first)
        return;
    ars_timer_start(ct->sip->timers, &ct->timer, SIP_T1_64_MS, on_timer, ct);
    disown(ct, &fn, &arg);
    if (fn) {
        ct->taken = msg_in_dup(&in->to.tag);
        fn(in, 0, arg);
    }
}

static struct ctrans *find(struct ars_sip *sip, const struct sip_in *in)
{
    for (struct le *le = sip->ctl.head; le; le = le->next) {
        struct ctrans *ct = le->data;

        /* RFC 3261 section 17.1.3 */
        if (pl_strcmp(&in->branch, ct->branch) == 0 && msg_in_is(in, ct->method))
            return ct;
    }
    return NULL;
}

/* RFC 3261 section 9.1: the branch of a CANCEL is that of its INVITE. */
static void note_cancel_heard(struct ars_sip *sip, const struct sip_in *in)
{
    for (struct le *le = sip->ctl.head; le; le = le->next) {
        struct ctrans *ct = le->data;

        if (is_invite(ct) && pl_strcmp(&in->branch, ct->branch) == 0)
            ct->cancel_heard = true;
    }
}

bool ctrans_receive(struct ars_sip *sip, const struct sip_in *in, struct ctrans **ret_ct)
{
    struct ctrans *ct = find(sip, in);
    bool waited = true;

    *ret_ct = ct;
    if (!ct)
        return false;
    mem_ref(ct);
    if (in->status < 200) {
        if (ct->state != CTRANS_ACCEPTED)
            receive_provisional(ct, in);
    } else if (is_invite(ct) && in->status < 300) {
        waited = ct->fn != NULL;
        receive_invite_ok(ct, in);
    } else if (ct->state != CTRANS_ACCEPTED) {
        if (is_invite(ct))
            send_ack(ct, in);
        else if (msg_in_is(in, "CANCEL"))
            note_cancel_heard(sip, in);
        terminate(ct, in, 0);
    }
    mem_deref(ct);
    return waited;
}

/* Does somebody over there ring? */
static bool rings(const struct ctrans *ct)
{
    return is_invite(ct) && (ct->state == CTRANS_PROCEEDING || ct->state == CTRANS_CANCELLING);
}

/* Its owner hears of it now, the far end on the next connection that answers. */
static void cut(struct ctrans *ct)
{
    ctrans_fn *fn;
    void *arg;

    ars_timer_start(ct->sip->timers, &ct->timer, CUT_MS, on_timer, ct);
    disown(ct, &fn, &arg);
    fn(NULL, ENOTCONN, arg);
}

static bool is_over(const struct ctrans *ct)
{
    return !rings(ct) || (!ct->fn && ct->cancel_heard);
}

/* Not those that have been cut before, which wait on. */
static bool is_to_cut(const struct ctrans *ct)
{
    return ct->fn && rings(ct);
}

static struct ctrans *first(const struct ars_sip *sip, bool (*is)(const struct ctrans *ct))
{
    for (struct le *le = sip->ctl.head; le; le = le->next) {
        if (is(le->data))
            return le->data;
    }
    return NULL;
}

void ctrans_lost_all(struct ars_sip *sip)
{
    struct ctrans *ct;

    while ((ct = first(sip, is_over)))
        terminate(ct, NULL, ENOTCONN);
    while ((ct = first(sip, is_to_cut)))
        cut(ct);
}

void ctrans_found_all(struct ars_sip *sip)
{
    for (struct le *le = sip->ctl.head; le; le = le->next) {
        struct ctrans *ct = le->data;

        if (rings(ct))
            (void)ctrans_cancel(ct);
    }
}
