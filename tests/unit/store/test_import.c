/* Unit tests of store: the account of the Electron client that we replace. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <ars/secret.h>
#include <ars/settings.h>

#include "tests.h"

static int put_file(const struct folder *home, const char *app, const char *json)
{
    struct folder f;

    snprintf(f.path, sizeof(f.path), "%.120s/%s", home->path, app);
    if (mkdir(f.path, 0700))
        return errno;
    return json ? folder_write(&f, "sip-config.json", json) : 0;
}

/* As that program writes it: store.set('sip_config', {...}), all values of the form as text. */
static int test_as_it_is_written(void)
{
    static const char json[] = "{\n\t\"sip_config\": {\n"
                               "\t\t\"display_name\": \"Иван Петров\",\n"
                               "\t\t\"sip_server\": \"f2.ads365.ru\",\n"
                               "\t\t\"port\": \"7443\",\n"
                               "\t\t\"username\": \"1001\",\n"
                               "\t\t\"password\": \"s3cret \\\"w0rd\\\"\"\n\t}\n}";
    struct folder home = {0};
    struct ars_stored_account a = {0};
    struct ars_secret *password = NULL;
    int err;

    TRY(folder_make(&home));
    TRY(put_file(&home, "electron-sip-client", json));
    TRY(ars_settings_import(home.path, &a, &password));
    CHECK_STR(a.display_name, "Иван Петров");
    CHECK_STR(a.server, "f2.ads365.ru");
    CHECK_INT(a.port, 7443);
    CHECK_STR(a.login, "1001");
    CHECK_STR(ars_secret_text(password), "s3cret \"w0rd\"");
    CHECK_STR(a.id, NULL);
    /* what was built in: wss://server:port without a path, one rule, two STUN servers */
    CHECK_STR(a.path, "/");
    CHECK_STR(a.host_map, "MAP f2.ads365.ru 89.169.164.26");
    CHECK_STR(a.stun, "stun.l.google.com:19302\nstun1.l.google.com:19302");
out:
    ars_stored_account_clear(&a);
    ars_secret_free(password);
    folder_remove(&home);
    return err;
}

static int test_other_spellings(void)
{
    static const struct {
        const char *json;
        const char *server;
        int port;
        const char *login;
        const char *password; /* NULL: none */
    } rows[] = {
        {"{\"sip_config\": {\"sip_server\": \"pbx\", \"port\": 443, \"username\": \"1\"}}", "pbx",
         443, "1", NULL},
        {"{\"displayName\": \"x\", \"server\": \"pbx\", \"port\": \"\", \"login\": \"2\","
         " \"password\": \"p\"}",
         "pbx", 0, "2", "p"},
        {"{\"sip_config\": {\"sip_server\": \"pbx\", \"port\": \"99999\", \"username\": [1],"
         " \"password\": \"\"}}",
         "pbx", 0, NULL, NULL},
    };
    struct folder home = {0};
    struct ars_stored_account a = {0};
    struct ars_secret *password = NULL;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(folder_make(&home));
        TRY(put_file(&home, "some other name", rows[i].json));
        TRY(ars_settings_import(home.path, &a, &password));
        CHECK_STR(a.server, rows[i].server);
        CHECK_INT(a.port, rows[i].port);
        CHECK_STR(a.login, rows[i].login);
        CHECK_STR(a.host_map, NULL);
        CHECK_STR(password ? ars_secret_text(password) : NULL, rows[i].password);
        ars_stored_account_clear(&a);
        ars_secret_free(password);
        password = NULL;
        folder_remove(&home);
    }
out:
    ars_stored_account_clear(&a);
    ars_secret_free(password);
    folder_remove(&home);
    return err;
}

static int test_nothing_to_import(void)
{
    struct folder home = {0};
    struct ars_stored_account a = {0};
    struct ars_secret *password = NULL;
    int err;

    TRY(folder_make(&home));
    CHECK_INT(ars_settings_import(home.path, &a, &password), ENOENT);
    TRY(put_file(&home, "gtk-4.0", NULL));
    CHECK_INT(ars_settings_import(home.path, &a, &password), ENOENT);
    CHECK_INT(ars_settings_import("/nowhere/at/all", &a, &password), ENOENT);
    TRY(put_file(&home, "SipClientApp", "{\"sip_config\": 5}"));
    CHECK_INT(ars_settings_import(home.path, &a, &password), EBADMSG);
    CHECK(!a.server && !password);
out:
    folder_remove(&home);
    return err;
}

/* The known name wins over whatever else lies about. */
static int test_known_names_first(void)
{
    struct folder home = {0};
    struct ars_stored_account a = {0};
    struct ars_secret *password = NULL;
    int err;

    TRY(folder_make(&home));
    TRY(put_file(&home, "aaa", "{\"sip_config\": {\"sip_server\": \"wrong\"}}"));
    TRY(put_file(&home, "SipClientApp", "{\"sip_config\": {\"sip_server\": \"right\"}}"));
    TRY(ars_settings_import(home.path, &a, &password));
    CHECK_STR(a.server, "right");
out:
    ars_stored_account_clear(&a);
    ars_secret_free(password);
    folder_remove(&home);
    return err;
}

const struct check_case import_cases[] = {
    {"import/as-it-is-written", test_as_it_is_written, false},
    {"import/other-spellings", test_other_spellings, false},
    {"import/nothing-to-import", test_nothing_to_import, false},
    {"import/known-names-first", test_known_names_first, false},
};
const size_t import_cases_n = CHECK_COUNT(import_cases);
