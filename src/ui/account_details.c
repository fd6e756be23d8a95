/* ui: what few accounts need. */
#include <string.h>

#include <glib/gi18n.h>

#include <ars/str.h>

#include "account_details.h"
#include "hint_row.h"
#include "lines_row.h"
#include "words.h"

struct _ArsAccountDetails {
    AdwExpanderRow parent_instance;

    /* template widgets */
    GtkEditable *auth_user;
    ArsHintRow *auth_user_hint;
    GtkEditable *outbound;
    ArsHintRow *outbound_hint;
    GtkSwitch *route;
    GtkEditable *realm;
    ArsHintRow *realm_hint;
    GtkEditable *expires;
    ArsHintRow *expires_hint;
    GtkEditable *codecs;
    ArsHintRow *codecs_hint;
    AdwComboRow *dtmf;
    ArsLinesRow *headers;
};

enum { CHANGED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsAccountDetails, ars_account_details, ADW_TYPE_EXPANDER_ROW)

static char *text_of(GtkEditable *field)
{
    return g_strstrip(g_strdup(gtk_editable_get_text(field)));
}

/* In the order of the template; what is stored. */
static const char *const dtmf_modes[] = {NULL, "info-relay", "info", "inband"};

static guint dtmf_index(const char *dtmf)
{
    for (guint i = 1; i < G_N_ELEMENTS(dtmf_modes); i++)
        if (g_strcmp0(dtmf, dtmf_modes[i]) == 0)
            return i;
    return 0;
}

/* ---- checks ---- */

static void show_headers(ArsAccountDetails *self)
{
    g_autofree char *lines = ars_lines_row_get_text(self->headers);
    g_autofree char *words = NULL;
    const char *why = NULL;
    size_t line = 0;

    if (!ars_app_check_headers(lines, &line, &why)) {
        ars_lines_row_set_check(self->headers, _("A header a line, such as: X-Team: support"),
                                FALSE);
        return;
    }
    /* Translators: the number of the line, and what is wrong with it */
    words = g_strdup_printf(_("Line %u: %s"), (guint)line, words_rule_problem(why));
    ars_lines_row_set_check(self->headers, words, TRUE);
}

static gboolean is_proxy(const char *text)
{
    const char *colon = strrchr(text, ':');
    uint32_t port;

    if (strpbrk(text, " /@,;<>"))
        return FALSE;
    if (!colon || (text[0] == '[' && colon < strchr(text, ']')))
        return TRUE;
    if (text[0] != '[' && strchr(text, ':') != colon)
        return TRUE; /* an IPv6 address */
    return colon > text && ars_str_to_u32(colon + 1, 65535, &port) == 0 && port > 0;
}

static gboolean expires_of(const char *text, uint32_t *ret)
{
    *ret = 0;
    return text[0] == '\0' || (ars_str_to_u32(text, ARS_SETTINGS_EXPIRES_MAX, ret) == 0 && *ret);
}

gboolean ars_account_details_check(ArsAccountDetails *self)
{
    g_autofree char *outbound = text_of(self->outbound);
    g_autofree char *expires = text_of(self->expires);
    gboolean good_proxy = is_proxy(outbound);
    uint32_t s;
    gboolean good_expires = expires_of(expires, &s);
    g_autofree char *codecs = text_of(self->codecs);
    gboolean good_codecs = !*codecs || ars_app_check_codecs(codecs);
    gboolean good =
        good_proxy && good_expires && good_codecs && ars_lines_row_is_good(self->headers);

    ars_hint_row_set_error(
        self->outbound_hint,
        good_proxy ? NULL : _("A name or an address, and a port if need be: edge.example.com:443"));
    ars_hint_row_set_error(self->expires_hint,
                           good_expires ? NULL : _("A number of seconds, up to 86400."));
    ars_hint_row_set_error(
        self->codecs_hint,
        good_codecs ? NULL : _("Out of those of the phone, with commas: opus, g722, pcmu, pcma"));
    if (!good)
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), TRUE);
    return good;
}

/* ---- the object ---- */

static void on_changed(ArsAccountDetails *self)
{
    ars_hint_row_set_error(self->outbound_hint, NULL);
    ars_hint_row_set_error(self->realm_hint, NULL);
    ars_hint_row_set_error(self->expires_hint, NULL);
    ars_hint_row_set_error(self->codecs_hint, NULL);
    show_headers(self);
    g_signal_emit(self, signals[CHANGED], 0);
}

