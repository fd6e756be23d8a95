/* Unit tests of app: transfer, conference, and calls that come of others. */
#include <stdlib.h>

#include <ars/str.h>

#include "face.h"

static void tell(enum ars_event_type type, ars_id call, enum ars_reason_code code, int status)
{
    struct ars_event *ev = fake_call_event(type, call, ARS_CALL_ESTABLISHED);

    ars_reason_set(&ev->reason, code, status, "%s", "");
    fake_push(ev);
}

static void refer(ars_id call, enum ars_call_state state, const char *to, const char *by)
{
    struct ars_event *ev = fake_call_event(ARS_EV_REFERRED, call, state);

    ev->peer_number = ars_strdup(to);
    ev->text = ars_strdup(by);
    fake_push(ev);
}

static int dial(struct face *f, const char *number, const struct ars_app_call **ret)
{
    int err = ars_app_dial(f->app, number);

    face_serve(f);
    *ret = ars_app_call_at(f->app, ars_app_call_count(f->app) - 1);
    return err ? err : *ret ? 0 : EIO;
}

static int test_transfer(void)
{
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(dial(&f, "600", &c));
    CHECK_INT(c->transfer, ARS_APP_TRANSFER_NONE);
    TRY(ars_app_call_command(f.app, ARS_CMD_TRANSFER, c->id, 0, "102"));
    CHECK_INT(c->transfer, ARS_APP_TRANSFER_ASKED);
    CHECK_STR(c->transfer_to, "102");
    cmd = fake_find_command(ARS_CMD_TRANSFER);
    CHECK(cmd && cmd->call == c->id);
    CHECK_STR(cmd->text, "102");
    tell(ARS_EV_TRANSFERRING, c->id, ARS_REASON_NONE, 180);
    face_serve(&f);
    CHECK_INT(c->transfer_reason.sip_status, 180);
    tell(ARS_EV_TRANSFER_FAILED, c->id, ARS_REASON_BUSY, 486);
    face_serve(&f);
    CHECK_INT(c->transfer, ARS_APP_TRANSFER_FAILED);
    CHECK(face_had_problem(&f, ARS_APP_TRANSFER));
    CHECK_STR(f.problem_text, "102");
    CHECK_INT(f.problem_reason.code, ARS_REASON_BUSY);
    TRY(ars_app_call_command(f.app, ARS_CMD_HOLD, c->id, 0, NULL)); /* has been seen */
    CHECK_INT(c->transfer, ARS_APP_TRANSFER_NONE);
    TRY(ars_app_call_command(f.app, ARS_CMD_TRANSFER, c->id, 0, "103"));
    tell(ARS_EV_TRANSFERRED, c->id, ARS_REASON_NONE, 200);
    face_serve(&f);
    CHECK_INT(c->transfer, ARS_APP_TRANSFER_DONE);
    CHECK_STR(c->transfer_to, "103");
    fake_end(c->id, ARS_REASON_TRANSFERRED, 0, "", false, 1000);
    face_serve(&f);
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, 1);
    CHECK_INT(f.entries[0].result, ARS_HISTORY_ANSWERED);
    CHECK_STR(f.entries[0].reason, "transferred");
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

