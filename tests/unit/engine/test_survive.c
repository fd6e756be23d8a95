/* Calls that outlive their connection. */
#include "calls_rig.h"
#include "check.h"
#include "tests.h"

static void lose(void)
{
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
}

/* The connection goes and comes back; how often the user is told so. */
static int reconnect(struct fixture *f, const char *server)
{
    int told = 0;

    lose();
    fakes_pass(3000);
    if (fakes.resolve)
        fakes_resolve(1);
    if (!fakes.wss_h)
        return -1;
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.server = server;
    fakes.sip_h->registered(600, fakes.sip_arg);
    while ((f->ev = outbox_pop(fakes.outbox))) {
        told += f->ev->type == ARS_EV_RECONNECTING;
        ars_event_free(f->ev);
    }
    return told;
}

static int reinvited(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(reconnect(&f, "Asterisk PBX 22.10.1"), 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    CHECK_INT(fakes.media_n, 1);
    CHECK(fakes_quiet());
    reanswered(0, 200);
    CHECK(take(&f, ARS_EV_RECONNECTED));
    CHECK_INT(f.ev->call, 1);
    fakes_pass(60000); /* nothing is timed any more */
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
out:
    return tear_down(&f, err);
}

/* FreeSWITCH: another dialog and other media, the same call for the user. */
static int moved(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(call_mute(nth(&f, 1), true));
    TRY(call_volume(nth(&f, 1), 40));
    CHECK_INT(reconnect(&f, "FreeSWITCH-mod_sofia/1.10.12-release~64bit"), 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    gathered(1);
    CHECK_STR(fakes.sip_calls[1].headers, "Replaces: call0;");
    CHECK_STR(fakes.sip_calls[1].target, "600");
    CHECK_STR(fakes.sip_calls[1].sdp, "offer sendrecv");
    CHECK(fakes.media[0].talk);
    answered(1, &sdp);
    CHECK(!fakes.sip_calls[0].alive && !fakes.media[0].alive);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    CHECK(fakes.media[1].talk && fakes.media[1].mute);
    CHECK_INT(fakes.media[1].volume, 40);
    fakes.media[1].h->connected(fakes.media[1].arg);
    CHECK(fakes_told(ARS_EV_MEDIA));
    CHECK(take(&f, ARS_EV_RECONNECTED));
    CHECK_INT(f.ev->call, 1);
    fakes.media[1].h->first_audio(fakes.media[1].arg);
    TRY(call_set_hold(nth(&f, 1), true, 0));
    CHECK_INT(fakes.sip_calls[1].reinvites, 1);
    reanswered(1, 200);
    call_hangup(nth(&f, 1), 0);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    ended(1, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK_INT(f.calls.n, 0);
out:
    return tear_down(&f, err);
}

/* On hold it moves on hold, also when the wish came meanwhile. */
static int moved_on_hold(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(call_set_hold(nth(&f, 1), true, 0));
    reanswered(0, 200);
    CHECK_INT(reconnect(&f, "FreeSWITCH"), 1);
    gathered(1);
    CHECK_STR(fakes.sip_calls[1].sdp, "offer sendonly");
    TRY(call_set_hold(nth(&f, 1), false, 0));
    CHECK_INT(fakes.sip_calls[0].reinvites, 1); /* the first */
    answered(1, &sdp);
    CHECK_INT(fakes.sip_calls[1].reinvites, 1);
    CHECK_STR(fakes.sip_calls[1].sdp, "offer sendrecv");
out:
    return tear_down(&f, err);
}

/* Refused: the old call stays, and is asked whether it still stands. */
static int move_refused(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(reconnect(&f, "FreeSWITCH"), 1);
    gathered(1);
    ended(1, ARS_REASON_FORBIDDEN, 403);
    CHECK(fakes.media[0].alive && !fakes.media[1].alive);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RECONNECTED));
out:
    return tear_down(&f, err);
}

/* It rings: that is a call of its own, and nobody wants it. */
static int move_rings(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(reconnect(&f, "FreeSWITCH"), 1);
    gathered(1);
    progress(1, 180, &no_body);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    fakes.sip_calls[1].alive = false;
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    ended(0, ARS_REASON_DIALOG_LOST, 481);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_DIALOG_LOST);
out:
    return tear_down(&f, err);
}

