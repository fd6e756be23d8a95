/* ui: the watched lines. */
#include <errno.h>

#include <glib/gi18n.h>

#include <ars/app_watched.h>
#include <ars/str.h>

#include "watched_row.h"
#include "watched_view.h"
#include "words.h"

struct _ArsWatchedView {
    AdwBin parent_instance;

    /* template widgets */
    GtkWidget *empty;
    GtkBox *groups; /* of each account: a title, and a list of rows */
    GtkToggleButton *edit;
    GtkWidget *form;
    AdwComboRow *account;
    GtkEditable *number;
    GtkEditable *name;
    GtkSwitch *parking;
    GtkWidget *add;
    GtkLabel *problem;

    ArsBridge *bridge;
    GPtrArray *ids; /* of the accounts to choose from */
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

/* Of the form; without several, the one that dials. */
static const char *chosen_account(ArsWatchedView *self)
{
    guint i = adw_combo_row_get_selected(self->account);

    return i < self->ids->len ? g_ptr_array_index(self->ids, i)
                              : ars_app_get_line(app_of(self))->account_id;
}

static void on_add(ArsWatchedView *self)
{
    g_autofree char *number = g_strstrip(g_strdup(gtk_editable_get_text(self->number)));
    g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(self->name)));
    g_autofree struct ars_stored_line *list = NULL;
    g_autofree char *account = NULL;
    gsize n;

    if (!app_of(self) || !number[0])
        return;
    account = g_strdup(chosen_account(self));
    list = lines_of(app_of(self), &n);
    list[n] = (struct ars_stored_line){.account = account[0] ? account : NULL,
                                       .number = number,
                                       .name = name,
                                       .parking = gtk_switch_get_active(self->parking)};
    if (!set_lines(self, list, n + 1))
        return;
    gtk_editable_set_text(self->number, "");
    gtk_editable_set_text(self->name, "");
    gtk_switch_set_active(self->parking, FALSE);
}

/* Past the next one of the same account. */
static void on_move(ArsWatchedRow *row, int by, ArsWatchedView *self)
{
    GtkListBox *rows = GTK_LIST_BOX(gtk_widget_get_parent(GTK_WIDGET(row)));
    int i = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row)) + by;
    GtkListBoxRow *other = i < 0 ? NULL : gtk_list_box_get_row_at_index(rows, i);
    g_autofree struct ars_stored_line *list = NULL;
    struct ars_stored_line moved;
    gsize from, to, n;

    if (!other)
        return;
    from = ars_watched_row_place(row);
    to = ars_watched_row_place(ARS_WATCHED_ROW(other));
    list = lines_of(app_of(self), &n);
    moved = list[from];
    list[from] = list[to];
    list[to] = moved;
    (void)set_lines(self, list, n);
}

static void on_remove(ArsWatchedRow *row, ArsWatchedView *self)
{
    g_autofree struct ars_stored_line *list = NULL;
    gsize n;

    list = lines_of(app_of(self), &n);
    for (gsize i = ars_watched_row_place(row); i + 1 < n; i++)
        list[i] = list[i + 1];
    (void)set_lines(self, list, n - 1);
}

static void on_dial(ArsWatchedRow *row, ArsWatchedView *self)
{
    g_signal_emit(self, signals[DIAL], 0, ars_watched_row_number(row),
                  ars_watched_row_account(row));
}

static void on_pick_up(ArsWatchedRow *row, ArsWatchedView *self)
{
    ars_bridge_pick_up(self->bridge, ars_watched_row_account(row), ars_watched_row_number(row));
}

/* ---- what is shown ---- */

static GtkWidget *new_row(ArsWatchedView *self, const struct ars_app_watched *w)
{
    GtkWidget *row = ars_watched_row_new(w->account_id, w->number);

    g_signal_connect(row, "dial", G_CALLBACK(on_dial), self);
    g_signal_connect(row, "pick-up", G_CALLBACK(on_pick_up), self);
    g_signal_connect(row, "move", G_CALLBACK(on_move), self);
    g_signal_connect(row, "remove", G_CALLBACK(on_remove), self);
    return row;
}

/* The lines of one account; how many. A row is of the same one as long as that stays in place. */
static int update_rows(ArsWatchedView *self, GtkListBox *rows, const char *account_id)
{
    struct ars_app *app = app_of(self);
    gboolean editing = gtk_toggle_button_get_active(self->edit);
    GtkListBoxRow *row;
    int n = 0;

    for (gsize i = 0; i < ars_app_watched_count(app); i++) {
        struct ars_app_watched w = ars_app_watched_at(app, i);

        if (!ars_streq(w.account_id, account_id))
            continue;
        row = gtk_list_box_get_row_at_index(rows, n);
        if (row && !ars_watched_row_is(ARS_WATCHED_ROW(row), &w)) {
            gtk_list_box_remove(rows, GTK_WIDGET(row));
            row = NULL;
        }
        if (!row)
            gtk_list_box_insert(rows, new_row(self, &w), n);
        row = gtk_list_box_get_row_at_index(rows, n++);
        ars_watched_row_update(ARS_WATCHED_ROW(row), &w, i, editing);
    }
    while ((row = gtk_list_box_get_row_at_index(rows, n)))
        gtk_list_box_remove(rows, GTK_WIDGET(row));
    return n;
}

