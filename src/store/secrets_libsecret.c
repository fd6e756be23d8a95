/* store: the desktop's Secret Service, through libsecret. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <libsecret/secret.h>

#include <ars/log.h>
#include <ars/secret.h>
#include <ars/settings.h>
#include <ars/str.h>

#include "secrets_libsecret.h"

#define SERVICE_NAME "org.freedesktop.secrets"
#define ATTRIBUTE    "ars-phone-account"

#define REQUESTS_MAX 64

struct request {
    struct request *next;
    struct keyring *owner; /* NULL: nobody waits any more */
    enum keyring_op op;
    char *account_id;
    char *label;
    struct ars_secret *secret;
    keyring_done_fn *fn;
    void *arg;
    GCancellable *cancellable; /* of what comes before the service's own work */
    guint timer;
};

struct keyring {
    struct request *first;
    size_t n;
};

/* By its attribute alone: in a locked keyring GNOME Keyring finds nothing by the schema's name. */
static const SecretSchema schema = {
    .name = "io.github.arsphone.ArsPhone.Account",
    .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
    .attributes = {{ATTRIBUTE, SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, 0}},
};

/* ---- requests ---- */

static void request_free(struct request *r)
{
    if (r->timer)
        g_source_remove(r->timer);
    g_clear_object(&r->cancellable);
    ars_secret_free(r->secret);
    free(r->account_id);
    free(r->label);
    free(r);
}

static void unlink_request(struct request *r)
{
    struct request **p = &r->owner->first;

    while (*p != r)
        p = &(*p)->next;
    *p = r->next;
    r->owner->n--;
    r->owner = NULL;
}

/* Nobody waits for it any more; its last callback frees it. */
static void abandon(struct request *r)
{
    unlink_request(r);
    ars_secret_free(r->secret);
    r->secret = NULL;
    if (r->timer)
        g_source_remove(r->timer);
    r->timer = 0;
    if (r->cancellable)
        g_cancellable_cancel(r->cancellable);
}

/* The one way out of a request; r is gone afterwards. */
static void finish(struct request *r, int err, const struct ars_secret *found)
{
    keyring_done_fn *fn = r->owner ? r->fn : NULL;
    void *arg = r->arg;

    if (r->owner)
        unlink_request(r);
    request_free(r);
    if (fn)
        fn(err, found, arg);
}

static int error_code(const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT))
        return ETIMEDOUT;
    if (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
        return EACCES;
    return EIO;
}

/* r is gone afterwards; takes error over. */
static void fail(struct request *r, GError *error)
{
    int err = error_code(error);

    if (r->owner)
        ars_log(ARS_LOG_WARN, "store", "keyring: %s", error->message);
    g_error_free(error);
    finish(r, err, NULL);
}

/* ---- what is asked of the service ---- */

static void on_stored(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;

    if (secret_service_store_finish(SECRET_SERVICE(source), result, &error))
        finish(r, 0, NULL);
    else if (error)
        fail(r, error);
    else
        finish(r, EACCES, NULL);
}

static void on_cleared(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;

    (void)secret_service_clear_finish(SECRET_SERVICE(source), result, &error);
    if (error)
        fail(r, error);
    else
        finish(r, 0, NULL);
}

/* ENOENT, EACCES (still locked), EIO. */
static int take_secret(GList *items, struct ars_secret **ret)
{
    SecretValue *value;
    const char *text;
    gsize len = 0;
    int err = EIO;

    if (!items)
        return ENOENT;
    if (secret_item_get_locked(items->data))
        return EACCES;
    value = secret_item_get_secret(items->data);
    if (!value)
        return EACCES;
    text = secret_value_get(value, &len);
    if (text && len <= ARS_PASSWORD_MAX && !memchr(text, '\0', len)) {
        *ret = ars_secret_new(text, len);
        err = *ret ? 0 : ENOMEM;
    }
    secret_value_unref(value);
    return err;
}

static void on_found(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    struct ars_secret *secret = NULL;
    GError *error = NULL;
    GList *items;
    int err;

    items = secret_service_search_finish(SECRET_SERVICE(source), result, &error);
    if (error) {
        fail(r, error);
        return;
    }
    err = take_secret(items, &secret);
    g_list_free_full(items, g_object_unref);
    finish(r, err, secret);
    ars_secret_free(secret);
}

static void store(struct request *r, SecretService *service, GHashTable *attributes)
{
    const char *text = ars_secret_text(r->secret);
    SecretValue *value = secret_value_new(text, -1, "text/plain");

    secret_service_store(service, &schema, attributes, SECRET_COLLECTION_DEFAULT, r->label, value,
                         NULL, on_stored, r);
    secret_value_unref(value);
}

