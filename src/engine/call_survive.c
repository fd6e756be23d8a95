/*
 * engine: a call outlives its connection. The server is told where we are reached now: by a
 * re-INVITE, or, where the server speaks to none but the connection that a dialog began on, by a
 * new call in the place of the old one (RFC 3891), which the user does not notice. One that nobody
 * has answered yet is made again: its answer would go to the connection that is gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/media.h>
#include <ars/sip_transfer.h>

#include "call_priv.h"
#include "call_survive.h"

/* FreeSWITCH never says a word about a call on another connection; others take a re-INVITE. */
#define DEAF_SERVER "FreeSWITCH"

/* An interruption of so long is bridged; after that it is looked at again and again. */
#define GIVE_UP_MS 30000
#define LOOK_MS    2000

static const char *const names[CALL_LINKS] = {
    [CALL_LINK_GOOD] = "good",
    [CALL_LINK_LOST] = "lost",
    [CALL_LINK_MOVING] = "moving",
};

static const uint32_t edges[CALL_LINKS] = {
    [CALL_LINK_GOOD] = ARS_TO(CALL_LINK_LOST),
    [CALL_LINK_LOST] = ARS_TO(CALL_LINK_MOVING) | ARS_TO(CALL_LINK_GOOD),
    [CALL_LINK_MOVING] = ARS_TO(CALL_LINK_GOOD) | ARS_TO(CALL_LINK_LOST),
};

const struct ars_fsm call_link_fsm = {
    .name = "call link",
    .states = names,
    .edges = edges,
    .count = CALL_LINKS,
};

static void on_link_timer(void *arg);

static void go(struct call *c, enum call_link to)
{
    enum call_link from = (enum call_link)c->link;

    if (from == to || ars_fsm_go(&call_link_fsm, &c->link, (int)to))
        return;
    if (from == CALL_LINK_GOOD) {
        ars_timer_start(ars_loop_timers(c->env.loop), &c->link_timer, GIVE_UP_MS, on_link_timer, c);
        call_tell(c, ARS_EV_RECONNECTING);
    } else if (to == CALL_LINK_GOOD) {
        ars_timer_stop(&c->link_timer);
        call_tell(c, ARS_EV_RECONNECTED);
    }
}

/* While the two sides hear each other it is nothing that the user wants ended. */
static void on_link_timer(void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (c->state == ARS_CALL_ESTABLISHED && ars_media_is_heard(c->media)) {
        ars_timer_start(ars_loop_timers(c->env.loop), &c->link_timer, LOOK_MS, on_link_timer, c);
        return;
    }
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "no way back in %d s", GIVE_UP_MS / 1000);
    call_hang_up_for(c, 503, &why);
}

/* ---- a new call in the place of the old one ---- */

static void drop_move(struct call *c)
{
    static const struct ars_sip_call_handlers nobody;

    if (c->next_sip) {
        ars_sip_call_set_handlers(c->next_sip, &nobody, NULL);
        ars_sip_call_hangup(c->next_sip, 0);
        c->next_sip = NULL;
    }
    ars_media_free(c->next_media);
    c->next_media = NULL;
}

/* The old call stays, for as long as its sound is heard; its dialog is told the usual way. */
static void move_failed(struct call *c, const char *why)
{
    ars_log(ARS_LOG_INFO, "engine", "call %u: does not move: %s", c->id, why);
    drop_move(c);
    if (c->link == CALL_LINK_MOVING)
        call_refresh(c);
}

static void on_move_ended(struct ars_sip_call *sc, const struct ars_reason *why, void *arg)
{
    struct call *c = arg;

    c->next_sip = NULL;
    move_failed(c, why->text);
}

/* Whoever takes it for a new call and rings has no old one. */
static void on_move_progress(struct ars_sip_call *sc, int status, const struct ars_sip_body *body,
                             void *arg)
{
    move_failed(arg, "the server has forgotten the call");
}

static void on_move_answered(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg)
{
    struct call *c = arg;
    struct ars_reason why;

    if (!body->len || ars_media_accept(c->next_media, body->data, body->len, &why)) {
        move_failed(c, body->len ? why.text : "answered without SDP");
        return;
    }
    ars_sip_call_free(c->sip);
    c->sip = c->next_sip;
    c->next_sip = NULL;
    ars_media_free(c->media);
    c->media = c->next_media;
    c->next_media = NULL;
    call_moved(c);
}

static void send_move(struct call *c)
{
    static const struct ars_sip_call_handlers handlers = {
        .progress = on_move_progress,
        .answered = on_move_answered,
        .ended = on_move_ended,
    };
    char *place = ars_sip_call_place(c->sip);
    struct ars_sip_header header = {"Replaces", place};
    struct ars_sip_body body;
    char *sdp = NULL;
    int err = place ? call_make_offer(c, c->next_media, &sdp) : ENOMEM;

    if (!err) {
        body = call_sdp_body(sdp);
        c->next_held = c->want_hold;
        err = ars_sip_call_invite(account_sip(c->account), &c->next_sip, call_far_end(c), &body,
                                  &header, 1, &handlers, c);
    }
    free(sdp);
    free(place);
    if (err)
        move_failed(c, strerror(err));
}

static void on_next_gathered(void *arg)
{
    send_move(arg);
}

static void on_next_failed(const struct ars_reason *why, void *arg)
{
    move_failed(arg, why->text);
}

static void ignore(void *arg)
{
}

