/* ui: a certificate that was refused. */
#include <glib/gi18n.h>

#include "certificate_window.h"
#include "words.h"

struct _ArsCertificateWindow {
    AdwWindow parent_instance;

    /* template widgets */
    GtkLabel *question;
    AdwActionRow *why;
    AdwActionRow *subject;
    AdwActionRow *names;
    AdwActionRow *issuer;
    AdwActionRow *valid;
    AdwActionRow *sha256;
    GtkWidget *stop;
};

enum { TRUST, STOP, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCertificateWindow, ars_certificate_window, ADW_TYPE_WINDOW)

static void on_trust(ArsCertificateWindow *self)
{
    g_signal_emit(self, signals[TRUST], 0);
    gtk_window_destroy(GTK_WINDOW(self));
}

static void on_stop(ArsCertificateWindow *self)
{
    g_signal_emit(self, signals[STOP], 0);
    gtk_window_destroy(GTK_WINDOW(self));
}

static void ars_certificate_window_class_init(ArsCertificateWindowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    signals[TRUST] =
        g_signal_new("trust", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[STOP] =
        g_signal_new("stop", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(
        widget, "/io/github/arsphone/ArsPhone/certificate_window.ui");
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, question);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, why);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, subject);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, names);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, issuer);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, valid);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, sha256);
    gtk_widget_class_bind_template_child(widget, ArsCertificateWindow, stop);
    gtk_widget_class_bind_template_callback(widget, on_trust);
    gtk_widget_class_bind_template_callback(widget, on_stop);
    gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void ars_certificate_window_init(ArsCertificateWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

static void set_row(AdwActionRow *row, const char *text)
{
    adw_action_row_set_subtitle(row, text);
    gtk_widget_set_visible(GTK_WIDGET(row), text[0] != '\0');
}

static char *day(gint64 seconds)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(seconds);

    /* Translators: a day, see strftime(3) */
    return at ? g_date_time_format(at, _("%-d %B %Y")) : g_strdup("?");
}

/* AB:CD:… in two lines of sixteen: as other programs show it, to be compared by eye. */
static char *fingerprint(const guint8 sha256[ARS_PIN_LEN])
{
    GString *s = g_string_new(NULL);

    for (int i = 0; i < ARS_PIN_LEN; i++)
        g_string_append_printf(s, "%02X%s", sha256[i],
                               i == ARS_PIN_LEN - 1 ? ""
                               : i % 16 == 15       ? "\n"
                                                    : ":");
    return g_string_free(s, FALSE);
}

ArsCertificateWindow *ars_certificate_window_new(GtkWindow *parent, const char *server,
                                                 const struct ars_cert *cert)
{
    ArsCertificateWindow *self =
        g_object_new(ARS_TYPE_CERTIFICATE_WINDOW, "transient-for", parent, NULL);
    g_autofree char *question = g_strdup_printf(
        _("Whether this really is %s cannot be known. Ask who runs it for the fingerprint below; "
          "trust it only if it is the same."),
        server);
    g_autofree char *why = words_certificate_problem(cert);
    g_autofree char *from = day(cert->not_before);
    g_autofree char *until = day(cert->not_after);
    g_autofree char *valid = g_strdup_printf("%s – %s", from, until);
    g_autofree char *sha256 = fingerprint(cert->sha256);

    gtk_label_set_text(self->question, question);
    set_row(self->why, why);
    set_row(self->subject, cert->subject);
    set_row(self->names, cert->names);
    set_row(self->issuer, cert->issuer);
    set_row(self->valid, valid);
    set_row(self->sha256, sha256);
    gtk_window_set_focus(GTK_WINDOW(self), self->stop);
    return self;
}
