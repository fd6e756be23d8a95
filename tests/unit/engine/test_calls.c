/* A call: made, received, refused, ended; over played rooms below. */
#include <errno.h>
#include <string.h>

#include "calls_rig.h"
#include "check.h"
#include "tests.h"

/* ---- calls that we make ---- */

static int test_dial(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 77));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_INT(f.ev->tag, 77);
    CHECK_INT(f.ev->call, 1);
    CHECK_STR(f.ev->peer_number, "600");
    CHECK_INT(fakes.sip_calls_n, 0); /* not before the candidates are known */
    fakes_pass(40);
    gathered(0);
    CHECK_INT(fakes.sip_calls_n, 1);
    CHECK_STR(fakes.sip_calls[0].target, "600");
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    fakes_pass(60);
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_RINGING));
    CHECK_INT(fakes.tone, ARS_TONE_RINGBACK);
    progress(0, 180, &no_body);
    CHECK(fakes_quiet());
    fakes_pass(900);
    answered(0, &sdp);
    CHECK(take(&f, ARS_EV_ESTABLISHED));
    CHECK_INT(f.ev->number, 1000);
    CHECK_INT(f.ev->setup_ms, 1000);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    CHECK_INT(fakes.media[0].accepts, 1);
    CHECK(fakes.media[0].talk);
    fakes.media[0].h->connected(fakes.media[0].arg);
    CHECK(take(&f, ARS_EV_MEDIA));
    CHECK_STR(f.ev->stats.codec, "opus");
    fakes.media[0].h->first_audio(fakes.media[0].arg);
    CHECK(take(&f, ARS_EV_FIRST_AUDIO));
    CHECK_INT(f.ev->number, 1000);
    fakes_pass(5000);
    call_hangup(nth(&f, 1), 0);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    CHECK(!fakes.media[0].alive); /* nobody hears us while the BYE is on its way */
    CHECK(fakes_quiet());
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_LOCAL_HANGUP);
    CHECK(!f.ev->by_remote && f.ev->has_stats);
    CHECK_INT(f.ev->number, 5000);
    CHECK_INT(f.gone, 1);
    CHECK(!nth(&f, 1));
out:
    return tear_down(&f, err);
}

static int test_refused(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "605", "605", 0));
    gathered(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(0, ARS_REASON_BUSY, 486);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_BUSY);
    CHECK_INT(f.ev->reason.sip_status, 486);
    CHECK(f.ev->by_remote && !f.ev->has_stats);
    /* the server is silent: nobody over there decided that */
    TRY(calls_dial(&f.calls, f.account, "605", "605", 0));
    gathered(1);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(1, ARS_REASON_TIMEOUT, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK(!f.ev->by_remote);
    CHECK_INT(f.ev->call, 2);
    /* INVITE cannot even be sent */
    fakes.invite_error = ENOTCONN;
    TRY(calls_dial(&f.calls, f.account, "605", "605", 0));
    gathered(2);
    CHECK(fakes_told(ARS_EV_DIALING));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NO_CONNECTION);
out:
    return tear_down(&f, err);
}

/* What an exchange would let one hear, for a while; not over its own words, nor into a new call. */
static int test_end_tone(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "605", "605", 0));
    gathered(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(0, ARS_REASON_BUSY, 486);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(fakes.tone, ARS_TONE_BUSY);
    fakes_pass(5000);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    TRY(calls_dial(&f.calls, f.account, "617", "617", 0));
    gathered(1);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(1, ARS_REASON_UNAVAILABLE, 503);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(fakes.tone, ARS_TONE_CONGESTION);
    TRY(calls_dial(&f.calls, f.account, "609", "609", 0));
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    gathered(2);
    CHECK(fakes_told(ARS_EV_DIALING));
    progress(2, 183, &sdp);
    fakes.media[2].h->first_audio(fakes.media[2].arg);
    CHECK(fakes_told(ARS_EV_EARLY_MEDIA) && fakes_told(ARS_EV_FIRST_AUDIO));
    ended(2, ARS_REASON_BUSY, 486);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    ended(3, ARS_REASON_CANCELLED, 487);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
out:
    return tear_down(&f, err);
}

