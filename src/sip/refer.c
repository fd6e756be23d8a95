/*
 * Our REFER (RFC 3515), and the NOTIFYs that tell what comes of it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "call.h"
#include "endpoint.h"
#include "event_hdr.h"
#include "replaces.h"
#include "why.h"

#define SIPFRAG "SIP/2.0 "

/* Longest wait for the next news of the call that we asked for: somebody may take it late. */
#define NEWS_S 180

static const char *const names[] = {"none", "asking", "going"};

static const uint32_t edges[] = {
    [REFER_NONE] = ARS_TO(REFER_ASKING),
    [REFER_ASKING] = ARS_TO(REFER_NONE) | ARS_TO(REFER_ASKING) | ARS_TO(REFER_GOING),
    [REFER_GOING] = ARS_TO(REFER_NONE) | ARS_TO(REFER_GOING),
};

const struct ars_fsm refer_fsm = {"sip_refer", names, edges, REFER_STATES};

static void set_state(struct refer *r, enum refer_state to)
{
    if (!ars_fsm_go(&refer_fsm, &r->state, to) && to != REFER_ASKING)
        ars_timer_stop(&r->timer);
}

void refer_close(struct refer *r)
{
    ars_timer_stop(&r->timer);
    ctrans_detach(&r->ct);
    free(r->headers);
    r->headers = NULL;
}

static void tell(struct ars_sip_call *call, int status, bool final, const struct ars_reason *why)
{
    if (final)
        set_state(&call->refer, REFER_NONE);
    if (call->refer.h.progress)
        call->refer.h.progress(call, status, final, why, call->arg);
}

static void tell_status(struct ars_sip_call *call, int status, const char *phrase, bool final)
{
    struct ars_reason why;

    why_from_status(&why, status, phrase);
    tell(call, status, final, &why);
}

/* ---- asking ---- */

static void on_refer(const struct sip_in *in, int err, void *arg);

static int send_refer(struct ars_sip_call *call)
{
    struct refer *r = &call->refer;
    char *uri = dialog_uri(call->dlg);
    struct ars_buf b;
    int err;

    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    ars_buf_adds(&b, r->headers);
    err = uri ? auth_add(call->sip, &r->try, &b, "REFER", uri) : ENOMEM;
    if (!err)
        err = dialog_request(call->dlg, &r->ct, call->sip, "REFER", b.data, NULL, on_refer, call);
    if (!err)
        r->cseq = call->dlg->lseq;
    ars_buf_free(&b);
    free(uri);
    return err;
}

/* No NOTIFY at all (RFC 6665 section 4.1.2.4, timer N), or no last one. */
static void on_silence(void *arg)
{
    tell_status(arg, 0, "nothing was said of it", true);
}

static void listen_for(struct ars_sip_call *call, uint64_t ms)
{
    ars_timer_start(call->sip->timers, &call->refer.timer, ms, on_silence, call);
}

static void on_accepted(struct ars_sip_call *call, const struct sip_in *in)
{
    const struct pl *sub = msg_in_hdr(in, "Refer-Sub");

    set_state(&call->refer, REFER_GOING);
    /* RFC 4488 section 4: there will be no NOTIFY */
    if (sub && pl_strcasecmp(sub, "false") == 0)
        tell_status(call, 0, NULL, true);
    else
        listen_for(call, SIP_T1_64_MS);
}

static void on_refused(struct ars_sip_call *call, const struct sip_in *in)
{
    struct refer *r = &call->refer;
    struct ars_reason why;

    if ((in->status == 401 || in->status == 407) && auth_challenged(call->sip, &r->try, in) == 0 &&
        send_refer(call) == 0) {
        set_state(r, REFER_ASKING);
        return;
    }
    why_from_response(&why, in);
    tell(call, in->status, true, &why);
}

/* A NOTIFY may have come before: then it is known already that the REFER was accepted. */
static void on_refer(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;
    struct ars_reason why;

    if ((in && in->status < 200) || call->refer.state != REFER_ASKING)
        return;
    mem_ref(call);
    if (!in) {
        why_from_errno(&why, err);
        tell(call, err == ETIMEDOUT ? 408 : 503, true, &why);
    } else if (in->status < 300) {
        on_accepted(call, in);
    } else {
        on_refused(call, in);
    }
    mem_deref(call);
}

/* ---- news ---- */

/* The status line that the body is; 0: none. *ret_phrase points into the body. */
static int fragment(const struct sip_in *in, struct pl *ret_phrase)
{
    struct pl pl = {in->body.data, in->body.len};
    const char *end;
    uint32_t status;

    *ret_phrase = (struct pl){"", 0};
    if (!pl.l || strcasecmp(in->body.type, "message/sipfrag"))
        return 0;
    while (pl.l && strchr(" \t\r\n", *pl.p)) {
        pl.p++;
        pl.l--;
    }
    if (pl.l < sizeof(SIPFRAG) + 2 || memcmp(pl.p, SIPFRAG, sizeof(SIPFRAG) - 1))
        return 0;
    pl.p += sizeof(SIPFRAG) - 1;
    pl.l -= sizeof(SIPFRAG) - 1;
    if (!msg_in_number(&pl, UINT16_MAX, &status) || status < 100 || status > 699)
        return 0;
    pl.p += 3;
    pl.l -= 3;
    end = memchr(pl.p, '\n', pl.l);
    if (end)
        pl.l = (size_t)(end - pl.p);
    while (pl.l && pl.p[pl.l - 1] == '\r')
        pl.l--;
    *ret_phrase = msg_in_trim(pl);
    return (int)status;
}

