/*
 * Calls with the demo line: what is heard, held, typed; who calls whom.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define SILENT_DBFS (-60.0)
#define HEARD_DBFS  (-40.0)

/* The end of a call at the far end's wish, or ours, in the words of the event. */
static int expect_end(struct phone *p, ars_id call, enum ars_reason_code code, bool by_remote)
{
    const struct ars_event *ev;
    int err = phone_wait(p, ARS_EV_ENDED, call, 5000, &ev);

    if (err)
        return err;
    CHECK_STR(ars_reason_name(ev->reason.code), ars_reason_name(code));
    CHECK_INT(ev->by_remote, by_remote);
out:
    return err;
}

static int test_register(void)
{
    static const char *const algorithms[] = {"MD5", "SHA-256", "SHA-512-256"};
    struct scene s = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(algorithms); i++) {
        const struct ars_event *ev;

        TRY(line_start(&s.line, algorithms[i]));
        TRY(phone_start(&s.a, "a", "silence", "none"));
        TRY(phone_account(s.a, s.line, NULL, NULL));
        TRY(phone_wait(s.a, ARS_EV_REGISTERED, 0, 5000, &ev));
        CHECK_INT(ev->number, 600);
        TRY(phone_command(s.a, ARS_CMD_SHUTDOWN, 0, 0, NULL));
        TRY(phone_wait(s.a, ARS_EV_UNREGISTERED, 0, 5000, NULL));
        TRY(phone_wait(s.a, ARS_EV_STOPPED, 0, 5000, NULL));
        TRY(line_end(s.line));
        scene_close(&s);
    }
out:
    scene_close(&s);
    return err;
}

static int test_wrong_password(void)
{
    struct scene s = {0};
    const struct ars_event *ev;
    int err;

    TRY(line_start(&s.line, NULL));
    TRY(phone_start(&s.a, "a", "silence", "none"));
    TRY(phone_account(s.a, s.line, "not the password", NULL));
    TRY(phone_wait(s.a, ARS_EV_REGISTRATION_FAILED, 0, 5000, &ev));
    CHECK_STR(ars_reason_name(ev->reason.code), "wrong_password");
    CHECK_INT(ev->retry_ms, 0);
    CHECK(!phone_heard(s.a, ARS_EV_REGISTERED, 0, 1000));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

static int test_wrong_pin(void)
{
    struct scene s = {0}, other = {0};
    const struct ars_event *ev;
    int err;

    TRY(line_start(&s.line, NULL));
    TRY(line_start(&other.line, NULL));
    TRY(phone_start(&s.a, "a", "silence", "none"));
    TRY(phone_account(s.a, s.line, NULL, line_pin(other.line)));
    TRY(phone_wait(s.a, ARS_EV_REGISTRATION_FAILED, 0, 5000, &ev));
    CHECK_STR(ars_reason_name(ev->reason.code), "certificate");
    CHECK(ev->cert != NULL);
    CHECK(!memcmp(ev->cert->sha256, line_pin(s.line), ARS_PIN_LEN));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    scene_close(&other);
    return err;
}

static int test_echo(void)
{
    struct scene s;
    struct sound heard = {0};
    struct ars_media_stats stats;
    ars_id call;
    int err;

    TRY(scene_open(&s, "tone:1000", NULL));
    TRY(phone_call(s.a, "600", &call));
    phone_listen(s.a, 500);
    TRY(phone_stats(s.a, call, &stats));
    phone_listen(s.a, 2000);
    TRY(phone_stats(s.a, call, &stats));
    CHECK(fabs(stats.level_out_dbfs - stats.level_in_dbfs) < 3);
    CHECK(stats.sent > 100 && stats.received > 100);
    CHECK_STR(stats.codec, "opus");
    CHECK(strstr(stats.srtp, "AES") != NULL);
    CHECK(strstr(stats.path, "host") != NULL);
    CHECK(PACE_SANITIZED || stats.loss_pct == 0);
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
    TRY(sound_read(&heard, s.wav_a));

    uint32_t end = sound_ms(&heard);

    CHECK(end > 1500);
    CHECK(sound_level(&heard, end - 1300, end - 300) > HEARD_DBFS);
    CHECK(fabs(sound_pitch(&heard, end - 1300, end - 300) - 1000) <= 1);
out:
    sound_free(&heard);
    scene_close(&s);
    return err;
}

static int test_tone(void)
{
    struct scene s;
    struct sound heard = {0};
    ars_id call;
    int err;

    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_call(s.a, "601", &call));
    phone_listen(s.a, 2500);
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
    TRY(sound_read(&heard, s.wav_a));

    uint32_t end = sound_ms(&heard);

    CHECK(end > 1500);
    CHECK(sound_level(&heard, end - 1300, end - 300) > HEARD_DBFS);
    CHECK(fabs(sound_pitch(&heard, end - 1300, end - 300) - 440) <= 1);
    CHECK(PACE_SANITIZED || sound_share(&heard, 440, end - 1300, end - 300) > 0.95);
out:
    sound_free(&heard);
    scene_close(&s);
    return err;
}