static int test_cancel(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    /* before there is an INVITE */
    TRY(calls_dial(&f.calls, f.account, "608", "608", 0));
    CHECK(fakes_told(ARS_EV_DIALING));
    call_hangup(nth(&f, 1), 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_CANCELLED);
    CHECK(!f.ev->by_remote);
    CHECK_INT(fakes.sip_calls_n, 0);
    /* while it rings; sip may end the call from inside */
    TRY(calls_dial(&f.calls, f.account, "608", "608", 0));
    gathered(1);
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_RINGING));
    fakes.sip_calls[0].ends_at_once = true;
    call_hangup(nth(&f, 2), 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_CANCELLED);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
out:
    return tear_down(&f, err);
}

static int test_early_media(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "609", "609", 0));
    gathered(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    progress(0, 183, &sdp);
    CHECK(fakes_told(ARS_EV_EARLY_MEDIA));
    CHECK_INT(fakes.media[0].accepts, 1);
    CHECK(fakes.media[0].talk);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    /* a 180 after it: our tone, until their sound is there */
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_RINGING));
    CHECK_INT(fakes.tone, ARS_TONE_RINGBACK);
    fakes.media[0].h->first_audio(fakes.media[0].arg);
    CHECK(fakes_told(ARS_EV_FIRST_AUDIO));
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    /* FreeSWITCH repeats its answer in the 200; another PBX leaves it out */
    answered(0, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    CHECK(fakes_quiet());
out:
    return tear_down(&f, err);
}

/* Who hears whom counts once both are there, and only while neither holds. */
static int test_hearing(void)
{
    struct fixture f;
    struct ars_media *m = &fakes.media[0];
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    progress(0, 183, &sdp);
    CHECK(m->talk && !m->watched);
    answered(0, &no_body);
    CHECK(m->watched);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_EARLY_MEDIA));
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    m->h->hearing(ARS_SOUND_MICROPHONE, ARS_SOUND_GOOD, m->arg);
    CHECK(take(&f, ARS_EV_UNHEARD) && f.ev->call == 1 && f.ev->number == ARS_SOUND_MICROPHONE);
    m->h->hearing(ARS_SOUND_MICROPHONE, ARS_SOUND_NOTHING, m->arg);
    CHECK(take(&f, ARS_EV_SILENT) && f.ev->number == ARS_SOUND_NOTHING);
    m->h->hearing(ARS_SOUND_GOOD, ARS_SOUND_NOTHING, m->arg);
    CHECK(take(&f, ARS_EV_UNHEARD) && f.ev->number == ARS_SOUND_GOOD);
    m->h->talks_muted(true, m->arg);
    CHECK(take(&f, ARS_EV_TALKS_MUTED) && f.ev->call == 1 && f.ev->number == 1);
    m->h->talks_muted(false, m->arg);
    CHECK(take(&f, ARS_EV_TALKS_MUTED) && f.ev->number == 0);
    TRY(calls_hold(&f.calls, nth(&f, 1), 0));
    CHECK(!m->watched);
    reanswered(0, 200);
    TRY(calls_resume(&f.calls, nth(&f, 1), 0));
    reanswered(0, 200);
    CHECK(m->watched);
    m->remote_dir = ARS_DIR_RECVONLY;
    reoffer(0, &sdp);
    CHECK(!m->watched);
out:
    return tear_down(&f, err);
}

static int test_bad_answer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    ars_reason_set(&fakes.media[0].refuse, ARS_REASON_NOT_ENCRYPTED, 0, "no fingerprint");
    answered(0, &sdp);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_ENCRYPTED);
    CHECK(!f.ev->by_remote);
    /* no SDP at all */
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(1);
    CHECK(fakes_told(ARS_EV_DIALING));
    answered(1, &no_body);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    ended(1, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_ACCEPTABLE);
