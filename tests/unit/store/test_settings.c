/* Unit tests of store: settings.json. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ars/settings.h>
#include <ars/str.h>

#include "settings_json.h"
#include "tests.h"

#define FILE_NAME "settings.json"
#define PIN       "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct ars_stored_account full_account(void)
{
    return (struct ars_stored_account){
        .id = text("7d1c1f2e-0000-4000-8000-000000000001"),
        .display_name = text("Иван \"the\" \\ Петров"),
        .server = text("pbx.example"),
        .port = 8443,
        .path = text("/ws"),
        .login = text("100"),
        .auth_user = text("auth-100"),
        .ca_file = text("/etc/ssl/own.pem"),
        .pin = text(PIN),
        .host_map = text("MAP pbx.example 192.0.2.1:7443, EXCLUDE x\nMAP * 192.0.2.2"),
        .stun = text("stun.example:3478\nstun2.example"),
        .codecs = text("pcma,opus"),
        .mailbox_number = text("*97"),
        .pickup_code = text("*8"),
        .park_code = text("700"),
        .refer = text("refuse"),
        .outbound_proxy = text("edge.example:443"),
        .realm = text("pbx.example"),
        .headers = text("X-Team: support\nX-Desk: 7"),
        .dial_rules = text("^8([0-9]{10})$ -> +7\\1\n^0 -> "),
        .outbound_route = true,
        .disabled = true,
        .no_proxy = true,
        .ring_s = 45,
        .expires_s = 120,
    };
}

static int make_full(struct ars_settings **ret)
{
    const struct ars_stored_line lines[] = {{.number = text("104"), .name = text("Анна")},
                                            {.number = text("741"), .parking = true},
                                            {.account = text("second"), .number = text("104")}};
    struct ars_stored_account a = full_account();
    struct ars_settings *s = ars_settings_new();
    int err = s ? 0 : ENOMEM;

    if (!err)
        err = ars_settings_put_account(s, &a);
    a.id = text("second");
    a.port = 0;
    if (!err)
        err = ars_settings_put_account(s, &a);
    if (!err)
        err = ars_settings_set_text(&s->default_account, "second");
    if (!err)
        err = ars_settings_set_text(&s->audio_in, "device:USB headset");
    if (!err)
        err = ars_settings_set_text(&s->audio_ring, "device");
    if (!err)
        err = ars_settings_set_text(&s->echo, "low");
    if (!err)
        err = ars_settings_set_text(&s->highpass, "off");
    if (!err)
        err = ars_settings_set_text(&s->tones, "ru");
    if (err) {
        ars_settings_free(s);
        return err;
    }
    s->ring_off = true;
    s->calls_max = 6;
    err = ars_settings_set_lines(s, lines, 3);
    if (err) {
        ars_settings_free(s);
        return err;
    }
    s->window_width = 360;
    s->window_height = 640;
    *ret = s;
    return 0;
}

static int check_account(const struct ars_stored_account *is, const struct ars_stored_account *want)
{
    struct ars_stored_account a = *is;
    struct ars_stored_account b = *want;
    const char *key;
    char **x;
    int err = 0;

    for (size_t i = 0; (x = settings_account_text(&a, i, &key, NULL)); i++) {
        char **y = settings_account_text(&b, i, NULL, NULL);

        err = check_str(__FILE__, __LINE__, key, *x, *y);
        if (err)
            goto out;
    }
    CHECK_INT(a.port, b.port);
    CHECK_INT(a.outbound_route, b.outbound_route);
    CHECK_INT(a.disabled, b.disabled);
    CHECK_INT(a.no_proxy, b.no_proxy);
    CHECK_INT(a.ring_s, b.ring_s);
    CHECK_INT(a.expires_s, b.expires_s);
out:
    return err;
}

static int check_full(const struct ars_settings *s)
{
    struct ars_stored_account a = full_account();
    int err;

    CHECK_INT(s->account_count, 2);
    err = check_account(&s->accounts[0], &a);
    if (err)
        goto out;
    CHECK_STR(s->accounts[1].id, "second");
    CHECK_INT(s->accounts[1].port, 0);
    CHECK_STR(s->default_account, "second");
    CHECK_STR(s->audio_in, "device:USB headset");
    CHECK_STR(s->audio_out, NULL);
    CHECK_STR(s->audio_ring, "device");
    CHECK_STR(s->echo, "low");
    CHECK_STR(s->noise, NULL);
    CHECK_STR(s->highpass, "off");
    CHECK_INT(s->line_count, 3);
    CHECK_STR(s->lines[0].number, "104");
    CHECK_STR(s->lines[0].name, "Анна");
    CHECK(!s->lines[0].parking && s->lines[1].parking);
    CHECK_STR(s->lines[1].number, "741");
    CHECK_STR(s->lines[1].name, NULL);
    CHECK_STR(s->lines[1].account, NULL);
    CHECK_STR(s->lines[2].account, "second");
    CHECK_STR(s->lines[2].number, "104");
    CHECK_STR(s->tones, "ru");
    CHECK_INT(s->calls_max, 6);
    CHECK(s->ring_off);
    CHECK_INT(s->window_width, 360);
    CHECK_INT(s->window_height, 640);
out:
    return err;
}

static int test_text_round_trip(void)
{
    struct ars_settings *s = NULL;
    struct ars_settings *back = NULL;
    struct ars_settings *copy = NULL;
    char *json = NULL;
    bool clean = false;
    int err;

    TRY(make_full(&s));
    TRY(settings_print(s, &json));
    TRY(settings_parse(json, strlen(json), &back, &clean));
    CHECK(clean);
    err = check_full(back);
    if (err)
        goto out;
    copy = ars_settings_dup(back);
    TRY(copy ? 0 : ENOMEM);
    err = check_full(copy);
out:
    ars_settings_free(s);
    ars_settings_free(back);
    ars_settings_free(copy);
    free(json);
    return err;
}

static int test_copies(void)
{
    struct ars_settings *s = NULL;
    struct ars_settings *copy = NULL;
    struct ars_stored_account a = {0};
    int err;

    TRY(make_full(&s));
    copy = ars_settings_dup(s);
    TRY(copy ? 0 : ENOMEM);
    TRY(ars_stored_account_copy(&a, &s->accounts[1]));
    TRY(ars_settings_set_text(&a.login, "200"));
    TRY(ars_settings_put_account(s, &a));
    TRY(ars_settings_remove_account(s, full_account().id));
    CHECK_INT(ars_settings_remove_account(s, full_account().id), ENOENT);
    CHECK_INT(s->account_count, 1);
    CHECK_STR(ars_settings_account(s, "second")->login, "200");
    TRY(ars_settings_set_text(&s->audio_in, ""));
    CHECK_STR(s->audio_in, NULL);
    err = check_full(copy);
out:
    ars_stored_account_clear(&a);
    ars_settings_free(s);
    ars_settings_free(copy);
    return err;
}

static int load(const struct folder *f, struct ars_settings **s, enum ars_settings_state want,
                char **aside)
{
    enum ars_settings_state state;
    int err = ars_settings_load(f->path, s, &state, aside);

    if (!err)
        err = check_int(__FILE__, __LINE__, "state", state, want);
    return err;
}

static int test_file_round_trip(void)
{
    struct folder f = {0};
    struct folder inner;
    struct ars_settings *s = NULL;
    struct ars_settings *back = NULL;
    struct stat st;
    int err;

    TRY(folder_make(&f));
    snprintf(inner.path, sizeof(inner.path), "%.200s/not/there/yet", f.path);
    TRY(make_full(&s));
    TRY(ars_settings_save(inner.path, s));
    CHECK(stat(folder_file(&inner, FILE_NAME), &st) == 0);
    CHECK_INT(st.st_mode & 07777, 0600);
    CHECK(stat(inner.path, &st) == 0);
    CHECK_INT(st.st_mode & 07777, 0700);
    TRY(load(&inner, &back, ARS_SETTINGS_OK, NULL));
    err = check_full(back);
out:
    ars_settings_free(s);
    ars_settings_free(back);
    folder_remove(&f);
    return err;
}

static int test_first_start(void)
{
    struct folder f = {0};
    struct ars_settings *s = NULL;
    int err;

    TRY(folder_make(&f));
    TRY(load(&f, &s, ARS_SETTINGS_NONE, NULL));
    CHECK_INT(s->account_count, 0);
    CHECK(access(folder_file(&f, FILE_NAME), F_OK) != 0);
out:
    ars_settings_free(s);
    folder_remove(&f);
    return err;
}

/* What another version wrote stays, at every level. */
static int test_unknown_keys_stay(void)
{
    static const char json[] =
        "{\"version\": 1, \"theme\": {\"dark\": [1, null, \"x\"]},\n"
        "\"accounts\": [{\"id\": \"a\", \"server\": \"s\", \"blf\": [\"200\"]}]}";
    struct ars_settings *s = NULL;
    struct ars_stored_account a = {0};
    char *out = NULL;
    bool clean = false;
    int err;

    TRY(settings_parse(json, strlen(json), &s, &clean));
    CHECK(clean);
    TRY(ars_stored_account_copy(&a, &s->accounts[0])); /* as a dialog does */
    TRY(ars_settings_set_text(&a.login, "100"));
    TRY(ars_settings_put_account(s, &a));
    TRY(settings_print(s, &out));
    CHECK(strstr(out, "\"theme\"") && strstr(out, "null") && strstr(out, "\"x\""));
    CHECK(strstr(out, "\"blf\"") && strstr(out, "\"200\""));
    CHECK(strstr(out, "\"login\""));
out:
    ars_stored_account_clear(&a);
    ars_settings_free(s);
    free(out);
    return err;
}

