/* ui: a watched line. */
#include <glib/gi18n.h>

#include <ars/str.h>

#include "watched_row.h"
#include "words.h"

struct _ArsWatchedRow {
    AdwActionRow parent_instance;

    GtkWidget *icon;
    GtkWidget *pick_up;
    GtkWidget *call;
    GtkWidget *up;
    GtkWidget *down;
    GtkWidget *remove;
    char *account_id;
    char *number;
    gsize place;
};

enum { DIAL, PICK_UP, MOVE, REMOVE, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsWatchedRow, ars_watched_row, ADW_TYPE_ACTION_ROW)

static void on_call(ArsWatchedRow *self)
{
    g_signal_emit(self, signals[DIAL], 0);
}

static void on_pick_up(ArsWatchedRow *self)
{
    g_signal_emit(self, signals[PICK_UP], 0);
}

static void on_up(ArsWatchedRow *self)
{
    g_signal_emit(self, signals[MOVE], 0, -1);
}

static void on_down(ArsWatchedRow *self)
{
    g_signal_emit(self, signals[MOVE], 0, 1);
}

static void on_remove(ArsWatchedRow *self)
{
    g_signal_emit(self, signals[REMOVE], 0);
}

static GtkWidget *add_button(ArsWatchedRow *self, const char *icon, GCallback clicked)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);

    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_add_css_class(button, "circular");
    gtk_widget_add_css_class(button, "target");
    g_signal_connect_swapped(button, "clicked", clicked, self);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self), button);
    return button;
}

static void name_button(GtkWidget *button, const char *tooltip, const char *who)
{
    g_autofree char *label = g_strdup_printf("%s: %s", tooltip, who);

    gtk_widget_set_tooltip_text(button, tooltip);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                   -1);
}

static void finalize(GObject *object)
{
    g_free(ARS_WATCHED_ROW(object)->account_id);
    g_free(ARS_WATCHED_ROW(object)->number);
    G_OBJECT_CLASS(ars_watched_row_parent_class)->finalize(object);
}

static void ars_watched_row_class_init(ArsWatchedRowClass *klass)
{
    const GType type = G_TYPE_FROM_CLASS(klass);
    const GSignalFlags last = G_SIGNAL_RUN_LAST;

    G_OBJECT_CLASS(klass)->finalize = finalize;
    signals[DIAL] = g_signal_new("dial", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[PICK_UP] = g_signal_new("pick-up", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[MOVE] =
        g_signal_new("move", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
    signals[REMOVE] = g_signal_new("remove", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void ars_watched_row_init(ArsWatchedRow *self)
{
    self->icon = gtk_image_new();
    adw_action_row_add_prefix(ADW_ACTION_ROW(self), self->icon);
    self->pick_up = gtk_button_new_with_label(_("Pick up"));
    gtk_widget_set_valign(self->pick_up, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(self->pick_up, "suggested-action");
    g_signal_connect_swapped(self->pick_up, "clicked", G_CALLBACK(on_pick_up), self);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self), self->pick_up);
    self->call = add_button(self, "ars-call-start-symbolic", G_CALLBACK(on_call));
    self->up = add_button(self, "go-up-symbolic", G_CALLBACK(on_up));
    self->down = add_button(self, "go-down-symbolic", G_CALLBACK(on_down));
    self->remove = add_button(self, "ars-delete-symbolic", G_CALLBACK(on_remove));
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(self), self->call);
    /* its own name says who, and would be followed by the row's */
    gtk_accessible_reset_relation(GTK_ACCESSIBLE(self->call), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

GtkWidget *ars_watched_row_new(const char *account_id, const char *number)
{
    ArsWatchedRow *self = g_object_new(ARS_TYPE_WATCHED_ROW, NULL);

    self->account_id = g_strdup(account_id);
    self->number = g_strdup(number);
    return GTK_WIDGET(self);
}

const char *ars_watched_row_account(ArsWatchedRow *self)
{
    return self->account_id;
}

gboolean ars_watched_row_is(ArsWatchedRow *self, const struct ars_app_watched *w)
{
    return ars_streq(self->account_id, w->account_id) && ars_streq(self->number, w->number);
}

gsize ars_watched_row_place(ArsWatchedRow *self)
{
    return self->place;
}

const char *ars_watched_row_number(ArsWatchedRow *self)
{
    return self->number;
}

/* Shape and colour both say it, and the words do. */
static void show_state(ArsWatchedRow *self, enum ars_watch_state state)
{
    static const struct {
        const char *icon;
        const char *css;
    } all[ARS_WATCH_STATES] = {
        [ARS_WATCH_UNKNOWN] = {"ars-line-off-symbolic", "dot-off"},
        [ARS_WATCH_CLOSED] = {"ars-line-off-symbolic", "dot-off"},
        [ARS_WATCH_IDLE] = {"ars-line-ready-symbolic", "dot-ready"},
        [ARS_WATCH_BUSY] = {"ars-line-busy-symbolic", "dot-failed"},
        [ARS_WATCH_RINGING] = {"ars-call-in-symbolic", "dot-busy"},
    };

    gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), all[state].icon);
    for (guint i = 0; i < ARS_WATCH_STATES; i++)
        gtk_widget_remove_css_class(self->icon, all[i].css);
    gtk_widget_add_css_class(self->icon, all[state].css);
}

void ars_watched_row_update(ArsWatchedRow *self, const struct ars_app_watched *w, gsize place,
                            gboolean editing)
{
    const char *who = w->name[0] ? w->name : w->number;
    gboolean waits = w->parking && w->state == ARS_WATCH_BUSY;
    g_autofree char *words = words_watched(w);

    self->place = place;
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self), who);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), words);
    show_state(self, w->state);
    gtk_widget_set_visible(self->pick_up, w->can_pick_up && !editing);
    gtk_widget_set_visible(self->call, !editing && !w->can_pick_up);
    gtk_widget_set_visible(self->up, editing);
    gtk_widget_set_visible(self->down, editing);
    gtk_widget_set_visible(self->remove, editing);
    name_button(self->pick_up, _("Pick up"), who);
    name_button(self->call, waits ? _("Take back the call") : _("Call"), who);
    name_button(self->up, _("Move up"), who);
    name_button(self->down, _("Move down"), who);
    name_button(self->remove, _("Remove"), who);
}
