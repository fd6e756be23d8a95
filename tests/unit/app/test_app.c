/* Unit tests of app: settings, devices, demo line, import, words, and the end. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ars/str.h>

#include "face.h"

int main(int argc, char **argv)
{
    return check_run(watching_cases, watching_cases_n, argc, argv) +
           check_run(levels_cases, levels_cases_n, argc, argv) +
           check_run(line_cases, line_cases_n, argc, argv) +
           check_run(lines_cases, lines_cases_n, argc, argv) +
           check_run(calls_cases, calls_cases_n, argc, argv) +
           check_run(together_cases, together_cases_n, argc, argv) +
           check_run(app_cases, app_cases_n, argc, argv) +
           check_run(awake_cases, awake_cases_n, argc, argv);
}

/* ---- settings ---- */

static int test_broken_settings(void)
{
    struct face f = {0};
    char *saved = NULL;
    int err;

    TRY(face_make(&f));
    TRY(face_write(&f, "settings.json",
                   "{\"version\": 1, \"ring_off\": 1, \"accounts\": [{\"id\": \"a\","
                   " \"server\": \"pbx.example\", \"login\": \"100\"}]}"));
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_SETTINGS_BROKEN));
    CHECK(access(face_file(&f, "settings.json.broken-1"), F_OK) == 0);
    saved = face_read(&f, "settings.json"); /* what could be read of it */
    CHECK(saved && strstr(saved, "pbx.example"));
    CHECK(ars_app_get_line(f.app)->configured);
out:
    free(saved);
    face_remove(&f);
    return err;
}

static int test_newer_settings(void)
{
    static const char newer[] = "{\"version\": 7, \"accounts\": []}";
    struct ars_stored_account a = face_account();
    struct face f = {0};
    char *kept = NULL;
    int err;

    TRY(face_make(&f));
    TRY(face_write(&f, "settings.json", newer));
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_SETTINGS_NEWER));
    f.problems_n = 0;
    TRY(face_save(&f, &a, "x")); /* for this run */
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(face_had_problem(&f, ARS_APP_SETTINGS_NEWER));
    kept = face_read(&f, "settings.json");
    CHECK_STR(kept, newer);
out:
    free(kept);
    face_remove(&f);
    return err;
}

static int test_unreadable_settings(void)
{
    struct ars_stored_account a = face_account();
    struct face f = {0};
    struct stat st;
    int err;

    TRY(face_make(&f));
    CHECK(mkdir(face_file(&f, "settings.json"), 0700) == 0);
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_SETTINGS_NOT_READ));
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(face_had_problem(&f, ARS_APP_SETTINGS_NOT_SAVED));
    CHECK(stat(face_file(&f, "settings.json"), &st) == 0 && S_ISDIR(st.st_mode));
out:
    face_remove(&f);
    return err;
}

/* A hand-written account that the engine cannot take is shown, not lost. */
static int test_stored_account_of_no_use(void)
{
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_write(&f, "settings.json",
                   "{\"version\": 1, \"accounts\": [{\"id\": \"a\", \"server\": \"s\","
                   " \"login\": \"1\", \"pin\": \"12\"}]}"));
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(ars_app_get_line(f.app)->configured);
    CHECK_INT(ars_app_get_line(f.app)->state, ARS_ACCOUNT_FAILED);
    CHECK(ars_app_account(f.app) != NULL);
    CHECK_STR(ars_app_account(f.app)->server, "s");
out:
    face_remove(&f);
    return err;
}

static int check_audio(const char *in, const char *out, const char *ring)
{
    struct ars_command *cmd = fake_find_command(ARS_CMD_AUDIO);
    int err = 0;

    CHECK(cmd != NULL);
    CHECK_STR(cmd->text, in);
    CHECK_STR(cmd->text2, out);
    CHECK_STR(cmd->text3, ring);
out:
    ars_command_free(cmd);
    return err;
}

