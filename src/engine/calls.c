/* engine: all calls together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/audio.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/str.h>

#include "calls.h"
#include "conference.h"
#include "feature.h"

#define END_TONE_MS 4000

static bool is_alive(const struct call *c)
{
    return call_state(c) < ARS_CALL_ENDING;
}

/* Whether the user listens to it, or waits for it with the receiver at the ear. */
static bool is_heard(const struct call *c)
{
    return is_alive(c) && call_state(c) != ARS_CALL_INCOMING && !call_on_hold(c);
}

size_t calls_alive(const struct calls *cs)
{
    size_t n = 0;

    for (size_t i = 0; i < cs->n; i++)
        n += is_alive(cs->list[i]);
    return n;
}

void calls_update_tone(struct calls *cs)
{
    bool incoming = false;
    bool heard = false;
    bool ringback = false;
    enum ars_tone tone = ARS_TONE_NONE;

    for (size_t i = 0; i < cs->n; i++) {
        const struct call *c = cs->list[i];

        incoming = incoming || call_state(c) == ARS_CALL_INCOMING;
        heard = heard || is_heard(c);
        ringback = ringback || (call_id(c) == cs->focus && call_wants_ringback(c));
    }
    if (ars_timer_running(&cs->attention_timer))
        tone = ARS_TONE_ATTENTION;
    else if (incoming)
        tone = heard ? ARS_TONE_WAITING : ARS_TONE_RINGING;
    else if (ringback)
        tone = ARS_TONE_RINGBACK;
    else if (!heard && ars_timer_running(&cs->end_timer))
        tone = cs->end_tone;
    ars_audio_tone(cs->env.audio, tone);
}

void calls_take_focus(struct calls *cs, struct call *c)
{
    cs->focus = call_id(c);
    for (size_t i = 0; i < cs->n; i++) {
        struct call *other = cs->list[i];
        bool talks = conference_together(other, c);

        call_set_focus(other, talks);
        if (call_state(other) == ARS_CALL_ESTABLISHED && call_on_hold(other) == talks)
            (void)call_set_hold(other, !talks, 0);
    }
}

static void on_end_tone(void *arg)
{
    calls_update_tone(arg);
}

/* A while, as one would hear it before hanging up. */
static void sound_end(struct calls *cs, const struct call *c)
{
    cs->end_tone = call_end_tone(c);
    if (cs->end_tone != ARS_TONE_NONE)
        ars_timer_start(ars_loop_timers(cs->env.loop), &cs->end_timer, END_TONE_MS, on_end_tone,
                        cs);
}

static struct call *on_find(ars_id id, void *arg)
{
    return calls_find(arg, id);
}

static void on_changed(struct call *c, void *arg)
{
    calls_update_tone(arg);
}

static void on_established(struct call *c, void *arg)
{
    struct calls *cs = arg;
    struct call *focus;

    calls_succeed(cs, c);
    focus = calls_find(cs, cs->focus);
    /* answered while we were already busy with another */
    if (focus && is_alive(focus) && !conference_together(focus, c))
        (void)call_set_hold(c, true, 0);
    else
        calls_take_focus(cs, c);
    calls_update_tone(cs);
}

/* ---- statistics: a timer that runs while there are calls ---- */

static void on_stats(void *arg);

static void update_stats(struct calls *cs)
{
    if (cs->n == 0 || cs->stats_ms == 0)
        ars_timer_stop(&cs->stats_timer);
    else if (!ars_timer_running(&cs->stats_timer))
        ars_timer_start(ars_loop_timers(cs->env.loop), &cs->stats_timer, cs->stats_ms, on_stats,
                        cs);
}

static void on_stats(void *arg)
{
    struct calls *cs = arg;

    for (size_t i = 0; i < cs->n; i++)
        (void)call_report_stats(cs->list[i], 0);
    update_stats(cs);
}

void calls_stats_every(struct calls *cs, uint32_t ms)
{
    ars_timer_stop(&cs->stats_timer);
    cs->stats_ms = ms;
    update_stats(cs);
}

/* ---- coming and going ---- */

/* c has been made with the next id. */
static void add(struct calls *cs, struct call *c)
{
    ars_timer_stop(&cs->end_timer);
    cs->last_id++;
    cs->list[cs->n++] = c;
    update_stats(cs);
}

static void on_gone(struct call *c, void *arg)
{
    struct calls *cs = arg;
    struct account *a = call_account(c);
    char *line = ars_strdup(call_not_picked_up(c));

    for (size_t i = 0; i < cs->n; i++) {
        if (cs->list[i] != c)
            continue;
        memmove(&cs->list[i], &cs->list[i + 1], (cs->n - i - 1) * sizeof(cs->list[0]));
        cs->n--;
        break;
    }
    if (cs->focus == call_id(c))
        cs->focus = 0;
    sound_end(cs, c);
    call_free(c);
    conference_shrink(cs);
    for (size_t i = 0; i < cs->n; i++)
        call_transfer_step(cs->list[i]);
    if (line)
        feature_pick_up_again(cs, a, line);
    free(line);
    calls_update_tone(cs);
    update_stats(cs);
    cs->gone(cs->arg);
}

void calls_init(struct calls *cs, struct ars_loop *loop, struct outbox *outbox,
                struct ars_audio *audio, void (*gone)(void *arg), void *arg)
{
    *cs = (struct calls){
        .env = {.loop = loop,
                .outbox = outbox,
                .audio = audio,
                .changed = on_changed,
                .established = on_established,
                .alarm = calls_on_alarm,
                .find = on_find,
                .connected = calls_on_connected,
                .follow = calls_on_follow,
                .followed = calls_on_followed,
                .gone = on_gone,
                .arg = cs},
        .gone = gone,
        .arg = arg,
    };
}

