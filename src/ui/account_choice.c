/* ui: which account dials. */
#include <glib/gi18n.h>

#include <ars/str.h>

#include "account_choice.h"
#include "words.h"

struct _ArsAccountChoice {
    AdwBin parent_instance;

    ArsBridge *bridge;
    GtkDropDown *list;
    GPtrArray *ids;    /* in the order of the list */
    gboolean choosing; /* what changes is ours */
};

G_DEFINE_FINAL_TYPE(ArsAccountChoice, ars_account_choice, ADW_TYPE_BIN)

static void on_selected(ArsAccountChoice *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    guint i = gtk_drop_down_get_selected(self->list);

    if (!self->choosing && app && i < self->ids->len)
        (void)ars_app_set_default(app, g_ptr_array_index(self->ids, i));
}

static void fill(ArsAccountChoice *self, struct ars_app *app)
{
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    const struct ars_app_line *line;

    g_ptr_array_set_size(self->ids, 0);
    for (size_t i = 0; (line = ars_app_line_at(app, i)); i++) {
        g_autofree char *name = words_account(line->login, line->server);

        if (line->disabled)
            continue;
        gtk_string_list_append(names, name);
        g_ptr_array_add(self->ids, g_strdup(line->account_id));
    }
    gtk_drop_down_set_model(self->list, G_LIST_MODEL(names));
}

static gboolean fits(ArsAccountChoice *self, struct ars_app *app)
{
    GtkStringList *names = GTK_STRING_LIST(gtk_drop_down_get_model(self->list));
    const struct ars_app_line *line;
    guint n = 0;

    for (size_t i = 0; (line = ars_app_line_at(app, i)); i++) {
        g_autofree char *name = words_account(line->login, line->server);

        if (line->disabled)
            continue;
        if (n >= self->ids->len || !ars_streq(line->account_id, g_ptr_array_index(self->ids, n)) ||
            !ars_streq(name, gtk_string_list_get_string(names, n)))
            return FALSE;
        n++;
    }
    return n == self->ids->len;
}

static void update(ArsAccountChoice *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);

    if (!app)
        return;
    self->choosing = TRUE;
    if (!fits(self, app))
        fill(self, app);
    for (guint i = 0; i < self->ids->len; i++)
        if (ars_streq(g_ptr_array_index(self->ids, i), ars_app_get_line(app)->account_id))
            gtk_drop_down_set_selected(self->list, i);
    self->choosing = FALSE;
    gtk_widget_set_visible(GTK_WIDGET(self), ars_app_lines_on(app) > 1);
}

static void dispose(GObject *object)
{
    ArsAccountChoice *self = ARS_ACCOUNT_CHOICE(object);

    if (self->bridge)
        g_signal_handlers_disconnect_by_data(self->bridge, self);
    g_clear_object(&self->bridge);
    g_clear_pointer(&self->ids, g_ptr_array_unref);
    G_OBJECT_CLASS(ars_account_choice_parent_class)->dispose(object);
}

static void ars_account_choice_class_init(ArsAccountChoiceClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void ars_account_choice_init(ArsAccountChoice *self)
{
    self->ids = g_ptr_array_new_with_free_func(g_free);
    self->list = GTK_DROP_DOWN(gtk_drop_down_new(NULL, NULL));
    gtk_widget_set_halign(GTK_WIDGET(self->list), GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->list), _("Dial with this account"));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Dial with this account"), -1);
    /* the button in it is what has the focus */
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(gtk_widget_get_first_child(GTK_WIDGET(self->list))),
        GTK_ACCESSIBLE_PROPERTY_LABEL, _("Dial with this account"), -1);
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->list));
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
    g_signal_connect_object(self->list, "notify::selected", G_CALLBACK(on_selected), self,
                            G_CONNECT_SWAPPED);
}

void ars_account_choice_set_bridge(ArsAccountChoice *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_swapped(bridge, "lines-changed", G_CALLBACK(update), self);
    update(self);
}
