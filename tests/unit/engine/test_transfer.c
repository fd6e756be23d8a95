/* Calls handed on, by us and by the far end; over played rooms below. */
#include <errno.h>
#include <string.h>

#include "calls_rig.h"
#include "check.h"
#include "tests.h"

static void news(size_t i, int status, bool final)
{
    struct ars_sip_call *sc = &fakes.sip_calls[i];
    struct ars_reason why;

    ars_reason_set(&why, ARS_REASON_SERVER_ERROR, status, "words %d", status);
    sc->transfer_h->progress(sc, status, final, &why, sc->arg);
}

static int refer(size_t i, const char *target, const char *number, const char *replaces)
{
    struct ars_sip_call *sc = &fakes.sip_calls[i];
    struct ars_sip_referral r = {.target = target,
                                 .number = number,
                                 .replaces = replaces,
                                 .referred_by = "<sip:7@pbx.test>",
                                 .by = "7"};

    return sc->transfer_h->referred(sc, &r, sc->arg);
}

/* An established call of ours whose transfer to 700 the far end has taken on. */
static int asked(struct fixture *f)
{
    int err;

    TRY(set_up(f));
    TRY(talk(f, "600"));
    TRY(call_transfer(nth(f, 1), "700", 9));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    CHECK(take(f, ARS_EV_TRANSFERRING));
out:
    return err;
}

static void set_policy(struct fixture *f, enum ars_refer_policy policy)
{
    ((struct ars_account_conf *)(uintptr_t)account_conf(f->account))->refer = policy;
}

/* ---- ours ---- */

/* On hold first, then REFER; the PBX sends no BYE, so we do. */
static int test_transfer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(call_transfer(nth(&f, 1), "700", 9));
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendonly");
    CHECK_INT(fakes.sip_calls[0].refers, 0);
    CHECK_INT(call_transfer(nth(&f, 1), "701", 9), EALREADY);
    CHECK_INT(calls_resume(&f.calls, nth(&f, 1), 0), EPROTO);
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    CHECK_INT(fakes.sip_calls[0].refers, 1);
    CHECK_STR(fakes.sip_calls[0].refer_to, "700");
    CHECK(take(&f, ARS_EV_TRANSFERRING));
    CHECK_INT(f.ev->tag, 9);
    CHECK_INT(f.ev->reason.sip_status, 0);
    news(0, 180, false);
    CHECK(take(&f, ARS_EV_TRANSFERRING));
    CHECK_INT(f.ev->reason.sip_status, 180);
    CHECK_STR(f.ev->reason.text, "words 180");
    news(0, 200, true);
    CHECK(take(&f, ARS_EV_TRANSFERRED));
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    fakes_pass(499);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    fakes_pass(1);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    CHECK(!f.ev->by_remote);
out:
    return tear_down(&f, err);
}

/* FreeSWITCH hangs up by itself. */
static int test_transfer_their_bye(void)
{
    struct fixture f;
    int err;

    TRY(asked(&f));
    news(0, 200, true);
    CHECK(fakes_told(ARS_EV_TRANSFERRED));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
out:
    return tear_down(&f, err);
}

static int test_transfer_fails(void)
{
    struct fixture f;
    int err;

    TRY(asked(&f));
    news(0, 486, true);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK_INT(f.ev->reason.sip_status, 486);
    CHECK_INT(f.ev->tag, 9);
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RESUMED));
    CHECK(fakes.media[0].talk);
    fakes_pass(60000);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    CHECK(fakes_quiet());
    /* what the user had held stays held, and it cannot even be asked for */
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    fakes.sip_calls[0].refer_error = ENOTCONN;
    TRY(call_transfer(nth(&f, 1), "701", 10));
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NO_CONNECTION);
    CHECK(call_on_hold(nth(&f, 1)));
    /* a number that is none */
    fakes.sip_calls[0].refer_error = EINVAL;
    TRY(call_transfer(nth(&f, 1), "x y", 11));
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_BAD_NUMBER);
out:
    return tear_down(&f, err);
}

