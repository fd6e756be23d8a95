/*
 * What happens inside an established dialog: re-INVITE both ways, UPDATE, and their glare.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/rand.h>

#include "call.h"
#include "endpoint.h"
#include "identity.h"
#include "update.h"
#include "why.h"

/*
 * RFC 3261 section 14.1, in steps of 10 ms: 2.1 to 4 s for the owner of the Call-ID, else 0 to 2 s.
 */
#define GLARE_STEP_MS     10u
#define GLARE_OWNER_LO_MS 2100u
#define GLARE_OWNER_HI_MS 4000u
#define GLARE_OTHER_HI_MS 2000u
/* Section 14.2: Retry-After between 0 and 10 s. */
#define BUSY_RETRY_MAX_S 10u
/* So often one offer waits for a Retry-After. */
#define WAITS_MAX 2u

static const char *const names[] = {"none", "ours", "their_invite", "their_ack", "their_update"};

static const uint32_t edges[] = {
    [MOD_NONE] = ARS_TO(MOD_OURS) | ARS_TO(MOD_THEIR_INVITE) | ARS_TO(MOD_THEIR_UPDATE),
    [MOD_OURS] = ARS_TO(MOD_NONE) | ARS_TO(MOD_OURS),
    [MOD_THEIR_INVITE] = ARS_TO(MOD_NONE) | ARS_TO(MOD_THEIR_ACK),
    [MOD_THEIR_ACK] = ARS_TO(MOD_NONE),
    [MOD_THEIR_UPDATE] = ARS_TO(MOD_NONE),
};

const struct ars_fsm mod_fsm = {"sip_mod", names, edges, MOD_STATES};

static void set_mod(struct ars_sip_call *call, enum mod_state to)
{
    (void)ars_fsm_go(&mod_fsm, &call->mod, to);
}

static bool is_theirs_waiting(const struct ars_sip_call *call)
{
    return call->mod == MOD_THEIR_INVITE || call->mod == MOD_THEIR_UPDATE;
}

/* A server transaction may have ended under an answer that never came. */
static void settle(struct ars_sip_call *call)
{
    if (is_theirs_waiting(call) && !call->server)
        set_mod(call, MOD_NONE);
}

/* ---- theirs ---- */

static void on_cancel(const struct sip_in *cancel, void *arg)
{
    struct ars_sip_call *call = arg;

    if (call->server)
        (void)strans_reply(call->server, 487, NULL, NULL, NULL);
    set_mod(call, MOD_NONE);
}

static void reply_busy(struct strans *st)
{
    struct ars_buf b;

    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "Retry-After: %u\r\n", (unsigned)ars_rand_below(BUSY_RETRY_MAX_S + 1));
    (void)strans_reply(st, 500, NULL, b.err ? NULL : b.data, NULL);
    ars_buf_free(&b);
}

static void reanswered(struct ars_sip_call *call, int status, const struct ars_sip_body *body)
{
    static const struct ars_sip_body none;

    if (call->h.reanswered)
        call->h.reanswered(call, status, body ? body : &none, call->arg);
}

/* The offer of our INVITE has its answer from the 2xx, or for good from a reliable response. */
static bool is_answered(const struct ars_sip_call *call, const struct sip_in *in)
{
    const struct early *e = early_find(call, &in->from.tag);

    return call->state == CALL_ESTABLISHED || (e && e->agreed && e == call->heard);
}

static bool is_ours_open(const struct ars_sip_call *call, const struct sip_in *in)
{
    if (call->mod == MOD_OURS)
        return true;
    if (call->outgoing && call->state != CALL_LATE && !is_answered(call, in))
        return true;
    if (call->state == CALL_INCOMING && reliable_is_open(call))
        return true;
    return call->ok_offers && ars_timer_running(&call->ok_timer);
}

/* Their last offer waits for our answer. */
static bool is_theirs_open(const struct ars_sip_call *call)
{
    return is_theirs_waiting(call) || call->state == CALL_INCOMING || call->state == CALL_LATE;
}

/*
 * RFC 5407 section 3.1.4: whoever offers again has got the answer that our 2xx brought, and only
 * its ACK is late. That comes when it comes, and changes nothing any more.
 */
static void take_as_confirmed(struct ars_sip_call *call)
{
    static const struct ars_sip_body none;

    if (ars_timer_running(&call->ok_timer) && !call->ok_offers)
        call_confirm(call, &none);
}

