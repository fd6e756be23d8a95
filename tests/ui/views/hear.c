/*
 * Tests of the views: what a screen reader is told. GTK answers on the accessibility bus from this
 * very thread, so that nothing here may wait without running the program.
 */
#include <string.h>

#include "stage.h"

#define ACCESSIBLE    "org.a11y.atspi.Accessible"
#define STATE_VISIBLE 30 /* AtspiStateType */

static GDBusConnection *bus;

struct reply {
    gboolean done;
    GVariant *value;
};

static void on_reply(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct reply *r = arg;

    r->value = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    r->done = TRUE;
}

/* NULL: it has gone meanwhile. */
static GVariant *ask(const char *name, const char *path, const char *interface, const char *method,
                     GVariant *arguments)
{
    struct reply r = {0};

    g_dbus_connection_call(bus, name, path, interface, method, arguments, NULL,
                           G_DBUS_CALL_FLAGS_NONE, 5000, NULL, on_reply, &r);
    while (!r.done)
        g_main_context_iteration(NULL, TRUE);
    return r.value;
}

static gboolean connect_bus(void)
{
    g_autoptr(GDBusConnection) session = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    g_autoptr(GVariant) reply = NULL;
    const char *address;

    if (bus)
        return TRUE;
    reply = session ? g_dbus_connection_call_sync(session, "org.a11y.Bus", "/org/a11y/bus",
                                                  "org.a11y.Bus", "GetAddress", NULL, NULL,
                                                  G_DBUS_CALL_FLAGS_NONE, 5000, NULL, NULL)
                    : NULL;
    if (!reply)
        return FALSE;
    g_variant_get(reply, "(&s)", &address);
    bus = g_dbus_connection_new_for_address_sync(address,
                                                 G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                 NULL, NULL, NULL);
    return bus != NULL;
}

static char *property(const char *name, const char *path, const char *which)
{
    g_autoptr(GVariant) reply = ask(name, path, "org.freedesktop.DBus.Properties", "Get",
                                    g_variant_new("(ss)", ACCESSIBLE, which));
    g_autoptr(GVariant) value = NULL;

    if (!reply)
        return g_strdup("");
    g_variant_get(reply, "(v)", &value);
    return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string(value, NULL)
                                                              : g_strdup("");
}

static gboolean is_visible(const char *name, const char *path)
{
    g_autoptr(GVariant) reply = ask(name, path, ACCESSIBLE, "GetState", NULL);
    g_autoptr(GVariantIter) states = NULL;
    guint32 low = 0;

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(au)", &states);
    return g_variant_iter_next(states, "u", &low) && (low & (1u << STATE_VISIBLE));
}

/* What one acts on: press, choose, type into, move. By AtspiRole. */
static gboolean is_control(const char *name, const char *path)
{
    static const guint32 roles[] = {
        7,  /* check box */
        11, /* combo box */
        35, /* menu item */
        40, /* password */
        43, /* push button */
        51, /* slider */
        61, /* text field */
        62, /* toggle button */
        79, /* entry */
    };
    g_autoptr(GVariant) reply = ask(name, path, ACCESSIBLE, "GetRole", NULL);
    guint32 role = 0;

    if (reply)
        g_variant_get(reply, "(u)", &role);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        if (roles[i] == role)
            return TRUE;
    return FALSE;
}

static guint walk(const char *state, const char *name, const char *path, const char *parent)
{
    g_autofree char *mine = NULL;
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariantIter) children = NULL;
    const char *child_name, *child;
    guint controls = 0;

    /* the button that closes a toast has no name in libadwaita 1.2 */
    if (!is_visible(name, path) || g_str_equal(parent, "AdwToastWidget"))
        return 0;
    mine = property(name, path, "Name");
    /* nor has the search of its window of preferences, which is switched off here */
    if (g_str_equal(parent, "AdwLeaflet") && g_str_equal(mine, "GtkSearchEntry"))
        return 0;
    if (is_control(name, path)) {
        controls++;
        if (mine[0] == '\0' || g_str_has_prefix(mine, "Gtk") || g_str_has_prefix(mine, "Adw")) {
            g_autofree char *hint = property(name, path, "Description");

            fail("%s: a control below \"%s\" (%s) is called \"%s\"", state, parent, hint, mine);
        }
    }
    reply = ask(name, path, ACCESSIBLE, "GetChildren", NULL);
    if (!reply)
        return controls;
    g_variant_get(reply, "(a(so))", &children);
    while (g_variant_iter_next(children, "(&s&o)", &child_name, &child))
        controls += walk(state, child_name, child, mine[0] ? mine : parent);
    return controls;
}

void hear(const char *state)
{
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariantIter) children = NULL;
    const char *name, *path;
    guint controls = 0;

    if (!connect_bus()) {
        fail("no accessibility bus");
        return;
    }
    reply = ask("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root", ACCESSIBLE,
                "GetChildren", NULL);
    if (reply)
        g_variant_get(reply, "(a(so))", &children);
    while (children && g_variant_iter_next(children, "(&s&o)", &name, &path)) {
        g_autoptr(GVariant) windows = ask(name, path, ACCESSIBLE, "GetChildren", NULL);
        g_autoptr(GVariantIter) i = NULL;
        const char *window_name, *window;

        if (windows)
            g_variant_get(windows, "(a(so))", &i);
        while (i && g_variant_iter_next(i, "(&s&o)", &window_name, &window))
            controls += walk(state, window_name, window, "");
    }
    if (controls == 0)
        fail("%s: a screen reader finds no control", state);
}