static void start_move(struct call *c)
{
    static const struct ars_media_handlers handlers = {
        .gathered = on_next_gathered,
        .connected = ignore,
        .first_audio = ignore,
        .failed = on_next_failed,
    };
    int err;

    drop_move(c);
    err = call_media_alloc(c, &handlers, &c->next_media);
    if (err)
        move_failed(c, strerror(err));
}

void call_survive_close(struct call *c)
{
    ars_timer_stop(&c->link_timer);
    drop_move(c);
}

/* ---- a call that nobody has answered ---- */

static void ignore_reason(const struct ars_reason *why, void *arg)
{
}

static void ignore_dtmf(char digit, unsigned duration_ms, void *arg)
{
}

bool call_interrupted(struct call *c)
{
    static const struct ars_media_handlers nobody = {
        .gathered = ignore,
        .connected = ignore,
        .first_audio = ignore,
        .dtmf = ignore_dtmf,
        .failed = ignore_reason,
    };

    if (c->state != ARS_CALL_DIALING && c->state != ARS_CALL_PROGRESS)
        return false;
    ars_media_set_handlers(c->media, &nobody, c);
    c->answered_early = c->told_ringing = c->told_early = c->ringback = false;
    c->first_audio_ms = -1;
    call_go(c, ARS_CALL_PREPARING);
    go(c, CALL_LINK_LOST);
    call_changed(c);
    return true;
}

/* False: it cannot, and c may be gone. */
static bool begin_again(struct call *c)
{
    struct ars_reason why;
    int err;

    go(c, CALL_LINK_LOST);
    go(c, CALL_LINK_MOVING);
    err = call_begin(c);
    if (!err)
        return true;
    ars_reason_set(&why, ARS_REASON_INTERNAL, 0, "no media over here: %s", strerror(err));
    call_hang_up_for(c, 500, &why);
    return false;
}

static bool awaits_connection(const struct call *c)
{
    return c->state == ARS_CALL_ANSWERING && c->link == CALL_LINK_LOST;
}

/* The caller has been told by the dialog, and will be by the answer: from where we are now. */
static void ring_on(struct call *c)
{
    if (!c->offered && !c->answered_early) {
        if (begin_again(c))
            call_link_good(c);
        return;
    }
    /* our candidates have been said; establish() tells of others */
    go(c, CALL_LINK_LOST);
    go(c, CALL_LINK_MOVING);
    call_link_good(c);
    if (c->state == ARS_CALL_ANSWERING)
        call_send_answer(c);
}

/* ---- the connection ---- */

static bool is_deaf(const char *server)
{
    return strncasecmp(server, DEAF_SERVER, sizeof(DEAF_SERVER) - 1) == 0;
}

static bool is_under_way(const struct call *c)
{
    switch (c->state) {
    case ARS_CALL_DIALING:
    case ARS_CALL_PROGRESS:
    case ARS_CALL_INCOMING:
    case ARS_CALL_ESTABLISHED:
        return true;
    default:
        return false;
    }
}

void call_lost(struct call *c)
{
    bool again = c->state == ARS_CALL_PREPARING && c->link == CALL_LINK_MOVING;

    if (!again && !is_under_way(c))
        return;
    drop_move(c);
    go(c, CALL_LINK_LOST);
}

static void move_on(struct call *c)
{
    go(c, CALL_LINK_LOST);
    go(c, CALL_LINK_MOVING);
    if (ars_media_is_stranded(c->media))
        (void)ars_media_restart(c->media);
    if (is_deaf(ars_sip_server(account_sip(c->account))))
        start_move(c);
    else
        call_refresh(c);
}

void call_sleep(struct call *c)
{
    struct ars_reason why;

    if (c->state >= ARS_CALL_INCOMING)
        return;
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "%s", "this machine goes to sleep");
    call_hang_up_for(c, 0, &why);
}

void call_rebind(struct call *c)
{
    if (c->state == ARS_CALL_PREPARING && c->link == CALL_LINK_LOST)
        (void)begin_again(c);
    else if (c->state == ARS_CALL_INCOMING || awaits_connection(c))
        ring_on(c);
    else if (c->state == ARS_CALL_ESTABLISHED)
        move_on(c);
    else if (c->state == ARS_CALL_DIALING || c->state == ARS_CALL_PROGRESS)
        call_found(c); /* we are asked whether to follow a 3xx: nobody over there waits */
}

void call_found(struct call *c)
{
    bool waits = awaits_connection(c);

    if (c->link != CALL_LINK_LOST)
        return;
    go(c, CALL_LINK_GOOD);
    if (waits)
        call_send_answer(c);
}

/* ---- the network ---- */

void call_network(struct call *c)
{
    if (c->state != ARS_CALL_ESTABLISHED || !account_has_way(c->account))
        return;
    if (!ars_media_is_stranded(c->media))
        ars_media_probe(c->media);
    else if (account_is_reached(c->account))
        call_rebind(c);
    else
        (void)ars_media_restart(c->media); /* its candidates are known when there is a connection */
}

/*
 * A NAT is part of the way, and has another address: as if it were one of this machine. It may have
 * forgotten the connection to the server, too.
 */
void call_on_remapped(void *arg)
{
    struct call *c = arg;

    account_probe(c->account);
    call_network(c);
}

void call_on_heard(bool heard, void *arg)
{
    struct call *c = arg;

    if (c->state != ARS_CALL_ESTABLISHED)
        return;
    if (!heard && c->link == CALL_LINK_GOOD)
        go(c, CALL_LINK_LOST);
    else if (heard && account_is_reached(c->account))
        call_found(c);
}

void call_link_good(struct call *c)
{
    if (c->link == CALL_LINK_MOVING && !c->next_media)
        go(c, CALL_LINK_GOOD);
}