/* RFC 3515 section 2.4.6: the id is the REFER's CSeq; the first of a dialog may go without. */
static bool is_for_ours(const struct refer *r, const struct sip_in *in)
{
    struct pl id;
    uint32_t seq;

    if (!r->cseq)
        return false;
    if (!msg_in_param(msg_in_hdr(in, "Event"), "id", &id))
        return true;
    return msg_in_number(&id, UINT32_MAX, &seq) && seq == r->cseq;
}

/* SIP.js calls each NOTIFY the last, and never says why: at 100 Trying it is not. */
static bool is_last(const struct sip_in *in, int status)
{
    struct pl why;

    return event_hdr_is_over(in) &&
           (!status || msg_in_param(msg_in_hdr(in, "Subscription-State"), "reason", &why));
}

static void on_news(struct ars_sip_call *call, const struct sip_in *in)
{
    struct pl phrase;
    int status = fragment(in, &phrase);
    bool over = is_last(in, status);
    uint32_t left_s = event_hdr_expires(in, NEWS_S);
    char *text;

    set_state(&call->refer, REFER_GOING);
    listen_for(call, 1000 * (uint64_t)(left_s < NEWS_S ? left_s : NEWS_S));
    if (!status && !over)
        return;
    text = phrase.l ? ars_utf8_clean(phrase.p, phrase.l) : NULL;
    /* a subscription that ends at 100 Trying says nothing of how the call went */
    if (over && status < 200)
        tell_status(call, 0, text, true);
    else
        tell_status(call, status, text, status >= 200);
    free(text);
}

bool refer_receive_notify(struct ars_sip_call *call, const struct sip_in *in, struct strans *st)
{
    if (!event_hdr_is(in, "refer"))
        return false;
    if (!is_for_ours(&call->refer, in)) {
        (void)strans_reply(st, 481, NULL, NULL, NULL);
        return true;
    }
    (void)strans_reply(st, 200, NULL, NULL, NULL);
    if (call->refer.state != REFER_NONE)
        on_news(call, in);
    return true;
}

/* ---- public ---- */

void ars_sip_call_set_transfer_handlers(struct ars_sip_call *call,
                                        const struct ars_sip_transfer_handlers *handlers)
{
    call->refer.h = *handlers;
}

/* Refer-To and Referred-By; other: in whose place, or NULL. */
static int render(struct ars_sip_call *call, const char *uri, const struct ars_sip_call *other)
{
    struct refer *r = &call->refer;
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, SIP_MSG_MAX);
    ars_buf_adds(&b, "Refer-To: <");
    ars_buf_addn(&b, uri, strcspn(uri, "?"));
    if (other)
        replaces_add_header(&b, other);
    ars_buf_addf(&b, ">\r\nReferred-By: <%s>\r\n", call->sip->aor);
    free(r->headers);
    r->headers = ars_buf_take(&b, &err);
    return err;
}

static int can_refer(const struct ars_sip_call *call)
{
    if (call->state != CALL_ESTABLISHED)
        return EPROTO;
    return call->refer.state != REFER_NONE || call->refer.ct ? EBUSY : 0;
}

static int refer_to(struct ars_sip_call *call, const char *uri, const struct ars_sip_call *other)
{
    int err = render(call, uri, other);

    if (err)
        return err;
    memset(&call->refer.try, 0, sizeof(call->refer.try));
    err = send_refer(call);
    if (!err)
        set_state(&call->refer, REFER_ASKING);
    return err;
}

/*
 * A Contact may lead nowhere but through the registrar that told it: over another one somebody is
 * named by the address of record (RFC 5589 section 7.5).
 */
static int refer_to_aor(struct ars_sip_call *call, const struct ars_sip_call *other)
{
    char *uri = dialog_remote_uri(other->dlg);
    int err = uri ? refer_to(call, uri, other) : ENOMEM;

    free(uri);
    return err;
}

int ars_sip_call_refer(struct ars_sip_call *call, const char *target)
{
    char *uri = NULL;
    char *number = NULL;
    int err = can_refer(call);

    if (!err)
        err = invite_target(call->sip, target, &uri, &number);
    if (!err)
        err = refer_to(call, uri, NULL);
    free(uri);
    free(number);
    return err;
}

int ars_sip_call_refer_call(struct ars_sip_call *call, const struct ars_sip_call *other)
{
    int err = can_refer(call);

    if (err)
        return err;
    if (other == call)
        return EINVAL;
    if (other->state != CALL_ESTABLISHED)
        return EPROTO;
    if (other->sip == call->sip)
        return refer_to(call, other->dlg->target, other);
    return refer_to_aor(call, other);
}
