/* engine: how a call ends: by us, by the far end, or because there is nothing left of it. */
#include <errno.h>
#include <string.h>

#include <ars/log.h>
#include <ars/sip_call.h>

#include "call_priv.h"
#include "call_survive.h"
#include "call_transfer.h"

void call_close(struct call *c)
{
    ars_timer_stop(&c->ring_timer);
    ars_timer_stop(&c->alarm_timer);
    ars_timer_stop(&c->sync_timer);
    call_digits_close(c);
    call_transfer_close(c);
    call_survive_close(c);
    c->ringback = false;
    call_media_close(c);
}

/* c is gone afterwards. */
static void finish(struct call *c, const struct ars_reason *why, bool by_remote)
{
    call_close(c);
    c->end = why->code;
    c->end_status = why->sip_status;
    call_go(c, ARS_CALL_ENDED);
    call_tell_origin(c, why->sip_status >= 300 ? why->sip_status : 487);
    ars_log(ARS_LOG_INFO, "engine", "call %u: ended: %s%s%s", c->id, ars_reason_name(why->code),
            why->text[0] ? ", " : "", why->text);
    call_tell_ended(c, why, by_remote);
    c->env.gone(c, c->env.arg);
}

void call_hang_up_for(struct call *c, int status, const struct ars_reason *why)
{
    struct ars_reason copy = *why;

    if (c->state == ARS_CALL_ENDING || c->state == ARS_CALL_ENDED)
        return;
    if (!c->sip) {
        finish(c, &copy, false);
        return;
    }
    call_close(c);
    c->why = copy;
    call_go(c, ARS_CALL_ENDING);
    call_changed(c);
    ars_sip_call_hangup(c->sip, status);
}

void call_hang_up_internal(struct call *c, const char *what, int error)
{
    struct ars_reason why;

    ars_reason_set(&why, error == ENOTCONN ? ARS_REASON_NO_CONNECTION : ARS_REASON_INTERNAL, 0,
                   "%s: %s", what, strerror(error));
    call_hang_up_for(c, 500, &why);
}

/* What nobody over there has decided. */
static bool is_local(enum ars_reason_code code)
{
    switch (code) {
    case ARS_REASON_LOCAL_HANGUP:
    case ARS_REASON_TIMEOUT:
    case ARS_REASON_CONNECTION_LOST:
    case ARS_REASON_NO_CONNECTION:
    case ARS_REASON_INTERNAL:
        return true;
    default:
        return false;
    }
}

/* FreeSWITCH says the same of codecs and of candidates: our offer shows which it is. */
static void find_fault(const struct call *c, struct ars_reason *why)
{
    if (why->code == ARS_REASON_NO_CANDIDATE && c->media)
        why->code = call_media_blame(c);
}

void call_on_ended(struct ars_sip_call *sc, const struct ars_reason *why, void *arg)
{
    struct call *c = arg;
    struct ars_reason theirs = *why;
    struct ars_reason ours = c->why;

    c->sip = NULL;
    find_fault(c, &theirs);
    if (why->code == ARS_REASON_CONNECTION_LOST && call_interrupted(c))
        return;
    if (c->state != ARS_CALL_ENDING) {
        if (call_was_transferred(c, why, &ours))
            finish(c, &ours, false);
        else
            finish(c, &theirs, !is_local(theirs.code));
        return;
    }
    if (!ours.sip_status)
        ours.sip_status = why->sip_status;
    finish(c, &ours, false);
}

void call_hangup(struct call *c, int status)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "%s", "");
    if (c->target && c->state < ARS_CALL_INCOMING)
        why.code = ARS_REASON_CANCELLED;
    if (c->state == ARS_CALL_INCOMING) {
        why.sip_status = status ? status : 603;
        why.code = status == 486 || status == 600 ? ARS_REASON_BUSY
                   : status == 480                ? ARS_REASON_NO_ANSWER
                                                  : ARS_REASON_DECLINED;
    }
    call_hang_up_for(c, status, &why);
}

void call_divert(struct call *c, const char *target)
{
    if (c->state != ARS_CALL_INCOMING || c->diverted_here)
        return;
    call_close(c);
    ars_reason_set(&c->why, ARS_REASON_FORWARDED, 302, "%s", target);
    call_go(c, ARS_CALL_ENDING);
    call_changed(c);
    if (ars_sip_call_divert(c->sip, target, ARS_SIP_DIVERSION_NO_ANSWER)) {
        ars_reason_set(&c->why, ARS_REASON_NO_ANSWER, 480, "%s", "cannot be forwarded");
        ars_sip_call_hangup(c->sip, 480);
    }
}

/* It knows nothing of Replaces, or of that dialog; not: somebody has answered there (486). */
static bool is_misunderstood(int status)
{
    switch (status) {
    case 400:
    case 403:
    case 404:
    case 405:
    case 416:
    case 420:
    case 481:
    case 489:
    case 501:
        return true;
    default:
        return false;
    }
}

const char *call_not_picked_up(const struct call *c)
{
    const struct call_referral *r = c->referral;

    bool refused = !c->why.code && !c->talk_ms && is_misunderstood(c->end_status);

    return r && !r->by && refused ? r->number : NULL;
}

void call_abort(struct call *c, const struct ars_reason *why)
{
    struct ars_reason copy = c->state == ARS_CALL_ENDING ? c->why : *why;

    ars_sip_call_free(c->sip);
    c->sip = NULL;
    finish(c, &copy, false);
}
