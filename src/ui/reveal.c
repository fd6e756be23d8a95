/* ui: a part that slides in and out. */
#include "reveal.h"

static void on_slid(GtkRevealer *revealer)
{
    gtk_widget_set_visible(GTK_WIDGET(revealer), gtk_revealer_get_child_revealed(revealer) ||
                                                     gtk_revealer_get_reveal_child(revealer));
}

void reveal_setup(GtkRevealer *revealer)
{
    g_signal_connect(revealer, "notify::child-revealed", G_CALLBACK(on_slid), NULL);
    on_slid(revealer);
}

void reveal(GtkRevealer *revealer, gboolean shown)
{
    if (shown)
        gtk_widget_set_visible(GTK_WIDGET(revealer), TRUE);
    gtk_revealer_set_reveal_child(revealer, shown);
}
