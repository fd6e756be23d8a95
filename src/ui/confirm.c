/* ui: questions with two answers. */
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

struct focus {
    const char *label;
    guint frames;
};

/* In the second pair the default response has no focus: the other one would have Enter. */
static gboolean focus_no(GtkWidget *dialog, GdkFrameClock *clock, gpointer arg)
{
    struct focus *f = arg;
    GtkWidget *no = find_button(dialog, f->label);

    if (no && no != gtk_window_get_focus(GTK_WINDOW(dialog)))
        gtk_widget_grab_focus(no);
    return ++f->frames < SETTLES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

AdwMessageDialog *question_new(GtkWindow *parent, const char *heading, const char *body,
                               const char *no, const char *yes, AdwResponseAppearance appearance)
{
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(parent, heading, body));
    struct focus *f = g_new0(struct focus, 1);

    f->label = no;
    adw_message_dialog_add_responses(dialog, "no", no, "yes", yes, NULL);
    adw_message_dialog_set_default_response(dialog, "no");
    adw_message_dialog_set_close_response(dialog, "no");
    adw_message_dialog_set_response_appearance(dialog, "yes", appearance);
    gtk_widget_add_tick_callback(GTK_WIDGET(dialog), focus_no, f, g_free);
    return dialog;
}

void confirm(GtkWindow *parent, const char *heading, const char *body, const char *yes,
             confirm_fn *fn, gpointer owner)
{
    AdwMessageDialog *dialog =
        question_new(parent, heading, body, _("_Cancel"), yes, ADW_RESPONSE_DESTRUCTIVE);

    g_signal_connect_object(dialog, "response::yes", G_CALLBACK(fn), owner, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}
