/* Unit tests of app: calls, and what the journal says of them. */
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "face.h"

static const struct ars_app_call *only_call(const struct face *f)
{
    return ars_app_call_count(f->app) == 1 ? ars_app_call_at(f->app, 0) : NULL;
}

static int test_outgoing(void)
{
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(ars_app_dial(f.app, "8 (495) 123"));
    face_serve(&f);
    c = only_call(&f);
    CHECK(c != NULL);
    CHECK_INT(c->state, ARS_CALL_ESTABLISHED);
    CHECK(!c->incoming && c->ringing && c->connected && !c->held && !c->muted);
    CHECK_INT(c->volume, 100);
    CHECK_STR(c->number, "8 (495) 123");
    CHECK_STR(c->name, "");
    CHECK(c->established_ms >= c->begun_ms && c->begun_ms > 0);
    CHECK(c->has_stats);
    CHECK_STR(c->stats.codec, "opus");
    CHECK_INT(c->result, ARS_HISTORY_TALKING);
    CHECK_INT(f.added, 1);
    cmd = fake_find_command(ARS_CMD_DIAL);
    CHECK(cmd && cmd->account == 1);
    CHECK_STR(cmd->text, "8 (495) 123"); /* what was typed is what is dialled */
    TRY(ars_app_call_command(f.app, ARS_CMD_HANGUP, c->id, 0, NULL));
    CHECK_INT(c->state, ARS_CALL_ENDING);
    face_serve(&f);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.last_ended.state, ARS_CALL_ENDED);
    CHECK_INT(f.last_ended.result, ARS_HISTORY_ANSWERED);
    CHECK_INT(ars_app_call_count(f.app), 0);
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, 1);
    CHECK_INT(f.entries[0].result, ARS_HISTORY_ANSWERED);
    CHECK_INT(f.entries[0].duration_ms, 1000);
    CHECK_STR(f.entries[0].number, "8 (495) 123");
    CHECK_STR(f.entries[0].reason, "");
    CHECK(llabs(f.entries[0].start_us - (int64_t)ars_clock_wall_us()) < 60000000);
    CHECK(!f.misplaced);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_hold_mute_volume_digits(void)
{
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct ars_event *ev;
    struct face f = {0};
    unsigned changed;
    int err;

    TRY(face_ready(&f));
    TRY(ars_app_dial(f.app, "600"));
    face_serve(&f);
    c = only_call(&f);
    CHECK(c != NULL);
    TRY(ars_app_call_command(f.app, ARS_CMD_HOLD, c->id, 0, NULL));
    face_serve(&f);
    CHECK(c->held);
    TRY(ars_app_call_command(f.app, ARS_CMD_RESUME, c->id, 0, NULL));
    face_serve(&f);
    CHECK(!c->held);
    fake_push(fake_call_event(ARS_EV_REMOTE_HELD, c->id, ARS_CALL_ESTABLISHED));
    face_serve(&f);
    CHECK(c->remote_held && !c->held);
    ev = fake_call_event(ARS_EV_PEER, c->id, ARS_CALL_ESTABLISHED);
    ev->peer_number = ars_strdup("702");
    ev->peer_name = ars_strdup("Boris");
    fake_push(ev);
    face_serve(&f);
    CHECK_STR(c->number, "702");
    CHECK_STR(c->name, "Boris");
    TRY(face_ask_journal(&f, NULL)); /* whom it was for; the name came with another number */
    CHECK_STR(f.entries[0].number, "600");
    CHECK_STR(f.entries[0].name, "");
    ev = fake_call_event(ARS_EV_PEER, c->id, ARS_CALL_ESTABLISHED);
    ev->peer_number = ars_strdup("600");
    ev->peer_name = ars_strdup("Echo");
    fake_push(ev);
    face_serve(&f);
    TRY(face_ask_journal(&f, NULL));
    CHECK_STR(f.entries[0].name, "Echo");
    CHECK_INT(f.entries[0].result, ARS_HISTORY_TALKING);
    changed = f.changed;
    TRY(ars_app_call_command(f.app, ARS_CMD_MUTE, c->id, 1, NULL));
    CHECK(c->muted);
    CHECK_INT(f.changed, changed); /* told later, from the dispatch */
    TRY(ars_app_call_command(f.app, ARS_CMD_VOLUME, c->id, 40, NULL));
    CHECK_INT(c->volume, 40);
    face_serve(&f);
    CHECK(f.changed > changed);
    TRY(ars_app_call_command(f.app, ARS_CMD_DTMF, c->id, 0, "12#"));
    cmd = fake_find_command(ARS_CMD_DTMF);
    CHECK_STR(cmd->text, "12#");
    ev = fake_call_event(ARS_EV_DTMF, c->id, ARS_CALL_ESTABLISHED);
    ev->text = ars_strdup("5");
    fake_push(ev);
    face_serve(&f);
    CHECK_INT(f.dtmf, 1);
    CHECK(c->muted); /* other news leaves it */
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

/* The view had granted it; the engine could not. */
static int test_refused_commands(void)
{
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(ars_app_dial(f.app, "600"));
    face_serve(&f);
    c = only_call(&f);
    CHECK(c != NULL);
    TRY(ars_app_call_command(f.app, ARS_CMD_MUTE, c->id, 1, NULL));
    cmd = fake_find_command(ARS_CMD_MUTE);
    ev = fake_call_event(ARS_EV_ERROR, c->id, ARS_CALL_ESTABLISHED);
    ev->tag = cmd->tag;
    ars_reason_set(&ev->reason, ARS_REASON_NOT_NOW, 0, "not now");
    fake_push(ev);
    face_serve(&f);
    CHECK(!c->muted);
    CHECK(face_had_problem(&f, ARS_APP_COMMAND));
    CHECK_INT(f.problem_reason.code, ARS_REASON_NOT_NOW);
    CHECK_INT(c->state, ARS_CALL_ESTABLISHED);
    /* of a call that has gone there is nothing to tell */
    f.problems_n = 0;
    ev = fake_event(ARS_EV_ERROR);
    ev->call = 77;
    ev->tag = 9999;
    fake_push(ev);
    face_serve(&f);
    CHECK_INT(f.problems_n, 0);
    fake_manners.full = true;
    CHECK_INT(ars_app_call_command(f.app, ARS_CMD_MUTE, c->id, 1, NULL), EAGAIN);
    CHECK(!c->muted);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_incoming(void)
{
    const struct ars_app_call *c;
    struct face f = {0};
    ars_id id;
    int err;

    TRY(face_ready(&f));
    id = fake_incoming("Иван Петров", "101");
    face_serve(&f);
    c = only_call(&f);
    CHECK(c && c->id == id && c->incoming);
    CHECK_INT(c->state, ARS_CALL_INCOMING);
    CHECK_STR(c->name, "Иван Петров");
    CHECK_STR(c->number, "101");
    CHECK_INT(c->ring_ms, 30000);
    fake_manners.obeys = false;
    TRY(ars_app_call_command(f.app, ARS_CMD_ANSWER, id, 0, NULL));
    CHECK_INT(c->state, ARS_CALL_ANSWERING);
    fake_push(fake_call_event(ARS_EV_ESTABLISHED, id, ARS_CALL_ESTABLISHED));
    face_serve(&f);
    CHECK_INT(c->state, ARS_CALL_ESTABLISHED);
    fake_end(id, ARS_REASON_REMOTE_HANGUP, 0, "", true, 61000);
    face_serve(&f);
    CHECK(f.last_ended.by_remote);
    TRY(face_ask_journal(&f, "петр"));
    CHECK_INT(f.entries_n, 1);
    CHECK(f.entries[0].incoming);
    CHECK_INT(f.entries[0].result, ARS_HISTORY_ANSWERED);
    CHECK_INT(f.entries[0].duration_ms, 61000);
    CHECK_INT(f.missed, 0);
out:
    face_remove(&f);
    return err;
}

/* How a call ends, and what the journal makes of it. */
static const struct {
    bool incoming;
    bool answer;    /* the user takes it */
    bool establish; /* it comes to that */
    enum ars_reason_code code;
    int status;
    const char *text;
    enum ars_history_result result;
    const char *reason;
    const char *details;
} ends[] = {
    {true, false, false, ARS_REASON_CANCELLED, 0, "", ARS_HISTORY_MISSED, "cancelled", ""},
    {true, false, false, ARS_REASON_NO_ANSWER, 480, "nobody", ARS_HISTORY_MISSED, "no_answer",
     "480 nobody"},
    {true, false, false, ARS_REASON_ANSWERED_ELSEWHERE, 200, "", ARS_HISTORY_ELSEWHERE,
     "answered_elsewhere", "200 "},
    {true, false, false, ARS_REASON_DECLINED, 603, "", ARS_HISTORY_DECLINED, "declined", "603 "},
    {true, false, false, ARS_REASON_BUSY, 486, "", ARS_HISTORY_BUSY, "busy", "486 "},
    {true, false, false, ARS_REASON_CONNECTION_LOST, 0, "gone", ARS_HISTORY_MISSED,
     "connection_lost", "gone"},
    {true, true, false, ARS_REASON_LOCAL_HANGUP, 0, "", ARS_HISTORY_DECLINED, "", ""},
    {true, true, false, ARS_REASON_CANCELLED, 0, "", ARS_HISTORY_MISSED, "cancelled", ""},
    {true, true, false, ARS_REASON_NOT_ENCRYPTED, 488, "plain", ARS_HISTORY_FAILED, "not_encrypted",
     "488 plain"},
    {true, true, true, ARS_REASON_MEDIA_FAILED, 0, "no pair", ARS_HISTORY_ANSWERED, "media_failed",
     "no pair"},
    {false, false, false, ARS_REASON_CANCELLED, 0, "", ARS_HISTORY_CANCELLED, "cancelled", ""},
    {false, false, false, ARS_REASON_BUSY, 486, "Busy Here", ARS_HISTORY_BUSY, "busy",
     "486 Busy Here"},
    {false, false, false, ARS_REASON_DECLINED, 603, "Decline", ARS_HISTORY_DECLINED, "declined",
     "603 Decline"},
    {false, false, false, ARS_REASON_NO_ANSWER, 480, "", ARS_HISTORY_NO_ANSWER, "no_answer",
     "480 "},
    {false, false, false, ARS_REASON_NOT_FOUND, 404, "Not\r\nFound", ARS_HISTORY_FAILED,
     "not_found", "404 Not"},
    {false, false, false, ARS_REASON_UNAVAILABLE, 503, "", ARS_HISTORY_FAILED, "unavailable",
     "503 "},
    {false, false, true, ARS_REASON_REMOTE_HANGUP, 0, "", ARS_HISTORY_ANSWERED, "", ""},
    {false, false, true, ARS_REASON_CONNECTION_LOST, 0, "", ARS_HISTORY_ANSWERED, "connection_lost",
     ""},
};

static int play(struct face *f, size_t i)
{
    ars_id id;

    fake_manners.answers = ends[i].establish;
    fake_manners.obeys = ends[i].establish;
    if (ends[i].incoming) {
        id = fake_incoming("", "101");
        face_serve(f);
        if (ends[i].answer && ars_app_call_command(f->app, ARS_CMD_ANSWER, id, 0, NULL))
            return EIO;
    } else {
        if (ars_app_dial(f->app, "102"))
            return EIO;
        face_serve(f);
        id = ars_app_call_at(f->app, 0)->id;
    }
    fake_end(id, ends[i].code, ends[i].status, ends[i].text, true, ends[i].establish ? 5 : 0);
    return face_await(f, &f->ended, f->ended + 1);
}

/* RFC 3323 section 4.1.1.3 */
static int test_anonymous(void)
{
    const struct ars_app_call *c;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    fake_incoming("Anonymous", "anonymous");
    face_serve(&f);
    c = only_call(&f);
    CHECK(c != NULL);
    CHECK_STR(c->name, "");
    CHECK_STR(c->number, "");
out:
    face_remove(&f);
    return err;
}

static int test_every_end_in_the_journal(void)
{
    struct face f = {0};
    size_t missed = 0;
    int err;

    TRY(face_ready(&f));
    for (size_t i = 0; i < CHECK_COUNT(ends); i++) {
        const struct ars_history_entry *e = &f.entries[0];

        TRY(play(&f, i));
        TRY(face_ask_journal(&f, NULL));
        CHECK_INT(f.entries_n, i + 1);
        if (e->result != ends[i].result || e->incoming != ends[i].incoming ||
            strcmp(e->reason, ends[i].reason) != 0 || strcmp(e->details, ends[i].details) != 0) {
            err = check_fail(__FILE__, __LINE__, "row %zu: result %d, reason '%s', details '%s'", i,
                             (int)e->result, e->reason, e->details);
            goto out;
        }
        CHECK_INT(f.last_ended.result, ends[i].result);
        CHECK_INT(e->duration_ms, ends[i].establish ? 5 : 0);
        missed += ends[i].result == ARS_HISTORY_MISSED;
        CHECK_INT(ars_app_missed(f.app), missed);
    }
    TRY(ars_app_journal_seen(f.app));
    TRY(face_await(&f, &f.journals, f.journals + 1));
    CHECK_INT(ars_app_missed(f.app), 0);
    TRY(ars_app_journal_delete(f.app, f.entries[0].id));
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, CHECK_COUNT(ends) - 1);
out:
    face_remove(&f);
    return err;
}

/* A number that never becomes a call: told, and in the journal unless it is none. */
static int test_dials_that_fail(void)
{
    static const struct {
        enum ars_reason_code code;
        size_t entries;
    } rows[] = {{ARS_REASON_NO_CONNECTION, 1}, {ARS_REASON_BAD_NUMBER, 1}, {ARS_REASON_NOT_NOW, 2}};
    struct ars_command *cmd = NULL;
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    fake_manners.rings = false;
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        f.problems_n = 0;
        TRY(ars_app_dial(f.app, "12345"));
        cmd = fake_find_command(ARS_CMD_DIAL);
        ev = fake_event(ARS_EV_ERROR);
        ev->account = 1;
        ev->tag = cmd->tag;
        ars_reason_set(&ev->reason, rows[i].code, 0, "why");
        fake_push(ev);
        face_serve(&f);
        CHECK_INT(f.problems_n, 1);
        CHECK_INT(f.problems[0], ARS_APP_DIAL);
        CHECK_STR(f.problem_text, "12345");
        CHECK_INT(f.problem_reason.code, rows[i].code);
        TRY(face_ask_journal(&f, NULL));
        CHECK_INT(f.entries_n, rows[i].entries);
        ars_command_free(cmd);
        cmd = NULL;
    }
    CHECK_INT(f.entries[0].result, ARS_HISTORY_FAILED);
    CHECK_STR(f.entries[0].reason, "not_now");
    CHECK_INT(f.added, 0);
    for (int i = 0; i < 16; i++)
        TRY(ars_app_dial(f.app, "1"));
    CHECK_INT(ars_app_dial(f.app, "1"), EAGAIN);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_several_calls(void)
{
    struct face f = {0};
    ars_id first;
    ars_id second;
    int err;

    TRY(face_ready(&f));
    TRY(ars_app_dial(f.app, "600"));
    face_serve(&f);
    first = ars_app_call_at(f.app, 0)->id;
    second = fake_incoming("B", "200");
    fake_incoming("C", "300");
    face_serve(&f);
    CHECK_INT(ars_app_call_count(f.app), 3);
    CHECK_INT(ars_app_call_at(f.app, 0)->id, first);
    CHECK_STR(ars_app_call_at(f.app, 2)->name, "C");
    CHECK(ars_app_call_at(f.app, 3) == NULL);
    fake_end(second, ARS_REASON_CANCELLED, 0, "", true, 0);
    face_serve(&f);
    CHECK_INT(ars_app_call_count(f.app), 2);
    CHECK(ars_app_find_call(f.app, second) == NULL);
    CHECK_STR(ars_app_call_at(f.app, 1)->number, "300");
    TRY(ars_app_call_command(f.app, ARS_CMD_HANGUP, 0, 0, NULL));
    face_serve(&f);
    CHECK_INT(ars_app_call_count(f.app), 0);
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, 3);
    CHECK_STR(f.entries[0].number, "300");
    CHECK_INT(f.entries[0].result, ARS_HISTORY_DECLINED);
    CHECK_INT(f.entries[1].result, ARS_HISTORY_MISSED);
    CHECK_INT(f.entries[2].result, ARS_HISTORY_ANSWERED);
out:
    face_remove(&f);
    return err;
}

