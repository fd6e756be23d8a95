/* engine: offers inside an established call: hold, resume, refresh, and what the far end offers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/media.h>
#include <ars/sip_call.h>

#include "call_priv.h"
#include "call_survive.h"

/* A re-INVITE that found the dialog busy is tried again: shorter than a person notices. */
#define SYNC_AGAIN_MS 250

/* What we want of a direction, our hold considered. */
static enum ars_dir wanted_dir(const struct call *c)
{
    return c->want_hold ? ARS_DIR_SENDONLY : ARS_DIR_SENDRECV;
}

static void hold_failed(struct call *c, const struct ars_reason *why)
{
    bool held = c->hold == CALL_RESUMING || c->hold == CALL_HELD;

    if (c->hold == CALL_HOLDING || c->hold == CALL_RESUMING)
        call_hold_go(c, held ? CALL_HELD : CALL_TALKING);
    c->want_hold = held;
    if (!call_in_transfer(c))
        call_tell_error(c, c->hold_tag, why);
    call_update_talk(c);
    call_changed(c);
    call_transfer_step(c);
}

static void on_sync_timer(void *arg)
{
    call_sync(arg);
}

int call_make_offer(const struct call *c, struct ars_media *m, char **ret_sdp)
{
    return ars_media_offer(m, wanted_dir(c), ret_sdp);
}

void call_sync(struct call *c)
{
    bool held = c->hold == CALL_HELD;
    struct ars_sip_body body;
    struct ars_reason why;
    char *sdp = NULL;
    int err;

    if (c->state != ARS_CALL_ESTABLISHED || c->reinvite_out || c->offered || c->next_media ||
        (c->want_hold == held && !c->want_refresh))
        return;
    err = call_make_offer(c, c->media, &sdp);
    if (!err) {
        body = call_sdp_body(sdp);
        err = ars_sip_call_reinvite(c->sip, &body);
        if (err)
            ars_media_rollback(c->media);
    }
    free(sdp);
    if (!err) {
        c->reinvite_out = true;
        c->want_refresh = false;
        if (c->want_hold != held)
            call_hold_go(c, c->want_hold ? CALL_HOLDING : CALL_RESUMING);
    } else if (err == EBUSY || err == EAGAIN) {
        ars_timer_start(ars_loop_timers(c->env.loop), &c->sync_timer, SYNC_AGAIN_MS, on_sync_timer,
                        c);
    } else if (err != ENOTCONN) { /* without a connection: call_rebind() comes back here */
        c->want_refresh = false;
        ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "cannot offer again: %s", strerror(err));
        if (c->want_hold != held)
            hold_failed(c, &why);
    }
}

static void settle_hold(struct call *c)
{
    if (c->hold == CALL_HOLDING)
        call_hold_go(c, CALL_HELD);
    else if (c->hold == CALL_RESUMING)
        call_hold_go(c, CALL_TALKING);
    if (c->hold == CALL_TALKING)
        call_watch_remote_hold(c); /* what it says to our hold is no hold of its own */
    call_update_talk(c);
    call_changed(c);
}

void call_offer_settle(struct call *c, bool held)
{
    c->reinvite_out = false;
    c->offered = false;
    c->want_refresh = false;
    ars_timer_stop(&c->sync_timer);
    if (held && c->hold == CALL_TALKING)
        call_hold_go(c, CALL_HOLDING);
    else if (!held && c->hold == CALL_HELD)
        call_hold_go(c, CALL_RESUMING);
    settle_hold(c);
    call_sync(c);
}

void call_on_reanswered(struct ars_sip_call *sc, int status, const struct ars_sip_body *body,
                        void *arg)
{
    struct call *c = arg;
    bool success = status < 300;
    struct ars_reason why;

    if (c->state != ARS_CALL_ESTABLISHED || !c->reinvite_out)
        return;
    c->reinvite_out = false;
    ars_reason_set(&why, ARS_REASON_NOT_ACCEPTABLE, status,
                   success ? "re-INVITE answered without SDP" : "the far end refused");
    if (success && (body->len == 0 || ars_media_accept(c->media, body->data, body->len, &why))) {
        call_hang_up_for(c, 488, &why);
        return;
    }
    if (!success) {
        ars_media_rollback(c->media);
        if (c->hold == CALL_HOLDING || c->hold == CALL_RESUMING)
            hold_failed(c, &why);
        if (ars_media_is_heard(c->media)) /* a restart of ICE that is refused leaves no path */
            call_link_good(c);
        call_sync(c);
        return;
    }
    settle_hold(c);
    call_link_good(c);
    call_sync(c);
    call_transfer_step(c);
}

void call_on_reoffer(struct ars_sip_call *sc, const struct ars_sip_body *offer, void *arg)
{
    struct call *c = arg;
    struct ars_reason why = {0};
    struct ars_sip_body body;
    char *sdp = NULL;
    int err;

    if (!c->media) {
        ars_sip_call_refuse(sc, 488, NULL);
        return;
    }
    if (offer->len > 0)
        err = ars_media_answer(c->media, offer->data, offer->len, wanted_dir(c), &sdp, &why);
    else
        err = ars_media_offer(c->media, wanted_dir(c), &sdp);
    if (err) {
        ars_log(ARS_LOG_INFO, "engine", "call %u: new offer refused: %s", c->id,
                why.text[0] ? why.text : strerror(err));
        ars_sip_call_refuse(sc, err == ENOMEM ? 500 : err == EAGAIN ? 491 : 488, NULL);
        return;
    }
    body = call_sdp_body(sdp);
    err = ars_sip_call_answer(sc, &body);
    free(sdp);
    if (err) {
        ars_log(ARS_LOG_WARN, "engine", "call %u: new offer: %s", c->id, strerror(err));
        return;
    }
    if (offer->len == 0)
        c->offered = true;
    else
        call_watch_remote_hold(c);
    call_update_talk(c);
}

void call_on_refresh(struct ars_sip_call *sc, void *arg)
{
    call_refresh(arg);
}

int call_set_hold(struct call *c, bool on, uint32_t tag)
{
    if (c->state != ARS_CALL_ESTABLISHED)
        return EPROTO;
    if (c->want_hold == on)
        return EALREADY;
    c->want_hold = on;
    c->hold_tag = tag;
    call_update_talk(c);
    call_sync(c);
    return 0;
}

void call_refresh(struct call *c)
{
    c->want_refresh = true;
    call_sync(c);
}
