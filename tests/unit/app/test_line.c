/* Unit tests of app: the account, its password and its certificate. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "face.h"

#define PIN "abababababababababababababababababababababababababababababababab"

static const struct ars_app_line *line(const struct face *f)
{
    return ars_app_get_line(f->app);
}

static void refuse(enum ars_reason_code code, uint32_t retry_ms)
{
    ars_reason_set(&fake_manners.refuse, code, 403, "no");
    fake_manners.retry_ms = retry_ms;
}

static void accept_all(void)
{
    fake_manners.refuse = (struct ars_reason){0};
    fake_manners.retry_ms = 0;
    fake_manners.cert = NULL;
}

static int test_first_start(void)
{
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(!line(&f)->configured && !line(&f)->demo);
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_OFF);
    CHECK_STR(line(&f)->login, "");
    CHECK(ars_app_account(f.app) == NULL);
    CHECK(fake_next_command() == NULL);
    CHECK_INT(f.problems_n, 0);
    CHECK_INT(ars_app_trust_certificate(f.app, line(&f)->account_id), ENOENT);
    CHECK_INT(ars_app_remove_account(f.app, line(&f)->account_id), ENOENT);
    TRY(ars_app_retry(f.app));
out:
    face_remove(&f);
    return err;
}

static int check_set(const struct ars_account_conf *c)
{
    int err = 0;

    CHECK(c != NULL);
    CHECK_STR(c->server, "pbx.example");
    CHECK_INT(c->port, 8443);
    CHECK_STR(c->path, "/sip");
    CHECK_STR(c->login, "100");
    CHECK_STR(c->auth_user, "a100");
    CHECK_STR(ars_secret_text(c->password), "geheim");
    CHECK_STR(c->display_name, "Иван");
    CHECK_INT(strlen(c->instance), 36);
    CHECK_STR(c->ca_file, "/ca.pem");
    CHECK(c->has_pin && c->pin[31] == 0xab);
    CHECK_STR(c->host_map, "MAP a b");
    CHECK(c->no_proxy);
    CHECK_STR(c->stun, "[2001:db8::1]:3479\nstun.example");
    CHECK_STR(c->codecs, "pcma");
    CHECK_INT(c->refer, ARS_REFER_FOLLOW);
    CHECK_INT(c->ring_s, 20);
out:
    return err;
}

static int test_save_and_connect(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    char *settings = NULL;
    char *secrets = NULL;
    int err;

    a.port = 8443;
    a.path = text("/sip");
    a.auth_user = text("a100");
    a.ca_file = text("/ca.pem");
    a.pin = text(PIN);
    a.host_map = text("MAP a b");
    a.stun = text("[2001:db8::1]:3479\nstun.example");
    a.codecs = text("pcma");
    a.refer = text("follow");
    a.no_proxy = true;
    a.ring_s = 20;
    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "geheim"));
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_RESOLVING); /* before any event */
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    CHECK(line(&f)->configured && !line(&f)->needs_password);
    CHECK_STR(line(&f)->login, "100");
    CHECK_STR(line(&f)->server, "pbx.example");
    CHECK_STR(line(&f)->account_id, ars_app_account(f.app)->id);
    cmd = fake_next_command();
    CHECK(cmd && cmd->type == ARS_CMD_ACCOUNT_SET && cmd->account == 0);
    err = check_set(cmd->conf);
    if (err)
        goto out;
    settings = face_read(&f, "settings.json");
    secrets = face_read(&f, "secrets.json");
    CHECK(settings && strstr(settings, "pbx.example") && !strstr(settings, "geheim"));
    CHECK(secrets && strstr(secrets, "geheim"));
    CHECK(face_had_problem(&f, ARS_APP_SECRET_IN_FILE));
    CHECK(!f.misplaced && f.lines > 0);
out:
    ars_command_free(cmd);
    free(settings);
    free(secrets);
    face_remove(&f);
    return err;
}

