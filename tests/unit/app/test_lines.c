/* Unit tests of app: several accounts at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/app_watched.h>
#include <ars/str.h>

#include "face.h"

struct two {
    struct face f;
    char *first;
    char *second;
};

static void drop_commands(void)
{
    struct ars_command *cmd;

    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
}

static int save(struct two *t, const char *login, char **ret_id)
{
    struct ars_stored_account a = face_account();
    struct ars_secret *secret = ars_secret_new("geheim", 6);
    int err = secret ? 0 : ENOMEM;

    a.login = text(login);
    if (!err)
        err = ars_app_save_account(t->f.app, &a, secret, ret_id);
    ars_secret_free(secret);
    face_serve(&t->f);
    return err;
}

static int make_two(struct two *t)
{
    int err;

    TRY(face_make(&t->f));
    TRY(face_start(&t->f));
    TRY(save(t, "100", &t->first));
    TRY(save(t, "200", &t->second));
    TRY(face_await_state(&t->f, ARS_ACCOUNT_READY));
    drop_commands();
out:
    return err;
}

static void remove_two(struct two *t)
{
    drop_commands();
    face_remove(&t->f);
    free(t->first);
    free(t->second);
}

static const struct ars_app_line *line_of(const struct two *t, const char *id)
{
    return ars_app_find_line(t->f.app, id);
}

static int test_both_connect(void)
{
    struct two t = {0};
    int err;

    TRY(make_two(&t));
    CHECK_INT(ars_app_lines_on(t.f.app), 2);
    CHECK_STR(ars_app_line_at(t.f.app, 0)->login, "100");
    CHECK_STR(ars_app_line_at(t.f.app, 1)->login, "200");
    CHECK(!ars_app_line_at(t.f.app, 2));
    CHECK_INT(line_of(&t, t.first)->state, ARS_ACCOUNT_READY);
    CHECK_INT(line_of(&t, t.second)->state, ARS_ACCOUNT_READY);
    CHECK_STR(ars_app_get_line(t.f.app)->login,
              "100"); /* the first dials until another is chosen */
    fake_speak_of(2);
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_CONNECTING);
    face_serve(&t.f);
    CHECK_INT(line_of(&t, t.first)->state, ARS_ACCOUNT_READY);
    CHECK_INT(line_of(&t, t.second)->state, ARS_ACCOUNT_CONNECTING);
out:
    remove_two(&t);
    return err;
}

static int dials_by(struct two *t, ars_id engine_id)
{
    struct ars_command *cmd = fake_find_command(ARS_CMD_DIAL);
    int err = 0;

    CHECK(cmd != NULL);
    CHECK_INT(cmd->account, engine_id);
out:
    ars_command_free(cmd);
    return err;
}

static int test_which_one_dials(void)
{
    struct two t = {0};
    int err;

    TRY(make_two(&t));
    TRY(ars_app_dial(t.f.app, "600"));
    TRY(dials_by(&t, 1));
    TRY(ars_app_dial_from(t.f.app, t.second, "600"));
    TRY(dials_by(&t, 2));
    TRY(ars_app_set_default(t.f.app, t.second));
    face_serve(&t.f);
    CHECK_STR(ars_app_get_line(t.f.app)->login, "200");
    TRY(ars_app_dial(t.f.app, "600"));
    TRY(dials_by(&t, 2));
    CHECK_INT(ars_app_dial_from(t.f.app, "nobody", "600"), ENOENT);
    CHECK_INT(ars_app_set_default(t.f.app, "nobody"), ENOENT);
    face_stop(&t.f); /* and the next time */
    TRY(face_start(&t.f));
    CHECK_STR(ars_app_get_line(t.f.app)->login, "200");
out:
    remove_two(&t);
    return err;
}

