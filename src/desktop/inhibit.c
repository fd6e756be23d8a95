/* desktop: logind's Inhibit. The lock is a descriptor, and is held until that is closed. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include <ars/inhibit.h>
#include <ars/log.h>
#include <ars/str.h>

struct ars_inhibit {
    char *who;
    char *why; /* NULL: not wanted */
    int fd;    /* -1: not held */
    GCancellable *asking;
};

static void let_go(struct ars_inhibit *i)
{
    if (i->asking) {
        g_cancellable_cancel(i->asking);
        g_clear_object(&i->asking);
    }
    if (i->fd >= 0)
        close(i->fd);
    i->fd = -1;
}

static void on_locked(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct ars_inhibit *i = arg;
    GUnixFDList *fds = NULL;
    GError *error = NULL;
    GVariant *answer = g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source),
                                                                       &fds, result, &error);

    if (!answer) {
        /* cancelled: i may be gone */
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            ars_log(ARS_LOG_INFO, "desktop", "logind keeps nothing awake: %s", error->message);
            g_clear_object(&i->asking);
        }
        g_error_free(error);
        return;
    }
    if (fds && g_unix_fd_list_get_length(fds) > 0)
        i->fd = g_unix_fd_list_get(fds, 0, NULL);
    g_clear_object(&i->asking);
    g_clear_object(&fds);
    g_variant_unref(answer);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct ars_inhibit *i = arg;
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_finish(result, &error);

    if (!bus) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            ars_log(ARS_LOG_INFO, "desktop", "no system bus: %s", error->message);
            g_clear_object(&i->asking);
        }
        g_error_free(error);
        return;
    }
    g_dbus_connection_call_with_unix_fd_list(
        bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
        "Inhibit", g_variant_new("(ssss)", "sleep:idle", i->who, i->why, "block"),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, i->asking, on_locked, i);
    g_object_unref(bus);
}

int ars_inhibit_alloc(struct ars_inhibit **ret, const char *who)
{
    struct ars_inhibit *i = calloc(1, sizeof(*i));

    if (!i)
        return ENOMEM;
    i->fd = -1;
    i->who = ars_strdup(who);
    if (!i->who) {
        free(i);
        return ENOMEM;
    }
    *ret = i;
    return 0;
}

void ars_inhibit_free(struct ars_inhibit *i)
{
    if (!i)
        return;
    let_go(i);
    free(i->why);
    free(i->who);
    free(i);
}

void ars_inhibit_set(struct ars_inhibit *i, const char *why)
{
    if (!why == !i->why)
        return;
    let_go(i);
    free(i->why);
    i->why = ars_strdup(why);
    if (!i->why)
        return;
    i->asking = g_cancellable_new();
    g_bus_get(G_BUS_TYPE_SYSTEM, i->asking, on_bus, i);
}
