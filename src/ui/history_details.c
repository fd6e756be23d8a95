/* ui: all that is known of one call of the journal. */
#include <glib/gi18n.h>

#include "history_details.h"
#include "recording_row.h"
#include "words.h"

struct _ArsHistoryDetails {
    AdwWindow parent_instance;

    /* template widgets */
    GtkLabel *title;
    GtkLabel *account;
    AdwActionRow *number;
    AdwActionRow *result;
    AdwActionRow *when;
    AdwActionRow *duration;
    ArsRecordingRow *recording;
    AdwActionRow *reason;
    AdwActionRow *details;
    GtkWidget *call_back;

    ArsJournalItem *item;
};

enum { CALL_BACK, DELETE, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsHistoryDetails, ars_history_details, ADW_TYPE_WINDOW)

static void on_call_back(ArsHistoryDetails *self)
{
    g_signal_emit(self, signals[CALL_BACK], 0);
    gtk_window_close(GTK_WINDOW(self));
}

static void on_delete(ArsHistoryDetails *self)
{
    g_signal_emit(self, signals[DELETE], 0);
    gtk_window_close(GTK_WINDOW(self));
}

static void on_copy(ArsHistoryDetails *self)
{
    gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self)),
                           ars_journal_item_get(self->item)->number);
}

static void dispose(GObject *object)
{
    ArsHistoryDetails *self = ARS_HISTORY_DETAILS(object);

    g_clear_object(&self->item);
    G_OBJECT_CLASS(ars_history_details_parent_class)->dispose(object);
}

static void ars_history_details_class_init(ArsHistoryDetailsClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_RECORDING_ROW);
    signals[CALL_BACK] =
        g_signal_new("call-back", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[DELETE] =
        g_signal_new("delete", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/history_details.ui");
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, title);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, account);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, number);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, result);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, when);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, duration);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, recording);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, reason);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, details);
    gtk_widget_class_bind_template_child(widget, ArsHistoryDetails, call_back);
    gtk_widget_class_bind_template_callback(widget, on_call_back);
    gtk_widget_class_bind_template_callback(widget, on_delete);
    gtk_widget_class_bind_template_callback(widget, on_copy);
    gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void ars_history_details_init(ArsHistoryDetails *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

static void set_row(AdwActionRow *row, const char *text)
{
    adw_action_row_set_subtitle(row, text);
    gtk_widget_set_visible(GTK_WIDGET(row), text[0] != '\0');
}

ArsHistoryDetails *ars_history_details_new(GtkWindow *parent, ArsJournalItem *item,
                                           const char *account)
{
    ArsHistoryDetails *self = g_object_new(ARS_TYPE_HISTORY_DETAILS, "transient-for", parent, NULL);
    const struct ars_history_entry *e = ars_journal_item_get(item);
    const char *reason = words_result_reason(e);
    g_autofree char *title = words_caller(e->name, e->number);
    g_autofree char *number = e->number[0] ? words_caller(NULL, e->number) : g_strdup("");
    g_autofree char *when = words_when_long(e->start_us);
    g_autofree char *duration =
        e->duration_ms ? words_duration((guint64)e->duration_ms) : g_strdup("");

    self->item = g_object_ref(item);
    gtk_label_set_text(self->title, title);
    gtk_label_set_text(self->account, account);
    gtk_widget_set_visible(GTK_WIDGET(self->account), account[0] != '\0');
    ars_recording_row_set_path(self->recording, e->recording);
    set_row(self->number, number);
    set_row(self->result, e->result == ARS_HISTORY_ANSWERED ? _("Answered") : words_result(e));
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self->result),
                                  e->incoming ? _("Incoming call") : _("Outgoing call"));
    set_row(self->when, when);
    set_row(self->duration, duration);
    set_row(self->reason, reason && g_strcmp0(reason, words_result(e)) != 0 ? reason : "");
    set_row(self->details, e->details);
    gtk_widget_set_sensitive(self->call_back, e->number[0] != '\0');
    return self;
}

ArsJournalItem *ars_history_details_get_item(ArsHistoryDetails *self)
{
    return self->item;
}