/* Is there room for an offer of theirs? Else it has been refused. */
static bool has_room(struct ars_sip_call *call, struct strans *st)
{
    settle(call);
    take_as_confirmed(call);
    if (call->state == CALL_ENDED || call->state == CALL_BYE_WAIT || call->state == CALL_BYING) {
        (void)strans_reply(st, 481, NULL, NULL, NULL);
        return false;
    }
    /* RFC 3261 section 14.2, RFC 3311 section 5.2 */
    if (is_ours_open(call, st->req)) {
        (void)strans_reply(st, 491, NULL, NULL, NULL);
        return false;
    }
    if (is_theirs_open(call)) {
        reply_busy(st);
        return false;
    }
    return true;
}

/* Hands their offer on. */
static void offer(struct ars_sip_call *call, struct sip_in *in, struct strans *st,
                  enum mod_state to)
{
    bool waited = ars_timer_running(&call->mod_timer);

    set_mod(call, to);
    update_learn(call, in);
    strans_own(st, &call->server, on_cancel, call);
    identity_read(call, in);
    if (call->state == CALL_ENDED || (enum mod_state)call->mod != to)
        return;
    if (to == MOD_THEIR_INVITE)
        (void)strans_reply(st, 100, NULL, NULL, NULL);
    if (waited) {
        /* our own offer would be older than the answer to theirs */
        ars_timer_stop(&call->mod_timer);
        reanswered(call, 491, NULL);
        if (call->state == CALL_ENDED || (enum mod_state)call->mod != to)
            return;
    }
    if (call->h.reoffer)
        call->h.reoffer(call, &in->body, call->arg);
    else
        (void)mod_refuse(call, 488, NULL);
}

void mod_receive_invite(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    if (!has_room(call, st))
        return;
    if (call->state == CALL_ESTABLISHED && !call->invite)
        offer(call, in, st, MOD_THEIR_INVITE);
    else /* RFC 3261 section 14.2: our INVITE is in progress, though its offer has its answer */
        (void)strans_reply(st, 491, NULL, NULL, NULL);
}

void mod_receive_update(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    struct dialog *d = call_dialog(call, in);
    struct ars_buf b;

    if (!d) {
        (void)strans_reply(st, 481, NULL, NULL, NULL);
        return;
    }
    if (in->body.len) {
        if (has_room(call, st))
            offer(call, in, st, MOD_THEIR_UPDATE);
        return;
    }
    settle(call);
    if (call->mod == MOD_THEIR_UPDATE) {
        reply_busy(st);
        return;
    }
    /* RFC 3311 section 5.2: a target refresh */
    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    if (call->state == CALL_ESTABLISHED)
        refresh_agree(call, in, &b);
    (void)dialog_retarget(d, in);
    (void)strans_reply(st, 200, NULL, b.err ? NULL : b.data, NULL);
    ars_buf_free(&b);
    identity_read(call, in);
}

int mod_answer(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    bool invite = call->mod == MOD_THEIR_INVITE;
    int err;

    settle(call);
    if (!is_theirs_waiting(call))
        return EPROTO;
    err = invite_in_accept(call, body);
    if (!err)
        set_mod(call, invite ? MOD_THEIR_ACK : MOD_NONE);
    return err;
}

int mod_refuse(struct ars_sip_call *call, int status, const char *phrase)
{
    settle(call);
    if (!is_theirs_waiting(call))
        return EPROTO;
    (void)strans_reply(call->server, status, phrase, NULL, NULL);
    set_mod(call, MOD_NONE);
    return 0;
}

void mod_confirmed(struct ars_sip_call *call)
{
    if (call->mod == MOD_THEIR_ACK)
        set_mod(call, MOD_NONE);
}

/* ---- ours ---- */

static void on_reinvite(const struct sip_in *in, int err, void *arg);

/* The owner hears of one answer to its offer. */
static void close_ours(struct ars_sip_call *call, int status, const struct ars_sip_body *body)
{
    if (call->mod != MOD_OURS)
        return;
    set_mod(call, MOD_NONE);
    reanswered(call, status, body);
}

static void failed(struct ars_sip_call *call, int status)
{
    refresh_failed(call);
    close_ours(call, status, NULL);
}

static void send_again(struct ars_sip_call *call)
{
    int err;

    set_mod(call, MOD_OURS);
    err = invite_send(call, on_reinvite);
    if (err)
        failed(call, err == ENOMEM ? 500 : 503);
}