static int test_broken_is_set_aside(void)
{
    static const char *const broken[] = {
        "",
        "{",
        "nonsense",
        "[]",
        "null",
        "{}",
        "{\"version\": 0}",
        "{\"version\": \"1\"}",
        "{\"version\": 1} trailing",
        "{\"version\": 1, \"x\": 1e}",
        "{\"version\": 1, \"x\": [1.]}",
        "{\"version\": 1, \"x\": {\"y\": NaN}}",
        "{\"version\": 1, \"accounts\": [{\"id\": \"\xff\"}]}",
    };
    struct folder f = {0};
    struct ars_settings *s = NULL;
    char *aside = NULL;
    char *kept = NULL;
    int err;

    TRY(folder_make(&f));
    for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
        char name[64];

        TRY(folder_write(&f, FILE_NAME, broken[i]));
        TRY(load(&f, &s, ARS_SETTINGS_BROKEN, &aside));
        snprintf(name, sizeof(name), FILE_NAME ".broken-%zu", i + 1);
        CHECK_STR(aside, folder_file(&f, name));
        kept = folder_read(&f, name);
        CHECK_STR(kept, broken[i]);
        CHECK(access(folder_file(&f, FILE_NAME), F_OK) != 0);
        CHECK_INT(s->account_count, 0);
        ars_settings_free(s);
        free(aside);
        free(kept);
        s = NULL;
        aside = kept = NULL;
    }