static void on_service(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;
    SecretService *service = secret_service_open_finish(result, &error);
    GHashTable *attributes;

    if (!service) {
        fail(r, error);
        return;
    }
    if (!r->owner) { /* its secret is gone */
        g_object_unref(service);
        finish(r, 0, NULL);
        return;
    }
    /* libsecret 0.20 trips over a prompt that is cancelled; left alone, it ends with its user */
    g_clear_object(&r->cancellable);
    attributes = secret_attributes_build(&schema, ATTRIBUTE, r->account_id, NULL);
    switch (r->op) {
    case KEYRING_STORE:
        store(r, service, attributes);
        break;
    case KEYRING_FIND:
        /* not lookup(): that says "none" of a locked one that the user did not open */
        secret_service_search(service, &schema, attributes,
                              SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS, NULL, on_found, r);
        break;
    case KEYRING_FORGET:
        secret_service_clear(service, &schema, attributes, NULL, on_cleared, r);
        break;
    }
    g_hash_table_unref(attributes);
    g_object_unref(service);
}

static void open_service(struct request *r)
{
    /* not secret_service_get(): its shared one may belong to a keyring that was restarted */
    secret_service_open(SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, r->cancellable,
                        on_service, r);
}

/* ---- whether there is a service ---- */

static void ask_bus(struct request *r, GDBusConnection *bus, const char *method, GVariant *args,
                    const char *reply, GAsyncReadyCallback fn)
{
    g_dbus_connection_call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", method, args, G_VARIANT_TYPE(reply),
                           G_DBUS_CALL_FLAGS_NONE, -1, r->cancellable, fn, r);
}

static void on_activatable(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;
    GVariant *reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const char **names;
    bool there;

    if (!reply) {
        fail(r, error);
        return;
    }
    g_variant_get(reply, "(^a&s)", &names);
    there = g_strv_contains(names, SERVICE_NAME);
    g_free(names);
    g_variant_unref(reply);
    if (there)
        open_service(r);
    else
        finish(r, ENOSYS, NULL);
}

static void on_has_owner(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;
    GVariant *reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    gboolean there = FALSE;

    if (!reply) {
        fail(r, error);
        return;
    }
    g_variant_get(reply, "(b)", &there);
    g_variant_unref(reply);
    if (there)
        open_service(r);
    else
        ask_bus(r, G_DBUS_CONNECTION(source), "ListActivatableNames", NULL, "(as)", on_activatable);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer arg)
{
    struct request *r = arg;
    GError *error = NULL;
    GDBusConnection *bus = g_bus_get_finish(result, &error);

    if (!bus) {
        g_error_free(error);
        finish(r, ENOSYS, NULL);
    } else {
        ask_bus(r, bus, "NameHasOwner", g_variant_new("(s)", SERVICE_NAME), "(b)", on_has_owner);
        g_object_unref(bus);
    }
}

static gboolean on_time(gpointer arg)
{
    struct request *r = arg;

    keyring_done_fn *fn = r->fn;
    void *fn_arg = r->arg;

    r->timer = 0;
    abandon(r);
    fn(ETIMEDOUT, NULL, fn_arg);
    return G_SOURCE_REMOVE;
}

/* ---- public ---- */

int keyring_alloc(struct keyring **ret)
{
    struct keyring *k = calloc(1, sizeof(*k));

    if (!k)
        return ENOMEM;
    *ret = k;
    return 0;
}

void keyring_free(struct keyring *k)
{
    if (!k)
        return;
    while (k->first)
        abandon(k->first);
    free(k);
}

int keyring_ask(struct keyring *k, enum keyring_op op, const char *account_id, const char *label,
                const struct ars_secret *secret, uint32_t timeout_ms, keyring_done_fn *fn,
                void *arg)
{
    struct request *r;

    if (k->n >= REQUESTS_MAX)
        return EAGAIN;
    r = calloc(1, sizeof(*r));
    if (!r)
        return ENOMEM;
    r->op = op;
    r->fn = fn;
    r->arg = arg;
    r->account_id = ars_strdup(account_id);
    r->label = ars_strdup(label);
    r->secret = secret ? ars_secret_dup(secret) : NULL;
    if (!r->account_id || (label && !r->label) || (secret && !r->secret)) {
        request_free(r);
        return ENOMEM;
    }
    r->owner = k;
    r->next = k->first;
    k->first = r;
    k->n++;
    r->cancellable = g_cancellable_new();
    r->timer = g_timeout_add(timeout_ms, on_time, r);
    /* all share one attempt: who cancels it cancels it for the others */
    g_bus_get(G_BUS_TYPE_SESSION, NULL, on_bus, r);
    return 0;
}
