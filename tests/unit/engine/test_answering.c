/* Callers before the user hears of them, and digits; over played rooms below. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answering.h"
#include "calls_rig.h"
#include "check.h"
#include "number.h"
#include "tests.h"

static struct ars_sip_incoming caller(const char *number)
{
    return (struct ars_sip_incoming){
        .number = number, .display_name = "Anna", .call_id = "x", .offer = sdp};
}

static int test_allowed(void)
{
    static const struct {
        const char *list;
        const char *number;
        bool allowed;
    } rows[] = {
        {NULL, "700", false},     {"", "700", false},         {"700", "700", true},
        {"700", "7001", false},   {"600, 7*", "7001", true},  {" 60?\n70? ", "701", true},
        {"*", "700", true},       {"*", "", false},           {"+7*", "+74951234567", true},
        {"700;800", "800", true}, {"600,,,700", "700", true}, {"6*", "700", false},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ars_answering a = {.auto_answer = (char *)(uintptr_t)rows[i].list};
        struct ars_sip_incoming in = caller(rows[i].number);

        CHECK(!answering_allows(&a, &in));
        in.wants_answer = true;
        CHECK_INT(answering_allows(&a, &in), rows[i].allowed);
        in.anonymous = true;
        CHECK(!answering_allows(&a, &in));
    }
out:
    return err;
}

static int set(struct fixture *f, struct ars_answering a)
{
    return calls_set_answering(&f->calls, &a);
}

/* RFC 5806: it rings for its time, then the caller is sent on. */
static int test_forward_unanswered(void)
{
    char to[] = "8 (00)";
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(set(&f, (struct ars_answering){.forward = {[ARS_FORWARD_NO_ANSWER] = to},
                                       .forward_after_s = 5}));
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    fakes_pass(4999);
    CHECK_STR(fakes.sip_calls[0].diverted_to, "");
    fakes_pass(1);
    CHECK_STR(fakes.sip_calls[0].diverted_to, "800");
    CHECK_INT(fakes.sip_calls[0].diversion, ARS_SIP_DIVERSION_NO_ANSWER);
    CHECK(take(&f, ARS_EV_ENDED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_FORWARDED);
    CHECK_INT(f.ev->reason.sip_status, 302);
    /* switched off while it rings */
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    TRY(set(&f, (struct ars_answering){0}));
    fakes_pass(10000);
    CHECK(fakes_quiet());
    CHECK_STR(fakes.sip_calls[1].diverted_to, "");
    ended(1, ARS_REASON_CANCELLED, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
out:
    return tear_down(&f, err);
}

/* Sent away by us once already, and back: it is not sent away again, however it came to ring on. */
static int test_forwarded_here(void)
{
    char to[] = "800", who[] = "*";
    struct ars_sip_incoming in = caller("555");
    struct fixture f;
    int err;

    in.diverted_here = true;
    in.wants_answer = true;
    in.answer_after_s = 2;
    TRY(set_up(&f));
    TRY(set(&f, (struct ars_answering){
                    .forward = {[ARS_FORWARD_NO_ANSWER] = to, [ARS_FORWARD_BUSY] = to},
                    .forward_after_s = 5,
                    .auto_answer = who}));
    CHECK_INT(called_with(&in), 0);
    CHECK_INT(called_with(&in), 0); /* so that the first is not answered by itself, either */
    CHECK(fakes_told(ARS_EV_INCOMING) && fakes_told(ARS_EV_INCOMING));
    fakes_pass(15000);
    CHECK(fakes_quiet());
    CHECK_STR(fakes.sip_calls[0].diverted_to, "");
    CHECK_STR(fakes.sip_calls[1].diverted_to, "");
out:
    return tear_down(&f, err);
}

/* What cannot be called is no target, and what was set before stays. */
static int test_bad_target(void)
{
    char good[] = "700";
    char bad[] = "(-)";
    char digits[] = "700,1";
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(set(&f, (struct ars_answering){.forward = {good}}));
    CHECK_INT(set(&f, (struct ars_answering){.forward = {bad}}), EINVAL);
    CHECK_INT(set(&f, (struct ars_answering){.forward = {digits}}), EINVAL);
    CHECK_INT(called(&sdp), 0);
    CHECK(take(&f, ARS_EV_REFUSED));
    CHECK_STR(f.ev->peer_number, "555");
    CHECK_STR(f.ev->reason.text, "700");
    CHECK_STR(fakes.sip_calls[0].diverted_to, "700");
out:
    return tear_down(&f, err);
}

static int test_answers_itself(void)
{
    char who[] = "55*";
    struct ars_sip_incoming in = caller("555");
    struct fixture f;
    int err;

    in.wants_answer = true;
    in.answer_after_s = 2;
    TRY(set_up(&f));
    TRY(set(&f, (struct ars_answering){.auto_answer = who}));
    CHECK_INT(called_with(&in), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    gathered(0);
    fakes_pass(1999);
    CHECK_INT(fakes.tone, ARS_TONE_RINGING);
    CHECK_INT(fakes.sip_calls[0].answers, 0);
    fakes_pass(1);
    CHECK(fakes_told(ARS_EV_AUTO_ANSWERED));
    CHECK_INT(fakes.sip_calls[0].answers, 1);
    CHECK_INT(fakes.tone, ARS_TONE_ATTENTION);
    confirmed(0, &no_body);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    CHECK(fakes.media[0].talk);
    fakes_pass(1000);
    CHECK_INT(fakes.tone, ARS_TONE_NONE);
    /* while it talks another one rings, quietly */
    in.answer_after_s = 0;
    CHECK_INT(called_with(&in), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    fakes_pass(5000);
    CHECK(fakes_quiet());
    CHECK_INT(fakes.tone, ARS_TONE_WAITING);
    ended(1, ARS_REASON_CANCELLED, 0);
    CHECK(fakes_told(ARS_EV_ENDED));
    /* a call that has been hung up here, and only waits for its 200, keeps nobody busy */
    call_hangup(nth(&f, 1), 0);
    CHECK_INT(call_state(nth(&f, 1)), ARS_CALL_ENDING);
    CHECK_INT(called_with(&in), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    gathered(2);
    fakes_pass(0);
    CHECK(fakes_told(ARS_EV_AUTO_ANSWERED));
    CHECK_INT(fakes.sip_calls[2].answers, 1);
out:
    return tear_down(&f, err);
}

/* Somebody else called while the time ran: the user has to choose. */
static int test_two_ring(void)
{
    char who[] = "*";
    struct ars_sip_incoming in = caller("555");
    struct fixture f;
    int err;

    in.wants_answer = true;
    in.answer_after_s = 2;
    TRY(set_up(&f));
    TRY(set(&f, (struct ars_answering){.auto_answer = who}));
    CHECK_INT(called_with(&in), 0);
    CHECK_INT(called(&sdp), 0);
    CHECK(fakes_told(ARS_EV_INCOMING));
    CHECK(fakes_told(ARS_EV_INCOMING));
    fakes_pass(3000);
    CHECK(fakes_quiet());
    CHECK_INT(fakes.sip_calls[0].answers, 0);
out:
    return tear_down(&f, err);
}

/* ---- digits ---- */

static int test_number_with_digits(void)
{
    static const struct {
        const char *typed;
        const char *target; /* NULL: EINVAL */
        const char *digits;
    } rows[] = {
        {"600,12#", "600,12#", ",12#"},
        {"+7 (495) 123-45-67,,1 2", "+74951234567,,12", ",,12"},
        {"600,", "600", NULL},
        {"600", "600", NULL},
        {",12", NULL, NULL},
        {"600,x", NULL, NULL},
        {"anna,1", NULL, NULL},
        {"sip:a,b@pbx.test", "sip:a,b@pbx.test", NULL},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *target = NULL;
        int got = number_to_target(rows[i].typed, &target);

        CHECK_INT(got, rows[i].target ? 0 : EINVAL);
        if (target) {
            const char *digits = number_digits(target);
            bool same =
                strcmp(target, rows[i].target) == 0 &&
                (digits ? rows[i].digits && strcmp(digits, rows[i].digits) == 0 : !rows[i].digits);

            free(target);
            CHECK(same);
        }
    }
out:
    return err;
}

/* Sent once it is answered and there is a way, and shown as typed. */
static int test_digits_behind_number(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(calls_dial(&f.calls, f.account, "600,12#", "600,12#", 0));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_STR(f.ev->peer_number, "600,12#");
    gathered(0);
    CHECK_STR(fakes.sip_calls[0].target, "600");
    answered(0, &sdp);
    CHECK(fakes_told(ARS_EV_ESTABLISHED));
    CHECK_STR(fakes.media[0].digits, "");
    fakes.media[0].h->connected(fakes.media[0].arg);
    CHECK(fakes_told(ARS_EV_MEDIA));
    CHECK_STR(fakes.media[0].digits, ",12#");
out:
    return tear_down(&f, err);
}

static void informed(size_t i, int status)
{
    fakes.sip_calls[i].h->informed(&fakes.sip_calls[i], status, fakes.sip_calls[i].arg);
}

/* No telephone-event was agreed: INFO, one at a time, a comma is two seconds. */
static int test_fallback_to_info(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.media[0].dtmf_error = ENOTSUP;
    CHECK_INT(call_dtmf(nth(&f, 1), "1x"), EINVAL);
    TRY(call_dtmf(nth(&f, 1), "1,2"));
    CHECK_STR(fakes.sip_calls[0].info, "application/dtmf-relay: Signal=1\r\nDuration=100\r\n");
    fakes_pass(5000);
    CHECK_INT(fakes.sip_calls[0].infos, 1);
    informed(0, 200);
    fakes_pass(2100);
    CHECK_INT(fakes.sip_calls[0].infos, 1);
    fakes_pass(100);
    CHECK_INT(fakes.sip_calls[0].infos, 2);
    CHECK_STR(fakes.sip_calls[0].info, "application/dtmf-relay: Signal=2\r\nDuration=100\r\n");
    TRY(call_dtmf(nth(&f, 1), "345"));
    informed(0, 500);
    CHECK(take(&f, ARS_EV_ERROR));
    CHECK_INT(f.ev->reason.sip_status, 500);
    fakes_pass(5000);
    CHECK_INT(fakes.sip_calls[0].infos, 2);
out:
    return tear_down(&f, err);
}

/* Each way as it is wished, and what comes after it when the far end does not take it. */
static int test_ways_of_digits(void)
{
    static const char relay[] = "application/dtmf-relay: Signal=7\r\nDuration=100\r\n";
    static const struct {
        enum ars_dtmf_mode mode;
        int events; /* what media says to RFC 4733 */
        const char *first, *second;
        const char *in_sound, *as_tones;
    } rows[] = {
        {ARS_DTMF_RFC4733, 0, "", "", "78", ""},
        {ARS_DTMF_RFC4733, ENOTSUP, relay, "application/dtmf: 7", "", "78"},
        {ARS_DTMF_INFO_RELAY, 0, relay, "application/dtmf: 7", "78", ""},
        {ARS_DTMF_INFO_RELAY, ENOTSUP, relay, "application/dtmf: 7", "", "78"},
        {ARS_DTMF_INFO, 0, "application/dtmf: 7", relay, "78", ""},
        {ARS_DTMF_INFO, ENOTSUP, "application/dtmf: 7", relay, "", "78"},
        {ARS_DTMF_INBAND, 0, "", "", "", "78"},
    };
    struct fixture f;
    int err;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        bool info = rows[i].first[0];

        TRY(set_up(&f));
        ((struct ars_account_conf *)(uintptr_t)account_conf(f.account))->dtmf = rows[i].mode;
        TRY(talk(&f, "600"));
        fakes.media[0].dtmf_error = rows[i].events;
        TRY(call_dtmf(nth(&f, 1), "78"));
        CHECK_STR(fakes.sip_calls[0].info, rows[i].first);
        if (info) {
            informed(0, 415);
            CHECK_STR(fakes.sip_calls[0].info, rows[i].second);
            informed(0, 501);
        }
        CHECK_INT(fakes.sip_calls[0].infos, info ? 2 : 0);
        CHECK_STR(fakes.media[0].digits, rows[i].in_sound);
        CHECK_STR(fakes.media[0].tones, rows[i].as_tones);
        /* what was refused is not tried again */
        TRY(call_dtmf(nth(&f, 1), "9"));
        CHECK_INT(fakes.sip_calls[0].infos, info ? 2 : 0);
        CHECK(fakes_quiet());
        TRY(tear_down(&f, 0));
    }
    return 0;
out:
    return tear_down(&f, err);
}

const struct check_case answering_cases[] = {
    {.name = "auto_answer_allowed", .fn = test_allowed},
    {.name = "forward_unanswered", .fn = test_forward_unanswered},
    {.name = "forwarded_here", .fn = test_forwarded_here},
    {.name = "forward_bad_target", .fn = test_bad_target},
    {.name = "answers_itself", .fn = test_answers_itself},
    {.name = "answers_itself_two_ring", .fn = test_two_ring},
    {.name = "number_with_digits", .fn = test_number_with_digits},
    {.name = "digits_behind_number", .fn = test_digits_behind_number},
    {.name = "digits_as_info", .fn = test_fallback_to_info},
    {.name = "digits_in_other_ways", .fn = test_ways_of_digits},
};
const size_t answering_cases_n = CHECK_COUNT(answering_cases);
