/* Calls held, several together, and over a lost connection; over played rooms below. */
#include <errno.h>
#include <string.h>

#include "calls_rig.h"
#include "check.h"
#include "tests.h"

/* ---- hold ---- */

static int test_hold(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(calls_resume(&f.calls, nth(&f, 1), 0), EALREADY);
    TRY(calls_hold(&f.calls, nth(&f, 1), 5));
    CHECK_INT(calls_hold(&f.calls, nth(&f, 1), 5), EALREADY);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendonly");
    CHECK(!fakes.media[0].talk); /* at once */
    CHECK(fakes_quiet());        /* but told only when it is agreed */
    fakes.media[0].remote_dir = ARS_DIR_INACTIVE;
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    CHECK(fakes_quiet()); /* the answer to our hold is no hold of theirs */
    TRY(calls_resume(&f.calls, nth(&f, 1), 6));
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    CHECK(!fakes.media[0].talk);
    fakes.media[0].remote_dir = ARS_DIR_SENDRECV;
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RESUMED));
    CHECK(fakes.media[0].talk);
    CHECK(fakes_quiet());
out:
    return tear_down(&f, err);
}

static int test_hold_refused(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(calls_hold(&f.calls, nth(&f, 1), 5));
    reanswered(0, 488);
    CHECK_INT(fakes.media[0].rollbacks, 1);
    CHECK(take(&f, ARS_EV_ERROR));
    CHECK_INT(f.ev->tag, 5);
    CHECK_INT(f.ev->reason.sip_status, 488);
    CHECK(fakes.media[0].talk);
    CHECK(!call_on_hold(nth(&f, 1)));
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    /* and a refused resume leaves it held */
    TRY(calls_hold(&f.calls, nth(&f, 1), 6));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    TRY(calls_resume(&f.calls, nth(&f, 1), 7));
    reanswered(0, 500);
    CHECK(take(&f, ARS_EV_ERROR));
    CHECK_INT(f.ev->tag, 7);
    CHECK(call_on_hold(nth(&f, 1)));
    CHECK(!fakes.media[0].talk);
out:
    return tear_down(&f, err);
}

/* The dialog is busy, or the wish changes while its re-INVITE is out. */
static int test_hold_races(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.sip_calls[0].reinvite_error = EBUSY;
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    fakes.sip_calls[0].reinvite_error = 0;
    fakes_pass(300);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    TRY(calls_resume(&f.calls, nth(&f, 1), 0));
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    CHECK_INT(fakes.sip_calls[0].reinvites, 2);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RESUMED));
    CHECK(fakes.media[0].talk);
    /* an end while the re-INVITE is out */
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
out:
    return tear_down(&f, err);
}

static int test_remote_hold(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.media[0].remote_dir = ARS_DIR_RECVONLY;
    reoffer(0, &sdp);
    CHECK(fakes_told(ARS_EV_REMOTE_HELD));
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    reoffer(0, &sdp); /* a refresh */
    CHECK(fakes_quiet());
    fakes.media[0].remote_dir = ARS_DIR_SENDRECV;
    reoffer(0, &sdp);
    CHECK(fakes_told(ARS_EV_REMOTE_RESUMED));
    /* an offer that we cannot take: refused, and the call goes on */
    ars_reason_set(&fakes.media[0].refuse, ARS_REASON_NOT_ACCEPTABLE, 0, "no common codec");
    reoffer(0, &sdp);
    CHECK_INT(fakes.sip_calls[0].refused, 488);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    CHECK(fakes_quiet());
    CHECK(fakes.media[0].talk);
    /* while we hold, we go on holding */
    fakes.media[0].refuse.code = ARS_REASON_NONE;
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    reoffer(0, &sdp);
    CHECK_STR(fakes.sip_calls[0].sdp, "answer sendonly");
out:
    return tear_down(&f, err);
}

/* ---- several ---- */

