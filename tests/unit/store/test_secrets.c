/*
 * Unit tests of store: passwords with a real keyring that is unlocked, locked, or not there. A
 * program of its own: it has a main context, and GLib's allocations cannot be made to fail.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include <ars/clock.h>
#include <ars/secret.h>
#include <ars/secrets.h>
#include <ars/str.h>

#include "session.h"

#define PATIENCE 20000 /* ms */
#define SHORT    1500  /* ms: the time-out of requests that shall run out */
#define GAP_MAX  1000  /* ms that the main context may stand still; a blocking call takes seconds */

struct user {
    struct session session;
    struct folder dir;
    struct ars_secrets *secrets;
    unsigned answers;
    int err;
    enum ars_secrets_place where;
    char found[64];
    uint64_t worst_gap;
};

static int user_make(struct user *u, uint32_t timeout_ms)
{
    int err = folder_make(&u->dir);

    return err ? err : ars_secrets_alloc(&u->secrets, u->dir.path, timeout_ms);
}

static void user_remove(struct user *u)
{
    ars_secrets_free(u->secrets);
    session_stop(&u->session);
    folder_remove(&u->dir);
}

static void on_stored(int err, enum ars_secrets_place where, void *arg)
{
    struct user *u = arg;

    u->answers++;
    u->err = err;
    u->where = where;
}

static void on_found(int err, enum ars_secrets_place where, const char *account_id,
                     const struct ars_secret *secret, void *arg)
{
    struct user *u = arg;

    on_stored(err, where, arg);
    ars_strcpy(u->found, sizeof(u->found), secret ? ars_secret_text(secret) : "");
    if (strncmp(account_id, "id-", 3) != 0)
        abort();
}

static int await(struct user *u)
{
    uint64_t last = ars_clock_ms();
    uint64_t end = last + PATIENCE;
    unsigned before = u->answers;

    while (u->answers == before) {
        uint64_t now;

        g_main_context_iteration(NULL, FALSE);
        now = ars_clock_ms();
        if (now - last > u->worst_gap)
            u->worst_gap = now - last;
        last = now;
        if (now > end)
            return check_fail(__FILE__, __LINE__, "no answer in %d ms", PATIENCE);
        poll(NULL, 0, 1);
    }
    return 0;
}

static int store(struct user *u, const char *id, const char *password)
{
    struct ars_secret *secret = ars_secret_new(password, strlen(password));
    int err = secret ? 0 : ENOMEM;

    if (!err)
        err = ars_secrets_store(u->secrets, id, "ARS Phone: test", secret, on_stored, u);
    ars_secret_free(secret);
    return err ? err : await(u);
}

static int find(struct user *u, const char *id)
{
    int err = ars_secrets_find(u->secrets, id, "ARS Phone: test", on_found, u);

    return err ? err : await(u);
}

static int forget(struct user *u, const char *id)
{
    int err = ars_secrets_forget(u->secrets, id, on_stored, u);

    return err ? err : await(u);
}

static bool in_file(const struct user *u, const char *what)
{
    char *content = folder_read(&u->dir, "secrets.json");
    bool there = content && strstr(content, what);

    free(content);
    return there;
}

/* ---- without a service: the file ---- */

static int use_file(struct user *u)
{
    struct stat st;
    int err;

    TRY(find(u, "id-1"));
    CHECK_INT(u->err, ENOENT);
    TRY(store(u, "id-1", "geheim \"1\" \xd0\xb6"));
    CHECK_INT(u->err, 0);
    CHECK_INT(u->where, ARS_SECRETS_FILE);
    CHECK(stat(folder_file(&u->dir, "secrets.json"), &st) == 0);
    CHECK_INT(st.st_mode & 07777, 0600);
    TRY(store(u, "id-2", "two"));
    TRY(store(u, "id-1", "geheim \"1\" \xd0\xb6!"));
    TRY(find(u, "id-1"));
    CHECK_INT(u->err, 0);
    CHECK_STR(u->found, "geheim \"1\" \xd0\xb6!");
    TRY(forget(u, "id-1"));
    CHECK_INT(u->err, 0);
    TRY(find(u, "id-1"));
    CHECK_INT(u->err, ENOENT);
    TRY(find(u, "id-2"));
    CHECK_STR(u->found, "two");
    TRY(forget(u, "id-2"));
    CHECK(access(folder_file(&u->dir, "secrets.json"), F_OK) != 0);
    TRY(forget(u, "id-2"));
    CHECK_INT(u->err, 0);
out:
    return err;
}