/* Each hears itself, and not the other. */
static int test_two_phones(void)
{
    struct scene s;
    struct sound a = {0}, b = {0};
    ars_id call_a, call_b;
    int err;

    TRY(scene_open(&s, "tone:500", "tone:800"));
    TRY(phone_call(s.a, "600", &call_a));
    TRY(phone_call(s.b, "600", &call_b));
    phone_listen(s.a, 2500);
    TRY(phone_hangup(s.a, call_a));
    TRY(phone_hangup(s.b, call_b));
    TRY(scene_end(&s));
    TRY(sound_read(&a, s.wav_a));
    TRY(sound_read(&b, s.wav_b));
    CHECK(sound_ms(&a) > 1500 && sound_ms(&b) > 1500);
    CHECK(fabs(sound_pitch(&a, sound_ms(&a) - 1300, sound_ms(&a) - 300) - 500) <= 1);
    CHECK(fabs(sound_pitch(&b, sound_ms(&b) - 1300, sound_ms(&b) - 300) - 800) <= 1);
out:
    sound_free(&a);
    sound_free(&b);
    scene_close(&s);
    return err;
}

static int test_not_found(void)
{
    struct scene s;
    const struct ars_event *ev;
    ars_id call;
    int err;

    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_dial(s.a, "999", &call));
    TRY(phone_wait(s.a, ARS_EV_ENDED, call, 5000, &ev));
    CHECK_STR(ars_reason_name(ev->reason.code), "not_found");
    CHECK_INT(ev->reason.sip_status, 404);
    CHECK(ev->by_remote);
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

static int test_call_back(void)
{
    struct scene s;
    struct sound heard = {0};
    const struct ars_event *ev;
    ars_id call;
    int err;

    TRY(scene_open(&s, "tone:700", NULL));
    TRY(phone_dial(s.a, "602", &call));
    TRY(phone_wait(s.a, ARS_EV_RINGING, call, 5000, NULL));
    TRY(phone_wait(s.a, ARS_EV_ESTABLISHED, call, 5000, NULL));
    TRY(expect_end(s.a, call, ARS_REASON_REMOTE_HANGUP, true));
    TRY(phone_wait(s.a, ARS_EV_INCOMING, 0, 3000, &ev));
    CHECK(ev->call != call);
    call = ev->call;
    CHECK_STR(ev->peer_number, "602");
    CHECK_STR(ev->peer_name, "ARS demo line");
    TRY(phone_command(s.a, ARS_CMD_ANSWER, call, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_ESTABLISHED, call, 5000, NULL));
    TRY(phone_wait(s.a, ARS_EV_FIRST_AUDIO, call, 5000, NULL));
    phone_listen(s.a, 2000);
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
    TRY(sound_read(&heard, s.wav_a));

    uint32_t end = sound_ms(&heard);

    CHECK(end > 1200);
    CHECK(fabs(sound_pitch(&heard, end - 1000, end - 300) - 700) <= 1);
out:
    sound_free(&heard);
    scene_close(&s);
    return err;
}