static int test_preferences(void)
{
    struct ars_settings *s = NULL;
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    CHECK_STR(fake_audio(0), "device");
    CHECK_STR(fake_audio(2), "device");
    s = ars_settings_dup(ars_app_settings(f.app));
    TRY(s ? 0 : ENOMEM);
    s->window_width = 400;
    TRY(ars_app_save_preferences(f.app, s));
    CHECK(fake_next_command() == NULL); /* nothing to hear of it */
    TRY(ars_settings_set_text(&s->audio_in, "device:Headset"));
    TRY(ars_settings_set_text(&s->audio_out, "device:Speaker"));
    TRY(ars_app_save_preferences(f.app, s));
    err = check_audio("device:Headset", "device:Speaker", "device:Speaker");
    if (err)
        goto out;
    s->ring_off = true;
    TRY(ars_app_save_preferences(f.app, s));
    err = check_audio("device:Headset", "device:Speaker", "none");
    if (err)
        goto out;
    TRY(ars_settings_set_text(&s->echo, "low"));
    TRY(ars_app_save_preferences(f.app, s));
    cmd = fake_next_command();
    CHECK(cmd);
    CHECK_INT(cmd->type, ARS_CMD_VOICE);
    CHECK_INT(cmd->voice.echo, ARS_STRENGTH_LOW);
    CHECK_INT(cmd->voice.noise, ARS_VOICE_DEFAULT.noise);
    ars_command_free(cmd);
    TRY(ars_settings_set_text(&s->ring_sound, "chime"));
    TRY(ars_settings_set_text(&s->audio_in_label, "Headset"));
    s->ring_volume = 40;
    TRY(ars_app_save_preferences(f.app, s));
    cmd = fake_next_command();
    CHECK(cmd);
    CHECK_INT(cmd->type, ARS_CMD_RINGER);
    CHECK_INT(cmd->ringer.sound, ARS_RING_CHIME);
    CHECK_INT(cmd->ringer.volume, 40);
    ars_command_free(cmd);
    TRY(ars_settings_set_text(&s->tones, "us"));
    TRY(ars_app_save_preferences(f.app, s));
    cmd = fake_next_command();
    CHECK(cmd);
    CHECK_INT(cmd->type, ARS_CMD_TONES);
    CHECK_INT(cmd->number, ARS_TONES_US);
    ars_command_free(cmd);
    s->calls_max = 2;
    TRY(ars_app_save_preferences(f.app, s));
    cmd = fake_next_command();
    CHECK(cmd);
    CHECK_INT(cmd->type, ARS_CMD_ANSWERING);
    CHECK_INT(cmd->answering.calls_max, 2);
    TRY(ars_app_save_preferences(f.app, ars_app_settings(f.app))); /* its own */
    face_stop(&f);
    TRY(face_start(&f));
    CHECK_INT(ars_app_settings(f.app)->window_width, 400);
    CHECK_STR(fake_audio(0), "device:Headset");
    CHECK_STR(fake_audio(2), "none");
    CHECK_INT(ars_app_settings(f.app)->ring_volume, 40);
    CHECK_STR(ars_app_settings(f.app)->tones, "us");
    ars_command_free(cmd);
    cmd = fake_find_command(ARS_CMD_ANSWERING); /* told anew at the start */
    CHECK(cmd && cmd->answering.calls_max == 2);
    CHECK_STR(ars_app_settings(f.app)->audio_in_label, "Headset");
    CHECK_INT(f.problems_n, 0);
out:
    ars_command_free(cmd);
    ars_settings_free(s);
    face_remove(&f);
    return err;
}

static int test_device_that_nobody_knows(void)
{
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_write(&f, "settings.json", "{\"version\": 1, \"audio_in\": \"what\"}"));
    fake_manners.start_error = EINVAL;
    TRY(face_start(&f));
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_AUDIO_DEVICE));
    CHECK_STR(f.problem_text, "what");
    CHECK_STR(fake_audio(0), NULL);
out:
    face_remove(&f);
    return err;
}

static int test_devices(void)
{
    static const struct ars_device devices[] = {
        {.name = "Microphone", .input = true},
        {.name = "Speaker", .output = true, .is_default = true},
    };
    static const enum ars_device_state states[] = {ARS_DEVICE_BROKEN, ARS_DEVICE_AWAY,
                                                   ARS_DEVICE_WORKS};
    struct ars_event *ev;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    fake_manners.devices = devices;
    fake_manners.devices_n = 2;
    TRY(ars_app_list_devices(f.app));
    TRY(face_await(&f, &f.devices, 2));
    for (size_t i = 0; i < CHECK_COUNT(states); i++) {
        ev = fake_event(ARS_EV_AUDIO_DEVICE);
        ev->number = (int)states[i];
        ev->input = true;
        ev->text = ars_strdup("Headset");
        fake_push(ev);
    }
    face_serve(&f);
    CHECK_INT(f.problems_n, 3);
    CHECK_INT(f.problems[0], ARS_APP_AUDIO_DEVICE);
    CHECK_INT(f.problems[1], ARS_APP_AUDIO_DEVICE_AWAY);
    CHECK_INT(f.problems[2], ARS_APP_AUDIO_DEVICE_BACK);
    CHECK_STR(f.problem_text, "Headset");
out:
    face_remove(&f);
    return err;
}

/* ---- the journal's troubles ---- */

static int test_damaged_journal(void)
{
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_write(&f, "history.sqlite", "no database, and long enough to look like one"));
    TRY(face_start(&f));
    TRY(face_ask_journal(&f, NULL));
    face_serve(&f);
    CHECK(face_had_problem(&f, ARS_APP_JOURNAL_DAMAGED));
    CHECK_STR(f.problem_text, face_file(&f, "history.sqlite.broken-1"));
