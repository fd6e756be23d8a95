/*
 * Unit tests of app: a call keeps the machine awake, and its sleep is prepared for; sound comes
 * before other programs. A played logind and rtkit on a bus of its own.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include <ars/str.h>

#include "bus.h"
#include "face.h"

#define WHY   "A call is going on"
#define SLEEP "Signing off"

struct logind {
    struct bus daemon;
    GDBusConnection *bus;
    guint name;
    guint rtkit; /* 0: is not played */
    unsigned named;
    unsigned locks;
    int lock; /* our end of the newest one: it hangs up when the other is closed */
    unsigned delays;
    int delay; /* the same of what makes the sleep wait */
    char what[32];
    char who[32];
    char why[64];
    char mode[16];
    unsigned raised;
    guint64 thread;
    guint32 priority;
};

static const char xml[] =
    "<node><interface name='org.freedesktop.login1.Manager'><method name='Inhibit'>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='h' direction='out'/></method></interface></node>";

static const char rtkit_xml[] =
    "<node><interface name='org.freedesktop.RealtimeKit1'><method name='MakeThreadRealtime'>"
    "<arg type='t' direction='in'/><arg type='u' direction='in'/></method></interface></node>";

static void keep(int *place, int fd)
{
    if (*place >= 0)
        close(*place);
    *place = fd;
}

static void on_method(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *method, GVariant *args,
                      GDBusMethodInvocation *call, gpointer arg)
{
    struct logind *l = arg;
    GUnixFDList *fds = g_unix_fd_list_new();
    const char *what;
    const char *who;
    const char *why;
    const char *mode;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        abort();
    g_variant_get(args, "(&s&s&s&s)", &what, &who, &why, &mode);
    g_unix_fd_list_append(fds, ends[1], NULL);
    close(ends[1]);
    g_dbus_method_invocation_return_value_with_unix_fd_list(call, g_variant_new("(h)", 0), fds);
    g_object_unref(fds);
    if (ars_streq(mode, "delay")) {
        keep(&l->delay, ends[0]);
        l->delays++;
        return;
    }
    keep(&l->lock, ends[0]);
    l->locks++;
    ars_strcpy(l->what, sizeof(l->what), what);
    ars_strcpy(l->who, sizeof(l->who), who);
    ars_strcpy(l->why, sizeof(l->why), why);
    ars_strcpy(l->mode, sizeof(l->mode), mode);
}

static void on_name(GDBusConnection *bus, const char *name, gpointer arg)
{
    struct logind *l = arg;

    l->named++;
}

static void on_rtkit(GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *method, GVariant *args,
                     GDBusMethodInvocation *call, gpointer arg)
{
    struct logind *l = arg;

    l->raised++;
    g_variant_get(args, "(tu)", &l->thread, &l->priority);
    g_dbus_method_invocation_return_value(call, NULL);
}

static int rtkit_start(struct logind *l)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_rtkit};
    GDBusNodeInfo *info = g_dbus_node_info_new_for_xml(rtkit_xml, NULL);

    if (!info)
        return EIO;
    g_dbus_connection_register_object(l->bus, "/org/freedesktop/RealtimeKit1", info->interfaces[0],
                                      &vtable, l, NULL, NULL);
    g_dbus_node_info_unref(info);
    l->rtkit = g_bus_own_name_on_connection(l->bus, "org.freedesktop.RealtimeKit1",
                                            G_BUS_NAME_OWNER_FLAGS_NONE, on_name, NULL, l, NULL);
    return 0;
}

static int logind_start(struct logind *l, const char *dir)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method};
    GDBusNodeInfo *info = g_dbus_node_info_new_for_xml(xml, NULL);
    int err;

    l->lock = -1;
    l->delay = -1;
    err = bus_start(&l->daemon, dir);
    if (err)
        return err;
    setenv("DBUS_SYSTEM_BUS_ADDRESS", l->daemon.address, 1);
    l->bus =
        g_dbus_connection_new_for_address_sync(l->daemon.address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);
    if (!info || !l->bus)
        return EIO;
    g_dbus_connection_register_object(l->bus, "/org/freedesktop/login1", info->interfaces[0],
                                      &vtable, l, NULL, NULL);
    g_dbus_node_info_unref(info);
    l->name = g_bus_own_name_on_connection(l->bus, "org.freedesktop.login1",
                                           G_BUS_NAME_OWNER_FLAGS_NONE, on_name, NULL, l, NULL);
    return 0;
}

