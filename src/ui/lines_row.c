/* ui: lines of text in the settings. */
#include "lines_row.h"

struct _ArsLinesRow {
    AdwPreferencesRow parent_instance;

    /* template widgets */
    GtkTextView *text;
    GtkLabel *check;

    gboolean bad;
};

enum { CHANGED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsLinesRow, ars_lines_row, ADW_TYPE_PREFERENCES_ROW)

static void on_changed(ArsLinesRow *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

static void on_title(ArsLinesRow *self)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   adw_preferences_row_get_title(ADW_PREFERENCES_ROW(self)), -1);
}

static void ars_lines_row_class_init(ArsLinesRowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/lines_row.ui");
    gtk_widget_class_bind_template_child(widget, ArsLinesRow, text);
    gtk_widget_class_bind_template_child(widget, ArsLinesRow, check);
}

static void ars_lines_row_init(ArsLinesRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect_object(gtk_text_view_get_buffer(self->text), "changed", G_CALLBACK(on_changed),
                            self, G_CONNECT_SWAPPED);
    g_signal_connect(self, "notify::title", G_CALLBACK(on_title), NULL);
    ars_lines_row_set_check(self, "", FALSE);
}

char *ars_lines_row_get_text(ArsLinesRow *self)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(self->text);
    GtkTextIter a, b;

    gtk_text_buffer_get_bounds(buffer, &a, &b);
    return g_strstrip(gtk_text_buffer_get_text(buffer, &a, &b, FALSE));
}

void ars_lines_row_set_text(ArsLinesRow *self, const char *text)
{
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(self->text), text ? text : "", -1);
}

void ars_lines_row_set_check(ArsLinesRow *self, const char *words, gboolean is_error)
{
    self->bad = is_error;
    gtk_label_set_text(self->check, words);
    gtk_widget_set_visible(GTK_WIDGET(self->check), words[0] != '\0');
    if (is_error)
        gtk_widget_add_css_class(GTK_WIDGET(self), "error");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self), "error");
    gtk_accessible_update_state(
        GTK_ACCESSIBLE(self->text), GTK_ACCESSIBLE_STATE_INVALID,
        is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->text), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   words, -1);
}

gboolean ars_lines_row_is_good(ArsLinesRow *self)
{
    return !self->bad;
}