out:
    face_remove(&f);
    return err;
}

/* ---- import ---- */

static int test_import(void)
{
    struct ars_stored_account a = {0};
    struct ars_secret *password = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    setenv("XDG_CONFIG_HOME", f.dir, 1);
    CHECK(mkdir(face_file(&f, "SipClientApp"), 0700) == 0);
    TRY(face_write(&f, "SipClientApp/sip-config.json",
                   "{\"sip_config\": {\"sip_server\": \"old.example\", \"port\": \"7443\","
                   " \"username\": \"7\", \"password\": \"p\"}}"));
    TRY(face_start(&f));
    TRY(ars_app_import(f.app, &a, &password));
    CHECK_STR(a.server, "old.example");
    CHECK_STR(ars_secret_text(password), "p");
    CHECK_INT(ars_app_settings(f.app)->account_count, 0);
    TRY(ars_app_save_account(f.app, &a, password, NULL));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    ars_stored_account_clear(&a);
    ars_secret_free(password);
    password = NULL;
    CHECK_INT(ars_app_import(f.app, &a, &password), ENOENT); /* there is an account now */
out:
    unsetenv("XDG_CONFIG_HOME");
    ars_stored_account_clear(&a);
    ars_secret_free(password);
    face_remove(&f);
    return err;
}

/* ---- the demo line ---- */

static int start_demo(struct face *f, const char *program)
{
    int err = face_start_with(f, &(struct ars_app_conf){.demo_line = program});

    return err ? err : ars_app_use_demo(f->app);
}

static int test_demo_line(void)
{
    struct ars_stored_account a = face_account();
    char *id = NULL;
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(start_demo(&f, ARS_TEST_DEMO_LINE));
    CHECK(ars_app_get_line(f.app)->demo && ars_app_get_line(f.app)->configured);
    CHECK_INT(ars_app_get_line(f.app)->state, ARS_ACCOUNT_RESOLVING);
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    CHECK(cmd && cmd->conf->port > 0 && cmd->conf->has_pin);
    CHECK_STR(cmd->conf->server, "localhost");
    CHECK(ars_secret_text(cmd->conf->password)[0]);
    CHECK(ars_app_account(f.app) == NULL);
    CHECK(access(face_file(&f, "settings.json"), F_OK) != 0);
    CHECK(access(face_file(&f, "secrets.json"), F_OK) != 0);
    TRY(face_save(&f, &a, "x")); /* the user's own takes its place */
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(!ars_app_get_line(f.app)->demo);
    CHECK_STR(ars_app_get_line(f.app)->server, "pbx.example");
    CHECK_INT(ars_app_settings(f.app)->account_count, 1);
    TRY(ars_app_use_demo(f.app)); /* and back */
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    CHECK(ars_app_get_line(f.app)->demo);
    CHECK_INT(ars_app_settings(f.app)->account_count, 1);
    id = ars_strdup(ars_app_settings(f.app)->accounts[0].id); /* what is stored can be changed */
    CHECK(id != NULL);
    TRY(ars_app_enable_account(f.app, id, false));
    CHECK(ars_app_settings(f.app)->accounts[0].disabled);
    TRY(ars_app_remove_account(f.app, id));
    CHECK_INT(ars_app_settings(f.app)->account_count, 0);
    CHECK(ars_app_get_line(f.app)->demo);
out:
    free(id);
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

/* Programs that are none, say nonsense, or end. */
static int test_demo_lines_that_fail(void)
{
    static const char *const scripts[] = {
        "#!/bin/sh\nexit 1\n",
        "#!/bin/sh\necho hello\ncat\n",
        "#!/bin/sh\necho '{\"port\": 0, \"login\": \"x\", \"sha256\": \"00\","
        " \"password_file\": \"/dev/null\"}'\ncat\n",
        NULL,
    };
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    for (size_t i = 0; i < CHECK_COUNT(scripts); i++) {
        const char *program = face_file(&f, "program");

        unlink(program);
        if (scripts[i])
            TRY(face_write(&f, "program", scripts[i]));
        TRY(start_demo(&f, program));
        while (!f.problems_n)
            face_serve(&f);
        CHECK_INT(f.problems[0], ARS_APP_DEMO);
        CHECK(f.problem_text[0]);
        CHECK(!ars_app_get_line(f.app)->demo && !ars_app_get_line(f.app)->configured);
        CHECK_INT(ars_app_get_line(f.app)->state, ARS_ACCOUNT_OFF);
        face_stop(&f);
    }
out:
    face_remove(&f);
    return err;
}

/* ---- the end ---- */

static int test_quit(void)
{
    struct ars_stored_account a = face_account();
    struct ars_command *cmd = NULL;
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "x"));
    TRY(face_await_state(&f, ARS_ACCOUNT_READY));
    ars_app_quit(f.app);
    TRY(face_await(&f, &f.stopped, 1));
    cmd = fake_find_command(ARS_CMD_SHUTDOWN);
    CHECK(cmd != NULL);
    face_serve(&f);
    CHECK_INT(f.stopped, 1);