/* A far end that refuses the hold is transferred without. */
static int test_transfer_without_hold(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK(!nth(&f, 1));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    CHECK(fakes_told(ARS_EV_DIALING));
    CHECK_INT(call_transfer(nth(&f, 1), "700", 9), EPROTO);
    gathered(0);
    answered(0, &sdp);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    TRY(call_transfer(nth(&f, 1), "700", 9));
    reanswered(0, 488);
    CHECK_INT(fakes.sip_calls[0].refers, 1);
    CHECK(fakes_told(ARS_EV_TRANSFERRING));
    news(0, 404, true);
    CHECK(fakes_told(ARS_EV_TRANSFER_FAILED));
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    CHECK(fakes.media[0].talk);
out:
    return tear_down(&f, err);
}

/* Nothing is known: BYE says yes; without one the call is given back. */
static int test_transfer_unsure(void)
{
    struct fixture f;
    int err;

    TRY(asked(&f));
    news(0, 0, true);
    CHECK(fakes_quiet());
    fakes_pass(3999);
    CHECK(fakes_quiet());
    fakes_pass(1);
    CHECK(fakes_told(ARS_EV_TRANSFER_FAILED));
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RESUMED));
    TRY(call_transfer(nth(&f, 1), "700", 9));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD) && fakes_told(ARS_EV_TRANSFERRING));
    news(0, 0, true);
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
out:
    return tear_down(&f, err);
}

/* ---- attended ---- */

/* Two calls of ours, the first on hold for the second. */
static int two(struct fixture *f)
{
    int err;

    TRY(set_up(f));
    TRY(talk(f, "600"));
    TRY(calls_dial(&f->calls, f->account, "700", "700", 0));
    reanswered(0, 200);
    gathered(1);
    answered(1, &sdp);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_HELD) && fakes_told(ARS_EV_ESTABLISHED));
out:
    return err;
}

static int test_connect(void)
{
    struct fixture f;
    int err;

    TRY(two(&f));
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 3, 5), EPROTO);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 1, 5), EINVAL);
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    CHECK_INT(fakes.sip_calls[0].refers, 1);
    CHECK(fakes.sip_calls[0].refer_call == &fakes.sip_calls[1]);
    CHECK(take(&f, ARS_EV_TRANSFERRING));
    CHECK_INT(f.ev->tag, 5);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 2), 1, 5), EALREADY);
    news(0, 200, true);
    CHECK(fakes_told(ARS_EV_TRANSFERRED));
    fakes_pass(500);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    for (size_t i = 0; i < 2; i++) {
        ended(i, ARS_REASON_LOCAL_HANGUP, 0);
        CHECK(take(&f, ARS_EV_ENDED));
        CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    }
out:
    return tear_down(&f, err);
}

/* The second's BYE may come before the news. */
static int test_connect_their_bye(void)
{
    struct fixture f;
    int err;

    TRY(two(&f));
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    CHECK(fakes_told(ARS_EV_TRANSFERRING));
    ended(1, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 2);
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    news(0, 200, true);
    CHECK(fakes_told(ARS_EV_TRANSFERRED));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
out:
    return tear_down(&f, err);
}

/* Refused: both calls are there as before, and what ends later ends for its own reason. */
static int test_connect_fails(void)
{
    struct fixture f;
    int err;

    TRY(two(&f));
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    CHECK(fakes_told(ARS_EV_TRANSFERRING));
    news(0, 481, true);
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK(call_on_hold(nth(&f, 1)));
    CHECK(fakes.media[1].talk);
    ended(1, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_REMOTE_HANGUP);
    TRY(tear_down(&f, 0));
    /* the second is, too, when the first one's far end hangs up meanwhile */
    TRY(two(&f));
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    TRY(call_transfer(nth(&f, 2), "800", 6));
out:
    return tear_down(&f, err);
}

/* The other call ends while our hold is still under way. */
static int test_connect_to_nobody(void)
{
    struct fixture f;
    int err;

    TRY(two(&f));
    TRY(calls_resume(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    reanswered(1, 200);
    CHECK(fakes_told(ARS_EV_RESUMED) && fakes_told(ARS_EV_HELD));
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    ended(1, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_NOW);
    CHECK_INT(fakes.sip_calls[0].refers, 0);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
out:
    return tear_down(&f, err);
}

/* The second still rings (0: nothing was heard of it yet) while the first goes on hold for it. */
static int ringing(struct fixture *f, int status)
{
    int err;

    TRY(set_up(f));
    TRY(talk(f, "600"));
    TRY(calls_dial(&f->calls, f->account, "700", "700", 0));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_HELD));
    gathered(1);
    if (status) {
        progress(1, status, &no_body);
        CHECK(fakes_told(ARS_EV_RINGING));
    }
out:
    return err;
}