static int test_hold(void)
{
    struct scene s;
    struct sound heard = {0};
    struct ars_media_stats before, during, after;
    ars_id call;
    uint32_t gap_from, gap;
    int err;

    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_call(s.a, "601", &call));
    phone_listen(s.a, 1000);
    TRY(phone_command(s.a, ARS_CMD_HOLD, call, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_HELD, call, 3000, NULL));
    phone_listen(s.a, 200);
    TRY(phone_stats(s.a, call, &before));
    phone_listen(s.a, 1500);
    TRY(phone_stats(s.a, call, &during));
    CHECK(during.received <= before.received + 2);
    TRY(phone_command(s.a, ARS_CMD_RESUME, call, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_RESUMED, call, 3000, NULL));
    phone_listen(s.a, 1500);
    TRY(phone_stats(s.a, call, &after));
    CHECK(after.sent > during.sent + 40);
    CHECK(after.received > during.received + 40);
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
    TRY(sound_read(&heard, s.wav_a));

    uint32_t end = sound_ms(&heard);

    sound_gap(&heard, SILENT_DBFS, &gap_from, &gap);
    CHECK(gap >= 1400);
    CHECK(gap_from > 300);
    CHECK(fabs(sound_pitch(&heard, gap_from - 300, gap_from - 100) - 440) <= 5);
    CHECK(gap_from + gap + 500 < end);
    CHECK(fabs(sound_pitch(&heard, end - 1000, end - 300) - 440) <= 1);
out:
    sound_free(&heard);
    scene_close(&s);
    return err;
}

static int test_mute(void)
{
    struct scene s;
    struct sound heard = {0};
    ars_id call;
    uint32_t gap_from, gap;
    int err;

    TRY(scene_open(&s, "tone:600", NULL));
    TRY(phone_call(s.a, "600", &call));
    phone_listen(s.a, 1000);
    TRY(phone_command(s.a, ARS_CMD_MUTE, call, 1, NULL));
    phone_listen(s.a, 1500);
    TRY(phone_command(s.a, ARS_CMD_MUTE, call, 0, NULL));
    phone_listen(s.a, 1500);
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
    TRY(sound_read(&heard, s.wav_a));

    uint32_t end = sound_ms(&heard);

    sound_gap(&heard, SILENT_DBFS, &gap_from, &gap);
    CHECK(gap >= 1200 && gap <= pace_ms(2000));
    CHECK(gap_from > 300);
    CHECK(fabs(sound_pitch(&heard, end - 1000, end - 300) - 600) <= 1);
out:
    sound_free(&heard);
    scene_close(&s);
    return err;
}

/* The echo line says back what is typed. */
static int test_dtmf(void)
{
    static const char digits[] = "19*#0D";
    struct scene s;
    const struct ars_event *ev;
    ars_id call;
    int err;

    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_call(s.a, "600", &call));
    TRY(phone_command(s.a, ARS_CMD_DTMF, call, 0, digits));
    for (size_t i = 0; digits[i]; i++) {
        char want[] = {digits[i], '\0'};

        TRY(phone_wait(s.a, ARS_EV_DTMF, call, 3000, &ev));
        CHECK_STR(ev->text, want);
        CHECK(ev->number >= 40 && ev->number <= 200);
    }
    CHECK(!phone_heard(s.a, ARS_EV_DTMF, call, 500));
    TRY(phone_hangup(s.a, call));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

/* The line calls back while we are in another call with it. */
static int talk_and_be_called(struct phone *p, ars_id *ret_first, ars_id *ret_second)
{
    const struct ars_event *ev;
    ars_id first;
    int err;

    TRY(phone_dial(p, "602", &first));
    TRY(expect_end(p, first, ARS_REASON_REMOTE_HANGUP, true));
    TRY(phone_call(p, "600", &first));
    TRY(phone_wait(p, ARS_EV_INCOMING, 0, 3000, &ev));
    CHECK(ev->call != first);
    CHECK(!phone_heard(p, ARS_EV_ENDED, first, 300));
    CHECK(!phone_heard(p, ARS_EV_HELD, first, 0));
    *ret_first = first;
    *ret_second = ev->call;
out:
    return err;
}