/* What cannot be done leaves no trace but the problem. */
static int test_refused(void)
{
    static const enum ars_command_type types[] = {ARS_CMD_TRANSFER, ARS_CMD_SILENCE};
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(dial(&f, "600", &c));
    for (size_t i = 0; i < CHECK_COUNT(types); i++) {
        TRY(ars_app_call_command(f.app, types[i], c->id, 1, "x"));
        cmd = fake_find_command(types[i]);
        ev = fake_call_event(ARS_EV_ERROR, c->id, ARS_CALL_ESTABLISHED);
        ev->tag = cmd->tag;
        ars_reason_set(&ev->reason, ARS_REASON_BAD_NUMBER, 0, "%s", "");
        fake_push(ev);
        f.problems_n = 0;
        face_serve(&f);
        CHECK_INT(c->transfer, ARS_APP_TRANSFER_NONE);
        CHECK(!c->silenced);
        CHECK(face_had_problem(&f, ARS_APP_COMMAND));
        ars_command_free(cmd);
        cmd = NULL;
    }
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_conference(void)
{
    const struct ars_app_call *a;
    const struct ars_app_call *b;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    TRY(dial(&f, "101", &a));
    TRY(dial(&f, "102", &b));
    tell(ARS_EV_MERGED, a->id, ARS_REASON_NONE, 0);
    tell(ARS_EV_MERGED, b->id, ARS_REASON_NONE, 0);
    face_serve(&f);
    CHECK(a->merged && b->merged);
    TRY(ars_app_call_command(f.app, ARS_CMD_SILENCE, a->id, 1, NULL));
    CHECK(a->silenced && !b->silenced);
    TRY(ars_app_call_command(f.app, ARS_CMD_SILENCE, a->id, 0, NULL));
    CHECK(!a->silenced);
    tell(ARS_EV_SPLIT, b->id, ARS_REASON_NONE, 0);
    face_serve(&f);
    CHECK(!b->merged);
    TRY(ars_app_call_command(f.app, ARS_CMD_CONNECT, a->id, (int)b->id, NULL));
    CHECK_STR(a->transfer_to, "102");
out:
    face_remove(&f);
    return err;
}

/* A REFER and a 3xx alike: nothing happens before the user has said so. */
static int test_referred(void)
{
    const struct ars_app_call *c;
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    fake_manners.answers = false;
    TRY(dial(&f, "600", &c));
    CHECK_STR(c->refer_to, "");
    refer(c->id, ARS_CALL_DIALING, "102", "");
    face_serve(&f);
    CHECK_STR(c->refer_to, "102");
    CHECK_STR(c->refer_by, "");
    CHECK(!fake_find_command(ARS_CMD_FOLLOW));
    TRY(ars_app_call_command(f.app, ARS_CMD_FOLLOW, c->id, 1, NULL));
    CHECK_STR(c->refer_to, "");
    cmd = fake_find_command(ARS_CMD_FOLLOW);
    CHECK(cmd && cmd->call == c->id && cmd->number == 1);
    refer(c->id, ARS_CALL_ESTABLISHED, "103", "Reception");
    face_serve(&f);
    CHECK_STR(c->refer_by, "Reception");
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

/* For the user it is the same call with somebody else; the journal has one entry each. */
static int test_replaced(void)
{
    const struct ars_app_call *a;
    const struct ars_app_call *b;
    struct ars_event *ev;
    struct face f = {0};
    uint64_t since;
    int err;

    TRY(face_ready(&f));
    TRY(dial(&f, "101", &a));
    since = a->established_ms;
    TRY(ars_app_call_command(f.app, ARS_CMD_MUTE, a->id, 1, NULL));
    ev = fake_call_event(ARS_EV_REPLACED, a->id + 1, ARS_CALL_ANSWERING);
    ev->number = (int)a->id;
    ev->peer_number = ars_strdup("102");
    ev->peer_name = ars_strdup("Boris");
    fake_push(ev);
    face_serve(&f);
    b = ars_app_call_at(f.app, 1);
    CHECK(b && b->replaces == a->id && b->muted && b->ring_ms == 0);
    ev = fake_call_event(ARS_EV_ESTABLISHED, b->id, ARS_CALL_ESTABLISHED);
    ev->t_us += 5000000;
    fake_push(ev);
    fake_end(a->id, ARS_REASON_TRANSFERRED, 0, "", false, 3000);
    face_serve(&f);
    CHECK_INT(ars_app_call_count(f.app), 1);
    b = ars_app_call_at(f.app, 0);
    CHECK_INT(b->established_ms, since);
    fake_end(b->id, ARS_REASON_REMOTE_HANGUP, 0, "", true, 4000);
    face_serve(&f);
    TRY(face_ask_journal(&f, NULL));
    CHECK_INT(f.entries_n, 2);
    CHECK_STR(f.entries[0].name, "Boris");
    CHECK(f.entries[0].incoming);
    CHECK_INT(f.entries[0].result, ARS_HISTORY_ANSWERED);
    CHECK_INT(f.entries[0].duration_ms, 4000);
    CHECK_STR(f.entries[1].number, "101");
    CHECK_INT(f.entries[1].duration_ms, 3000);
    CHECK_INT(f.missed, 0);
out:
    face_remove(&f);
    return err;
}

const struct check_case together_cases[] = {
    {"together/transfer", test_transfer, false},     {"together/refused", test_refused, false},
    {"together/conference", test_conference, false}, {"together/referred", test_referred, false},
    {"together/replaced", test_replaced, false},
};
const size_t together_cases_n = CHECK_COUNT(together_cases);