static int test_calls_name_their_account(void)
{
    struct two t = {0};
    int err;

    TRY(make_two(&t));
    fake_speak_of(2);
    (void)fake_incoming("Anna", "300");
    face_serve(&t.f);
    CHECK_INT(ars_app_call_count(t.f.app), 1);
    CHECK_STR(ars_app_call_at(t.f.app, 0)->account_id, t.second);
    TRY(face_ask_journal(&t.f, "300")); /* and the journal keeps it */
    CHECK_INT(t.f.entries_n, 1);
    CHECK_STR(t.f.entries[0].account, t.second);
out:
    remove_two(&t);
    return err;
}

static int test_switched_off_and_on(void)
{
    struct ars_command *cmd = NULL;
    struct two t = {0};
    int err;

    TRY(make_two(&t));
    TRY(ars_app_enable_account(t.f.app, t.first, false));
    cmd = fake_next_command();
    CHECK(cmd && cmd->type == ARS_CMD_ACCOUNT_OFF && cmd->account == 1);
    face_serve(&t.f);
    CHECK(line_of(&t, t.first)->disabled);
    CHECK_INT(line_of(&t, t.first)->state, ARS_ACCOUNT_OFF);
    CHECK_INT(line_of(&t, t.second)->state, ARS_ACCOUNT_READY);
    CHECK_STR(ars_app_get_line(t.f.app)->login, "200"); /* the other one dials meanwhile */
    CHECK_INT(ars_app_lines_on(t.f.app), 1);
    face_stop(&t.f);
    drop_commands();
    TRY(face_start(&t.f)); /* it stays so */
    TRY(face_await_state(&t.f, ARS_ACCOUNT_READY));
    CHECK(line_of(&t, t.first)->disabled);
    CHECK_INT(line_of(&t, t.first)->state, ARS_ACCOUNT_OFF);
    TRY(ars_app_enable_account(t.f.app, t.first, true));
    while (line_of(&t, t.first)->state != ARS_ACCOUNT_READY)
        face_serve(&t.f);
    CHECK_STR(ars_app_get_line(t.f.app)->login, "100");
    CHECK_INT(ars_app_enable_account(t.f.app, "nobody", true), ENOENT);
out:
    ars_command_free(cmd);
    remove_two(&t);
    return err;
}

static int test_one_is_removed(void)
{
    struct ars_command *cmd = NULL;
    struct two t = {0};
    char *secrets = NULL;
    int err;

    TRY(make_two(&t));
    TRY(ars_app_remove_account(t.f.app, t.first));
    cmd = fake_next_command();
    CHECK(cmd && cmd->type == ARS_CMD_ACCOUNT_OFF && cmd->account == 1);
    while ((secrets = face_read(&t.f, "secrets.json")) && strstr(secrets, t.first)) {
        free(secrets);
        face_serve(&t.f);
    }
    CHECK(secrets && strstr(secrets, t.second));
    CHECK(!line_of(&t, t.first));
    CHECK_INT(ars_app_settings(t.f.app)->account_count, 1);
    CHECK_STR(ars_app_get_line(t.f.app)->login, "200");
    CHECK_INT(ars_app_get_line(t.f.app)->state, ARS_ACCOUNT_READY);
out:
    free(secrets);
    ars_command_free(cmd);
    remove_two(&t);
    return err;
}

/* What the rules of its account make of a number is in the call and in the journal's details. */
static int test_what_was_sent_is_told(void)
{
    struct two t = {0};
    struct ars_event *ev;
    int err;

    TRY(make_two(&t));
    ev = fake_call_event(ARS_EV_DIALING, 5, ARS_CALL_DIALING);
    ev->peer_number = ars_strdup("89121234567");
    ev->text = ars_strdup("+79121234567");
    fake_push(ev);
    face_serve(&t.f);
    CHECK_STR(ars_app_find_call(t.f.app, 5)->number, "89121234567");
    CHECK_STR(ars_app_find_call(t.f.app, 5)->wire, "+79121234567");
    ev = fake_call_event(ARS_EV_ENDED, 5, ARS_CALL_ENDED);
    ars_reason_set(&ev->reason, ARS_REASON_BUSY, 486, "Busy Here");
    fake_push(ev);
    face_serve(&t.f);
    TRY(face_ask_journal(&t.f, ""));
    CHECK_INT(t.f.entries_n, 1);
    CHECK_STR(t.f.entries[0].number, "89121234567");
    CHECK_STR(t.f.entries[0].details, "\xe2\x86\x92 +79121234567; 486 Busy Here");
out:
    remove_two(&t);
    return err;
}