static GtkWidget *new_group(ArsWatchedView *self)
{
    GtkWidget *group = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *title = gtk_label_new("");
    GtkWidget *rows = gtk_list_box_new();

    gtk_label_set_xalign(GTK_LABEL(title), 0);
    gtk_label_set_wrap(GTK_LABEL(title), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(title), PANGO_WRAP_WORD_CHAR);
    gtk_widget_add_css_class(title, "heading");
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(rows), GTK_SELECTION_NONE);
    gtk_widget_add_css_class(rows, "boxed-list");
    gtk_box_append(GTK_BOX(group), title);
    gtk_box_append(GTK_BOX(group), rows);
    gtk_box_append(self->groups, group);
    return group;
}

/* Without any account, too, there can be lines. */
static const struct ars_app_line *line_at(struct ars_app *app, size_t i)
{
    const struct ars_app_line *line = ars_app_line_at(app, i);

    return line || i > 0 ? line : ars_app_get_line(app);
}

/* How many lines it shows; an account's that is switched off only to be edited. */
static int update_group(ArsWatchedView *self, GtkWidget *group, size_t i, gboolean editing)
{
    const struct ars_app_line *line = line_at(app_of(self), i);
    GtkWidget *title = gtk_widget_get_first_child(group);
    GtkWidget *rows = gtk_widget_get_last_child(group);
    g_autofree char *account = words_account(line->login, line->server);
    gboolean several =
        editing ? line_at(app_of(self), 1) != NULL : ars_app_lines_on(app_of(self)) > 1;
    int n = 0;

    if (editing || ars_app_line_counts(app_of(self), i))
        n = update_rows(self, GTK_LIST_BOX(rows), line->account_id);
    gtk_label_set_text(GTK_LABEL(title), account);
    gtk_widget_set_visible(title, several);
    gtk_accessible_update_property(GTK_ACCESSIBLE(rows), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   several ? account : _("Lines"), -1);
    gtk_widget_set_visible(group, n > 0);
    return n;
}

/* The account of a new line, where there is a choice; as long as that is the same it stays. */
static void update_choice(ArsWatchedView *self, struct ars_app *app)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    GListModel *old = adw_combo_row_get_model(self->account);
    const struct ars_app_line *line;
    gboolean same = TRUE;
    guint main = 0;

    for (size_t i = 0; (line = ars_app_line_at(app, i)); i++) {
        g_autofree char *name = words_account(line->login, line->server);

        if (line->disabled)
            continue;
        if (line == ars_app_get_line(app))
            main = ids->len;
        same = same && ids->len < self->ids->len &&
               ars_streq(line->account_id, g_ptr_array_index(self->ids, ids->len)) &&
               ars_streq(name, gtk_string_list_get_string(GTK_STRING_LIST(old), ids->len));
        g_ptr_array_add(ids, g_strdup(line->account_id));
        gtk_string_list_append(names, name);
    }
    gtk_widget_set_visible(GTK_WIDGET(self->account), ids->len > 1);
    if (same && ids->len == self->ids->len)
        return;
    adw_combo_row_set_model(self->account, G_LIST_MODEL(names));
    adw_combo_row_set_selected(self->account, main);
    g_ptr_array_unref(self->ids);
    self->ids = g_steal_pointer(&ids);
}

static void update(ArsWatchedView *self)
{
    struct ars_app *app = app_of(self);
    gboolean editing = gtk_toggle_button_get_active(self->edit);
    GtkWidget *group = gtk_widget_get_first_child(GTK_WIDGET(self->groups));
    int n = 0;

    for (size_t i = 0; app && line_at(app, i); i++) {
        if (!group)
            group = new_group(self);
        n += update_group(self, group, i, editing);
        group = gtk_widget_get_next_sibling(group);
    }
    while (group) {
        GtkWidget *next = gtk_widget_get_next_sibling(group);

        gtk_box_remove(self->groups, group);
        group = next;
    }
    if (app)
        update_choice(self, app);
    gtk_widget_set_visible(GTK_WIDGET(self->groups), n > 0);
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
    g_clear_pointer(&ARS_WATCHED_VIEW(object)->ids, g_ptr_array_unref);
    g_clear_object(&ARS_WATCHED_VIEW(object)->bridge);
    G_OBJECT_CLASS(ars_watched_view_parent_class)->dispose(object);
}

static void ars_watched_view_class_init(ArsWatchedViewClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[DIAL] = g_signal_new("dial", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/watched_view.ui");
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, empty);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, groups);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, edit);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, form);
    gtk_widget_class_bind_template_child(widget, ArsWatchedView, account);
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
    self->ids = g_ptr_array_new_with_free_func(g_free);
    gtk_widget_init_template(GTK_WIDGET(self));
    on_typed(self);
    update(self);
}

void ars_watched_view_set_bridge(ArsWatchedView *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_object(bridge, "watched-changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "lines-changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    update(self);
}