out:
    return tear_down(&f, err);
}

static int test_media_failed(void)
{
    struct ars_reason why;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    ars_reason_set(&why, ARS_REASON_MEDIA_FAILED, 0, "no pair");
    fakes.media[0].h->failed(&why, fakes.media[0].arg);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_MEDIA_FAILED);
    CHECK_STR(f.ev->reason.text, "no pair");
out:
    return tear_down(&f, err);
}

/* ---- calls that we get ---- */

static int test_answer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called(&sdp), 0);
    CHECK(take(&f, ARS_EV_INCOMING));
    CHECK_STR(f.ev->peer_name, "Anna");
    CHECK_STR(f.ev->peer_number, "555");
    CHECK_INT(fakes.sip_calls[0].progress, 180);
    CHECK_INT(fakes.tone, ARS_TONE_RINGING);
    fakes_pass(3000);
    /* answered before our candidates are known: the 200 waits for them */
    CHECK_INT(calls_answer(&f.calls, nth(&f, 1)), 0);
    CHECK_INT(calls_answer(&f.calls, nth(&f, 1)), EPROTO);
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    fakes_pass(200);
    gathered(0);
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    CHECK_STR(fakes.sip_calls[0].sdp, "answer sendrecv");
    CHECK(fakes.media[0].talk);
    CHECK(fakes_quiet());
    fakes_pass(30);
    confirmed(0, &no_body);
    CHECK(take(&f, ARS_EV_ESTABLISHED));
    CHECK_INT(f.ev->number, 230);
    fakes_pass(60000); /* the ring time is over long since */
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK(f.ev->by_remote);
    CHECK_INT(f.ev->number, 60000);
out:
    return tear_down(&f, err);
}

/* FreeSWITCH's one word for two faults: which it was our offer says. */
static int test_blame(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", "600", 0));
    gathered(0);
    fakes.media[0].blame = ARS_REASON_NO_CODEC;
    ended(0, ARS_REASON_NO_CANDIDATE, 488);
    CHECK(fakes_told(ARS_EV_DIALING));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NO_CODEC);
    CHECK_INT(f.ev->reason.sip_status, 488);
    CHECK(f.ev->by_remote);
out:
    return tear_down(&f, err);
}

static int test_late_offer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called(&no_body), 0);
    gathered(0);
    CHECK_INT(calls_answer(&f.calls, nth(&f, 1)), 0);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    confirmed(0, &sdp);
    CHECK_INT(fakes.media[0].accepts, 1);
    CHECK(fakes_told(ARS_EV_INCOMING) && fakes_told(ARS_EV_ESTABLISHED));
    /* the same inside the call, and an ACK that forgets the answer */
    reoffer(0, &no_body);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    confirmed(0, &sdp);
    CHECK_INT(fakes.media[0].accepts, 2);
    reoffer(0, &no_body);
    confirmed(0, &no_body);
    CHECK_INT(fakes.sip_calls[0].hangups, 1);
    ended(0, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_ACCEPTABLE);
out:
    return tear_down(&f, err);
}

