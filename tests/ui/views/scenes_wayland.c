/*
 * Tests of the views: where no window may rise above the others, the desktop's notification asks,
 * with the same buttons. The notification server is this test's.
 */
#include <string.h>

#include <ars/secret.h>

#include "stage.h"

static const char interface[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
    "</interface></node>";

static GDBusConnection *server;
static GVariant *shown_last; /* arguments of Notify */
static guint closed;

static void on_call(GDBusConnection *c, const char *sender, const char *path, const char *iface,
                    const char *method, GVariant *arguments, GDBusMethodInvocation *call,
                    gpointer arg)
{
    if (strcmp(method, "Notify") == 0) {
        g_clear_pointer(&shown_last, g_variant_unref);
        shown_last = g_variant_ref(arguments);
        g_dbus_method_invocation_return_value(call, g_variant_new("(u)", 7));
        return;
    }
    closed++;
    g_dbus_method_invocation_return_value(call, NULL);
}

static void serve(void)
{
    static const GDBusInterfaceVTable table = {.method_call = on_call};
    GDBusNodeInfo *node;

    if (server)
        return;
    node = g_dbus_node_info_new_for_xml(interface, NULL);
    server =
        g_dbus_connection_new_for_address_sync(g_getenv("DBUS_SESSION_BUS_ADDRESS"),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);
    must(server != NULL);
    must(g_dbus_connection_register_object(server, "/org/freedesktop/Notifications",
                                           node->interfaces[0], &table, NULL, NULL, NULL) != 0);
    g_bus_own_name_on_connection(server, "org.freedesktop.Notifications", 0, NULL, NULL, NULL,
                                 NULL);
    g_dbus_node_info_unref(node);
    settle();
}

static gboolean is_notified(void *arg)
{
    return shown_last != NULL;
}

static gboolean is_closed(void *arg)
{
    return closed > 0;
}

static gboolean is_decided(void *arg)
{
    const struct ars_app_call *call = ars_app_call_at(stage_app(), 0);

    return !call || call->state != ARS_CALL_INCOMING;
}

static ars_id rings(void)
{
    ars_id id;

    serve();
    g_clear_pointer(&shown_last, g_variant_unref);
    closed = 0;
    id = fake_incoming("Reception", "84951234567");
    must(until(is_notified, NULL));
    run_for(100); /* the program learns its number */
    return id;
}

/* The action behind a button, by its label; "": there is no such button. */
static char *action_of(const char *label)
{
    g_autoptr(GVariant) list = g_variant_get_child_value(shown_last, 5);
    g_autofree const char **actions = g_variant_get_strv(list, NULL);

    for (const char **a = actions; a[0] && a[1]; a += 2)
        if (strcmp(a[1], label) == 0)
            return g_strdup(a[0]);
    fail("the notification has no button \"%s\"", label);
    return g_strdup("");
}

static void choose(const char *label)
{
    g_autofree char *action = action_of(label);

    g_dbus_connection_emit_signal(server, NULL, "/org/freedesktop/Notifications",
                                  "org.freedesktop.Notifications", "ActionInvoked",
                                  g_variant_new("(us)", 7, action), NULL);
    must(until(is_decided, NULL));
}

static void play_answer(void)
{
    ars_id id = rings();
    g_autoptr(GVariant) hints = g_variant_get_child_value(shown_last, 6);
    struct ars_command *cmd;
    const char *title, *body;
    guchar urgency = 0;

    g_variant_get_child(shown_last, 3, "&s", &title);
    g_variant_get_child(shown_last, 4, "&s", &body);
    must(strcmp(title, say("Incoming call", "Входящий вызов")) == 0);
    must(strcmp(body, "Reception\n+7 (495) 123-45-67") == 0);
    must(g_variant_lookup(hints, "urgency", "y", &urgency) && urgency == 2);
    g_free(action_of(say("Decline", "Отклонить")));
    choose(say("Answer", "Принять"));
    cmd = fake_find_command(ARS_CMD_ANSWER);
    must(cmd && cmd->call == id);
    ars_command_free(cmd);
    sees("00:00", "00:00");
    button("Hang up", "Завершить", TRUE);
}

static void play_decline(void)
{
    ars_id id = rings();
    struct ars_command *cmd;

    choose(say("Decline", "Отклонить"));
    cmd = fake_find_command(ARS_CMD_REJECT);
    must(cmd && cmd->call == id);
    ars_command_free(cmd);
}

static void play_gives_up(void)
{
    ars_id id = rings();

    fake_end(id, ARS_REASON_CANCELLED, 487, "", true, 0);
    must(until(is_closed, NULL));
}

static gboolean is_missed(void *arg)
{
    const char *title = "";

    if (shown_last)
        g_variant_get_child(shown_last, 3, "&s", &title);
    return strcmp(title, say("Missed call", "Пропущенный вызов")) == 0;
}

/* Told while the window is in the background; gone once the journal has been looked at. */
static void play_missed(void)
{
    ars_id id = rings();

    must(!gtk_window_is_active(stage_window())); /* there is no keyboard here */
    fake_end(id, ARS_REASON_CANCELLED, 487, "", true, 0);
    must(until(is_missed, NULL));
    run_for(100);
    closed = 0;
    must(ars_app_journal_seen(stage_app()) == 0);
    must(until(is_closed, NULL));
}

/* Where there are several, the one that is called is named. */
static void play_account(void)
{
    struct ars_stored_account a = {.server = (char *)(uintptr_t) "other.example.com",
                                   .port = 8089,
                                   .path = (char *)(uintptr_t) "/ws",
                                   .login = (char *)(uintptr_t) "200"};
    g_autofree char *expected =
        g_strdup_printf("Reception\n+7 (495) 123-45-67\n%s",
                        say("For 200 at other.example.com", "Для 200 на other.example.com"));
    struct ars_secret *password = ars_secret_new("secret", 6);
    const char *body;

    must(ars_app_save_account(stage_app(), &a, password, NULL) == 0);
    ars_secret_free(password);
    settle();
    fake_speak_of(2);
    (void)rings();
    g_variant_get_child(shown_last, 4, "&s", &body);
    must(strcmp(body, expected) == 0);
}

static const struct scene wayland_scenes[] = {
    {"answer", play_answer}, {"decline", play_decline}, {"gives-up", play_gives_up},
    {"missed", play_missed}, {"account", play_account},
};

const struct group wayland_group = {
    .name = "wayland", .scenes = wayland_scenes, .n = G_N_ELEMENTS(wayland_scenes)};