static void ars_account_details_class_init(ArsAccountDetailsClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    g_type_ensure(ARS_TYPE_HINT_ROW);
    g_type_ensure(ARS_TYPE_LINES_ROW);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/account_details.ui");
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, auth_user);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, auth_user_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, outbound);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, outbound_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, route);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, realm);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, realm_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, expires);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, expires_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, codecs);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, codecs_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, dtmf);
    gtk_widget_class_bind_template_child(widget, ArsAccountDetails, headers);
}

static void ars_account_details_init(ArsAccountDetails *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));

    const gpointer fields[] = {self->auth_user, self->outbound, self->realm,
                               self->expires,   self->codecs,   self->headers};

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_signal_connect_object(fields[i], "changed", G_CALLBACK(on_changed), self,
                                G_CONNECT_SWAPPED);
    g_signal_connect_object(self->route, "notify::active", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->dtmf, "notify::selected", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    ars_hint_row_set_hint(self->auth_user_hint, _("Where it is another than the login."));
    ars_hint_row_set_hint(self->realm_hint, _("The password is given to no other; empty: to any."));
    ars_hint_row_set_hint(self->expires_hint, _("How long a registration lasts; empty: 600."));
    ars_hint_row_set_hint(self->codecs_hint, _("Empty: opus, g722, pcmu, pcma."));
    show_headers(self);
}

static void set_field(GtkEditable *field, const char *text)
{
    gtk_editable_set_text(field, text ? text : "");
}

void ars_account_details_fill(ArsAccountDetails *self, const struct ars_stored_account *a)
{
    g_autofree char *expires = a->expires_s ? g_strdup_printf("%u", a->expires_s) : NULL;

    set_field(self->auth_user, a->auth_user);
    set_field(self->outbound, a->outbound_proxy);
    set_field(self->realm, a->realm);
    set_field(self->expires, expires);
    set_field(self->codecs, a->codecs);
    adw_combo_row_set_selected(self->dtmf, dtmf_index(a->dtmf));
    gtk_switch_set_active(self->route, a->outbound_route);
    ars_lines_row_set_text(self->headers, a->headers);
    adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), a->auth_user || a->outbound_proxy ||
                                                              a->realm || expires || a->codecs ||
                                                              a->dtmf || a->headers);
}

gboolean ars_account_details_collect(ArsAccountDetails *self, struct ars_stored_account *a)
{
    g_autofree char *auth_user = text_of(self->auth_user);
    g_autofree char *outbound = text_of(self->outbound);
    g_autofree char *realm = text_of(self->realm);
    g_autofree char *expires = text_of(self->expires);
    g_autofree char *codecs = text_of(self->codecs);
    g_autofree char *headers = ars_lines_row_get_text(self->headers);
    const char *dtmf = dtmf_modes[adw_combo_row_get_selected(self->dtmf)];

    (void)expires_of(expires, &a->expires_s);
    a->outbound_route = gtk_switch_get_active(self->route);
    return !ars_settings_set_text(&a->auth_user, auth_user) &&
           !ars_settings_set_text(&a->outbound_proxy, outbound) &&
           !ars_settings_set_text(&a->codecs, codecs) && !ars_settings_set_text(&a->dtmf, dtmf) &&
           !ars_settings_set_text(&a->realm, realm) && !ars_settings_set_text(&a->headers, headers);
}

gboolean ars_account_details_same(const struct ars_stored_account *a,
                                  const struct ars_stored_account *b)
{
    return g_strcmp0(a->auth_user, b->auth_user) == 0 &&
           g_strcmp0(a->outbound_proxy, b->outbound_proxy) == 0 &&
           g_strcmp0(a->realm, b->realm) == 0 && g_strcmp0(a->headers, b->headers) == 0 &&
           a->outbound_route == b->outbound_route && a->expires_s == b->expires_s;
}

void ars_account_details_show_realm(ArsAccountDetails *self, const char *words)
{
    adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), TRUE);
    ars_hint_row_set_error(self->realm_hint, words);
    gtk_widget_grab_focus(GTK_WIDGET(self->realm));
}