static int test_bus_without_service(void)
{
    struct user u = {0};
    int err;

    TRY(session_start(&u.session));
    TRY(user_make(&u, 0));
    err = use_file(&u);
out:
    user_remove(&u);
    return err;
}

static int test_no_bus(void)
{
    struct user u = {0};
    int err;

    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all", 1);
    TRY(user_make(&u, 0));
    err = use_file(&u);
out:
    user_remove(&u);
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    return err;
}

static int test_broken_file_is_set_aside(void)
{
    struct user u = {0};
    int err;

    TRY(session_start(&u.session));
    TRY(user_make(&u, 0));
    TRY(folder_write(&u.dir, "secrets.json", "{\"secrets\": {\"id-1\": 5}}"));
    TRY(store(&u, "id-1", "new"));
    CHECK_INT(u.err, 0);
    CHECK(access(folder_file(&u.dir, "secrets.json.broken-1"), F_OK) == 0);
    TRY(find(&u, "id-1"));
    CHECK_STR(u.found, "new");
out:
    user_remove(&u);
    return err;
}

/* ---- with GNOME Keyring ---- */

static int test_unlocked(void)
{
    struct user u = {0};
    int err;

    TRY(session_start(&u.session));
    TRY(session_start_keyring(&u.session, "login password"));
    TRY(user_make(&u, 0));
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, ENOENT);
    TRY(store(&u, "id-1", "first"));
    CHECK_INT(u.err, 0);
    CHECK_INT(u.where, ARS_SECRETS_SERVICE);
    TRY(store(&u, "id-1", "second")); /* replaces it */
    TRY(store(&u, "id-2", "another"));
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, 0);
    CHECK_INT(u.where, ARS_SECRETS_SERVICE);
    CHECK_STR(u.found, "second");
    TRY(forget(&u, "id-1"));
    CHECK_INT(u.err, 0);
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, ENOENT);
    TRY(find(&u, "id-2"));
    CHECK_STR(u.found, "another");
    CHECK(access(folder_file(&u.dir, "secrets.json"), F_OK) != 0);
    CHECK(u.worst_gap < GAP_MAX);
out:
    user_remove(&u);
    return err;
}

/* timeout_ms: of the requests from then on, 0: as always. */
static int lock(struct user *u, uint32_t timeout_ms)
{
    int err;

    TRY(session_start(&u->session));
    TRY(session_start_keyring(&u->session, "login password"));
    TRY(user_make(u, 0));
    TRY(store(u, "id-1", "kept"));
    CHECK_INT(u->err, 0);
    ars_secrets_free(u->secrets);
    u->secrets = NULL;
    TRY(ars_secrets_alloc(&u->secrets, u->dir.path, timeout_ms));
    session_stop_keyring(&u->session);
    TRY(session_start_keyring(&u->session, NULL));
out:
    return err;
}

/* The user is asked and says no: that is not "none is kept", and nothing goes to the file. */
static int test_locked_and_declined(void)
{
    struct user u = {0};
    int err;

    TRY(lock(&u, 0));
    TRY(session_start_prompter(&u.session, PROMPTER_DECLINES));
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, EACCES);
    CHECK_STR(u.found, "");
    CHECK_INT(session_prompts(&u.session), 1);
    TRY(store(&u, "id-1", "other"));
    CHECK_INT(u.err, EACCES);
    CHECK_INT(u.where, ARS_SECRETS_SERVICE);
    CHECK_INT(session_prompts(&u.session), 2);
    CHECK(access(folder_file(&u.dir, "secrets.json"), F_OK) != 0);
    CHECK(u.worst_gap < GAP_MAX);
    session_stop_keyring(&u.session);
    TRY(session_start_keyring(&u.session, "login password"));
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, 0);
    CHECK_STR(u.found, "kept");