/*
 * RFC 3891 section 3: no call can take the place of one that still rings there. So it is let go,
 * and REFER names the number only once that is over: a telephone with one line would be busy.
 */
static int test_connect_to_ringing(void)
{
    struct fixture f;
    int err;

    TRY(ringing(&f, 180));
    CHECK_INT(fakes.tone, ARS_TONE_RINGBACK);
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    CHECK_INT(fakes.sip_calls[0].refers, 0);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 2, 5), EALREADY);
    CHECK(fakes_quiet());
    ended(1, ARS_REASON_LOCAL_HANGUP, 487);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 2);
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    CHECK_INT(fakes.sip_calls[0].refers, 1);
    CHECK_STR(fakes.sip_calls[0].refer_to, "700");
    CHECK(!fakes.sip_calls[0].refer_call);
    CHECK(take(&f, ARS_EV_TRANSFERRING));
    CHECK_INT(f.ev->call, 1);
    CHECK_INT(f.ev->tag, 5);
    news(0, 200, true);
    CHECK(fakes_told(ARS_EV_TRANSFERRED));
    fakes_pass(500);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
out:
    return tear_down(&f, err);
}

/* Named the other way round, before anything went out; refused, the first is there on hold. */
static int test_connect_from_ringing(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(calls_dial(&f.calls, f.account, "700", "700", 0));
    CHECK(fakes_told(ARS_EV_DIALING));
    TRY(calls_connect(&f.calls, nth(&f, 2), 1, 5));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 2);
    CHECK_INT(fakes.sip_calls[0].refers, 0); /* its hold is under way */
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD) && fakes_told(ARS_EV_TRANSFERRING));
    CHECK_STR(fakes.sip_calls[0].refer_to, "700");
    news(0, 486, true);
    CHECK(fakes_told(ARS_EV_TRANSFER_FAILED));
    CHECK(call_on_hold(nth(&f, 1)));
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
out:
    return tear_down(&f, err);
}

/*
 * Of two accounts: a far end that talks is named as sip knows it; one that rings by its number,
 * which is the same person's only where the server is the same.
 */
static int test_connect_across_accounts(void)
{
    struct account *elsewhere = NULL;
    struct account *beside = NULL;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(second_account(&f, "other.test", &elsewhere));
    TRY(second_account(&f, "PBX.test", &beside));
    TRY(talk(&f, "600"));
    TRY(calls_dial(&f.calls, elsewhere, "700", "700", 0));
    reanswered(0, 200);
    gathered(1);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 2, 5), EXDEV);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 2), 1, 5), EXDEV);
    CHECK_INT(fakes.sip_calls[1].hangups, 0);
    CHECK(!call_in_transfer(nth(&f, 1)));
    answered(1, &sdp);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_HELD) && fakes_told(ARS_EV_ESTABLISHED));
    TRY(calls_connect(&f.calls, nth(&f, 1), 2, 5));
    CHECK(fakes.sip_calls[0].refer_call == &fakes.sip_calls[1]);
    CHECK(fakes_told(ARS_EV_TRANSFERRING));
    news(0, 404, true);
    CHECK(take(&f, ARS_EV_TRANSFER_FAILED));
    CHECK_INT(f.ev->reason.sip_status, 404);
    CHECK_INT(fakes.sip_calls[0].hangups + fakes.sip_calls[1].hangups, 0);
    CHECK(fakes.media[1].talk);
    /* at the same server a number is enough */
    TRY(calls_dial(&f.calls, beside, "800", "800", 0));
    reanswered(1, 200);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_HELD));
    TRY(calls_connect(&f.calls, nth(&f, 1), 3, 5));
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_STR(fakes.sip_calls[0].refer_to, "800");
out:
    calls_close(&f.calls);
    account_free(beside);
    account_free(elsewhere);
    return tear_down(&f, err);
}

/* What a number cannot say is not handed on: digits for after the answer, another's place. */
static int test_connect_only_to_a_number(void)
{
    char number[] = "800", place[] = "a;to-tag=b;from-tag=c", by[] = "7";
    const struct call_referral r = {
        .target = number, .number = number, .replaces = place, .by = by};
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(calls_dial(&f.calls, f.account, "700,12", "700,12", 0));
    TRY(calls_pick_up(&f.calls, f.account, &r, 0));
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 2, 5), EPROTO);
    CHECK_INT(calls_connect(&f.calls, nth(&f, 1), 3, 5), EPROTO);
    CHECK_INT(fakes.sip_calls[0].refers, 0);
    CHECK_INT(call_state(nth(&f, 2)), ARS_CALL_PREPARING);
    CHECK_INT(call_state(nth(&f, 3)), ARS_CALL_PREPARING);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_DIALING));
