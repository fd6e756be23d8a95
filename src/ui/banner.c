/* ui: one sentence and at most one button under the header (AdwBanner came with libadwaita 1.3). */
#include "banner.h"
#include "reveal.h"

struct _ArsBanner {
    AdwBin parent_instance;

    /* template widgets */
    GtkRevealer *revealer;
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