/* The program dies in the middle of it all: the next run knows what there was. */
static int test_calls_of_a_run_that_broke_off(void)
{
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(ars_app_dial(f.app, "600"));
    fake_incoming("B", "200");
    face_serve(&f);
    face_stop(&f);
    TRY(face_start(&f));
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, 2);
    CHECK_INT(f.entries[0].result, ARS_HISTORY_MISSED);
    CHECK_STR(f.entries[0].reason, ARS_HISTORY_BROKEN_OFF);
    CHECK_INT(f.entries[1].result, ARS_HISTORY_ANSWERED);
    CHECK_INT(ars_app_missed(f.app), 1);
out:
    face_remove(&f);
    return err;
}

const struct check_case calls_cases[] = {
    {"calls/outgoing", test_outgoing, false},
    {"calls/hold-mute-volume-digits", test_hold_mute_volume_digits, false},
    {"calls/refused-commands", test_refused_commands, false},
    {"calls/incoming", test_incoming, false},
    {"calls/anonymous", test_anonymous, false},
    {"calls/every-end-in-the-journal", test_every_end_in_the_journal, false},
    {"calls/dials-that-fail", test_dials_that_fail, false},
    {"calls/several-calls", test_several_calls, false},
    {"calls/run-that-broke-off", test_calls_of_a_run_that_broke_off, false},
};
const size_t calls_cases_n = CHECK_COUNT(calls_cases);
