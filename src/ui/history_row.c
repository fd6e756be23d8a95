/* ui: a row of the journal. */
#include <glib/gi18n.h>

#include <ars/clock.h>

#include "history_row.h"
#include "words.h"

struct _ArsHistoryRow {
    AdwBin parent_instance;

    /* template widgets */
    GtkImage *icon;
    GtkLabel *title;
    GtkLabel *details;
    GtkLabel *account;
    GtkLabel *when;
    GtkWidget *call_back;

    ArsJournalItem *item;
};

enum { CALL_BACK, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsHistoryRow, ars_history_row, ADW_TYPE_BIN)

static void on_call_back(ArsHistoryRow *self)
{
    g_signal_emit(self, signals[CALL_BACK], 0);
}

static void dispose(GObject *object)
{
    ArsHistoryRow *self = ARS_HISTORY_ROW(object);

    g_clear_object(&self->item);
    G_OBJECT_CLASS(ars_history_row_parent_class)->dispose(object);
}

static void ars_history_row_class_init(ArsHistoryRowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[CALL_BACK] = g_signal_new("call-back", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/history_row.ui");
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, icon);
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, title);
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, details);
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, account);
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, when);
    gtk_widget_class_bind_template_child(widget, ArsHistoryRow, call_back);
    gtk_widget_class_bind_template_callback(widget, on_call_back);
}

static void ars_history_row_init(ArsHistoryRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

/* "Missed · +7 (495) 123-45-67": the number only where the title is a name. */
static char *second_line(const struct ars_history_entry *e)
{
    const char *result = words_result(e);
    g_autofree char *number = NULL;
    g_autofree char *clock = e->duration_ms ? words_clock((guint64)e->duration_ms) : NULL;

    if (e->name[0] && e->number[0])
        number = words_caller(NULL, e->number);
    if (clock && number)
        return g_strdup_printf("%s · %s · %s", result, clock, number);
    return clock || number ? g_strdup_printf("%s · %s", result, clock ? clock : number)
                           : g_strdup(result);
}

void ars_history_row_set_item(ArsHistoryRow *self, ArsJournalItem *item, const char *account)
{
    const struct ars_history_entry *e;
    g_autofree char *title = NULL;
    g_autofree char *second = NULL;
    g_autofree char *when = NULL;
    g_autofree char *label = NULL;

    g_set_object(&self->item, item);
    if (!item)
        return;
    e = ars_journal_item_get(item);
    title = words_caller(e->name, e->number);
    second = second_line(e);
    when = words_when(e->start_us, (gint64)ars_clock_wall_us());
    gtk_label_set_text(self->title, title);
    gtk_label_set_text(self->details, second);
    gtk_label_set_text(self->account, account);
    gtk_widget_set_visible(GTK_WIDGET(self->account), account[0] != '\0');
    gtk_label_set_text(self->when, when);
    gtk_image_set_from_icon_name(self->icon, words_result_icon(e));
    if (e->result == ARS_HISTORY_MISSED)
        gtk_widget_add_css_class(GTK_WIDGET(self), "missed");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self), "missed");
    gtk_widget_set_sensitive(self->call_back, e->number[0] != '\0');
    /* Translators: for screen readers; a name or number follows */
    label = g_strdup_printf(_("Call back %s"), title);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->call_back), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   label, -1);
}

ArsJournalItem *ars_history_row_get_item(ArsHistoryRow *self)
{
    return self->item;
}
