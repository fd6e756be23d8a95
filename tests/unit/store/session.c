/* Unit tests of store: a desktop session of one's own. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>
#include <libsecret/secret.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "session.h"

#define PATIENCE      20000 /* ms */

#define SECRETS_NAME  "org.freedesktop.secrets"
#define PROMPTER_NAME "org.gnome.keyring.SystemPrompter"
#define PROMPTER_PATH "/org/gnome/keyring/Prompter"
#define CALLBACK      "org.gnome.keyring.internal.Prompter.Callback"

struct prompter {
    GDBusConnection *bus;
    guint object;
    guint name;
    enum prompter_answer answer;
    unsigned prompts;
    unsigned open; /* not answered yet */
    bool ready;
    char sleeper[2][256]; /* who waits for the user that is away: name and path */
};

extern char **environ;

/* ---- children ---- */

/* Standard input and output (-1: /dev/null). */
static int start(pid_t *pid, char *const argv[], int in, int out)
{
    posix_spawn_file_actions_t actions;
    int err;

    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static void stop(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGTERM);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* Runs the main context until then. */
static int run_until(bool (*done)(void *arg), void *arg)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    while (!done(arg)) {
        if (ars_clock_ms() > end)
            return ETIMEDOUT;
        g_main_context_iteration(NULL, FALSE);
        poll(NULL, 0, 1);
    }
    return 0;
}

static void call_back(struct prompter *p, const char *who, const char *path, const char *method,
                      GVariant *args)
{
    g_dbus_connection_call(p->bus, who, path, CALLBACK, method, args, NULL, G_DBUS_CALL_FLAGS_NONE,
                           -1, NULL, NULL, NULL);
}

static GVariant *ready(const char *reply)
{
    GVariantBuilder none;

    g_variant_builder_init(&none, G_VARIANT_TYPE("a{sv}"));
    return g_variant_new("(sa{sv}s)", reply, &none, "");
}

/* ---- the bus ---- */

static void keep(char **to, const char *name, const char *value)
{
    *to = ars_strdup(getenv(name));
    setenv(name, value, 1);
}

static void restore(char **from, const char *name)
{
    if (*from)
        setenv(name, *from, 1);
    else
        unsetenv(name);
    free(*from);
    *from = NULL;
}

int session_start(struct session *s)
{
    int err = folder_make(&s->folder);

    if (err)
        return err;
    keep(&s->runtime_dir, "XDG_RUNTIME_DIR", s->folder.path);
    keep(&s->data_home, "XDG_DATA_HOME", folder_file(&s->folder, "data"));
    keep(&s->home, "HOME", s->folder.path);
    err = bus_start(&s->bus, s->folder.path);
    if (!err && setenv("DBUS_SESSION_BUS_ADDRESS", s->bus.address, 1))
        err = errno;
    return err;
}

/* Else GLib ends the program together with the bus. */
static void outlive_bus(void)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);

    if (!bus)
        return;
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    g_object_unref(bus);
}

static bool all_answered(void *arg)
{
    const struct prompter *p = arg;

    return p->open == 0;
}

/* The user comes back and declines: libsecret does not like a keyring that dies while it asks. */
static void wake_user(struct prompter *p)
{
    p->answer = PROMPTER_DECLINES;
    if (p->sleeper[0][0])
        call_back(p, p->sleeper[0], p->sleeper[1], "PromptReady", ready(""));
    (void)run_until(all_answered, p);
    for (int i = 0; i < 100; i++) { /* what the keyring says to those who asked */
        g_main_context_iteration(NULL, FALSE);
        poll(NULL, 0, 1);
    }
}

void session_stop(struct session *s)
{
    if (s->bus.pid > 0)
        outlive_bus();
    if (s->prompter) {
        wake_user(s->prompter);
        g_dbus_connection_unregister_object(s->prompter->bus, s->prompter->object);
        g_bus_unown_name(s->prompter->name);
        g_object_unref(s->prompter->bus);
        free(s->prompter);
        s->prompter = NULL;
    }
    secret_service_disconnect();
    session_stop_keyring(s);
    bus_stop(&s->bus);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    if (s->folder.path[0]) {
        unsetenv("DBUS_SESSION_BUS_ADDRESS");
        restore(&s->runtime_dir, "XDG_RUNTIME_DIR");
        restore(&s->data_home, "XDG_DATA_HOME");
        restore(&s->home, "HOME");
    }
    folder_remove(&s->folder);
}