out:
    ars_settings_free(s);
    free(aside);
    free(kept);
    folder_remove(&f);
    return err;
}

/* Of a file in which single things are wrong, the rest is used; the file is kept all the same. */
static int test_half_broken_is_read(void)
{
    static const char json[] =
        "{\"version\": 1, \"ring_off\": \"yes\", \"window_width\": -3, \"audio_in\": "
        "\"device:x\",\n"
        "\"accounts\": [{\"id\": \"a\", \"server\": \"s\", \"port\": 70000, \"login\": \"100\"},\n"
        "{\"id\": \"a\", \"login\": \"200\"}, {\"login\": \"300\"}, 7]}";
    struct folder f = {0};
    struct ars_settings *s = NULL;
    char *aside = NULL;
    int err;

    TRY(folder_make(&f));
    TRY(folder_write(&f, FILE_NAME, json));
    TRY(load(&f, &s, ARS_SETTINGS_BROKEN, &aside));
    CHECK(aside && access(aside, F_OK) == 0);
    CHECK_STR(s->audio_in, "device:x");
    CHECK(!s->ring_off);
    CHECK_INT(s->window_width, 0);
    CHECK_INT(s->account_count, 3);
    CHECK_STR(s->accounts[0].server, "s");
    CHECK_INT(s->accounts[0].port, 0);
    CHECK_STR(s->accounts[1].login, "200");
    CHECK(!ars_streq(s->accounts[1].id, "a") && s->accounts[1].id[0]);
    CHECK_STR(s->accounts[2].login, "300");
    CHECK_INT(strlen(s->accounts[2].id), 36);
out:
    ars_settings_free(s);
    free(aside);
    folder_remove(&f);
    return err;
}