static void logind_stop(struct logind *l)
{
    GDBusConnection *ours;

    if (l->daemon.pid <= 0)
        return;
    ours = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    if (ours) { /* else GLib ends the program together with the bus */
        g_dbus_connection_set_exit_on_close(ours, FALSE);
        g_object_unref(ours);
    }
    if (l->name)
        g_bus_unown_name(l->name);
    if (l->rtkit)
        g_bus_unown_name(l->rtkit);
    g_clear_object(&l->bus);
    keep(&l->lock, -1);
    keep(&l->delay, -1);
    bus_stop(&l->daemon);
    unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

static bool is_held(int lock)
{
    struct pollfd p = {.fd = lock, .events = POLLIN};

    return poll(&p, 1, 0) == 0;
}

static int await_release(struct face *f, int lock)
{
    struct pollfd p = {.fd = lock, .events = POLLIN};

    for (int i = 0; i < 2000; i++) {
        face_serve(f);
        if (poll(&p, 1, 1) > 0)
            return 0;
    }
    return check_fail(__FILE__, __LINE__, "the lock is still held");
}

static int test_awake_during_calls(void)
{
    struct logind logind = {0};
    struct face f = {0};
    ars_id first;
    ars_id second;
    int err;

    TRY(face_make(&f));
    TRY(logind_start(&logind, f.dir));
    TRY(face_start_with(&f, &(struct ars_app_conf){.awake_why = WHY}));
    TRY(face_await(&f, &logind.named, 1));
    face_serve(&f);
    CHECK_INT(logind.locks, 0);
    first = fake_incoming("A", "1");
    TRY(face_await(&f, &logind.locks, 1));
    CHECK_STR(logind.what, "sleep:idle");
    CHECK_STR(logind.who, "ARS Phone");
    CHECK_STR(logind.why, WHY);
    CHECK_STR(logind.mode, "block");
    second = fake_incoming("B", "2");
    face_serve(&f);
    fake_end(first, ARS_REASON_CANCELLED, 0, "", true, 0);
    face_serve(&f);
    CHECK(is_held(logind.lock)); /* there is still one */
    CHECK_INT(logind.locks, 1);
    fake_end(second, ARS_REASON_CANCELLED, 0, "", true, 0);
    TRY(await_release(&f, logind.lock));
    fake_incoming("C", "3");
    TRY(face_await(&f, &logind.locks, 2));
    face_serve(&f);
    CHECK(is_held(logind.lock));
    face_stop(&f);
    CHECK(!is_held(logind.lock)); /* the program's end, too */
out:
    face_stop(&f);
    logind_stop(&logind);
    face_remove(&f);
    return err;
}

static void prepare_for_sleep(struct logind *l, gboolean about_to)
{
    g_dbus_connection_emit_signal(l->bus, NULL, "/org/freedesktop/login1",
                                  "org.freedesktop.login1.Manager", "PrepareForSleep",
                                  g_variant_new("(b)", about_to), NULL);
}

static int await_command(struct face *f, enum ars_command_type type)
{
    for (int i = 0; i < 2000; i++) {
        struct ars_command *cmd;

        face_serve(f);
        cmd = fake_find_command(type);
        ars_command_free(cmd);
        if (cmd)
            return 0;
        g_usleep(1000);
    }
    return check_fail(__FILE__, __LINE__, "command %d was not given", (int)type);
}

/* The lid is closed and opened: nobody is left registered, and the sleep waits for that. */
static int test_sleep(void)
{
    struct logind logind = {0};
    struct face f = {0};
    int err;

    TRY(face_make(&f));
    TRY(logind_start(&logind, f.dir));
    TRY(face_start_with(&f, &(struct ars_app_conf){.sleep_why = SLEEP}));
    TRY(face_await(&f, &logind.delays, 1));
    CHECK_INT(logind.locks, 0);
    prepare_for_sleep(&logind, TRUE);
    TRY(await_command(&f, ARS_CMD_SLEEP));
    CHECK(is_held(logind.delay));
    fake_push(fake_event(ARS_EV_ASLEEP));
    TRY(await_release(&f, logind.delay));
    prepare_for_sleep(&logind, FALSE);
    TRY(await_command(&f, ARS_CMD_WAKE));
    TRY(face_await(&f, &logind.delays, 2));
    face_serve(&f);
    CHECK(is_held(logind.delay)); /* for the next time */
out:
    face_stop(&f);
    logind_stop(&logind);
    face_remove(&f);
    return err;
}

/* What a thread of sound may not do by itself, rtkit does for it. */
static int test_realtime(void)
{
    struct logind logind = {0};
    struct face f = {0};
    struct ars_event *ev;
    int err;

    TRY(face_make(&f));
    TRY(logind_start(&logind, f.dir));
    TRY(rtkit_start(&logind));
    TRY(face_start_with(&f, &(struct ars_app_conf){0}));
    TRY(face_await(&f, &logind.named, 2));
    ev = fake_event(ARS_EV_REALTIME);
    ev->number = 4711;
    fake_push(ev);
    TRY(face_await(&f, &logind.raised, 1));
    CHECK_INT(logind.thread, 4711);
    /* below the sound server's 5, and what rtkit gives at most */
    CHECK(logind.priority > 0 && logind.priority < 5);
out:
    face_stop(&f);
    logind_stop(&logind);
    face_remove(&f);
    return err;
}

const struct check_case awake_cases[] = {
    {"awake/realtime", test_realtime, false},
    {"awake/sleep", test_sleep, false},
    {"awake/during-calls", test_awake_during_calls, false},
};
const size_t awake_cases_n = CHECK_COUNT(awake_cases);