/* RFC 3262 section 5: it rings there once our offer is known, PRACK answers it before we may. */
static int test_offer_first(void)
{
    const struct ars_sip_incoming in = {
        .number = "555", .display_name = "", .call_id = "x", .offer_first = true};
    struct fixture f;
    int err;

    TRY(set_up(&f));
    CHECK_INT(called_with(&in), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK_INT(fakes.tone, ARS_TONE_RINGING);
    CHECK_INT(fakes.sip_calls[0].progress, 0);
    gathered(0);
    CHECK_INT(fakes.sip_calls[0].progress, 180);
    CHECK_STR(fakes.sip_calls[0].sdp, "offer sendrecv");
    CHECK_INT(calls_answer(&f.calls, nth(&f, 1)), 0);
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    agreed(0, &sdp);
    CHECK_INT(fakes.media[0].accepts, 1);
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    CHECK_STR(fakes.sip_calls[0].sdp, "");
    confirmed(0, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    ended(0, ARS_REASON_REMOTE_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_ENDED));

    /* nobody hears a caller whose call has not been answered; its answer may be none */
    CHECK_INT(called_with(&in), 0);
    gathered(1);
    agreed(1, &sdp);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK(!fakes.media[1].talk);
    call_hangup(nth(&f, 2), 486);
    CHECK_INT(fakes.sip_calls[1].hangups, 1);
    ended(1, ARS_REASON_LOCAL_HANGUP, 486);
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK_INT(called_with(&in), 0);
    gathered(2);
    agreed(2, &no_body);
    CHECK_INT(fakes.sip_calls[2].hangups, 1);
    ended(2, ARS_REASON_LOCAL_HANGUP, 488);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_ACCEPTABLE);

    /* answered before our candidates were known: they go into the 200 */
    CHECK_INT(called_with(&in), 0);
    CHECK_INT(calls_answer(&f.calls, nth(&f, 4)), 0);
    gathered(3);
    CHECK_INT(fakes.sip_calls[3].progress, 0);
    CHECK_INT(fakes.sip_calls[3].answers, 1);
    CHECK_STR(fakes.sip_calls[3].sdp, "offer sendrecv");
    confirmed(3, &sdp);
    CHECK_INT(fakes.media[3].accepts, 1);
    CHECK(fakes_told(ARS_EV_INCOMING) && fakes_told(ARS_EV_ESTABLISHED));
out:
    return tear_down(&f, err);
}

/* Call n rings for so long, then 480. */
static int check_rings(struct fixture *f, size_t n, uint32_t ms)
{
    int err = 0;

    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    fakes_pass(ms - 1);
    CHECK_INT(fakes.sip_calls[n].hangups, 0);
    fakes_pass(1);
    CHECK_INT(fakes.sip_calls[n].hangup_status, 480);
    ended(n, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(f, ARS_EV_ENDED));
    CHECK_INT(f->ev->reason.code, ARS_REASON_NO_ANSWER);
out:
    return err;
}

static int test_ring_time(void)
{
    struct ars_account_conf *conf = NULL;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(check_rings(&f, 0, 20000));
    conf = ars_account_conf_dup(account_conf(f.account));
    CHECK(conf != NULL);
    conf->ring_s = 0; /* the default */
    account_start(f.account, conf, 0);
    CHECK(fakes_told(ARS_EV_ACCOUNT));
    TRY(check_rings(&f, 1, 30000));
out:
    return tear_down(&f, err);
}

static int test_not_answered(void)
{
    static const struct {
        int status;
        int sent;
        enum ars_reason_code code;
    } refusals[] = {
        {0, 0, ARS_REASON_DECLINED},
        {486, 486, ARS_REASON_BUSY},
        {480, 480, ARS_REASON_NO_ANSWER},
        {603, 603, ARS_REASON_DECLINED},
    };
    struct fixture f;
    size_t n = 0;
    int err;

    TRY(set_up(&f));
    for (; n < CHECK_COUNT(refusals); n++) {
        CHECK_INT(called(&sdp), 0);
        CHECK(fakes_told(ARS_EV_INCOMING));
        call_hangup(nth(&f, (ars_id)n + 1), refusals[n].status);
        CHECK_INT(fakes.sip_calls[n].hangup_status, refusals[n].sent);
        ended(n, ARS_REASON_LOCAL_HANGUP, 0);
        CHECK(take(&f, ARS_EV_ENDED));
        CHECK_INT(f.ev->reason.code, refusals[n].code);
        CHECK(!f.ev->by_remote);
        CHECK_INT(fakes.tone, ARS_TONE_NONE);
    }
    /* the caller gives up */
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    ended(n, ARS_REASON_CANCELLED, 487);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK(f.ev->by_remote);
out:
    return tear_down(&f, err);
}