static int test_restart_connects_by_itself(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "geheim"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    face_stop(&f);
    fake_reset();
    TRY(face_start(&f));
    CHECK(line(&f)->configured && line(&f)->asking_keyring);
    CHECK_STR(line(&f)->login, "100");
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(!line(&f)->asking_keyring);
    cmd = fake_next_command();
    CHECK(cmd && cmd->conf);
    CHECK_STR(ars_secret_text(cmd->conf->password), "geheim");
    CHECK_INT(f.problems_n, 0);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_password_is_gone(void)
{
    struct ars_stored_account a = face_account();
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "geheim"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    face_stop(&f);
    CHECK(unlink(face_file(&f, "secrets.json")) == 0);
    TRY(face_start(&f));
    face_serve(&f);
    while (line(&f)->asking_keyring)
        face_serve(&f);
    CHECK(line(&f)->needs_password && line(&f)->configured);
    CHECK_INT(ars_app_dial(f.app, "600"), ENOTCONN);
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_OFF);
    TRY(ars_app_retry(f.app));
    CHECK(line(&f)->asking_keyring);
    while (line(&f)->asking_keyring)
        face_serve(&f);
    CHECK(line(&f)->needs_password);
    TRY(face_save(&f, ars_app_account(f.app), "again"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(!line(&f)->needs_password);
    CHECK_INT(ars_app_settings(f.app)->account_count, 1);
out:
    face_remove(&f);
    return err;
}

static int test_wrong_password_then_right(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    refuse(ARS_REASON_WRONG_PASSWORD, 0);
    TRY(face_save(&f, &a, "wrong"));
    TRY(face_await_state(&f, ARS_ACCOUNT_FAILED));
    CHECK_INT(line(&f)->reason.code, ARS_REASON_WRONG_PASSWORD);
    CHECK_INT(line(&f)->retry_at_ms, 0);
    accept_all();
    TRY(ars_stored_account_copy(&a, ars_app_account(f.app)));
    TRY(face_save(&f, &a, "right"));
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_RESOLVING);
    CHECK_INT(line(&f)->reason.code, ARS_REASON_NONE);
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    /* another display name, the password as it was */
    TRY(ars_settings_set_text(&a.display_name, "Other"));
    fake_reset();
    TRY(face_save(&f, &a, NULL));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    cmd = fake_next_command();
    CHECK(cmd && cmd->account == 1);
    CHECK_STR(cmd->conf->display_name, "Other");
    CHECK_STR(ars_secret_text(cmd->conf->password), "right");
out:
    ars_command_free(cmd);
    ars_stored_account_clear(&a);
    face_remove(&f);
    return err;
}

/* What the last attempt still has to say is not taken for news of this one. */
static int test_old_news_is_dropped(void)
{
    struct ars_stored_account a = face_account();
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "one"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    fake_manners.registers = false;
    TRY(face_save(&f, ars_app_account(f.app), "two"));
    ev = fake_event(ARS_EV_REGISTRATION_FAILED);
    ev->account = 1;
    ev->account_state = ARS_ACCOUNT_FAILED;
    ev->tag = 1;
    ars_reason_set(&ev->reason, ARS_REASON_WRONG_PASSWORD, 0, "old");
    fake_push(ev);
    face_serve(&f);
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_RESOLVING);
    CHECK_INT(line(&f)->reason.code, ARS_REASON_NONE);
out:
    face_remove(&f);
    return err;
}