/* Version 1 connected the first account and no other; all that it had written stays. */
static int test_version_1_moves_on(void)
{
    static const char json[] =
        "{\"version\": 1, \"audio_in\": \"device:x\", \"ring_off\": true, \"later\": 1,\n"
        "\"accounts\": [{\"id\": \"a\", \"server\": \"s\", \"port\": 8089, \"login\": \"100\",\n"
        "\"path\": \"\", \"pin\": \"" PIN "\", \"ring_seconds\": 45, \"no_proxy\": true},\n"
        "{\"id\": \"b\", \"server\": \"t\", \"login\": \"200\", \"host_map\": \"MAP t u\"}]}";
    struct folder f = {0};
    struct ars_settings *s = NULL;
    char *kept = NULL;
    int err;

    TRY(folder_make(&f));
    TRY(folder_write(&f, FILE_NAME, json));
    for (int i = 0; i < 2; i++) { /* as it was read, and as it is read once written back */
        TRY(load(&f, &s, ARS_SETTINGS_OK, NULL));
        CHECK_INT(s->account_count, 2);
        CHECK_STR(s->accounts[0].login, "100");
        CHECK_INT(s->accounts[0].port, 8089);
        CHECK_STR(s->accounts[0].path, "");
        CHECK_STR(s->accounts[0].pin, PIN);
        CHECK_INT(s->accounts[0].ring_s, 45);
        CHECK(s->accounts[0].no_proxy && !s->accounts[0].disabled);
        CHECK_STR(s->accounts[1].host_map, "MAP t u");
        CHECK(s->accounts[1].disabled);
        CHECK_STR(ars_settings_default(s)->id, "a");
        CHECK_STR(s->audio_in, "device:x");
        CHECK(s->ring_off);
        TRY(ars_settings_save(f.path, s));
        ars_settings_free(s);
        s = NULL;
    }
    kept = folder_read(&f, FILE_NAME);
    CHECK(kept && strstr(kept, "\"later\"") && strstr(kept, "\"version\": 2"));
out:
    ars_settings_free(s);
    free(kept);
    folder_remove(&f);
    return err;
}

static int test_default_account(void)
{
    struct ars_settings *s = NULL;
    int err;

    TRY(make_full(&s));
    s->accounts[0].disabled = false;
    s->accounts[1].disabled = false;
    CHECK_STR(ars_settings_default(s)->id, "second");
    s->accounts[1].disabled = true;
    CHECK_STR(ars_settings_default(s)->id, full_account().id);
    s->accounts[0].disabled = true;
    CHECK_STR(ars_settings_default(s)->id, "second");
    TRY(ars_settings_remove_account(s, "second"));
    CHECK_STR(ars_settings_default(s)->id, full_account().id);
    TRY(ars_settings_remove_account(s, full_account().id));
    CHECK(!ars_settings_default(s));
out:
    ars_settings_free(s);
    return err;
}

