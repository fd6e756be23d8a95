/* ui: how good a call sounds. The figures are written only while they are seen. */
#include <string.h>

#include "call_figures.h"
#include "words.h"

struct _ArsCallFigures {
    AdwBin parent_instance;

    /* template widgets */
    GtkMenuButton *button;
    GtkLabel *media;
    GtkPopover *popover;
    GtkGrid *grid;
    GtkToggleButton *record;
    GtkLabel *file;
    GtkLabel *trouble;
    gboolean setting; /* the change of the button is ours */

    GtkLabel *values[WORDS_FIGURES];
    struct ars_media_stats stats;
};

enum { RECORD, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallFigures, ars_call_figures, ADW_TYPE_BIN)

static void set_text(GtkLabel *label, const char *text)
{
    if (strcmp(gtk_label_get_text(label), text) != 0)
        gtk_label_set_text(label, text);
}

static void write_figures(ArsCallFigures *self)
{
    for (guint i = 0; i < WORDS_FIGURES; i++) {
        g_autofree char *value = words_figure((enum words_figure)i, &self->stats);

        set_text(self->values[i], value);
    }
}

static void on_map(ArsCallFigures *self)
{
    write_figures(self);
}

static void on_record(ArsCallFigures *self)
{
    if (!self->setting)
        g_signal_emit(self, signals[RECORD], 0, gtk_toggle_button_get_active(self->record));
}

static void show_recording(ArsCallFigures *self, const struct ars_app_call *call)
{
    g_autofree char *file = words_call_recording(call);

    self->setting = TRUE;
    gtk_toggle_button_set_active(self->record, call->recording);
    self->setting = FALSE;
    gtk_widget_set_visible(GTK_WIDGET(self->record),
                           call->connected && call->state == ARS_CALL_ESTABLISHED);
    set_text(self->file, file);
    gtk_widget_set_visible(GTK_WIDGET(self->file), file[0] != '\0');
}

void ars_call_figures_set(ArsCallFigures *self, const struct ars_app_call *call)
{
    gboolean over = call->state >= ARS_CALL_ENDING;
    g_autofree char *media = over ? g_strdup("") : words_call_media(call);
    g_autofree char *trouble = over ? g_strdup("") : words_call_trouble(call);

    set_text(self->media, media);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   media, -1);
    gtk_widget_set_visible(GTK_WIDGET(self->button), media[0] != '\0');
    show_recording(self, call);
    set_text(self->trouble, trouble);
    gtk_widget_set_visible(GTK_WIDGET(self->trouble), trouble[0] != '\0');
    if (!media[0])
        gtk_menu_button_popdown(self->button);
    self->stats = call->stats;
    if (gtk_widget_get_mapped(GTK_WIDGET(self->popover)))
        write_figures(self);
}

static void ars_call_figures_class_init(ArsCallFiguresClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    signals[RECORD] = g_signal_new("record", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/call_figures.ui");
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, button);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, media);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, popover);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, grid);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, record);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, file);
    gtk_widget_class_bind_template_child(widget, ArsCallFigures, trouble);
    gtk_widget_class_bind_template_callback(widget, on_record);
    gtk_widget_class_bind_template_callback(widget, on_map);
}

static GtkLabel *add_label(ArsCallFigures *self, const char *text, int column, int row)
{
    GtkLabel *label = GTK_LABEL(gtk_label_new(text));

    gtk_label_set_xalign(label, 0);
    gtk_widget_add_css_class(GTK_WIDGET(label), column ? "numeric" : "dim-label");
    gtk_grid_attach(self->grid, GTK_WIDGET(label), column, row, 1, 1);
    return label;
}

static void ars_call_figures_init(ArsCallFigures *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    /* its own layout asks for one line, however many the words need at that width */
    gtk_widget_set_layout_manager(GTK_WIDGET(self->button), gtk_bin_layout_new());
    for (int i = 0; i < WORDS_FIGURES; i++) {
        (void)add_label(self, words_figure_name((enum words_figure)i), 0, i);
        self->values[i] = add_label(self, "", 1, i);
    }
}