static int test_no_common_codec(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    /* hopeless from the start: does not even ring */
    CHECK_INT(called(&(struct ars_sip_body){.type = sdp.type, .data = "bad", .len = 3}), 488);
    CHECK(fakes_quiet());
    CHECK_INT(f.calls.n, 0);
    /* only when it is answered (the settings have changed) */
    CHECK_INT(called(&sdp), 0);
    gathered(1);
    ars_reason_set(&fakes.media[1].refuse, ARS_REASON_NOT_ACCEPTABLE, 0, "no common codec");
    CHECK_INT(calls_answer(&f.calls, nth(&f, 1)), 0);
    CHECK_INT(fakes.sip_calls[1].hangup_status, 488);
    ended(1, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NOT_ACCEPTABLE);
out:
    return tear_down(&f, err);
}

/* The server tells who has answered. */
static int test_identity(void)
{
    struct fixture f;
    struct ars_sip_call *sc;
    int err = set_up(&f);

    CHECK_INT(err, 0);
    CHECK_INT(talk(&f, "600"), 0);
    sc = &fakes.sip_calls[0];
    sc->peer_name = "Анна";
    sc->peer_number = "701";
    sc->h->identity(sc, sc->arg);
    CHECK(take(&f, ARS_EV_PEER));
    CHECK_INT(f.ev->call, 1);
    CHECK_STR(f.ev->peer_number, "701");
    CHECK_STR(f.ev->peer_name, "Анна");
    CHECK_INT(f.ev->call_state, ARS_CALL_ESTABLISHED);
out:
    return tear_down(&f, err);
}

/* A 3xx: the user is asked as by a REFER. */
static int test_redirected(void)
{
    struct fixture f;
    struct ars_sip_call *sc;
    int err = set_up(&f);

    CHECK_INT(err, 0);
    CHECK_INT(calls_dial(&f.calls, f.account, "600", "600", 1), 0);
    gathered(0);
    sc = &fakes.sip_calls[0];
    sc->redirect_asked = true;
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_RINGING));
    CHECK_INT(fakes.tone, ARS_TONE_RINGBACK);
    sc->h->redirected(sc, "700", sc->arg);
    CHECK_INT(fakes.tone, ARS_TONE_NONE); /* nothing rings any more */
    CHECK(take(&f, ARS_EV_REFERRED));
    CHECK_INT(f.ev->call, 1);
    CHECK_STR(f.ev->peer_number, "700");
    CHECK_INT(sc->redirects, 0);
    CHECK_INT(calls_follow(&f.calls, nth(&f, 1), true), 0);
    CHECK_INT(sc->redirects, 1);
    CHECK(sc->redirect_followed);
    progress(0, 180, &no_body);
    CHECK(fakes_told(ARS_EV_RINGING));
    CHECK_INT(fakes.tone, ARS_TONE_RINGBACK);
out:
    return tear_down(&f, err);
}

const struct check_case calls_cases[] = {
    {.name = "dial", .fn = test_dial},
    {.name = "refused", .fn = test_refused},
    {.name = "end_tone", .fn = test_end_tone},
    {.name = "cancel", .fn = test_cancel},
    {.name = "early_media", .fn = test_early_media},
    {.name = "hearing", .fn = test_hearing},
    {.name = "bad_answer", .fn = test_bad_answer},
    {.name = "media_failed", .fn = test_media_failed},
    {.name = "answer", .fn = test_answer},
    {.name = "blame", .fn = test_blame},
    {.name = "late_offer", .fn = test_late_offer},
    {.name = "offer_first", .fn = test_offer_first},
    {.name = "redirected", .fn = test_redirected},
    {.name = "identity", .fn = test_identity},
    {.name = "ring_time", .fn = test_ring_time},
    {.name = "not_answered", .fn = test_not_answered},
    {.name = "no_common_codec", .fn = test_no_common_codec},
};
const size_t calls_cases_n = CHECK_COUNT(calls_cases);