static int test_newer_is_never_written_over(void)
{
    static const char json[] =
        "{\"version\": 3, \"accounts\": {\"a\": {}}, \"audio_in\": \"device\",\n"
        "\"ring_off\": 3}";
    struct folder f = {0};
    struct ars_settings *s = NULL;
    struct ars_settings *copy = NULL;
    char *kept = NULL;
    int err;

    TRY(folder_make(&f));
    TRY(folder_write(&f, FILE_NAME, json));
    TRY(load(&f, &s, ARS_SETTINGS_NEWER, NULL));
    CHECK_STR(s->audio_in, "device");
    CHECK_INT(s->account_count, 0);
    CHECK_INT(ars_settings_save(f.path, s), EPERM);
    copy = ars_settings_dup(s);
    TRY(copy ? 0 : ENOMEM);
    CHECK_INT(ars_settings_save(f.path, copy), EPERM);
    kept = folder_read(&f, FILE_NAME);
    CHECK_STR(kept, json);
out:
    ars_settings_free(s);
    ars_settings_free(copy);
    free(kept);
    folder_remove(&f);
    return err;
}

static int test_every_text_has_a_maximum(void)
{
    struct ars_stored_account a = {0};
    struct ars_settings *s = NULL;
    char *long_text = malloc(ARS_SETTINGS_RULES_MAX + 2);
    const char *key;
    size_t max;
    char **field;
    int err;

    TRY(long_text ? 0 : ENOMEM);
    s = ars_settings_new();
    TRY(s ? 0 : ENOMEM);
    for (size_t i = 0; (field = settings_account_text(&a, i, &key, &max)); i++) {
        memset(long_text, 'x', max + 1);
        long_text[max + 1] = '\0';
        a.id = text("a");
        *field = long_text;
        CHECK_INT(ars_settings_put_account(s, &a), EMSGSIZE);
        long_text[max] = '\0';
        TRY(ars_settings_put_account(s, &a));
        *field = NULL;
        (void)ars_settings_remove_account(s, long_text);
    }
    CHECK(max > 0);
    for (size_t i = s->account_count; i < ARS_SETTINGS_ACCOUNTS; i++) {
        char id[16];

        snprintf(id, sizeof(id), "id-%zu", i);
        a = (struct ars_stored_account){.id = id};
        TRY(ars_settings_put_account(s, &a));
    }
    a = (struct ars_stored_account){.id = text("one too many")};
    CHECK_INT(ars_settings_put_account(s, &a), ENOSPC);
    a.id = text("id-5");
    TRY(ars_settings_put_account(s, &a));
    a.id = NULL;
    CHECK_INT(ars_settings_put_account(s, &a), EINVAL);
out:
    ars_settings_free(s);
    free(long_text);
    return err;
}

/* No temporary file stays behind. */
static int check_only_file(const struct folder *f)
{
    DIR *dir = opendir(f->path);
    struct dirent *e;
    int err = 0;

    CHECK(dir != NULL);
    while ((e = readdir(dir)))
        CHECK(e->d_name[0] == '.' || strcmp(e->d_name, FILE_NAME) == 0);
out:
    if (dir)
        closedir(dir);
    return err;
}

/* A write that fails half-way leaves the file as it was: RLIMIT_FSIZE fails it like a full disk. */
static int save_limited(const struct folder *f, const struct ars_settings *s)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct rlimit limit = {.rlim_cur = 100, .rlim_max = 100};

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(ars_settings_save(f->path, s));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static int test_failed_write_changes_nothing(void)
{
    struct folder f = {0};
    struct ars_settings *s = NULL;
    char *before = NULL;
    char *after = NULL;
    int err;

    TRY(folder_make(&f));
    TRY(make_full(&s));
    TRY(ars_settings_save(f.path, s));
    before = folder_read(&f, FILE_NAME);
    s->ring_off = false;
    CHECK_INT(save_limited(&f, s), EFBIG);
    after = folder_read(&f, FILE_NAME);
    CHECK_STR(after, before);
    err = check_only_file(&f);
out:
    ars_settings_free(s);
    free(before);
    free(after);
    folder_remove(&f);
    return err;
}