/* Their offer may have come meanwhile: then this timer was stopped. */
static void on_glare_timer(void *arg)
{
    struct ars_sip_call *call = arg;

    memset(&call->try, 0, sizeof(call->try));
    send_again(call);
}

static void on_glare(struct ars_sip_call *call)
{
    uint32_t lo = call->outgoing ? GLARE_OWNER_LO_MS : 0;
    uint32_t hi = call->outgoing ? GLARE_OWNER_HI_MS : GLARE_OTHER_HI_MS;
    uint32_t steps = (hi - lo) / GLARE_STEP_MS + 1;

    set_mod(call, MOD_NONE);
    ars_timer_start(call->sip->timers, &call->mod_timer,
                    lo + (uint64_t)ars_rand_below(steps) * GLARE_STEP_MS, on_glare_timer, call);
}

/* The far end is busy with an offer of its own (section 14.2) or says when it will not be. */
static bool wait_as_told(struct ars_sip_call *call, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Retry-After");
    uint32_t s;

    if (!val || !msg_in_number(val, SIP_RETRY_AFTER_MAX, &s) || s > BUSY_RETRY_MAX_S ||
        call->mod_waits == WAITS_MAX)
        return false;
    call->mod_waits++;
    set_mod(call, MOD_NONE);
    ars_timer_start(call->sip->timers, &call->mod_timer, (uint64_t)s * 1000, on_glare_timer, call);
    return true;
}

static void on_ok(struct ars_sip_call *call, const struct sip_in *in)
{
    (void)dialog_retarget(call->dlg, in);
    (void)invite_ack(call, in->cseq, NULL);
    update_learn(call, in);
    refresh_answered(call, in);
    close_ours(call, in->status, &in->body);
}

/* RFC 3262 section 5: the answer that came reliably is the answer. */
static void on_reliable(struct ars_sip_call *call, const struct sip_in *in)
{
    if (prack_receive(&call->prack, call->sip, call->dlg, in) && in->body.len)
        close_ours(call, in->status, &in->body);
}

static void on_refused(struct ars_sip_call *call, const struct sip_in *in)
{
    struct ars_reason why;

    if (call->mod != MOD_OURS && in->status != 408 && in->status != 481) {
        /* its offer has been answered: what that changed stays (RFC 6141 section 3.4) */
        failed(call, in->status);
        return;
    }
    switch (in->status) {
    case 401:
    case 407:
        if (auth_challenged(call->sip, &call->try, in))
            failed(call, in->status);
        else
            send_again(call);
        break;
    case 408:
        call_lose(call, in->status, CALL_SILENT);
        break;
    case 422:
        if (refresh_raise(call, in))
            send_again(call);
        else
            failed(call, in->status);
        break;
    case 481:
        /* section 12.2.1.2: there is nothing left to end with BYE */
        why_from_response(&why, in);
        call_end(call, &why);
        break;
    case 491:
        on_glare(call);
        break;
    case 500:
    case 503:
        if (!wait_as_told(call, in))
            failed(call, in->status);
        break;
    default:
        failed(call, in->status);
        break;
    }
}

static void on_reinvite(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;

    mem_ref(call);
    if (!in && err == ETIMEDOUT)
        call_lose(call, 0, CALL_SILENT);
    else if (!in)
        failed(call, 503);
    else if (in->status >= 300)
        on_refused(call, in);
    else if (in->status >= 200)
        on_ok(call, in);
    else if (prack_is_reliable(in))
        on_reliable(call, in);
    mem_deref(call);
}

int ars_sip_call_reinvite(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    int err;

    if (call->state != CALL_ESTABLISHED)
        return EPROTO;
    if (!body || !body->len)
        return EINVAL;
    settle(call);
    if (call->mod != MOD_NONE || call->invite || ars_timer_running(&call->mod_timer))
        return EBUSY;
    err = call_keep_offer(call, body);
    if (err)
        return err;
    memset(&call->try, 0, sizeof(call->try));
    call->mod_waits = 0;
    err = invite_send(call, on_reinvite);
    if (!err)
        set_mod(call, MOD_OURS);
    return err;
}

void mod_abandon(struct ars_sip_call *call)
{
    ars_timer_stop(&call->mod_timer);
    ctrans_detach(&call->invite);
    if (is_theirs_waiting(call) && call->server)
        (void)strans_reply(call->server, 487, NULL, NULL, NULL);
    if (call->mod != MOD_NONE)
        set_mod(call, MOD_NONE);
}