static int test_two_calls(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(called(&sdp), 0);
    CHECK(take(&f, ARS_EV_INCOMING));
    CHECK_INT(f.ev->call, 2);
    CHECK_INT(fakes.tone, ARS_TONE_WAITING);
    CHECK(fakes.media[0].talk); /* the first goes on */
    gathered(1);
    TRY(calls_answer(&f.calls, nth(&f, 2)));
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendonly");
    CHECK(!fakes.media[0].talk && fakes.media[1].talk);
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    confirmed(1, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    /* back to the first */
    TRY(calls_resume(&f.calls, nth(&f, 1), 0));
    CHECK_STR(fakes.sip_calls[1].sdp, "offer sendonly");
    reanswered(1, 200);
    reanswered(0, 200);
    CHECK(fakes.media[0].talk && !fakes.media[1].talk);
    CHECK(fakes_told(ARS_EV_HELD) && fakes_told(ARS_EV_RESUMED));
    /* dialling a third */
    TRY(calls_dial(&f.calls, f.account, "601", "601", 0));
    CHECK(!fakes.media[0].talk);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendonly");
    CHECK_INT(f.calls.n, 3);
out:
    return tear_down(&f, err);
}

/* A held call alone is no talk: a caller rings, and does not merely knock. */
static int test_ringing_while_held(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    CHECK_INT(called(&sdp), 0);
    CHECK_INT(fakes.tone, ARS_TONE_RINGING);
out:
    return tear_down(&f, err);
}

static int test_too_many(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    for (int i = 0; i < 4; i++)
        CHECK_INT(called(&sdp), 0);
    CHECK_INT(called(&sdp), 486);
    /* as the user likes it, from now on */
    TRY(calls_set_answering(&f.calls, &(struct ars_answering){.calls_max = 5}));
    CHECK_INT(called(&sdp), 0);
    CHECK_INT(called(&sdp), 486);
    for (int i = 5; i < CALLS_MAX; i++)
        TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    CHECK_INT(calls_dial(&f.calls, f.account, "600", "600", 0), ENOSPC);
out:
    return tear_down(&f, err);
}

/* What was told so far is not looked at; how often one thing was. */
static unsigned told(enum ars_event_type type)
{
    struct ars_event *ev;
    unsigned n = 0;

    while ((ev = outbox_pop(fakes.outbox))) {
        n += ev->type == type;
        ars_event_free(ev);
    }
    return n;
}

/* Four far ends: each talks, one is held and resumed with all, one leaves, one hangs up. */
static int test_conference(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    for (size_t i = 0; i < 5; i++) {
        TRY(talk(&f, "600"));
        if (i > 0)
            reanswered(i - 1, 200);
        CHECK_INT(told(ARS_EV_HELD), i > 0);
    }
    CHECK_INT(calls_split(&f.calls, nth(&f, 1)), EPROTO);
    for (ars_id id = 1; id <= 3; id++) {
        TRY(calls_merge(&f.calls, nth(&f, id)));
        reanswered(id - 1, 200);
    }
    CHECK_INT(told(ARS_EV_MERGED), 4);
    CHECK_INT(calls_merge(&f.calls, nth(&f, 4)), ENOSPC);
    CHECK_INT(calls_merge(&f.calls, nth(&f, 1)), EALREADY);
    for (size_t i = 0; i < 5; i++)
        CHECK(fakes.media[i].talk == (i != 3) && fakes.media[i].shared == (i != 3));
    TRY(call_silence(nth(&f, 2), true));
    CHECK(fakes.media[1].silenced && fakes.media[1].talk);
    /* held and resumed whole */
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    for (size_t i = 0; i < 5; i++) {
        CHECK(!fakes.media[i].talk);
        CHECK_STR(fakes.sip_calls[i].sdp, "offer sendonly");
        if (i != 3)
            reanswered(i, 200);
    }
    TRY(calls_resume(&f.calls, nth(&f, 5), 0));
    for (size_t i = 0; i < 5; i++)
        CHECK_STR(fakes.sip_calls[i].sdp, i == 3 ? "offer sendonly" : "offer sendrecv");
    reanswered(0, 200);
    reanswered(1, 200);
    reanswered(2, 200);
    reanswered(4, 200);
    /* music of one that holds us is not for the others */
    fakes.media[2].remote_dir = ARS_DIR_RECVONLY;
    reoffer(2, &sdp);
    CHECK(fakes.media[2].talk && !fakes.media[2].shared && fakes.media[0].shared);
    /* one out, two gone: who is left talks alone */
    TRY(calls_split(&f.calls, nth(&f, 5)));
    CHECK(!fakes.media[4].talk && !fakes.media[4].shared && fakes.media[0].talk);
    CHECK_STR(fakes.sip_calls[4].sdp, "offer sendonly");
    ended(2, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes.media[0].shared && fakes.media[1].shared);
    CHECK_INT(told(ARS_EV_SPLIT), 1);
    ended(1, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK_INT(told(ARS_EV_SPLIT), 1);
    CHECK(fakes.media[0].talk && !fakes.media[0].shared);
    CHECK_INT(f.calls.focus, 1);
    CHECK_INT(calls_merge(&f.calls, nth(&f, 4)), 0); /* with the one that talks */
    CHECK(fakes.media[0].shared && fakes.media[3].shared);
    /* a call from outside takes the floor: all of the conference waits */
    TRY(calls_dial(&f.calls, f.account, "601", "601", 0));
    CHECK(!fakes.media[0].talk && !fakes.media[3].talk);
out:
    return tear_down(&f, err);
}

/* The connection is lost and comes back: the call tells where it is reached now. */
static int test_rebind(void)
{
    struct ars_reason why;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK(fakes.media[0].alive && fakes.media[0].talk);
    fakes_pass(3000);
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    reanswered(0, 200);
    fakes.sip_h->registered(600, fakes.sip_arg); /* a refresh is no new connection */
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
out:
    return tear_down(&f, err);
}

/* What is still there of the calls is brought one step on, as if a peer did. */
static void step(size_t n)
{
    for (size_t i = 0; i < fakes.media_n; i++)
        if (fakes.media[i].alive)
            gathered(i);
    for (size_t i = 0; i < fakes.sip_calls_n; i++) {
        struct ars_sip_call *sc = &fakes.sip_calls[i];

        if (!sc->alive)
            continue;
        if (sc->hangups)
            ended(i, ARS_REASON_LOCAL_HANGUP, 0);
        else if (n == 0 && sc->target[0])
            progress(i, 183, &sdp);
        else if (n == 1 && sc->target[0])
            answered(i, &sdp);
        else if (n == 1)
            confirmed(i, &no_body);
        else if (sc->reinvites)
            reanswered(i, 200);
        else
            reoffer(i, &sdp);
    }
}

/* ---- statistics ---- */

static int test_stats_every(void)
{
    struct fixture f;
    size_t idle;
    int err;

    TRY(set_up(&f));
    idle = ars_timers_count(fakes.timers);
    calls_stats_every(&f.calls, 1000);
    CHECK_INT(ars_timers_count(fakes.timers), idle); /* nothing to tell, nothing wakes */
    TRY(talk(&f, "600"));
    fakes_pass(1000);
    CHECK(take(&f, ARS_EV_STATS));
    CHECK_INT(f.ev->call, 1);
    fakes_pass(1000);
    CHECK(take(&f, ARS_EV_STATS));
    calls_stats_every(&f.calls, 0);
    fakes_pass(5000);
    CHECK(fakes_quiet());
    calls_stats_every(&f.calls, 1000);
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(ars_timers_count(fakes.timers), idle);
out:
    return tear_down(&f, err);
}

/* Whichever allocation fails: nothing crashes, nothing is left behind. */
static int test_out_of_memory(void)
{
    struct fixture f;
    struct call *c;
    int err;

    err = set_up(&f);
    if (err)
        return tear_down(&f, err);
    (void)calls_dial(&f.calls, f.account, "600", "600", 0);
    step(0);
    step(1);
    (void)called(&sdp);
    c = nth(&f, 2);
    if (c)
        (void)calls_answer(&f.calls, c);
    step(1);
    step(2);
    c = nth(&f, 1);
    if (c)
        (void)calls_resume(&f.calls, c, 0);
    step(2);
    calls_hangup(&f.calls, f.account);
    step(3);
    return tear_down(&f, 0);
}

const struct check_case several_cases[] = {
    {.name = "hold", .fn = test_hold},
    {.name = "hold_refused", .fn = test_hold_refused},
    {.name = "hold_races", .fn = test_hold_races},
    {.name = "remote_hold", .fn = test_remote_hold},
    {.name = "two_calls", .fn = test_two_calls},
    {.name = "ringing_while_held", .fn = test_ringing_while_held},
    {.name = "too_many", .fn = test_too_many},
    {.name = "stats_every", .fn = test_stats_every},
    {.name = "conference", .fn = test_conference},
    {.name = "rebind", .fn = test_rebind},
    {.name = "out_of_memory", .fn = test_out_of_memory, .oom = true},
};
const size_t several_cases_n = CHECK_COUNT(several_cases);
