/* Calls, alone and several together, over played rooms below. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "calls.h"
#include "check.h"
#include "fakes.h"
#include "tests.h"

static const struct ars_sip_body no_body = {0};
static const struct ars_sip_body sdp = {.type = "application/sdp", .data = "theirs", .len = 6};

struct fixture {
    struct account *account;
    struct calls calls;
    unsigned gone;
    struct ars_event *ev;
};

static void on_gone(void *arg)
{
    ((struct fixture *)arg)->gone++;
}

static void on_leave(struct account *a, bool politely, void *arg)
{
}

static int on_incoming(struct account *a, struct ars_sip_call *sc,
                       const struct ars_sip_incoming *in, void *arg)
{
    struct fixture *f = arg;

    return calls_incoming(&f->calls, a, sc, in);
}

static void on_rebound(struct account *a, void *arg)
{
    struct fixture *f = arg;

    calls_rebind(&f->calls, a);
}

static void on_off(struct account *a, void *arg)
{
}

static struct ars_account_conf *conf_new(void)
{
    struct ars_account_conf *c = ars_account_conf_new();

    if (!c)
        return NULL;
    c->server = ars_strdup("pbx.test");
    c->login = ars_strdup("100");
    c->ring_s = 20;
    if (!c->server || !c->login) {
        ars_account_conf_free(c);
        return NULL;
    }
    return c;
}

/* Up to a registered account. */
static int set_up(struct fixture *f)
{
    struct account_env env = {.incoming = on_incoming,
                              .rebound = on_rebound,
                              .leave_calls = on_leave,
                              .off = on_off,
                              .arg = f};
    struct ars_account_conf *conf;
    int err;

    *f = (struct fixture){0};
    err = fakes_open();
    if (err)
        return err;
    env.outbox = fakes.outbox;
    calls_init(&f->calls, NULL, fakes.outbox, NULL, on_gone, f);
    conf = conf_new();
    err = conf ? account_alloc(&f->account, 1, conf, &env) : ENOMEM;
    if (err) {
        ars_account_conf_free(conf);
        return err;
    }
    account_start(f->account, NULL, 0);
    if (fakes.resolve)
        fakes_resolve(1);
    if (!fakes.wss_h)
        return ENOMEM;
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    while ((f->ev = outbox_pop(fakes.outbox)))
        ars_event_free(f->ev);
    return 0;
}

static int tear_down(struct fixture *f, int err)
{
    ars_event_free(f->ev);
    calls_close(&f->calls);
    account_free(f->account);
    while (fakes.outbox && (f->ev = outbox_pop(fakes.outbox)))
        ars_event_free(f->ev);
    if (!fakes_close() && !err)
        err = check_fail(__FILE__, __LINE__, "something was left behind");
    return err;
}

static struct ars_event *take(struct fixture *f, enum ars_event_type type)
{
    ars_event_free(f->ev);
    f->ev = fakes_expect(type);
    return f->ev;
}

static void gathered(size_t i)
{
    fakes.media[i].h->gathered(fakes.media[i].arg);
}

static void ended(size_t i, enum ars_reason_code code, int status)
{
    struct ars_sip_call *sc = &fakes.sip_calls[i];
    struct ars_reason why;

    ars_reason_set(&why, code, status, "%s", "");
    sc->alive = false;
    sc->h->ended(sc, &why, sc->arg);
}

static void progress(size_t i, int status, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->progress(&fakes.sip_calls[i], status, body, fakes.sip_calls[i].arg);
}