/* The real thing, where we may mount: ENOSPC of a file system of one megabyte. */
static int test_full_disk_changes_nothing(void)
{
    struct folder f = {0};
    struct ars_settings *s = NULL;
    char *before = NULL;
    char *after = NULL;
    char *ballast = NULL;
    bool mounted = false;
    struct statvfs vfs;
    int err;

    TRY(folder_make(&f));
    TRY(make_full(&s));
    mounted = mount("tmpfs", f.path, "tmpfs", 0, "size=64k") == 0;
    if (!mounted) {
        printf("# no right to mount: a full disk is tested by RLIMIT_FSIZE alone\n");
        goto out;
    }
    TRY(ars_settings_save(f.path, s));
    before = folder_read(&f, FILE_NAME);
    CHECK(statvfs(f.path, &vfs) == 0);
    ballast = calloc(1, vfs.f_bavail * vfs.f_bsize + 1);
    TRY(ballast ? 0 : ENOMEM);
    memset(ballast, 'x', vfs.f_bavail * vfs.f_bsize);
    TRY(folder_write(&f, ".ballast", ballast));
    s->ring_off = false;
    CHECK_INT(ars_settings_save(f.path, s), ENOSPC);
    after = folder_read(&f, FILE_NAME);
    CHECK_STR(after, before);
    err = check_only_file(&f);
out:
    if (mounted)
        umount2(f.path, MNT_DETACH);
    ars_settings_free(s);
    free(before);
    free(after);
    free(ballast);
    folder_remove(&f);
    return err;
}

/* A file that cannot be read is not taken for a missing one. */
static int test_unreadable_is_no_first_start(void)
{
    struct folder f = {0};
    struct ars_settings *s = NULL;
    enum ars_settings_state state;
    int err;

    TRY(folder_make(&f));
    CHECK(mkdir(folder_file(&f, FILE_NAME), 0700) == 0);
    CHECK_INT(ars_settings_load(f.path, &s, &state, NULL), EIO);
    CHECK(s == NULL);
out:
    folder_remove(&f);
    return err;
}

/* Dotfiles in another place stay there. */
static int test_link_is_followed(void)
{
    struct folder f = {0};
    struct ars_settings *s = NULL;
    struct stat st;
    int err;

    TRY(folder_make(&f));
    TRY(make_full(&s));
    TRY(folder_write(&f, "elsewhere.json", "{\"version\": 1}"));
    CHECK(symlink("elsewhere.json", folder_file(&f, FILE_NAME)) == 0);
    TRY(ars_settings_save(f.path, s));
    CHECK(lstat(folder_file(&f, FILE_NAME), &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(stat(folder_file(&f, "elsewhere.json"), &st) == 0 && st.st_size > 100);
out:
    ars_settings_free(s);
    folder_remove(&f);
    return err;
}

/* What goes through json-c is not run without memory: it crashes by itself. */
const struct check_case settings_cases[] = {
    {"settings/copies", test_copies, true},
    {"settings/text-round-trip", test_text_round_trip, false},
    {"settings/file-round-trip", test_file_round_trip, false},
    {"settings/first-start", test_first_start, false},
    {"settings/unknown-keys-stay", test_unknown_keys_stay, false},
    {"settings/broken-is-set-aside", test_broken_is_set_aside, false},
    {"settings/half-broken-is-read", test_half_broken_is_read, false},
    {"settings/version-1-moves-on", test_version_1_moves_on, false},
    {"settings/default-account", test_default_account, true},
    {"settings/newer-is-never-written-over", test_newer_is_never_written_over, false},
    {"settings/every-text-has-a-maximum", test_every_text_has_a_maximum, false},
    {"settings/failed-write-changes-nothing", test_failed_write_changes_nothing, false},
    {"settings/full-disk-changes-nothing", test_full_disk_changes_nothing, false},
    {"settings/unreadable-is-no-first-start", test_unreadable_is_no_first_start, false},
    {"settings/link-is-followed", test_link_is_followed, false},
};
const size_t settings_cases_n = CHECK_COUNT(settings_cases);
