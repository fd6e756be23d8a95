/* ui: the accounts of the settings. */
#include <glib/gi18n.h>

#include <ars/str.h>

#include "account_list.h"
#include "confirm.h"
#include "words.h"

struct row {
    char *id;
    AdwActionRow *row;
    GtkCheckButton *dials;
    GtkSwitch *on;
    GtkImage *dot;
};

struct _ArsAccountList {
    AdwPreferencesGroup parent_instance;

    ArsBridge *bridge;
    GPtrArray *rows; /* of struct row */
    char *selected;
    char *leaving;    /* id of what is asked about */
    gboolean setting; /* what changes is ours */
};

enum { SELECTED, SIGNALS };

static guint signals[SIGNALS];

static void update(ArsAccountList *self);

G_DEFINE_FINAL_TYPE(ArsAccountList, ars_account_list, ADW_TYPE_PREFERENCES_GROUP)

static void row_free(gpointer data)
{
    struct row *r = data;

    g_free(r->id);
    g_free(r);
}

static struct ars_app *app_of(ArsAccountList *self)
{
    return self->bridge ? ars_bridge_app(self->bridge) : NULL;
}

static struct row *row_of(ArsAccountList *self, gpointer widget)
{
    for (guint i = 0; i < self->rows->len; i++) {
        struct row *r = g_ptr_array_index(self->rows, i);

        if (widget == r->row || widget == r->dials || widget == r->on)
            return r;
    }
    return NULL;
}

static const char *const dot_classes[] = {
    [WORDS_DOT_OFF] = "dot-off",       [WORDS_DOT_BUSY] = "dot-busy",
    [WORDS_DOT_READY] = "dot-ready",   [WORDS_DOT_WAITING] = "dot-waiting",
    [WORDS_DOT_FAILED] = "dot-failed",
};

/* ---- the user ---- */

static void on_activated(ArsAccountList *self, gpointer widget)
{
    g_signal_emit(self, signals[SELECTED], 0, row_of(self, widget)->id);
}

static void on_dials(ArsAccountList *self, GParamSpec *pspec, gpointer widget)
{
    if (!self->setting && gtk_check_button_get_active(widget))
        (void)ars_app_set_default(app_of(self), row_of(self, widget)->id);
}

static void switch_off(gpointer list)
{
    ArsAccountList *self = list;

    if (app_of(self) && self->leaving)
        (void)ars_app_enable_account(app_of(self), self->leaving, false);
}

static void on_switched(ArsAccountList *self, GParamSpec *pspec, gpointer widget)
{
    const char *id = row_of(self, widget)->id;
    gboolean on = gtk_switch_get_active(widget);

    if (self->setting)
        return;
    if (on || !ars_bridge_calls_of(self->bridge, id)) {
        (void)ars_app_enable_account(app_of(self), id, on);
        return;
    }
    g_free(self->leaving);
    self->leaving = g_strdup(id);
    update(self); /* as it is until it is decided */
    confirm(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))), _("Switch off during a call?"),
            _("The calls of this account end."), _("_Hang up and switch off"), switch_off, self);
}

/* ---- rows ---- */

