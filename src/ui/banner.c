/* ui: one sentence and at most one button under the header (AdwBanner came with libadwaita 1.3). */
#include "banner.h"
#include "reveal.h"

/* Of a line of the sentence; with less it stands alone. */
#define SENTENCE_CHARS 20

struct _ArsBanner {
    AdwBin parent_instance;

    /* template widgets */
    GtkRevealer *revealer;
    GtkBox *box;
    GtkLabel *sentence;
    GtkButton *button;
};

enum { CLICKED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsBanner, ars_banner, ADW_TYPE_BIN)

static void on_clicked(ArsBanner *self)
{
    g_signal_emit(self, signals[CLICKED], 0);
}

static void ars_banner_class_init(ArsBannerClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    signals[CLICKED] = g_signal_new("clicked", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget, "/io/github/arsphone/ArsPhone/banner.ui");
    gtk_widget_class_bind_template_child(widget, ArsBanner, revealer);
    gtk_widget_class_bind_template_child(widget, ArsBanner, box);
    gtk_widget_class_bind_template_child(widget, ArsBanner, sentence);
    gtk_widget_class_bind_template_child(widget, ArsBanner, button);
    gtk_widget_class_bind_template_callback(widget, on_clicked);
}

static void ars_banner_init(ArsBanner *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    reveal_setup(self->revealer);
}

void ars_banner_show(ArsBanner *self, const char *sentence, const char *button)
{
    gtk_label_set_text(self->sentence, sentence);
    gtk_widget_set_visible(GTK_WIDGET(self->button), button != NULL);
    if (button)
        gtk_button_set_label(self->button, button);
    reveal(self->revealer, TRUE);
}

void ars_banner_hide(ArsBanner *self)
{
    reveal(self->revealer, FALSE);
}

gboolean ars_banner_is_shown(ArsBanner *self)
{
    return gtk_revealer_get_reveal_child(self->revealer);
}

/* The button stands beside the sentence, or below it where that would leave no room. */
static GtkOrientation orientation_at(ArsBanner *self, int width)
{
    PangoFontMetrics *metrics = pango_context_get_metrics(
        gtk_widget_get_pango_context(GTK_WIDGET(self->sentence)), NULL, NULL);
    int room = SENTENCE_CHARS * pango_font_metrics_get_approximate_char_width(metrics);
    int button;

    pango_font_metrics_unref(metrics);
    gtk_widget_measure(GTK_WIDGET(self->button), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &button,
                       NULL, NULL);
    return width < button + PANGO_PIXELS(room) ? GTK_ORIENTATION_VERTICAL
                                               : GTK_ORIENTATION_HORIZONTAL;
}

gboolean ars_banner_fits(ArsBanner *self, int width)
{
    return orientation_at(self, width) == gtk_orientable_get_orientation(GTK_ORIENTABLE(self->box));
}

void ars_banner_adapt(ArsBanner *self, int width)
{
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self->box), orientation_at(self, width));
}