/* Lost again in the middle of it, and found again. */
static int moved_twice(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(reconnect(&f, "FreeSWITCH"), 1);
    gathered(1);
    fakes.sip_calls[1].ends_at_once = true;
    CHECK_INT(reconnect(&f, "FreeSWITCH"), 0); /* told already */
    CHECK(!fakes.media[1].alive && fakes.media[2].alive);
    gathered(2);
    CHECK_STR(fakes.sip_calls[2].headers, "Replaces: call0;");
    answered(2, &sdp);
    fakes.media[2].h->connected(fakes.media[2].arg);
    CHECK(fakes_told(ARS_EV_MEDIA) && fakes_told(ARS_EV_RECONNECTED));
out:
    return tear_down(&f, err);
}

/* While the sides hear each other it goes on without a server; without sound 30 s are enough. */
static int given_up(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    lose();
    fakes.media[0].heard = true;
    fakes_pass(90000);
    CHECK(fakes.media[0].alive);
    fakes.media[0].heard = false;
    fakes_pass(2000);
    CHECK(!fakes.media[0].alive);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    do {
        ars_event_free(f.ev);
        f.ev = outbox_pop(fakes.outbox);
    } while (f.ev && f.ev->type != ARS_EV_ENDED);
    CHECK(f.ev);
    CHECK_INT(f.ev->reason.code, ARS_REASON_CONNECTION_LOST);
out:
    return tear_down(&f, err);
}

/* Whoever refuses the new offer is there, but sound that is not heard is no call. */
static int refused_and_unheard(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    fakes.media[0].heard = false;
    reanswered(0, 488);
    while ((f.ev = outbox_pop(fakes.outbox))) {
        CHECK(f.ev->type != ARS_EV_RECONNECTED);
        ars_event_free(f.ev);
    }
    fakes_pass(30000);
    CHECK(!fakes.media[0].alive);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
out:
    return tear_down(&f, err);
}

/* Nobody has answered yet: the call is made again, and sounds as the user had set it. */
static int made_again(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    progress(0, 180, &no_body);
    TRY(call_mute(nth(&f, 1), true));
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_RINGING));
    ended(0, ARS_REASON_CONNECTION_LOST, 0);
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 1);
    CHECK(!fakes.media[0].alive && fakes.media[1].mute);
    gathered(1);
    CHECK_STR(fakes.sip_calls[1].target, "600");
    CHECK(fakes_quiet());
    progress(1, 180, &no_body);
    CHECK(fakes_told(ARS_EV_RECONNECTED) && fakes_told(ARS_EV_RINGING));
    answered(1, &sdp);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    fakes_pass(60000); /* nothing is timed any more */
    CHECK_INT(fakes.sip_calls[1].hangups, 0);
out:
    return tear_down(&f, err);
}

/* Where a 3xx leads to is asked on; what is answered then counts. */
static int redirection_outlives_it(void)
{
    struct fixture f;
    struct ars_sip_call *sc;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    sc = &fakes.sip_calls[0];
    sc->redirect_asked = true;
    sc->h->redirected(sc, "700", sc->arg);
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 1);
    fakes_pass(60000);
    CHECK_INT(sc->hangups, 0);
    TRY(calls_follow(&f.calls, nth(&f, 1), true));
    CHECK(sc->redirect_followed);
out:
    return tear_down(&f, err);
}

/* Lost again before its candidates were known: it waits for the next connection. */
static int made_again_later(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    ended(0, ARS_REASON_CONNECTION_LOST, 0);
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 1);
    fakes.invite_error = ENOTCONN;
    gathered(1);
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 0);
    fakes.invite_error = 0;
    gathered(2);
    answered(1, &sdp);
    CHECK(fakes_told(ARS_EV_RECONNECTED) && fakes_told(ARS_EV_ESTABLISHED));
out:
    return tear_down(&f, err);
}

/* No way back in 30 s, or the machine goes to sleep: it is over. */
static int not_made_again(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_RINGING));
    lose();
    ended(0, ARS_REASON_CONNECTION_LOST, 0);
    fakes.media[0].heard = true;
    fakes_pass(29000);
    CHECK_INT(f.calls.n, 1);
    fakes_pass(2000);
    CHECK_INT(f.calls.n, 0);
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    fakes.invite_error = 0;
    gathered(1);
    progress(1, 180, &no_body);
    calls_sleep(&f.calls);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    ended(1, ARS_REASON_CANCELLED, 487);
    CHECK_INT(f.calls.n, 0);