static void add_row(ArsAccountList *self, const struct ars_stored_account *a)
{
    struct row *r = g_new0(struct row, 1);
    struct row *first = self->rows->len ? g_ptr_array_index(self->rows, 0) : NULL;

    r->id = g_strdup(a->id);
    r->row = ADW_ACTION_ROW(adw_action_row_new());
    r->dials = GTK_CHECK_BUTTON(gtk_check_button_new());
    r->on = GTK_SWITCH(gtk_switch_new());
    r->dot = GTK_IMAGE(gtk_image_new());
    gtk_check_button_set_group(r->dials, first ? first->dials : NULL);
    gtk_widget_set_tooltip_text(GTK_WIDGET(r->dials), _("Dial with this account"));
    gtk_widget_set_tooltip_text(GTK_WIDGET(r->on), _("Connect this account"));
    gtk_widget_set_valign(GTK_WIDGET(r->on), GTK_ALIGN_CENTER);
    gtk_accessible_update_property(GTK_ACCESSIBLE(r->dot), GTK_ACCESSIBLE_PROPERTY_LABEL, "", -1);
    adw_action_row_add_prefix(r->row, GTK_WIDGET(r->dot));
    adw_action_row_add_prefix(r->row, GTK_WIDGET(r->dials));
    adw_action_row_add_suffix(r->row, GTK_WIDGET(r->on));
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(r->row), TRUE);
    g_ptr_array_add(self->rows, r);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(self), GTK_WIDGET(r->row));
    g_signal_connect_object(r->row, "activated", G_CALLBACK(on_activated), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(r->dials, "notify::active", G_CALLBACK(on_dials), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(r->on, "notify::active", G_CALLBACK(on_switched), self,
                            G_CONNECT_SWAPPED);
}

static void name_control(gpointer control, const char *what, const char *name)
{
    g_autofree char *label = g_strdup_printf("%s: %s", what, name);

    gtk_accessible_update_property(GTK_ACCESSIBLE(control), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                   -1);
}

static void update_row(ArsAccountList *self, struct row *r, const struct ars_stored_account *a)
{
    const struct ars_app_line *line = ars_app_find_line(app_of(self), a->id);
    g_autofree char *name = words_account(a->login, a->server);
    g_autofree char *safe = g_markup_escape_text(name, -1);
    g_autofree char *state = line ? words_line_still(line) : g_strdup("");
    g_autofree char *safe_state = g_markup_escape_text(state, -1);

    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(r->row), safe);
    adw_action_row_set_subtitle(r->row, safe_state);
    gtk_image_set_from_icon_name(r->dot, ars_account_item_dot(line));
    for (guint i = 0; i < G_N_ELEMENTS(dot_classes); i++)
        gtk_widget_remove_css_class(GTK_WIDGET(r->dot), dot_classes[i]);
    if (line)
        gtk_widget_add_css_class(GTK_WIDGET(r->dot), dot_classes[words_line_dot(line)]);
    gtk_check_button_set_active(r->dials, ars_app_account(app_of(self)) == a);
    gtk_switch_set_active(r->on, !a->disabled);
    gtk_widget_set_sensitive(GTK_WIDGET(r->dials), !a->disabled);
    name_control(r->dials, _("Dial with this account"), name);
    name_control(r->on, _("Connect this account"), name);
    if (ars_streq(self->selected, r->id))
        gtk_widget_add_css_class(GTK_WIDGET(r->row), "chosen");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(r->row), "chosen");
}

static gboolean fits(ArsAccountList *self, const struct ars_settings *s)
{
    for (guint i = 0; i < self->rows->len && i < s->account_count; i++) {
        const struct row *r = g_ptr_array_index(self->rows, i);

        if (!ars_streq(r->id, s->accounts[i].id))
            return FALSE;
    }
    return self->rows->len == s->account_count;
}

static void update(ArsAccountList *self)
{
    const struct ars_settings *s = app_of(self) ? ars_app_settings(app_of(self)) : NULL;

    if (!s)
        return;
    self->setting = TRUE;
    if (!fits(self, s)) {
        for (guint i = 0; i < self->rows->len; i++) {
            struct row *r = g_ptr_array_index(self->rows, i);

            adw_preferences_group_remove(ADW_PREFERENCES_GROUP(self), GTK_WIDGET(r->row));
        }
        g_ptr_array_set_size(self->rows, 0);
        for (size_t i = 0; i < s->account_count; i++)
            add_row(self, &s->accounts[i]);
    }
    for (size_t i = 0; i < s->account_count; i++)
        update_row(self, g_ptr_array_index(self->rows, (guint)i), &s->accounts[i]);
    gtk_widget_set_visible(GTK_WIDGET(self), s->account_count > 1);
    self->setting = FALSE;
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsAccountList *self = ARS_ACCOUNT_LIST(object);

    if (self->bridge)
        g_signal_handlers_disconnect_by_data(self->bridge, self);
    g_clear_object(&self->bridge);
    g_clear_pointer(&self->rows, g_ptr_array_unref);
    g_clear_pointer(&self->selected, g_free);
    g_clear_pointer(&self->leaving, g_free);
    G_OBJECT_CLASS(ars_account_list_parent_class)->dispose(object);
}

static void ars_account_list_class_init(ArsAccountListClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SELECTED] = g_signal_new("selected", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void ars_account_list_init(ArsAccountList *self)
{
    self->rows = g_ptr_array_new_with_free_func(row_free);
    adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(self), _("Accounts"));
    adw_preferences_group_set_description(ADW_PREFERENCES_GROUP(self),
                                          _("The marked one dials. Choose one to see its fields."));
}

void ars_account_list_set_bridge(ArsAccountList *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_swapped(bridge, "lines-changed", G_CALLBACK(update), self);
    update(self);
}

void ars_account_list_select(ArsAccountList *self, const char *id)
{
    char *copy = g_strdup(id);

    g_free(self->selected);
    self->selected = copy;
    update(self);
}