out:
    return tear_down(&f, err);
}

/* ---- in the place of another ---- */

static int replaced(struct fixture *f, size_t old)
{
    fakes.sip_calls[fakes.sip_calls_n].replaces = &fakes.sip_calls[old];
    return called(&sdp);
}

/* Answered by itself, as mute as the old one, which is hung up once the new one stands. */
static int test_replaced(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(call_mute(nth(&f, 1), true));
    TRY(call_volume(nth(&f, 1), 30));
    CHECK_INT(replaced(&f, 0), 0);
    CHECK(take(&f, ARS_EV_REPLACED));
    CHECK_INT(f.ev->call, 2);
    CHECK_INT(f.ev->number, 1);
    CHECK_STR(f.ev->peer_number, "555");
    CHECK_INT(fakes.sip_calls[1].progress, 0);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    gathered(1);
    CHECK_INT(fakes.sip_calls[1].answers, 1);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    CHECK(fakes.media[0].talk);
    confirmed(1, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    CHECK(fakes.media[1].talk && fakes.media[1].mute);
    CHECK_INT(fakes.media[1].volume, 30);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 1);
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
out:
    return tear_down(&f, err);
}

/* On hold stays on hold; a caller that cannot be answered changes nothing. */
static int test_replaced_on_hold(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    fakes.sip_calls[1].replaces = &fakes.sip_calls[0];
    CHECK_INT(called(&(struct ars_sip_body){.type = "application/sdp", .data = "bad", .len = 3}),
              488);
    CHECK(fakes_quiet());
    CHECK_INT(replaced(&f, 0), 0);
    gathered(2);
    confirmed(2, &no_body);
    CHECK(fakes_told(ARS_EV_REPLACED) && fakes_told(ARS_EV_ESTABLISHED));
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    CHECK_STR(fakes.sip_calls[2].sdp, "offer sendonly");
    CHECK(!fakes.media[2].talk);
out:
    return tear_down(&f, err);
}

/* ---- theirs ---- */

static int test_follow(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(calls_follow(&f.calls, nth(&f, 1), true), EPROTO);
    CHECK_INT(refer(0, "sip:700@pbx.test;x=y", "700", "a;to-tag=b;from-tag=c"), 0);
    CHECK(take(&f, ARS_EV_REFERRED));
    CHECK_INT(f.ev->call, 1);
    CHECK_STR(f.ev->peer_number, "700");
    CHECK_STR(f.ev->text, "7");
    CHECK_INT(refer(0, "sip:701@pbx.test", "701", NULL), 603); /* one at a time */
    fakes_pass(1000);
    CHECK(fakes_quiet());
    TRY(calls_follow(&f.calls, nth(&f, 1), true));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_INT(f.ev->call, 2);
    CHECK_STR(f.ev->peer_number, "700");
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendonly");
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    gathered(1);
    CHECK_STR(fakes.sip_calls[1].target, "sip:700@pbx.test;x=y");
    CHECK_STR(fakes.sip_calls[1].headers,
              "Referred-By: <sip:7@pbx.test>;Replaces: a;to-tag=b;from-tag=c;");
    progress(1, 180, &no_body);
    CHECK(fakes_told(ARS_EV_RINGING));
    CHECK_INT(fakes.sip_calls[0].told, 180);
    answered(1, &sdp);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    CHECK_INT(fakes.sip_calls[0].told, 200);
    CHECK(fakes.media[1].talk && !fakes.media[0].talk);
    /* whoever asked should hang up; if not, we do */
    fakes_pass(4999);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    fakes_pass(1);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 1);
    CHECK_INT(f.ev->reason.code, ARS_REASON_TRANSFERRED);
    CHECK_INT(fakes.sip_calls[1].hangups, 0);
out:
    return tear_down(&f, err);
}

