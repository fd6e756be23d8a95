/* ui: the relay of an account, which is stored as a URI (RFC 7065). */
#include <string.h>

#include <glib/gi18n.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "hint_row.h"
#include "relay_row.h"
#include "secret_row.h"

struct _ArsRelayRow {
    AdwExpanderRow parent_instance;

    /* template widgets */
    GtkEditable *server;
    ArsHintRow *server_hint;
    AdwComboRow *transport;
    GtkEditable *login;
    ArsSecretRow *password;
    ArsHintRow *password_hint;
};

enum { CHANGED, SUBMIT, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsRelayRow, ars_relay_row, ADW_TYPE_EXPANDER_ROW)

/* In the order of the template. */
enum { UDP, TCP, TLS };

static const char *const schemes[] = {[UDP] = "turn:", [TCP] = "turn:", [TLS] = "turns:"};
static const char *const queries[] = {[UDP] = "", [TCP] = "?transport=tcp", [TLS] = ""};

static char *text_of(GtkEditable *field)
{
    return g_strstrip(g_strdup(gtk_editable_get_text(field)));
}

static guint transport_of(const char *uri)
{
    if (g_str_has_prefix(uri, "turns:"))
        return TLS;
    return g_str_has_suffix(uri, "?transport=tcp") ? TCP : UDP;
}

/* HOST[:PORT] of it. */
static char *server_of(const char *uri)
{
    const char *host = strchr(uri, ':') ? strchr(uri, ':') + 1 : uri;

    return g_strndup(host, strcspn(host, "?"));
}

/* "": no relay. */
static char *uri_of(ArsRelayRow *self)
{
    g_autofree char *server = text_of(self->server);
    guint transport = adw_combo_row_get_selected(self->transport);

    return server[0] ? g_strconcat(schemes[transport], server, queries[transport], NULL)
                     : g_strdup("");
}

/* Relays are spoken to over IPv4. */
static gboolean is_server(const char *text)
{
    const char *colon = strchr(text, ':');
    uint32_t port;

    if (strpbrk(text, " \t/@,;<>?[]\"") || colon == text)
        return FALSE;
    return !colon || (ars_str_to_u32(colon + 1, 65535, &port) == 0 && port > 0);
}

gboolean ars_relay_row_check(ArsRelayRow *self)
{
    g_autofree char *server = text_of(self->server);
    gboolean good = is_server(server);

    ars_hint_row_set_error(
        self->server_hint,
        good ? NULL : _("A name or an address, and a port if need be: turn.example.com:3478"));
    if (!good)
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), TRUE);
    return good;
}

/* ---- the object ---- */

static void on_changed(ArsRelayRow *self)
{
    ars_hint_row_set_error(self->server_hint, NULL);
    g_signal_emit(self, signals[CHANGED], 0);
}

static void on_submit(ArsRelayRow *self)
{
    g_signal_emit(self, signals[SUBMIT], 0);
}

static void ars_relay_row_class_init(ArsRelayRowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    g_type_ensure(ARS_TYPE_HINT_ROW);
    g_type_ensure(ARS_TYPE_SECRET_ROW);
    signals[CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SUBMIT] =
        g_signal_new("submit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/relay_row.ui");
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, server);
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, server_hint);
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, transport);
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, login);
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, password);
    gtk_widget_class_bind_template_child(widget, ArsRelayRow, password_hint);
}

static void ars_relay_row_init(ArsRelayRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));

    const gpointer fields[] = {self->server, self->login, self->password};

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_signal_connect_object(fields[i], "changed", G_CALLBACK(on_changed), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(fields[i], "entry-activated", G_CALLBACK(on_submit), self,
                                G_CONNECT_SWAPPED);
    }
    g_signal_connect_object(self->transport, "notify::selected", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
}

void ars_relay_row_fill(ArsRelayRow *self, const struct ars_stored_account *a)
{
    g_autofree char *server = server_of(a->turn ? a->turn : "");

    gtk_editable_set_text(self->server, server);
    adw_combo_row_set_selected(self->transport, transport_of(a->turn ? a->turn : ""));
    gtk_editable_set_text(self->login, a->turn_user ? a->turn_user : "");
    ars_secret_row_set_secret(self->password, NULL);
    ars_hint_row_set_hint(self->password_hint,
                          a->turn ? _("Leave it empty to keep the stored password.") : NULL);
    adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), a->turn != NULL);
}

gboolean ars_relay_row_collect(ArsRelayRow *self, struct ars_stored_account *a)
{
    g_autofree char *uri = uri_of(self);
    g_autofree char *login = text_of(self->login);

    return !ars_settings_set_text(&a->turn, uri) &&
           !ars_settings_set_text(&a->turn_user, uri[0] ? login : NULL);
}

struct ars_secret *ars_relay_row_get_password(ArsRelayRow *self)
{
    g_autofree char *server = text_of(self->server);

    return server[0] ? ars_secret_row_get_secret(self->password) : NULL;
}