static void tell_mailbox(struct two *t, ars_id account, int fresh, const char *number)
{
    struct ars_event *ev = fake_event(ARS_EV_MAILBOX);

    ev->account = account;
    ev->number = fresh;
    ev->text = ars_strdup(number);
    fake_push(ev);
    face_serve(&t->f);
}

/* What a server told of its own, whichever dials. */
static int test_each_has_its_mailbox(void)
{
    struct two t = {0};
    int err;

    TRY(make_two(&t));
    tell_mailbox(&t, 1, 1, "*97");
    tell_mailbox(&t, 2, 5, "*98");
    CHECK_INT(ars_app_mailbox_at(t.f.app, 0).fresh, 1);
    CHECK_STR(ars_app_mailbox_at(t.f.app, 0).number, "*97");
    CHECK_STR(ars_app_mailbox_at(t.f.app, 0).account_id, t.first);
    TRY(ars_app_set_default(t.f.app, t.second));
    face_serve(&t.f);
    CHECK_INT(ars_app_mailbox_at(t.f.app, 0).fresh, 1);
    CHECK_INT(ars_app_mailbox_at(t.f.app, 1).fresh, 5);
    CHECK_STR(ars_app_mailbox_at(t.f.app, 1).number, "*98");
    CHECK_STR(ars_app_mailbox_at(t.f.app, 1).account_id, t.second);
out:
    remove_two(&t);
    return err;
}

static bool asked(enum ars_command_type type, ars_id account, const char *number)
{
    struct ars_command *cmd = fake_find_command(type);
    bool is = cmd && cmd->account == account && ars_streq(cmd->text, number);

    ars_command_free(cmd);
    return is;
}

static void tell_watch(struct two *t, ars_id account, const char *number,
                       enum ars_watch_state state)
{
    struct ars_event *ev = fake_event(ARS_EV_WATCH);

    ev->account = account;
    ev->peer_number = ars_strdup(number);
    ev->number = (int)state;
    ev->pick_up = true;
    fake_push(ev);
    face_serve(&t->f);
}

/* The same number at two servers is two lines; each is asked for, shown and picked up there. */
static int test_each_has_its_lines(void)
{
    struct ars_stored_line list[3] = {{.number = text("104")}, {.number = text("104")}};
    struct two t = {0};
    struct ars_app_watched w;
    int err;

    TRY(make_two(&t));
    list[1].account = t.second;
    TRY(ars_app_set_watched(t.f.app, list, 2));
    CHECK(asked(ARS_CMD_WATCH, 1, "104"));
    CHECK(asked(ARS_CMD_WATCH, 2, "104"));
    tell_watch(&t, 1, "104", ARS_WATCH_IDLE);
    tell_watch(&t, 2, "104", ARS_WATCH_RINGING);
    w = ars_app_watched_at(t.f.app, 0);
    CHECK_INT(w.state, ARS_WATCH_IDLE);
    CHECK_STR(w.account_id, t.first);
    w = ars_app_watched_at(t.f.app, 1);
    CHECK_INT(w.state, ARS_WATCH_RINGING);
    CHECK_STR(w.account_id, t.second);
    CHECK(w.can_pick_up);
    TRY(ars_app_pick_up(t.f.app, w.account_id, w.number));
    CHECK(asked(ARS_CMD_PICKUP, 2, "104"));
    /* whose it was at first it stays, whoever dials */
    TRY(ars_app_set_default(t.f.app, t.second));
    face_serve(&t.f);
    CHECK_INT(ars_app_watched_at(t.f.app, 0).state, ARS_WATCH_IDLE);
    CHECK_STR(ars_app_settings(t.f.app)->lines[0].account, t.first);
    list[0].account = t.first;
    list[2] = list[0];
    CHECK_INT(ars_app_set_watched(t.f.app, list, 3), EINVAL);
    /* its account is gone: the one that dials is asked, once */
    TRY(ars_app_remove_account(t.f.app, t.first));
    face_serve(&t.f);
    CHECK_STR(ars_app_watched_at(t.f.app, 0).account_id, t.second);
    CHECK(!fake_find_command(ARS_CMD_WATCH));
    tell_watch(&t, 2, "104", ARS_WATCH_BUSY);
    CHECK_INT(ars_app_watched_at(t.f.app, 0).state, ARS_WATCH_BUSY);
    CHECK_INT(ars_app_watched_at(t.f.app, 1).state, ARS_WATCH_BUSY);
    TRY(ars_app_set_watched(t.f.app, list, 1));
    CHECK(!fake_find_command(ARS_CMD_UNWATCH));
    TRY(ars_app_set_watched(t.f.app, list, 0));
    CHECK(asked(ARS_CMD_UNWATCH, 2, "104"));
out:
    remove_two(&t);
    return err;
}

