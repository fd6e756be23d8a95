/* ui: the watched lines. */
#include <errno.h>

#include <glib/gi18n.h>

#include <ars/app_watched.h>

#include "watched_row.h"
#include "watched_view.h"

struct _ArsWatchedView {
    AdwBin parent_instance;

    /* template widgets */
    GtkWidget *empty;
    GtkListBox *list;
    GtkToggleButton *edit;
    GtkWidget *form;
    GtkEditable *number;
    GtkEditable *name;
    GtkSwitch *parking;
    GtkWidget *add;
    GtkLabel *problem;

    ArsBridge *bridge;
};

enum { DIAL, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsWatchedView, ars_watched_view, ADW_TYPE_BIN)

static struct ars_app *app_of(ArsWatchedView *self)
{
    return self->bridge ? ars_bridge_app(self->bridge) : NULL;
}

/* ---- the list as it shall be ---- */

/* The stored lines with room for one more; texts are borrowed. */
static struct ars_stored_line *lines_of(struct ars_app *app, gsize *ret_n)
{
    const struct ars_settings *s = ars_app_settings(app);
    struct ars_stored_line *list = g_new0(struct ars_stored_line, s->line_count + 1);

    for (gsize i = 0; i < s->line_count; i++)
        list[i] = s->lines[i];
    *ret_n = s->line_count;
    return list;
}

/* Whether it is stored; if not, the words below the fields say why. */
static gboolean set_lines(ArsWatchedView *self, const struct ars_stored_line *list, gsize n)
{
    int err = ars_app_set_watched(app_of(self), list, n);
    const char *words = err == EINVAL   ? _("This number is in the list already.")
                        : err == ENOSPC ? _("There are too many lines.")
                        : err           ? _("The line was not stored.")
                                        : "";

    gtk_label_set_text(self->problem, words);
    gtk_widget_set_visible(GTK_WIDGET(self->problem), err != 0);
    return err == 0;
}

static void on_add(ArsWatchedView *self)
{
    g_autofree char *number = g_strstrip(g_strdup(gtk_editable_get_text(self->number)));
    g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(self->name)));
    g_autofree struct ars_stored_line *list = NULL;
    gsize n;

    if (!app_of(self) || !number[0])
        return;
    list = lines_of(app_of(self), &n);
    list[n] = (struct ars_stored_line){
        .number = number, .name = name, .parking = gtk_switch_get_active(self->parking)};
    if (!set_lines(self, list, n + 1))
        return;
    gtk_editable_set_text(self->number, "");
    gtk_editable_set_text(self->name, "");
    gtk_switch_set_active(self->parking, FALSE);
}

static void on_move(ArsWatchedRow *row, int by, ArsWatchedView *self)
{
    int i = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));
    g_autofree struct ars_stored_line *list = NULL;
    struct ars_stored_line moved;
    gsize n;

    list = lines_of(app_of(self), &n);
    if (i + by < 0 || i + by >= (int)n)
        return;
    moved = list[i];
    list[i] = list[i + by];
    list[i + by] = moved;
    (void)set_lines(self, list, n);
}

static void on_remove(ArsWatchedRow *row, ArsWatchedView *self)
{
    int at = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));
    g_autofree struct ars_stored_line *list = NULL;
    gsize n;

    list = lines_of(app_of(self), &n);
    for (gsize i = (gsize)at; i + 1 < n; i++)
        list[i] = list[i + 1];
    (void)set_lines(self, list, n - 1);
}

static void on_dial(ArsWatchedRow *row, ArsWatchedView *self)
{
    g_signal_emit(self, signals[DIAL], 0, ars_watched_row_number(row));
}

static void on_pick_up(ArsWatchedRow *row, ArsWatchedView *self)
{
    ars_bridge_pick_up(self->bridge, ars_watched_row_number(row));
}

/* ---- what is shown ---- */

static GtkWidget *add_row(ArsWatchedView *self, const char *number)
{
    GtkWidget *row = ars_watched_row_new(number);

    g_signal_connect(row, "dial", G_CALLBACK(on_dial), self);
    g_signal_connect(row, "pick-up", G_CALLBACK(on_pick_up), self);
    g_signal_connect(row, "move", G_CALLBACK(on_move), self);
    g_signal_connect(row, "remove", G_CALLBACK(on_remove), self);
    return row;
}

/* A row is of the same line as long as that stays in its place. */
static void update(ArsWatchedView *self)
{
    struct ars_app *app = app_of(self);
    gsize n = app ? ars_app_watched_count(app) : 0;
    gboolean editing = gtk_toggle_button_get_active(self->edit);
    GtkListBoxRow *row;

    for (gsize i = 0; i < n; i++) {
        struct ars_app_watched w = ars_app_watched_at(app, i);

        row = gtk_list_box_get_row_at_index(self->list, (int)i);
        if (row && g_strcmp0(ars_watched_row_number(ARS_WATCHED_ROW(row)), w.number) != 0) {
            gtk_list_box_remove(self->list, GTK_WIDGET(row));
            row = NULL;
        }
        if (!row)
            gtk_list_box_insert(self->list, add_row(self, w.number), (int)i);
        row = gtk_list_box_get_row_at_index(self->list, (int)i);
        ars_watched_row_update(ARS_WATCHED_ROW(row), &w, editing);
    }
    while ((row = gtk_list_box_get_row_at_index(self->list, (int)n)))
        gtk_list_box_remove(self->list, GTK_WIDGET(row));
    gtk_widget_set_visible(GTK_WIDGET(self->list), n > 0);
    gtk_widget_set_visible(self->empty, n == 0 && !editing);
    gtk_widget_set_visible(self->form, editing);
}

static void on_typed(ArsWatchedView *self)
{
    gtk_widget_set_sensitive(self->add, gtk_editable_get_text(self->number)[0] != '\0');
    gtk_widget_set_visible(GTK_WIDGET(self->problem), FALSE);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    g_clear_object(&ARS_WATCHED_VIEW(object)->bridge);
    G_OBJECT_CLASS(ars_watched_view_parent_class)->dispose(object);
}

static void ars_watched_view_class_init(ArsWatchedViewClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[DIAL] = g_signal_new("dial", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/watched_view.ui");
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, empty);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, list);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, edit);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, form);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, number);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, name);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, parking);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, add);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, problem);
    gtk_widget_class_bind_template_callback(widget, on_add);
    gtk_widget_class_bind_template_callback(widget, on_typed);
    gtk_widget_class_bind_template_callback(widget, update);
}

static void ars_watched_view_init(ArsWatchedView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    on_typed(self);
    update(self);
}

void ars_watched_view_set_bridge(ArsWatchedView *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_object(bridge, "watched-changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    update(self);
}
