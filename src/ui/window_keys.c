/* ui: actions and keys of the main window. */
#include "window_private.h"

static void do_hang_up(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_hang_up(ARS_WINDOW(widget)->call_view);
}

static void do_hold(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_toggle_hold(ARS_WINDOW(widget)->call_view);
}

static void do_mute(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_toggle_mute(ARS_WINDOW(widget)->call_view);
}

static void do_transfer(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_transfer(ARS_WINDOW(widget)->call_view);
}

static void do_swap(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_swap(ARS_WINDOW(widget)->call_view);
}

static void do_merge(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_call_view_merge(ARS_WINDOW(widget)->call_view);
}

static void do_page(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_window_show_page(ARS_WINDOW(widget), g_variant_get_string(arg, NULL));
}

static void do_search(GtkWidget *widget, const char *name, GVariant *arg)
{
    ars_window_show_page(ARS_WINDOW(widget), "journal");
    ars_history_view_focus_search(ARS_WINDOW(widget)->journal);
}

static void do_show_call(GtkWidget *widget, const char *name, GVariant *arg)
{
    ArsWindow *self = ARS_WINDOW(widget);
    ArsCallItem *item = ars_call_view_get_current(self->call_view);

    if (item)
        ars_window_show_call(self, ars_call_item_get(item)->id);
}

/* One step towards the dial page. */
static void do_back(GtkWidget *widget, const char *name, GVariant *arg)
{
    ArsWindow *self = ARS_WINDOW(widget);
    gboolean in_call = window_shows_call(self) && adw_leaflet_get_folded(self->leaflet);

    if (window_shows_call(self) && ars_call_view_dismiss(self->call_view))
        return;
    if (in_call)
        window_show_pages(self);
    else if (!gtk_widget_get_mapped(GTK_WIDGET(self->journal)) ||
             !ars_history_view_clear_search(self->journal))
        ars_window_show_page(self, "dial");
}

/* What was typed where nothing takes text. */
static gboolean on_key(GtkEventControllerKey *controller, guint key, guint code,
                       GdkModifierType state, ArsWindow *self)
{
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self));
    gunichar c = gdk_keyval_to_unicode(key);
    char text[7] = "";

    if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) ||
        (focus && GTK_IS_EDITABLE(focus)) || !g_unichar_isgraph(c))
        return FALSE;
    g_unichar_to_utf8(c, text);
    if (window_shows_call(self) &&
        (adw_leaflet_get_folded(self->leaflet) ||
         (focus && gtk_widget_is_ancestor(focus, GTK_WIDGET(self->call_view)))))
        return ars_call_view_type(self->call_view, text);
    if (gtk_widget_get_mapped(GTK_WIDGET(self->journal)))
        return ars_history_view_forward_key(self->journal, controller);
    return ars_dialpad_forward_key(self->dialpad, controller);
}

void window_keys_init(ArsWindowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    gtk_widget_class_install_action(widget, "win.hang-up", NULL, do_hang_up);
    gtk_widget_class_install_action(widget, "win.hold", NULL, do_hold);
    gtk_widget_class_install_action(widget, "win.mute", NULL, do_mute);
    gtk_widget_class_install_action(widget, "win.transfer", NULL, do_transfer);
    gtk_widget_class_install_action(widget, "win.swap", NULL, do_swap);
    gtk_widget_class_install_action(widget, "win.merge", NULL, do_merge);
    gtk_widget_class_install_action(widget, "win.page", "s", do_page);
    gtk_widget_class_install_action(widget, "win.search", NULL, do_search);
    gtk_widget_class_install_action(widget, "win.show-call", NULL, do_show_call);
    gtk_widget_class_install_action(widget, "win.back", NULL, do_back);
    gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "win.back", NULL);
}

void window_keys_setup(ArsWindow *self)
{
    GtkEventController *keys = gtk_event_controller_key_new();

    g_signal_connect_object(keys, "key-pressed", G_CALLBACK(on_key), self, 0);
    gtk_widget_add_controller(GTK_WIDGET(self), keys);
}