out:
    user_remove(&u);
    return err;
}

/* The keyring asks somebody who is not there. */
static int test_locked_and_nobody_there(void)
{
    struct user u = {0};
    uint64_t start;
    int err;

    TRY(lock(&u, SHORT));
    TRY(session_start_prompter(&u.session, PROMPTER_SLEEPS));
    start = ars_clock_ms();
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, ETIMEDOUT);
    CHECK(ars_clock_ms() - start >= SHORT - 1);
    CHECK_INT(session_prompts(&u.session), 1);
    CHECK(u.worst_gap < GAP_MAX);
out:
    user_remove(&u);
    return err;
}

static int test_freed_while_asking(void)
{
    struct user u = {0};
    struct ars_secret *secret = NULL;
    int err;

    TRY(lock(&u, 0));
    TRY(session_start_prompter(&u.session, PROMPTER_SLEEPS));
    secret = ars_secret_new("x", 1);
    TRY(secret ? 0 : ENOMEM);
    TRY(ars_secrets_find(u.secrets, "id-1", "label", on_found, &u));
    TRY(ars_secrets_store(u.secrets, "id-1", "label", secret, on_stored, &u));
    while (session_prompts(&u.session) == 0)
        g_main_context_iteration(NULL, TRUE);
    u.answers = 0;
    ars_secrets_free(u.secrets);
    u.secrets = NULL;
out:
    user_remove(&u); /* runs what is left in the main context */
    ars_secret_free(secret);
    return err ? err : u.answers ? check_fail(__FILE__, __LINE__, "it called back") : 0;
}

/* What was kept in the file moves as soon as there is a service. */
static int test_file_moves_to_service(void)
{
    struct user u = {0};
    uint64_t end = ars_clock_ms() + PATIENCE;
    int err;

    TRY(session_start(&u.session));
    TRY(user_make(&u, 0));
    TRY(store(&u, "id-1", "from the file"));
    TRY(store(&u, "id-2", "stays"));
    CHECK_INT(u.where, ARS_SECRETS_FILE);
    TRY(session_start_keyring(&u.session, "login password"));
    TRY(find(&u, "id-1"));
    CHECK_INT(u.err, 0);
    CHECK_STR(u.found, "from the file");
    while (in_file(&u, "from the file") && ars_clock_ms() < end)
        g_main_context_iteration(NULL, FALSE);
    CHECK(!in_file(&u, "from the file"));
    CHECK(in_file(&u, "stays"));
    TRY(find(&u, "id-1"));
    CHECK_STR(u.found, "from the file");
    CHECK_INT(u.where, ARS_SECRETS_SERVICE);
out:
    user_remove(&u);
    return err;
}

static const struct check_case cases[] = {
    {"secrets/bus-without-service", test_bus_without_service, false},
    {"secrets/no-bus", test_no_bus, false},
    {"secrets/broken-file-is-set-aside", test_broken_file_is_set_aside, false},
    {"secrets/unlocked", test_unlocked, false},
    {"secrets/locked-and-declined", test_locked_and_declined, false},
    {"secrets/locked-and-nobody-there", test_locked_and_nobody_there, false},
    {"secrets/freed-while-asking", test_freed_while_asking, false},
    {"secrets/file-moves-to-service", test_file_moves_to_service, false},
};

int main(int argc, char **argv)
{
    int failed = 0;

    /* a process a case: GLib has one session bus a process */
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
            return check_run(&cases[i], 1, argc, argv);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            failed++;
    }
    return failed ? 1 : 0;
}