/* ---- the keyring ---- */

static bool has_owner(void *arg)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    GVariant *reply;
    gboolean there = FALSE;

    if (!bus)
        return false;
    reply = g_dbus_connection_call_sync(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "NameHasOwner",
                                        g_variant_new("(s)", arg), G_VARIANT_TYPE("(b)"),
                                        G_DBUS_CALL_FLAGS_NONE, 1000, NULL, NULL);
    if (reply) {
        g_variant_get(reply, "(b)", &there);
        g_variant_unref(reply);
    }
    g_object_unref(bus);
    return there;
}

static bool has_no_owner(void *arg)
{
    return !has_owner(arg);
}

int session_start_keyring(struct session *s, const char *password)
{
    char control[512];
    char *argv[] = {text("gnome-keyring-daemon"),       text("--foreground"),
                    text("--components=secrets"),       control,
                    password ? text("--unlock") : NULL, NULL};
    int in[2];
    int err;

    outlive_bus();
    snprintf(control, sizeof(control), "--control-directory=%s/keyring", s->folder.path);
    if (pipe2(in, O_CLOEXEC))
        return errno;
    err = start(&s->keyring, argv, in[0], -1);
    if (!err && password && write(in[1], password, strlen(password)) < 0)
        err = errno;
    close(in[0]);
    close(in[1]);
    return err ? err : run_until(has_owner, text(SECRETS_NAME));
}

void session_stop_keyring(struct session *s)
{
    if (s->keyring <= 0)
        return;
    stop(&s->keyring);
    if (run_until(has_no_owner, text(SECRETS_NAME)))
        abort();
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* ---- the prompter, as gcr's internal interface has it ---- */

static const char prompter_xml[] =
    "<node><interface name='org.gnome.keyring.internal.Prompter'>"
    "<method name='BeginPrompting'><arg type='o' direction='in'/></method>"
    "<method name='PerformPrompt'><arg type='o' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='s' direction='in'/></method>"
    "<method name='StopPrompting'><arg type='o' direction='in'/></method>"
    "</interface></node>";

static void on_method(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *method, GVariant *args,
                      GDBusMethodInvocation *call, gpointer arg)
{
    struct prompter *p = arg;
    GVariant *first = g_variant_get_child_value(args, 0);
    const char *callback = g_variant_get_string(first, NULL);

    g_dbus_method_invocation_return_value(call, NULL);
    if (strcmp(method, "BeginPrompting") == 0) {
        p->prompts++;
        p->open++;
        if (p->answer == PROMPTER_DECLINES) {
            call_back(p, sender, callback, "PromptReady", ready(""));
        } else {
            ars_strcpy(p->sleeper[0], sizeof(p->sleeper[0]), sender);
            ars_strcpy(p->sleeper[1], sizeof(p->sleeper[1]), callback);
        }
    } else if (strcmp(method, "PerformPrompt") == 0) {
        call_back(p, sender, callback, "PromptReady", ready("no"));
    } else {
        p->open--;
        call_back(p, sender, callback, "PromptDone", NULL);
    }
    g_variant_unref(first);
}

static void on_name(GDBusConnection *bus, const char *name, gpointer arg)
{
    struct prompter *p = arg;

    p->ready = true;
}

static bool is_ready(void *arg)
{
    const struct prompter *p = arg;

    return p->ready;
}

int session_start_prompter(struct session *s, enum prompter_answer answer)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method};
    GDBusNodeInfo *info = g_dbus_node_info_new_for_xml(prompter_xml, NULL);
    struct prompter *p = calloc(1, sizeof(*p));

    if (!p || !info)
        return ENOMEM;
    s->prompter = p;
    p->answer = answer;
    /* a connection of its own: the user is somebody else */
    p->bus =
        g_dbus_connection_new_for_address_sync(getenv("DBUS_SESSION_BUS_ADDRESS"),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);
    if (!p->bus)
        return EIO;
    p->object = g_dbus_connection_register_object(p->bus, PROMPTER_PATH, info->interfaces[0],
                                                  &vtable, p, NULL, NULL);
    g_dbus_node_info_unref(info);
    p->name = g_bus_own_name_on_connection(p->bus, PROMPTER_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                           on_name, NULL, p, NULL);
    return run_until(is_ready, p);
}

unsigned session_prompts(const struct session *s)
{
    return s->prompter ? s->prompter->prompts : 0;
}