out:
    ars_command_free(cmd);
    face_remove(&f);
    return err;
}

/* Freed while the password is still being looked for. */
static int test_freed_early(void)
{
    struct ars_stored_account a = face_account();
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(face_start(&f));
    TRY(face_save(&f, &a, "x"));
    face_stop(&f);
    TRY(face_start(&f));
    face_stop(&f);
    TRY(start_demo(&f, ARS_TEST_DEMO_LINE));
    face_stop(&f);
out:
    face_remove(&f);
    return err;
}

/* ---- words ---- */

static int test_number_format(void)
{
    static const struct {
        const char *number;
        const char *shown;
    } rows[] = {
        {"4951234567", "+7 (495) 123-45-67"},
        {"74951234567", "+7 (495) 123-45-67"},
        {"84951234567", "+7 (495) 123-45-67"},
        {"+74951234567", "+7 (495) 123-45-67"},
        {"8 (495) 123-45-67", "+7 (495) 123-45-67"},
        {"94951234567", "94951234567"},
        {"+81312345678", "+81312345678"}, /* eleven digits, but of Japan */
        {"+4930123456", "+4930123456"},   /* ten, of Germany */
        {"495123456", "495123456"},
        {"749512345678", "749512345678"},
        {"600", "600"},
        {"", ""},
        {"+", "+"},
        {"*98#", "*98#"},
        {"sip:84951234567@x", "sip:84951234567@x"},
        {"84951234567;ext=1", "84951234567;ext=1"},
        {"Иван", "Иван"},
    };
    char *shown = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        shown = ars_app_format_number(rows[i].number);
        TRY(shown ? 0 : ENOMEM);
        CHECK_STR(shown, rows[i].shown);
        free(shown);
        shown = NULL;
    }
out:
    free(shown);
    return err;
}

struct rule_problems {
    size_t n;
    size_t rule;
    bool reason;
};

static void on_rule(size_t rule, size_t offset, const char *reason, void *arg)
{
    struct rule_problems *p = arg;

    p->n++;
    p->rule = rule;
    p->reason = reason && reason[0];
}

static int test_check_rules(void)
{
    struct rule_problems p = {0};
    char *target = NULL;
    int err;

    TRY(ars_app_check_rules("MAP pbx.example 192.0.2.1:443, MAP x, MAP *.v6 [2001:db8::1]",
                            "PBX.example", 0, on_rule, &p, &target));
    CHECK_STR(target, "192.0.2.1:443");
    CHECK_INT(p.n, 1);
    CHECK_INT(p.rule, 2);
    CHECK(p.reason);
    free(target);
    target = NULL;
    TRY(ars_app_check_rules("MAP *.v6 [2001:db8::1]", "a.v6", 8443, NULL, NULL, &target));
    CHECK_STR(target, "[2001:db8::1]:8443");
    free(target);
    target = NULL;
    TRY(ars_app_check_rules(NULL, "pbx.example", 0, on_rule, &p, &target));
    CHECK_STR(target, "pbx.example:7443");
    free(target);
    target = NULL;
    CHECK_INT(ars_app_check_rules("MAP * ^NOTFOUND", "a", 0, NULL, NULL, &target), ENOENT);
    CHECK(target == NULL);
out:
    free(target);
    return err;
}

const struct check_case app_cases[] = {
    {"app/broken-settings", test_broken_settings, false},
    {"app/newer-settings", test_newer_settings, false},
    {"app/unreadable-settings", test_unreadable_settings, false},
    {"app/stored-account-of-no-use", test_stored_account_of_no_use, false},
    {"app/preferences", test_preferences, false},
    {"app/device-that-nobody-knows", test_device_that_nobody_knows, false},
    {"app/devices", test_devices, false},
    {"app/damaged-journal", test_damaged_journal, false},
    {"app/import", test_import, false},
    {"app/demo-line", test_demo_line, false},
    {"app/demo-lines-that-fail", test_demo_lines_that_fail, false},
    {"app/quit", test_quit, false},
    {"app/freed-early", test_freed_early, false},
    {"app/number-format", test_number_format, true},
    {"app/check-rules", test_check_rules, true},
};
const size_t app_cases_n = CHECK_COUNT(app_cases);