static void answered(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->answered(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

static void confirmed(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->confirmed(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

static void reanswered(size_t i, int status)
{
    fakes.sip_calls[i].h->reanswered(&fakes.sip_calls[i], status, status < 300 ? &sdp : &no_body,
                                     fakes.sip_calls[i].arg);
}

static void reoffer(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->reoffer(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

/* Somebody calls; the status that the caller hears, 0: it rings. */
static int called(const struct ars_sip_body *offer)
{
    struct ars_sip_incoming in = {
        .number = "555", .display_name = "Anna", .call_id = "x", .offer = *offer};
    struct ars_sip_call *sc = &fakes.sip_calls[fakes.sip_calls_n++];

    return fakes.sip_h->incoming(sc, &in, fakes.sip_arg);
}

/* A call of ours that is up: the next index of sip_calls and media. */
static int talk(struct fixture *f, const char *number)
{
    size_t i = fakes.sip_calls_n;
    int err = calls_dial(&f->calls, f->account, number, 0);

    if (err)
        return err;
    gathered(fakes.media_n - 1);
    answered(i, &sdp);
    return fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_ESTABLISHED) ? 0 : EBADMSG;
}

static struct call *nth(struct fixture *f, ars_id id)
{
    return calls_find(&f->calls, id);
}

/* ---- calls that we make ---- */

static int test_dial(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", 77));
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
    TRY(calls_dial(&f.calls, f.account, "605", 0));
    gathered(0);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(0, ARS_REASON_BUSY, 486);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_BUSY);
    CHECK_INT(f.ev->reason.sip_status, 486);
    CHECK(f.ev->by_remote && !f.ev->has_stats);
    /* the connection went away: nobody over there decided that */
    TRY(calls_dial(&f.calls, f.account, "605", 0));
    gathered(1);
    CHECK(fakes_told(ARS_EV_DIALING));
    ended(1, ARS_REASON_CONNECTION_LOST, 503);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK(!f.ev->by_remote);
    CHECK_INT(f.ev->call, 2);
    /* INVITE cannot even be sent */
    fakes.invite_error = ENOTCONN;
    TRY(calls_dial(&f.calls, f.account, "605", 0));
    gathered(2);
    CHECK(fakes_told(ARS_EV_DIALING));
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NO_CONNECTION);
out:
    return tear_down(&f, err);
}

static int test_cancel(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    /* before there is an INVITE */
    TRY(calls_dial(&f.calls, f.account, "608", 0));
    CHECK(fakes_told(ARS_EV_DIALING));
    call_hangup(nth(&f, 1), 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_CANCELLED);
    CHECK(!f.ev->by_remote);
    CHECK_INT(fakes.sip_calls_n, 0);
    /* while it rings; sip may end the call from inside */
    TRY(calls_dial(&f.calls, f.account, "608", 0));
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
    TRY(calls_dial(&f.calls, f.account, "609", 0));
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

static int test_bad_answer(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600", 0));
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
    TRY(calls_dial(&f.calls, f.account, "600", 0));
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
    /* nobody is there */
    n++;
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    fakes_pass(19999);
    CHECK_INT(fakes.sip_calls[n].hangups, 0);
    fakes_pass(1);
    CHECK_INT(fakes.sip_calls[n].hangup_status, 480);
    ended(n, ARS_REASON_LOCAL_HANGUP, 0);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_NO_ANSWER);
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
    TRY(calls_dial(&f.calls, f.account, "601", 0));
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
    for (int i = 0; i < CALLS_MAX; i++)
        CHECK_INT(called(&sdp), 0);
    CHECK_INT(called(&sdp), 486);
    CHECK_INT(calls_dial(&f.calls, f.account, "600", 0), ENOSPC);
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

/* Whichever allocation fails: nothing crashes, nothing is left behind. */
static int test_out_of_memory(void)
{
    struct fixture f;
    struct call *c;
    int err;

    err = set_up(&f);
    if (err)
        return tear_down(&f, err);
    (void)calls_dial(&f.calls, f.account, "600", 0);
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

const struct check_case calls_cases[] = {
    {.name = "dial", .fn = test_dial},
    {.name = "refused", .fn = test_refused},
    {.name = "cancel", .fn = test_cancel},
    {.name = "early_media", .fn = test_early_media},
    {.name = "bad_answer", .fn = test_bad_answer},
    {.name = "media_failed", .fn = test_media_failed},
    {.name = "answer", .fn = test_answer},
    {.name = "late_offer", .fn = test_late_offer},
    {.name = "not_answered", .fn = test_not_answered},
    {.name = "no_common_codec", .fn = test_no_common_codec},
    {.name = "hold", .fn = test_hold},
    {.name = "hold_refused", .fn = test_hold_refused},
    {.name = "hold_races", .fn = test_hold_races},
    {.name = "remote_hold", .fn = test_remote_hold},
    {.name = "two_calls", .fn = test_two_calls},
    {.name = "ringing_while_held", .fn = test_ringing_while_held},
    {.name = "too_many", .fn = test_too_many},
    {.name = "rebind", .fn = test_rebind},
    {.name = "out_of_memory", .fn = test_out_of_memory, .oom = true},
};
const size_t calls_cases_n = CHECK_COUNT(calls_cases);