/* The newest settings of the account that the engine was given; caller frees. */
static struct ars_command *newest_conf(void)
{
    struct ars_command *newest = NULL, *cmd;

    while ((cmd = fake_find_command(ARS_CMD_ACCOUNT_SET))) {
        ars_command_free(newest);
        newest = cmd;
    }
    return newest;
}

static int relay_is_known(const char *password)
{
    struct ars_command *cmd = newest_conf();
    int err = 0;

    CHECK(cmd && cmd->conf->turn_password);
    CHECK_STR(cmd->conf->turn, "turn:relay.example?transport=tcp");
    CHECK_STR(cmd->conf->turn_user, "anna");
    CHECK_STR(ars_secret_text(cmd->conf->turn_password), password);
out:
    ars_command_free(cmd);
    return err;
}

static bool is_kept(struct face *f, const char *what)
{
    char *secrets = face_read(f, "secrets.json");
    bool kept = secrets && strstr(secrets, what);

    free(secrets);
    return kept;
}

/* A second secret of the account: kept beside its own, gone with the relay. */
static int test_relay(void)
{
    struct ars_stored_account a = face_account();
    struct ars_secret *secret = ars_secret_new("tief", 4);
    struct face f = {0};
    int err;

    TRY(face_ready(&f));
    a.id = ars_strdup(ars_app_account(f.app)->id);
    CHECK(secret && a.id);
    CHECK_INT(ars_app_save_relay_password(f.app, a.id, secret), ENOENT); /* it has none */
    a.turn = text("turn:relay.example?transport=tcp");
    a.turn_user = text("anna");
    TRY(ars_app_save_account(f.app, &a, NULL, NULL));
    TRY(ars_app_save_relay_password(f.app, a.id, secret));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(relay_is_known("tief"));
    while (!is_kept(&f, "/relay"))
        face_serve(&f);
    face_stop(&f);
    drop_commands();
    TRY(face_start(&f)); /* and the next time */
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(relay_is_known("tief"));
    a.turn = a.turn_user = NULL;
    TRY(ars_app_save_account(f.app, &a, NULL, NULL));
    while (is_kept(&f, "/relay"))
        face_serve(&f);
    CHECK(is_kept(&f, a.id));
out:
    free(a.id);
    ars_secret_free(secret);
    drop_commands();
    face_remove(&f);
    return err;
}

const struct check_case lines_cases[] = {
    {"lines/both-connect", test_both_connect, false},
    {"lines/which-one-dials", test_which_one_dials, false},
    {"lines/calls-name-their-account", test_calls_name_their_account, false},
    {"lines/switched-off-and-on", test_switched_off_and_on, false},
    {"lines/one-is-removed", test_one_is_removed, false},
    {"lines/each-has-its-mailbox", test_each_has_its_mailbox, false},
    {"lines/each-has-its-lines", test_each_has_its_lines, false},
    {"lines/relay", test_relay, false},
    {"lines/what-was-sent-is-told", test_what_was_sent_is_told, false},
};
const size_t lines_cases_n = CHECK_COUNT(lines_cases);