out:
    return tear_down(&f, err);
}

/* It rings on, and is answered from where the phone is then, whenever the user says so. */
static int rings_on(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called(&sdp), 0);
    gathered(0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK_INT(reconnect(&f, "Asterisk PBX"), 1);
    CHECK(!fakes.media[0].alive);
    TRY(call_answer(nth(&f, 1)));
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    gathered(1);
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    confirmed(0, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    call_hangup(nth(&f, 1), 0);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));

    CHECK_INT(called(&sdp), 0);
    gathered(2);
    CHECK(fakes_told(ARS_EV_INCOMING));
    lose();
    TRY(call_answer(nth(&f, 2)));
    CHECK_INT(fakes.sip_calls[1].answers, 0);
    fakes_pass(3000);
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK(!fakes.media[2].alive);
    gathered(3);
    CHECK_INT(fakes.sip_calls[1].answers, 1);
out:
    return tear_down(&f, err);
}

/* The same where our offer went out with the 180: it holds, over whichever connection. */
static int rings_on_with_our_offer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called_with(&(struct ars_sip_incoming){
                  .number = "555", .display_name = "", .call_id = "x", .offer_first = true}),
              0);
    gathered(0);
    CHECK_INT(fakes.sip_calls[0].progress, 180);
    CHECK(fakes_told(ARS_EV_INCOMING));
    lose();
    TRY(call_answer(nth(&f, 1)));
    agreed(0, &sdp);
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    fakes_pass(3000);
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK(fakes.media[0].alive);
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    CHECK_STR(fakes.sip_calls[0].sdp, "");
out:
    return tear_down(&f, err);
}

/* The connection was only out of reach for a while: what the user said meanwhile is said then. */
static int answered_while_away(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called(&sdp), 0);
    gathered(0);
    calls_lost(&f.calls, f.account);
    TRY(call_answer(nth(&f, 1)));
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    calls_found(&f.calls, f.account);
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    confirmed(0, &no_body);
    CHECK(nth(&f, 1) && fakes.media[0].alive);
out:
    return tear_down(&f, err);
}

/* What a peer does, with what there is. */
static void play_peer(size_t i)
{
    if (fakes.media[i].alive)
        gathered(i);
    if (fakes.sip_calls[i].alive)
        answered(i, &sdp);
}

static int out_of_memory(void)
{
    struct fixture f;

    if (!set_up(&f)) {
        (void)calls_dial(&f.calls, f.account, "600", "600", 0);
        play_peer(0);
        if (reconnect(&f, "FreeSWITCH") >= 0)
            play_peer(1);
    }
    return tear_down(&f, 0);
}

static int out_of_memory_before_the_answer(void)
{
    struct fixture f;

    if (!set_up(&f)) {
        (void)calls_dial(&f.calls, f.account, "600", "600", 0);
        if (fakes.media[0].alive)
            gathered(0);
        if (fakes.sip_calls[0].alive)
            ended(0, ARS_REASON_CONNECTION_LOST, 0);
        (void)called(&sdp);
        (void)reconnect(&f, "Asterisk");
    }
    return tear_down(&f, 0);
}

const struct check_case survive_cases[] = {
    {.name = "reinvited", .fn = reinvited},
    {.name = "moved", .fn = moved},
    {.name = "moved_on_hold", .fn = moved_on_hold},
    {.name = "move_refused", .fn = move_refused},
    {.name = "move_rings", .fn = move_rings},
    {.name = "moved_twice", .fn = moved_twice},
    {.name = "made_again", .fn = made_again},
    {.name = "made_again_later", .fn = made_again_later},
    {.name = "redirection_outlives_it", .fn = redirection_outlives_it},
    {.name = "not_made_again", .fn = not_made_again},
    {.name = "rings_on", .fn = rings_on},
    {.name = "rings_on_with_our_offer", .fn = rings_on_with_our_offer},
    {.name = "given_up", .fn = given_up},
    {.name = "refused_and_unheard", .fn = refused_and_unheard},
    {.name = "answered_while_away", .fn = answered_while_away},
    {.name = "begin_out_of_memory", .fn = out_of_memory_before_the_answer, .oom = true},
    {.name = "move_out_of_memory", .fn = out_of_memory, .oom = true},
};
const size_t survive_cases_n = CHECK_COUNT(survive_cases);