/* The new call fails: the far end hears why, and has us back. */
static int test_follow_fails(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    set_policy(&f, ARS_REFER_FOLLOW);
    CHECK_INT(refer(0, "sip:700@pbx.test", "700", NULL), 0);
    CHECK(fakes_told(ARS_EV_REFERRED));
    CHECK(fakes_quiet()); /* not before the answer to the REFER is out */
    fakes_pass(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_HELD));
    gathered(1);
    CHECK_STR(fakes.sip_calls[1].headers, "Referred-By: <sip:7@pbx.test>;");
    ended(1, ARS_REASON_BUSY, 486);
    CHECK_INT(fakes.sip_calls[0].told, 486);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->call, 2);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    reanswered(0, 200);
    CHECK(fakes_told(ARS_EV_RESUMED));
    CHECK(fakes.media[0].talk);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    /* given up here */
    CHECK_INT(refer(0, "sip:701@pbx.test", "701", NULL), 0);
    fakes_pass(0);
    CHECK(fakes_told(ARS_EV_REFERRED) && fakes_told(ARS_EV_DIALING));
    call_hangup(nth(&f, 3), 0);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(fakes.sip_calls[0].told, 487);
out:
    return tear_down(&f, err);
}

static int test_refused(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    CHECK_INT(refer(0, "sip:700@pbx.test", "700", NULL), 0);
    CHECK(fakes_told(ARS_EV_REFERRED));
    TRY(calls_follow(&f.calls, nth(&f, 1), false));
    CHECK_INT(fakes.sip_calls[0].told, 603);
    set_policy(&f, ARS_REFER_REFUSE);
    CHECK_INT(refer(0, "sip:700@pbx.test", "700", NULL), 603);
    CHECK(fakes_quiet());
    CHECK_INT(fakes.sip_calls_n, 1);
    CHECK(fakes.media[0].talk);
    /* it hangs up while the user is still asked */
    set_policy(&f, ARS_REFER_ASK);
    CHECK_INT(refer(0, "sip:700@pbx.test", "700", NULL), 0);
    CHECK(fakes_told(ARS_EV_REFERRED));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
out:
    return tear_down(&f, err);
}

static bool is_alive(size_t i)
{
    return fakes.sip_calls[i].alive && !fakes.sip_calls[i].hangups;
}

static int test_out_of_memory(void)
{
    struct fixture f;
    int err = set_up(&f);

    if (!err)
        err = calls_dial(&f.calls, f.account, "600", "600", 0);
    if (err)
        return tear_down(&f, err);
    gathered(0);
    if (is_alive(0))
        answered(0, &sdp);
    if (is_alive(0) && !call_transfer(nth(&f, 1), "700", 0)) {
        reanswered(0, 200);
        news(0, 404, true);
        reanswered(0, 200);
    }
    set_policy(&f, ARS_REFER_FOLLOW);
    if (is_alive(0) && !refer(0, "sip:700@pbx.test", "700", "a"))
        fakes_pass(0);
    if (fakes.media_n > 1)
        gathered(1);
    if (is_alive(1))
        ended(1, ARS_REASON_BUSY, 486);
    return tear_down(&f, 0);
}

const struct check_case transfer_cases[] = {
    {.name = "transfer", .fn = test_transfer},
    {.name = "transfer_their_bye", .fn = test_transfer_their_bye},
    {.name = "transfer_fails", .fn = test_transfer_fails},
    {.name = "transfer_without_hold", .fn = test_transfer_without_hold},
    {.name = "transfer_unsure", .fn = test_transfer_unsure},
    {.name = "connect", .fn = test_connect},
    {.name = "connect_their_bye", .fn = test_connect_their_bye},
    {.name = "connect_fails", .fn = test_connect_fails},
    {.name = "connect_to_nobody", .fn = test_connect_to_nobody},
    {.name = "connect_to_ringing", .fn = test_connect_to_ringing},
    {.name = "connect_from_ringing", .fn = test_connect_from_ringing},
    {.name = "connect_only_to_a_number", .fn = test_connect_only_to_a_number},
    {.name = "connect_across_accounts", .fn = test_connect_across_accounts},
    {.name = "replaced", .fn = test_replaced},
    {.name = "replaced_on_hold", .fn = test_replaced_on_hold},
    {.name = "follow", .fn = test_follow},
    {.name = "follow_fails", .fn = test_follow_fails},
    {.name = "referral_refused", .fn = test_refused},
    {.name = "transfers_without_memory", .fn = test_out_of_memory, .oom = true},
};
const size_t transfer_cases_n = CHECK_COUNT(transfer_cases);