static int test_waiting_says_until_when(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    uint64_t now;
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    refuse(ARS_REASON_UNREACHABLE, 4000);
    now = ars_clock_ms();
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_WAITING));
    CHECK_INT(line(&f)->reason.code, ARS_REASON_UNREACHABLE);
    CHECK(line(&f)->retry_at_ms >= now + 4000 && line(&f)->retry_at_ms <= ars_clock_ms() + 4000);
    TRY(ars_app_retry(f.app));
    cmd = fake_find_command(ARS_CMD_RETRY);
    CHECK(cmd && cmd->account == 1);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_trusted_for_this_account_alone(void)
{
    static const struct ars_cert cert = {
        .subject = "CN=pbx.local",
        .problem = "the certificate is for pbx.local",
        .sha256 = {0x12, [31] = 0xef},
    };
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    refuse(ARS_REASON_CERTIFICATE, 0);
    fake_manners.cert = &cert;
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_FAILED));
    CHECK(line(&f)->cert != NULL);
    CHECK_STR(line(&f)->cert->subject, "CN=pbx.local");
    fake_reset();
    TRY(ars_app_trust_certificate(f.app, line(&f)->account_id));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    CHECK(line(&f)->cert == NULL);
    cmd = fake_next_command();
    CHECK(cmd && cmd->conf->has_pin && cmd->conf->pin[0] == 0x12 && cmd->conf->pin[31] == 0xef);
    CHECK(ars_app_account(f.app)->pin && strncmp(ars_app_account(f.app)->pin, "1200", 4) == 0);
    face_stop(&f);
    TRY(face_start(&f));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(ars_app_account(f.app)->pin != NULL);
    /* another server has another certificate */
    TRY(ars_stored_account_copy(&a, ars_app_account(f.app)));
    TRY(ars_settings_set_text(&a.server, "other.example"));
    TRY(face_save(&f, &a, NULL));
    CHECK(ars_app_account(f.app)->pin == NULL);
    ars_stored_account_clear(&a);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_wrong_input(void)
{
    static char long_text[ARS_PASSWORD_MAX + 2];
    struct ars_stored_account a = face_account();
    struct face f = {0};
    int err;

    memset(long_text, 'x', sizeof(long_text) - 1);
    TRY(face_make(&f));
    TRY(face_start(&f));
    CHECK_INT(face_save(&f, &a, long_text), EMSGSIZE);
    a.login = text("");
    CHECK_INT(face_save(&f, &a, "x"), EINVAL);
    a.login = text("100");
    a.server = NULL;
    CHECK_INT(face_save(&f, &a, "x"), EINVAL);
    a.server = long_text;
    CHECK_INT(face_save(&f, &a, "x"), EMSGSIZE);
    a.server = text("pbx");
    a.stun = text("stun.example:");
    CHECK_INT(face_save(&f, &a, "x"), EINVAL);
    a.stun = text("stun.example:0");
    CHECK_INT(face_save(&f, &a, "x"), EINVAL);
    a.stun = NULL;
    a.pin = text("12");
    CHECK_INT(face_save(&f, &a, "x"), EINVAL);
    CHECK(!line(&f)->configured);
    CHECK_INT(ars_app_settings(f.app)->account_count, 0);
    CHECK(fake_next_command() == NULL);
    CHECK(access(face_file(&f, "settings.json"), F_OK) != 0);
out:
    face_remove(&f);
    return err;
}

/* A second wish before the engine has named the account does not make a second account. */
static int test_two_wishes_before_the_id(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "one"));
    TRY(face_save(&f, ars_app_account(f.app), "two"));
    cmd = fake_next_command();
    CHECK(cmd && cmd->account == 0);
    ars_command_free(cmd);
    cmd = fake_next_command();
    CHECK(cmd == NULL);
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    cmd = fake_next_command();
    CHECK(cmd && cmd->account == 1);
    CHECK_STR(ars_secret_text(cmd->conf->password), "two");
    ars_command_free(cmd);
    cmd = fake_next_command();
    CHECK(cmd == NULL);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_remove(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    TRY(ars_app_remove_account(f.app, line(&f)->account_id));
    face_serve(&f);
    while (access(face_file(&f, "secrets.json"), F_OK) == 0)
        face_serve(&f);
    CHECK(!line(&f)->configured);
    CHECK_INT(line(&f)->state, ARS_ACCOUNT_OFF);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_OFF);
    CHECK(cmd && cmd->account == 1);
    CHECK_INT(ars_app_settings(f.app)->account_count, 0);
    /* and another one, on the same engine */
    TRY(face_save(&f, &a, "y"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

static int test_rules_that_are_left_out(void)
{
    struct ars_stored_account a = face_account();
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    TRY(face_await_problem(&f, ARS_APP_SECRET_IN_FILE));
    ev = fake_event(ARS_EV_HOST_MAP_PROBLEM);
    ev->account = 1;
    ev->tag = 1;
    ev->number = 2;
    ev->text = ars_strdup("at byte 7: empty target");
    fake_push(ev);
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_HOST_MAP));
    CHECK_STR(f.problem_text, "2: at byte 7: empty target");
out:
    face_remove(&f);
    return err;
}

const struct check_case line_cases[] = {
    {"line/first-start", test_first_start, false},
    {"line/save-and-connect", test_save_and_connect, false},
    {"line/restart-connects-by-itself", test_restart_connects_by_itself, false},
    {"line/password-is-gone", test_password_is_gone, false},
    {"line/wrong-password-then-right", test_wrong_password_then_right, false},
    {"line/old-news-is-dropped", test_old_news_is_dropped, false},
    {"line/waiting-says-until-when", test_waiting_says_until_when, false},
    {"line/trusted-for-this-account-alone", test_trusted_for_this_account_alone, false},
    {"line/wrong-input", test_wrong_input, false},
    {"line/two-wishes-before-the-id", test_two_wishes_before_the_id, false},
    {"line/remove", test_remove, false},
    {"line/rules-that-are-left-out", test_rules_that_are_left_out, false},
};
const size_t line_cases_n = CHECK_COUNT(line_cases);
