/* desktop: logind's Inhibit. The lock is a descriptor, and is held until that is closed. */
#include <stdlib.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include <ars/log.h>
#include <ars/str.h>

#include "lock.h"

struct lock {
    char *what;
    char *who;
    char *why;
    const char *mode;
    int fd; /* -1: not held */
    GCancellable *asking;
};

static void on_locked(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct lock *l = arg;
    GUnixFDList *fds = NULL;
    GError *error = NULL;
    GVariant *answer = g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source),
                                                                       &fds, result, &error);

    if (!answer) {
        /* cancelled: l may be gone */
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            ars_log(ARS_LOG_INFO, "desktop", "no lock of logind: %s", error->message);
            g_clear_object(&l->asking);
        }
        g_error_free(error);
        return;
    }
    if (fds && g_unix_fd_list_get_length(fds) > 0)
        l->fd = g_unix_fd_list_get(fds, 0, NULL);
    g_clear_object(&l->asking);
    g_clear_object(&fds);
    g_variant_unref(answer);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct lock *l = arg;
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_finish(result, &error);

    if (!bus) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            ars_log(ARS_LOG_INFO, "desktop", "no system bus: %s", error->message);
            g_clear_object(&l->asking);
        }
        g_error_free(error);
        return;
    }
    g_dbus_connection_call_with_unix_fd_list(
        bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
        "Inhibit", g_variant_new("(ssss)", l->what, l->who, l->why, l->mode), G_VARIANT_TYPE("(h)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, l->asking, on_locked, l);
    g_object_unref(bus);
}

struct lock *lock_take(const char *what, const char *who, const char *why, const char *mode)
{
    struct lock *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->fd = -1;
    l->what = ars_strdup(what);
    l->who = ars_strdup(who);
    l->why = ars_strdup(why);
    l->mode = mode;
    if (!l->what || !l->who || !l->why) {
        lock_free(l);
        return NULL;
    }
    l->asking = g_cancellable_new();
    g_bus_get(G_BUS_TYPE_SYSTEM, l->asking, on_bus, l);
    return l;
}

void lock_free(struct lock *l)
{
    if (!l)
        return;
    if (l->asking) {
        g_cancellable_cancel(l->asking);
        g_object_unref(l->asking);
    }
    if (l->fd >= 0)
        close(l->fd);
    free(l->what);
    free(l->who);
    free(l->why);
    free(l);
}