/* A second incoming call rings, and the first goes on. */
static int test_second_refused(void)
{
    struct scene s;
    struct ars_media_stats before, after;
    ars_id first, second;
    int err;

    TRY(scene_open(&s, "tone:500", NULL));
    TRY(talk_and_be_called(s.a, &first, &second));
    TRY(phone_command(s.a, ARS_CMD_REJECT, second, 486, NULL));
    TRY(phone_wait(s.a, ARS_EV_ENDED, second, 3000, NULL));
    TRY(phone_stats(s.a, first, &before));
    phone_listen(s.a, 1000);
    TRY(phone_stats(s.a, first, &after));
    CHECK(after.received > before.received + 25);
    CHECK(after.level_out_dbfs > HEARD_DBFS);
    TRY(phone_hangup(s.a, first));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

/* The second is answered: the first is held, and they can be swapped. */
static int test_second_answered(void)
{
    struct scene s;
    struct ars_media_stats stats;
    ars_id first, second;
    int err;

    TRY(scene_open(&s, "tone:500", NULL));
    TRY(talk_and_be_called(s.a, &first, &second));
    TRY(phone_command(s.a, ARS_CMD_ANSWER, second, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_HELD, first, 3000, NULL));
    TRY(phone_wait(s.a, ARS_EV_FIRST_AUDIO, second, 5000, NULL));
    TRY(phone_stats(s.a, second, &stats));
    phone_listen(s.a, 1000);
    TRY(phone_stats(s.a, second, &stats));
    CHECK(stats.level_out_dbfs > HEARD_DBFS);
    TRY(phone_command(s.a, ARS_CMD_RESUME, first, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_RESUMED, first, 3000, NULL));
    TRY(phone_wait(s.a, ARS_EV_HELD, second, 3000, NULL));
    phone_listen(s.a, 500);
    TRY(phone_stats(s.a, first, &stats));
    phone_listen(s.a, 1000);
    TRY(phone_stats(s.a, first, &stats));
    CHECK(stats.level_out_dbfs > HEARD_DBFS);
    TRY(phone_hangup(s.a, first));
    TRY(phone_hangup(s.a, second));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

static int test_given_up(void)
{
    struct scene s;
    const struct ars_event *ev;
    ars_id call;
    int err;

    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_dial(s.a, "602", &call));
    TRY(phone_wait(s.a, ARS_EV_RINGING, call, 5000, NULL));
    TRY(phone_command(s.a, ARS_CMD_HANGUP, call, 0, NULL));
    TRY(phone_wait(s.a, ARS_EV_ENDED, call, 5000, &ev));
    CHECK(!ev->by_remote);
    /* nobody talked, so nobody calls back */
    CHECK(!phone_heard(s.a, ARS_EV_INCOMING, 0, 2500));
    TRY(scene_end(&s));
out:
    scene_close(&s);
    return err;
}

/* The phone leaves in the middle of things: nothing is left behind on either side. */
static int test_leave_anywhere(void)
{
    static const char *const numbers[] = {"600", "602", "999"};
    struct scene s = {0};
    ars_id call;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(numbers); i++) {
        TRY(scene_open(&s, "silence", NULL));
        TRY(phone_dial(s.a, numbers[i], &call));
        phone_free(s.a); /* at once */
        s.a = NULL;
        TRY(line_end(s.line));
        scene_close(&s);
    }
    TRY(scene_open(&s, "silence", NULL));
    TRY(phone_call(s.a, "600", &call));
    TRY(scene_end(&s)); /* in a call */
    scene_close(&s);
    TRY(line_start(&s.line, NULL));
    TRY(phone_start(&s.a, "a", "silence", "none"));
    TRY(phone_account(s.a, s.line, NULL, NULL));
    phone_free(s.a); /* while connecting */
    s.a = NULL;
    TRY(line_end(s.line));
out:
    scene_close(&s);
    return err;
}

const struct check_case call_cases[] = {
    {"loop/register", test_register, false},
    {"loop/wrong-password", test_wrong_password, false},
    {"loop/wrong-pin", test_wrong_pin, false},
    {"loop/echo", test_echo, false},
    {"loop/tone", test_tone, false},
    {"loop/two-phones", test_two_phones, false},
    {"loop/not-found", test_not_found, false},
    {"loop/call-back", test_call_back, false},
    {"loop/hold", test_hold, false},
    {"loop/mute", test_mute, false},
    {"loop/dtmf", test_dtmf, false},
    {"loop/second-refused", test_second_refused, false},
    {"loop/second-answered", test_second_answered, false},
    {"loop/given-up", test_given_up, false},
    {"loop/leave-anywhere", test_leave_anywhere, false},
};
const size_t call_case_count = CHECK_COUNT(call_cases);
