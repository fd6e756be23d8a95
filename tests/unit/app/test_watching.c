/* Unit tests of app: the mailbox and the watched lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/app_watched.h>
#include <ars/str.h>

#include "face.h"

static int make_ready(struct face *f)
{
    struct ars_stored_account a = face_account();
    int err = face_make(f);

    a.pickup_code = text("*8");
    if (!err)
        err = face_start(f);
    if (!err)
        err = face_save(f, &a, "x");
    return err ? err : face_await_state(f, ARS_ACCOUNT_READY);
}

static bool posted(enum ars_command_type type, const char *number)
{
    struct ars_command *cmd = fake_find_command(type);
    bool is = cmd && cmd->account == 1 && ars_streq(cmd->text, number);

    ars_command_free(cmd);
    return is;
}

static void tell(struct face *f, const char *number, enum ars_watch_state state, const char *peer)
{
    struct ars_event *ev = fake_event(ARS_EV_WATCH);

    ev->account = 1;
    ev->peer_number = ars_strdup(number);
    ev->number = (int)state;
    ev->text = ars_strdup(peer);
    ev->by_remote = true;
    fake_push(ev);
    face_serve(f);
}

static int test_lines(void)
{
    struct ars_stored_line list[] = {{.number = text("104"), .name = text("Anna")},
                                     {.number = text("741"), .parking = true}};
    struct ars_stored_line turned[] = {list[1], list[0]};
    struct ars_app_watched w;
    struct face f = {0};
    int err;

    TRY(make_ready(&f));
    TRY(ars_app_set_watched(f.app, list, 1));
    CHECK(posted(ARS_CMD_WATCH, "104"));
    TRY(ars_app_set_watched(f.app, list, 2));
    CHECK(posted(ARS_CMD_WATCH, "741"));
    tell(&f, "104", ARS_WATCH_RINGING, "555");
    tell(&f, "999", ARS_WATCH_BUSY, NULL);
    CHECK(f.watched > 0);
    /* the order is the user's, and what is known stays */
    TRY(ars_app_set_watched(f.app, turned, 2));
    CHECK_INT(ars_app_watched_count(f.app), 2);
    CHECK(ars_app_watched_at(f.app, 0).parking);
    w = ars_app_watched_at(f.app, 1);
    CHECK_STR(w.number, "104");
    CHECK_STR(w.name, "Anna");
    CHECK_INT(w.state, ARS_WATCH_RINGING);
    CHECK_STR(w.peer_number, "555");
    CHECK(w.called && w.can_pick_up);
    TRY(ars_app_pick_up(f.app, ars_app_account(f.app)->id, "104"));
    CHECK(posted(ARS_CMD_PICKUP, "104"));
    TRY(ars_app_set_watched(f.app, list, 1));
    CHECK(posted(ARS_CMD_UNWATCH, "741"));
    list[1] = list[0];
    CHECK_INT(ars_app_set_watched(f.app, list, 2), EINVAL);
    CHECK_INT(ars_app_watched_count(f.app), 1);
    /* the next run watches them again */
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE)); /* the password is stored */
    face_stop(&f);
    TRY(face_start(&f));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    face_serve(&f);
    CHECK(posted(ARS_CMD_WATCH, "104"));
    CHECK_STR(ars_app_watched_at(f.app, 0).name, "Anna");
    CHECK(!f.misplaced);
out:
    face_remove(&f);
    return err;
}

static void tell_mailbox(struct face *f, int fresh, const char *number)
{
    struct ars_event *ev = fake_event(ARS_EV_MAILBOX);

    ev->account = 1;
    ev->number = fresh;
    ev->text = ars_strdup(number);
    fake_push(ev);
    face_serve(f);
}

static int test_mailbox(void)
{
    struct ars_stored_account a = face_account();
    struct face f = {0};
    int err;

    TRY(make_ready(&f));
    CHECK(!ars_app_mailbox_at(f.app, 0).known);
    /* FreeSWITCH names the account itself */
    tell_mailbox(&f, 2, "100");
    CHECK(ars_app_mailbox_at(f.app, 0).known);
    CHECK_INT(ars_app_mailbox_at(f.app, 0).fresh, 2);
    CHECK_STR(ars_app_mailbox_at(f.app, 0).number, "");
    tell_mailbox(&f, 3, "*97");
    tell_mailbox(&f, 1, "");
    CHECK_INT(ars_app_mailbox_at(f.app, 0).fresh, 1);
    CHECK_STR(ars_app_mailbox_at(f.app, 0).number, "*97");
    a.id = text(ars_app_account(f.app)->id);
    a.mailbox_number = text("*98");
    a.park_code = text("700");
    CHECK(!ars_app_can_park(f.app, ars_app_account(f.app)->id));
    TRY(face_save(&f, &a, "x"));
    CHECK_STR(ars_app_mailbox_at(f.app, 0).number, "*98");
    CHECK(ars_app_can_park(f.app, ars_app_account(f.app)->id));
out:
    face_remove(&f);
    return err;
}

const struct check_case watching_cases[] = {
    {.name = "watched_lines", .fn = test_lines},
    {.name = "mailbox", .fn = test_mailbox},
};
const size_t watching_cases_n = CHECK_COUNT(watching_cases);