void calls_close(struct calls *cs)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "the phone was closed");
    calls_abort(cs, NULL, &why);
    ars_timer_stop(&cs->attention_timer);
    ars_answering_clear(&cs->answering);
    ars_timer_stop(&cs->end_timer);
}

struct call *calls_find(const struct calls *cs, ars_id id)
{
    for (size_t i = 0; id && i < cs->n; i++)
        if (call_id(cs->list[i]) == id)
            return cs->list[i];
    return NULL;
}

static int dial(struct calls *cs, struct account *a, const char *target, const char *number,
                const struct call_referral *r, uint32_t tag, struct call **ret)
{
    struct call *c;
    int err;

    if (cs->n >= CALLS_MAX)
        return ENOSPC;
    err = call_dial(&c, cs->last_id + 1, a, target, number, r, tag, &cs->env);
    if (err)
        return err;
    add(cs, c);
    calls_take_focus(cs, c);
    calls_update_tone(cs);
    *ret = c;
    return 0;
}

int calls_dial(struct calls *cs, struct account *a, const char *target, const char *number,
               uint32_t tag)
{
    struct call *c;

    return dial(cs, a, target, number, NULL, tag, &c);
}

int calls_pick_up(struct calls *cs, struct account *a, const struct call_referral *r, uint32_t tag)
{
    struct call *c;

    return dial(cs, a, r->target, r->number, r, tag, &c);
}

int calls_dial_for(struct calls *cs, struct call *origin, const struct call_referral *r)
{
    struct call *c;
    int err = dial(cs, call_account(origin), r->target, r->number, r, 0, &c);

    if (!err)
        call_set_origin(c, call_id(origin));
    return err;
}

int calls_incoming(struct calls *cs, struct account *a, struct ars_sip_call *sc,
                   const struct ars_sip_incoming *in)
{
    const struct call *old = calls_replaced(cs, sc);
    struct call *c;
    int status;

    if (!old && calls_turn_away(cs, a, sc, in, &status))
        return status;
    if (cs->n >= CALLS_MAX)
        return 486;
    status = call_ring(&c, cs->last_id + 1, a, sc, in, old, &cs->env);
    if (status)
        return status;
    add(cs, c);
    if (!old)
        calls_plan(cs, c, in);
    calls_update_tone(cs);
    return 0;
}

int calls_answer(struct calls *cs, struct call *c)
{
    if (call_state(c) != ARS_CALL_INCOMING)
        return EPROTO;
    calls_take_focus(cs, c);
    return call_answer(c);
}

int calls_hold(struct calls *cs, struct call *c, uint32_t tag)
{
    int err = call_in_transfer(c) ? EPROTO : call_set_hold(c, true, tag);

    for (size_t i = 0; !err && i < cs->n; i++) {
        if (cs->list[i] != c && conference_together(cs->list[i], c))
            (void)call_set_hold(cs->list[i], true, 0);
    }
    if (!err)
        calls_update_tone(cs);
    return err;
}

int calls_merge(struct calls *cs, struct call *c)
{
    int err = conference_join(cs, c);

    if (!err)
        calls_update_tone(cs);
    return err;
}

int calls_split(struct calls *cs, struct call *c)
{
    int err = conference_leave(cs, c);

    if (!err)
        calls_update_tone(cs);
    return err;
}

int calls_resume(struct calls *cs, struct call *c, uint32_t tag)
{
    int err = call_in_transfer(c) ? EPROTO : call_set_hold(c, false, tag);

    if (err)
        return err;
    calls_take_focus(cs, c);
    calls_update_tone(cs);
    return 0;
}

/* Calls come and go while one of them is dealt with: by id, and each once. */
static size_t ids_of(const struct calls *cs, const struct account *a, ars_id ids[CALLS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < cs->n; i++)
        if (!a || call_account(cs->list[i]) == a)
            ids[n++] = call_id(cs->list[i]);
    return n;
}

/* fn may end any of them. */
static void for_each(struct calls *cs, const struct account *a, void (*fn)(struct call *c))
{
    ars_id ids[CALLS_MAX];
    size_t n = ids_of(cs, a, ids);

    for (size_t i = 0; i < n; i++) {
        struct call *c = calls_find(cs, ids[i]);

        if (c)
            fn(c);
    }
}

static void hang_up(struct call *c)
{
    call_hangup(c, 0);
}

void calls_hangup(struct calls *cs, const struct account *a)
{
    for_each(cs, a, hang_up);
}

void calls_abort(struct calls *cs, const struct account *a, const struct ars_reason *why)
{
    ars_id ids[CALLS_MAX];
    size_t n = ids_of(cs, a, ids);

    for (size_t i = 0; i < n; i++) {
        struct call *c = calls_find(cs, ids[i]);

        if (c)
            call_abort(c, why);
    }
}

void calls_lost(struct calls *cs, const struct account *a)
{
    for_each(cs, a, call_lost);
}

void calls_found(struct calls *cs, const struct account *a)
{
    for_each(cs, a, call_found);
}

void calls_network(struct calls *cs)
{
    for_each(cs, NULL, call_network);
}

void calls_sleep(struct calls *cs)
{
    for_each(cs, NULL, call_sleep);
}

void calls_rebind(struct calls *cs, const struct account *a)
{
    for_each(cs, a, call_rebind);
}
