/* engine: callers who are sent away, refused or answered without the user. */
#include <errno.h>
#include <stdlib.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/str.h>

#include "answering.h"
#include "calls.h"
#include "event.h"
#include "number.h"

/* How long the tone sounds that says that the phone has answered by itself. */
#define ATTENTION_MS 600

/* A number from here on, so that the journal of the face can keep it. */
static void tell_refused(struct calls *cs, const struct account *a,
                         const struct ars_sip_incoming *in, const struct answering_verdict *v)
{
    struct ars_event *ev = event_new(ARS_EV_REFUSED);

    if (ev) {
        ev->account = account_id(a);
        ev->call = ++cs->last_id;
        ev->call_state = ARS_CALL_ENDED;
        ev->peer_name = ars_strdup(in->display_name);
        ev->peer_number = ars_strdup(in->number);
        ars_reason_set(&ev->reason, v->code, v->status, "%s", v->target ? v->target : "");
    }
    outbox_put(cs->env.outbox, ev);
}

/* What the account's dial rules make of it; NULL on ENOMEM. */
static char *forward_target(const struct account *a, const char *number)
{
    char *understood = NULL;
    char *wire = NULL;

    if (number_for(account_conf(a)->dial_rules, number, &understood, &wire, NULL))
        return NULL;
    free(understood);
    return wire;
}

bool calls_turn_away(struct calls *cs, const struct account *a, struct ars_sip_call *sc,
                     const struct ars_sip_incoming *in, int *ret_status)
{
    size_t n = calls_alive(cs);
    size_t max = cs->answering.calls_max ? cs->answering.calls_max : ARS_CALLS_AT_ONCE;
    struct answering_verdict v = answering_judge(&cs->answering, in, n >= max, n > 0);

    if (!v.status)
        return false;
    ars_log(ARS_LOG_INFO, "engine", "a caller is turned away: %s", ars_reason_name(v.code));
    *ret_status = v.status;
    if (v.target) {
        char *target = forward_target(a, v.target);

        *ret_status = target && !ars_sip_call_divert(sc, target, v.diversion) ? 0 : 480;
        free(target);
    }
    if (*ret_status == 480)
        v = (struct answering_verdict){.status = 480, .code = ARS_REASON_UNAVAILABLE};
    tell_refused(cs, a, in, &v);
    return true;
}

static void on_attention(void *arg)
{
    calls_update_tone(arg);
}

static void forward_later(const struct calls *cs, struct call *c)
{
    uint32_t after_s = cs->answering.forward_after_s;

    call_set_alarm(c, after_s ? after_s : ARS_FORWARD_AFTER_S, false);
}

static void answer_by_itself(struct calls *cs, struct call *c)
{
    /* whoever came meanwhile has the user's ear */
    if (calls_alive(cs) > 1) {
        forward_later(cs, c);
        return;
    }
    ars_timer_start(ars_loop_timers(cs->env.loop), &cs->attention_timer, ATTENTION_MS, on_attention,
                    cs);
    call_tell_auto_answered(c);
    (void)calls_answer(cs, c);
}

static void divert_unanswered(struct call *c, const char *number)
{
    char *target = forward_target(call_account(c), number);

    if (target)
        call_divert(c, target);
    free(target);
}

void calls_on_alarm(struct call *c, void *arg)
{
    struct calls *cs = arg;
    const char *target = cs->answering.forward[ARS_FORWARD_NO_ANSWER];

    if (call_answers_itself(c))
        answer_by_itself(cs, c);
    else if (target)
        divert_unanswered(c, target);
}

void calls_plan(struct calls *cs, struct call *c, const struct ars_sip_incoming *in)
{
    const struct ars_answering *a = &cs->answering;

    if (calls_alive(cs) == 1 && answering_allows(a, in))
        call_set_alarm(c, in->answer_after_s, true);
    else if (a->forward[ARS_FORWARD_NO_ANSWER])
        forward_later(cs, c);
}

int calls_set_answering(struct calls *cs, const struct ars_answering *a)
{
    struct ars_answering copy;
    int err = ars_answering_copy(&copy, a);

    for (int i = 0; !err && i < ARS_FORWARDS; i++) {
        char *target = NULL;

        if (!copy.forward[i])
            continue;
        err = number_to_target(copy.forward[i], &target);
        if (!err && number_digits(target))
            err = EINVAL;
        if (err) {
            free(target);
            break;
        }
        free(copy.forward[i]);
        copy.forward[i] = target;
    }
    if (err) {
        ars_answering_clear(&copy);
        return err;
    }
    ars_answering_clear(&cs->answering);
    cs->answering = copy;
    return 0;
}
