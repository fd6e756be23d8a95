/* cli: register, call and answer. */
#include <stdlib.h>

#include "session.h"

/* ---- register ---- */

static void register_over(struct session *s, ars_id call)
{
    session_finish(s, s->registered ? EXIT_DONE : EXIT_REGISTRATION);
}

static void register_event(struct session *s, const struct ars_event *ev)
{
    if (session_registered(s, ev))
        session_at(s, s->opt->for_ms == NO_TIME ? 0 : s->opt->for_ms, register_over, 0);
}

const struct command command_register = {
    .name = "register",
    .needs_account = true,
    .begin = session_await_registration,
    .event = register_event,
};

/* ---- call ---- */

static void post_call(struct session *s, enum ars_command_type type, ars_id call)
{
    session_post(s, ars_command_call(type, call, 0, NULL));
}

static void hang_up(struct session *s, ars_id call)
{
    post_call(s, ARS_CMD_HANGUP, call);
}

static void hold(struct session *s, ars_id call)
{
    post_call(s, ARS_CMD_HOLD, call);
}

static void resume(struct session *s, ars_id call)
{
    post_call(s, ARS_CMD_RESUME, call);
}

static void call_timed_out(struct session *s, ars_id call)
{
    session_finish(s, EXIT_TIMEOUT);
}

static void cancel_timeout(struct session *s)
{
    for (size_t i = 0; i < s->timers_n; i++)
        if (s->timers[i].fn == call_timed_out)
            s->timers[i--] = s->timers[--s->timers_n];
}

static void call_established(struct session *s, ars_id call)
{
    const struct options *o = s->opt;

    cancel_timeout(s);
    if (o->for_ms != NO_TIME)
        session_at(s, o->for_ms, hang_up, call);
    if (o->hold_at_ms != NO_TIME)
        session_at(s, o->hold_at_ms, hold, call);
    if (o->resume_at_ms != NO_TIME)
        session_at(s, o->resume_at_ms, resume, call);
}

/* Digits go out once there is an answer and a way for them: two events in either order. */
struct call_state {
    bool established;
    bool media;
};

static void call_begin(struct session *s)
{
    s->state = calloc(1, sizeof(struct call_state));
    if (!s->state)
        session_finish(s, EXIT_CALL);
    else
        session_await_registration(s);
}

static void call_close(struct session *s)
{
    free(s->state);
}

static void call_event(struct session *s, const struct ars_event *ev)
{
    struct call_state *st = s->state;
    bool was_up = st->established && st->media;

    if (session_registered(s, ev)) {
        session_post(s, ars_command_dial(0, s->opt->argument));
        session_at(s, s->opt->timeout_ms, call_timed_out, 0);
    }
    switch (ev->type) {
    case ARS_EV_ESTABLISHED:
        st->established = true;
        call_established(s, ev->call);
        break;
    case ARS_EV_MEDIA:
        st->media = true;
        break;
    case ARS_EV_ENDED:
        session_finish(s, session_call_code(ev));
        break;
    case ARS_EV_ERROR:
        if (!st->established)
            session_finish(s, EXIT_CALL);
        break;
    default:
        break;
    }
    if (s->opt->dtmf && !was_up && st->established && st->media)
        session_post(s, ars_command_call(ARS_CMD_DTMF, ev->call, 0, s->opt->dtmf));
}

const struct command command_call = {
    .name = "call",
    .needs_account = true,
    .needs_argument = true,
    .begin = call_begin,
    .event = call_event,
    .close = call_close,
};

/* ---- answer ---- */

struct answer_state {
    uint32_t done;
    uint32_t begun;
    int code;
};

static void answer_begin(struct session *s)
{
    s->state = calloc(1, sizeof(struct answer_state));
    if (!s->state)
        session_finish(s, EXIT_CALL);
    else
        session_await_registration(s);
}

static void nobody_called(struct session *s, ars_id call)
{
    const struct answer_state *st = s->state;

    if (!st->begun)
        session_finish(s, EXIT_TIMEOUT);
}

static void respond(struct session *s, ars_id call)
{
    if (s->opt->reject)
        session_post(s, ars_command_call(ARS_CMD_REJECT, call, (int)s->opt->reject, NULL));
    else
        post_call(s, ARS_CMD_ANSWER, call);
}

static void answer_ended(struct session *s, const struct ars_event *ev)
{
    struct answer_state *st = s->state;
    bool refused = s->opt->reject && !ev->by_remote;

    if (!st->code && !refused)
        st->code = session_call_code(ev);
    if (++st->done >= s->opt->count)
        session_finish(s, st->code);
}

static void answer_event(struct session *s, const struct ars_event *ev)
{
    struct answer_state *st = s->state;

    /* without --timeout it waits as long as it takes */
    if (session_registered(s, ev) && s->opt->timeout_given)
        session_at(s, s->opt->timeout_ms, nobody_called, 0);
    switch (ev->type) {
    case ARS_EV_INCOMING:
        st->begun++;
        session_at(s, s->opt->after_ms, respond, ev->call);
        break;
    case ARS_EV_ESTABLISHED:
        if (s->opt->for_ms != NO_TIME)
            session_at(s, s->opt->for_ms, hang_up, ev->call);
        break;
    case ARS_EV_ENDED:
        answer_ended(s, ev);
        break;
    default:
        break;
    }
}

const struct command command_answer = {
    .name = "answer",
    .needs_account = true,
    .begin = answer_begin,
    .event = answer_event,
    .close = call_close,
};
