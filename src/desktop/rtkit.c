/* desktop: rtkit's MakeThreadRealtime. */
#include <gio/gio.h>

#include <ars/log.h>
#include <ars/rtkit.h>

static void on_raised(GObject *source, GAsyncResult *result, gpointer arg)
{
    GError *error = NULL;
    GVariant *answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (answer) {
        g_variant_unref(answer);
        return;
    }
    ars_log(ARS_LOG_INFO, "desktop", "sound is not real-time: %s", error->message);
    g_error_free(error);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer arg)
{
    GVariant *what = arg;
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_finish(result, &error);

    if (bus) {
        g_dbus_connection_call(bus, "org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1",
                               "org.freedesktop.RealtimeKit1", "MakeThreadRealtime", what, NULL,
                               G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_raised, NULL);
        g_object_unref(bus);
    } else {
        ars_log(ARS_LOG_INFO, "desktop", "no system bus: %s", error->message);
        g_error_free(error);
    }
    g_variant_unref(what);
}

void ars_rtkit_raise(int thread, unsigned priority)
{
    GVariant *what = g_variant_ref_sink(g_variant_new("(tu)", (guint64)thread, priority));

    g_bus_get(G_BUS_TYPE_SYSTEM, NULL, on_bus, what);
}
