/* ui: a question before something that cannot be undone. */
#include <glib/gi18n.h>

#include "confirm.h"

/* Frames in which the dialog finds out how wide it is. */
#define SETTLES 20

/*
 * The dialog has its buttons twice, side by side and one above the other, and slides from the first
 * pair to the second where there is too little room: the last that is there is the one.
 */
static GtkWidget *find_button(GtkWidget *widget, const char *label)
{
    GtkWidget *found = NULL;

    if (!gtk_widget_get_mapped(widget))
        return NULL;
    if (GTK_IS_BUTTON(widget) && g_strcmp0(gtk_button_get_label(GTK_BUTTON(widget)), label) == 0)
        return widget;
    for (GtkWidget *child = gtk_widget_get_last_child(widget); child && !found;
         child = gtk_widget_get_prev_sibling(child))
        found = find_button(child, label);
    return found;
}

/* In the second pair the default response has no focus: the other one would have Enter. */
static gboolean focus_no(GtkWidget *dialog, GdkFrameClock *clock, gpointer frames)
{
    GtkWidget *no = find_button(dialog, _("_Cancel"));

    if (no && no != gtk_window_get_focus(GTK_WINDOW(dialog)))
        gtk_widget_grab_focus(no);
    return ++*(guint *)frames < SETTLES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void confirm(GtkWindow *parent, const char *heading, const char *body, const char *yes,
             confirm_fn *fn, gpointer owner)
{
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(parent, heading, body));

    adw_message_dialog_add_responses(dialog, "no", _("_Cancel"), "yes", yes, NULL);
    adw_message_dialog_set_default_response(dialog, "no");
    adw_message_dialog_set_close_response(dialog, "no");
    adw_message_dialog_set_response_appearance(dialog, "yes", ADW_RESPONSE_DESTRUCTIVE);
    g_signal_connect_object(dialog, "response::yes", G_CALLBACK(fn), owner, G_CONNECT_SWAPPED);
    gtk_widget_add_tick_callback(GTK_WIDGET(dialog), focus_no, g_new0(guint, 1), g_free);
    gtk_window_present(GTK_WINDOW(dialog));
}
