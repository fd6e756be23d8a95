/* desktop: logind's PrepareForSleep, and the lock that makes it wait for us. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gio/gio.h>

#include <ars/log.h>
#include <ars/sleep.h>
#include <ars/str.h>

#include "lock.h"

struct ars_sleep {
    char *who;
    char *why;
    struct ars_sleep_handlers handlers;
    void *arg;
    struct lock *lock; /* NULL: the machine may sleep */
    GCancellable *asking;
    GDBusConnection *bus; /* NULL: none (yet) */
    guint signal;
};

static void on_signal(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *signal, GVariant *args, gpointer arg)
{
    struct ars_sleep *s = arg;
    gboolean about_to;

    if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(args, "(b)", &about_to);
    if (about_to) {
        s->handlers.sleeps(s->arg);
        return;
    }
    if (!s->lock)
        s->lock = lock_take("sleep", s->who, s->why, "delay");
    s->handlers.wakes(s->arg);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct ars_sleep *s = arg;
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_finish(result, &error);

    if (!bus) {
        /* cancelled: s may be gone */
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            ars_log(ARS_LOG_INFO, "desktop", "nobody tells of sleep: %s", error->message);
        g_error_free(error);
        return;
    }
    s->bus = bus;
    s->signal = g_dbus_connection_signal_subscribe(
        bus, "org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
        "/org/freedesktop/login1", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, s, NULL);
    s->lock = lock_take("sleep", s->who, s->why, "delay");
}

int ars_sleep_alloc(struct ars_sleep **ret, const char *who, const char *why,
                    const struct ars_sleep_handlers *handlers, void *arg)
{
    struct ars_sleep *s = calloc(1, sizeof(*s));

    if (!s)
        return ENOMEM;
    s->who = ars_strdup(who);
    s->why = ars_strdup(why);
    if (!s->who || !s->why) {
        free(s->who);
        free(s->why);
        free(s);
        return ENOMEM;
    }
    s->handlers = *handlers;
    s->arg = arg;
    s->asking = g_cancellable_new();
    g_bus_get(G_BUS_TYPE_SYSTEM, s->asking, on_bus, s);
    *ret = s;
    return 0;
}

void ars_sleep_free(struct ars_sleep *s)
{
    if (!s)
        return;
    g_cancellable_cancel(s->asking);
    g_object_unref(s->asking);
    if (s->bus) {
        g_dbus_connection_signal_unsubscribe(s->bus, s->signal);
        g_object_unref(s->bus);
    }
    lock_free(s->lock);
    free(s->who);
    free(s->why);
    free(s);
}

void ars_sleep_ready(struct ars_sleep *s)
{
    lock_free(s->lock);
    s->lock = NULL;
}
