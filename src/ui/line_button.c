/* ui: the state of the line in the header. */
#include <glib/gi18n.h>

#include <ars/clock.h>
#include <ars/reason.h>
#include <ars/str.h>

#include "line_button.h"
#include "ticker.h"
#include "words.h"

struct _ArsLineButton {
    AdwBin parent_instance;

    /* template widgets */
    GtkMenuButton *button;
    GtkImage *dot;
    GtkLabel *words;
    GtkLabel *state;
    GtkLabel *advice;
    GtkLabel *others;
    GtkLabel *details;
    GtkWidget *details_box;
    GtkWidget *retry;
    GtkWidget *look;

    ArsAccountItem *line;
    struct ticker *ticker;
};

G_DEFINE_FINAL_TYPE(ArsLineButton, ars_line_button, ADW_TYPE_BIN)

static const char *const dot_classes[] = {
    [WORDS_DOT_OFF] = "dot-off",       [WORDS_DOT_BUSY] = "dot-busy",
    [WORDS_DOT_READY] = "dot-ready",   [WORDS_DOT_WAITING] = "dot-waiting",
    [WORDS_DOT_FAILED] = "dot-failed",
};

/* The seconds to the next attempt. */
static guint on_tick(GtkWidget *widget)
{
    ArsLineButton *self = ARS_LINE_BUTTON(widget);
    const struct ars_app_line *line = ars_account_item_get(self->line);
    guint64 now = ars_clock_ms();

    ars_account_item_refresh(self->line);
    if (line->state != ARS_ACCOUNT_WAITING || line->retry_at_ms <= now)
        return 0;
    return (guint)((line->retry_at_ms - now - 1) % 1000 + 1);
}

static void on_words(ArsLineButton *self)
{
    const char *words = ars_account_item_words(self->line);

    gtk_label_set_text(self->words, words);
    gtk_label_set_text(self->state, words);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->button), words);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   words, -1);
}

static void on_changed(ArsLineButton *self)
{
    const struct ars_app_line *line = ars_account_item_get(self->line);
    g_autofree char *advice = words_line_advice(line);
    g_autofree char *details = words_details(&line->reason);
    g_autofree char *icon = NULL;
    gboolean trouble = line->state == ARS_ACCOUNT_FAILED || line->state == ARS_ACCOUNT_WAITING ||
                       line->state == ARS_ACCOUNT_OFFLINE;

    for (guint i = 0; i < G_N_ELEMENTS(dot_classes); i++)
        gtk_widget_remove_css_class(GTK_WIDGET(self->dot), dot_classes[i]);
    gtk_widget_add_css_class(GTK_WIDGET(self->dot), dot_classes[words_line_dot(line)]);
    g_object_get(self->line, "dot", &icon, NULL);
    gtk_image_set_from_icon_name(self->dot, icon);
    gtk_label_set_text(self->advice, advice);
    gtk_label_set_text(self->details, details);
    gtk_widget_set_visible(self->details_box, trouble && details[0] != '\0');
    gtk_widget_set_visible(self->retry, trouble);
    gtk_widget_set_visible(self->look, trouble && line->cert != NULL);
    on_words(self);
    ticker_kick(self->ticker);
}

static void on_action(ArsLineButton *self)
{
    gtk_menu_button_popdown(self->button);
}

static void dispose(GObject *object)
{
    ArsLineButton *self = ARS_LINE_BUTTON(object);

    g_clear_pointer(&self->ticker, ticker_free);
    if (self->line)
        g_signal_handlers_disconnect_by_data(self->line, self);
    g_clear_object(&self->line);
    G_OBJECT_CLASS(ars_line_button_parent_class)->dispose(object);
}

static void ars_line_button_class_init(ArsLineButtonClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/line_button.ui");
    gtk_widget_class_bind_template_child(widget, ArsLineButton, button);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, dot);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, words);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, state);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, advice);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, others);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, details);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, details_box);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, retry);
    gtk_widget_class_bind_template_child(widget, ArsLineButton, look);
    gtk_widget_class_bind_template_callback(widget, on_action);
}

static void ars_line_button_init(ArsLineButton *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

void ars_line_button_show_others(ArsLineButton *self, GListModel *lines)
{
    const char *mine = ars_account_item_get(self->line)->account_id;
    g_autoptr(GString) words = g_string_new(NULL);
    guint n = g_list_model_get_n_items(lines);

    for (guint i = 0; i < n; i++) {
        g_autoptr(ArsAccountItem) item = g_list_model_get_item(lines, i);
        const struct ars_app_line *line = ars_account_item_get(item);
        g_autofree char *name = words_account(line->login, line->server);
        g_autofree char *state = words_line_still(line);

        if (ars_streq(line->account_id, mine))
            continue;
        g_string_append_printf(words, words->len ? "\n%s: %s" : "%s: %s", name, state);
    }
    gtk_label_set_text(self->others, words->str);
    gtk_widget_set_visible(GTK_WIDGET(self->others), words->len > 0);
}

void ars_line_button_set_line(ArsLineButton *self, ArsAccountItem *line)
{
    self->line = g_object_ref(line);
    self->ticker = ticker_new(GTK_WIDGET(self), on_tick);
    g_signal_connect_swapped(line, "changed", G_CALLBACK(on_changed), self);
    g_signal_connect_swapped(line, "notify::words", G_CALLBACK(on_words), self);
    on_changed(self);
}
