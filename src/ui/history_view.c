/* ui: the journal: a list that grows as one scrolls, and a search as one types. */
#include <glib/gi18n.h>

#include "confirm.h"
#include "history_details.h"
#include "history_row.h"
#include "history_view.h"
#include "words.h"

#define PAGE 100

struct _ArsHistoryView {
    AdwBin parent_instance;

    /* template widgets */
    GtkSearchEntry *search;
    GtkWidget *empty;
    GtkWidget *none;
    GtkListView *list;
    GtkScrolledWindow *scroller;
    GtkWidget *delete_all;

    ArsBridge *bridge;
    GListStore *items;
    gsize asked;   /* rows of the query that is under way */
    gboolean more; /* the last page was full */
    gboolean stale;
    gboolean several; /* accounts: each row names its own */
};

enum { DIAL, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsHistoryView, ars_history_view, ADW_TYPE_BIN)

static gsize count(ArsHistoryView *self)
{
    return g_list_model_get_n_items(G_LIST_MODEL(self->items));
}

static void ask(ArsHistoryView *self, gsize offset, gsize limit)
{
    self->asked = MIN(limit, ARS_HISTORY_LIMIT_MAX);
    ars_bridge_journal(self->bridge, gtk_editable_get_text(GTK_EDITABLE(self->search)), offset,
                       self->asked);
}

/* Only while somebody looks: the journal of a busy line changes often. */
static void reload(ArsHistoryView *self)
{
    self->stale = !gtk_widget_get_mapped(GTK_WIDGET(self));
    if (self->bridge && !self->stale)
        ask(self, 0, MAX(count(self), PAGE));
}

static void on_map(ArsHistoryView *self)
{
    if (self->stale)
        reload(self);
}

/* ---- pages come in ---- */

static gboolean same_at(ArsHistoryView *self, gsize i, ArsJournalItem *item)
{
    g_autoptr(ArsJournalItem) mine = g_list_model_get_item(G_LIST_MODEL(self->items), (guint)i);

    return mine && ars_journal_item_equal(mine, item);
}

/* Rows that have not changed stay, so that the list neither jumps nor loses its selection. */
static void replace(ArsHistoryView *self, GPtrArray *page)
{
    gsize old = count(self), head = 0, tail = 0;

    while (head < old && head < page->len && same_at(self, head, page->pdata[head]))
        head++;
    while (tail < old - head && tail < page->len - head &&
           same_at(self, old - 1 - tail, page->pdata[page->len - 1 - tail]))
        tail++;
    g_list_store_splice(self->items, (guint)head, (guint)(old - head - tail),
                        page->len ? page->pdata + head : NULL, (guint)(page->len - head - tail));
}

static void show_state(ArsHistoryView *self)
{
    gboolean searching = gtk_editable_get_text(GTK_EDITABLE(self->search))[0] != '\0';

    gtk_widget_set_visible(GTK_WIDGET(self->scroller), count(self) > 0);
    gtk_widget_set_visible(self->empty, count(self) == 0 && !searching);
    gtk_widget_set_visible(self->none, count(self) == 0 && searching);
    gtk_widget_set_sensitive(self->delete_all, count(self) > 0);
}

static void on_page(ArsHistoryView *self, gulong offset, GPtrArray *page, int err)
{
    if (err)
        return; /* the bridge's "problem" says it */
    if (offset == 0)
        replace(self, page);
    else if (offset == count(self))
        g_list_store_splice(self->items, (guint)offset, 0, page->pdata, page->len);
    self->more = page->len >= self->asked;
    show_state(self);
}

static void on_edge(ArsHistoryView *self, GtkPositionType edge)
{
    if (edge == GTK_POS_BOTTOM && self->more) {
        self->more = FALSE;
        ask(self, count(self), PAGE);
    }
}

static void on_search(ArsHistoryView *self)
{
    if (self->bridge)
        ask(self, 0, PAGE);
}

/* Escape, which the field keeps to itself. */
static void on_stop_search(ArsHistoryView *self)
{
    gtk_widget_activate_action(GTK_WIDGET(self), "win.back", NULL);
}

/* ---- rows ---- */

static void dial(ArsHistoryView *self, ArsJournalItem *item)
{
    const struct ars_history_entry *e = ars_journal_item_get(item);

    g_signal_emit(self, signals[DIAL], 0, e->number, e->account);
}

static void delete_item(ArsHistoryView *self, ArsJournalItem *item)
{
    if (ars_bridge_app(self->bridge))
        (void)ars_app_journal_delete(ars_bridge_app(self->bridge), ars_journal_item_get(item)->id);
}

static void on_row_call_back(ArsHistoryRow *row, ArsHistoryView *self)
{
    if (ars_history_row_get_item(row))
        dial(self, ars_history_row_get_item(row));
}

static void on_setup(ArsHistoryView *self, GtkListItem *li)
{
    GtkWidget *row = g_object_new(ARS_TYPE_HISTORY_ROW, NULL);

    g_signal_connect_object(row, "call-back", G_CALLBACK(on_row_call_back), self, 0);
    gtk_list_item_set_child(li, row);
}

static char *account_words(ArsHistoryView *self, ArsJournalItem *item)
{
    const struct ars_history_entry *e = ars_journal_item_get(item);
    struct ars_app *app = ars_bridge_app(self->bridge);

    return app ? words_which_account(app, e->account, e->incoming) : g_strdup("");
}

static void on_bind(ArsHistoryView *self, GtkListItem *li)
{
    ArsJournalItem *item = gtk_list_item_get_item(li);
    g_autofree char *account = account_words(self, item);

    ars_history_row_set_item(ARS_HISTORY_ROW(gtk_list_item_get_child(li)), item, account);
}

static void on_unbind(ArsHistoryView *self, GtkListItem *li)
{
    ars_history_row_set_item(ARS_HISTORY_ROW(gtk_list_item_get_child(li)), NULL, "");
}

static void on_details_call(ArsHistoryDetails *details, ArsHistoryView *self)
{
    dial(self, ars_history_details_get_item(details));
}

static void on_details_delete(ArsHistoryDetails *details, ArsHistoryView *self)
{
    delete_item(self, ars_history_details_get_item(details));
}

static void on_activate(ArsHistoryView *self, guint i)
{
    g_autoptr(ArsJournalItem) item = g_list_model_get_item(G_LIST_MODEL(self->items), i);
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    g_autofree char *account = NULL;
    ArsHistoryDetails *details;

    if (!item)
        return;
    account = account_words(self, item);
    details = ars_history_details_new(GTK_WINDOW(root), item, account);
    g_signal_connect_object(details, "call-back", G_CALLBACK(on_details_call), self, 0);
    g_signal_connect_object(details, "delete", G_CALLBACK(on_details_delete), self, 0);
    gtk_window_present(GTK_WINDOW(details));
}

static gboolean on_key(ArsHistoryView *self, guint key, guint code, GdkModifierType state)
{
    GtkSelectionModel *model = gtk_list_view_get_model(self->list);
    ArsJournalItem *item = gtk_single_selection_get_selected_item(GTK_SINGLE_SELECTION(model));

    if ((key != GDK_KEY_Delete && key != GDK_KEY_KP_Delete) || !item)
        return FALSE;
    delete_item(self, item);
    return TRUE;
}

static void delete_all(gpointer view)
{
    ArsHistoryView *self = view;

    if (ars_bridge_app(self->bridge))
        (void)ars_app_journal_delete(ars_bridge_app(self->bridge), 0);
}

static void on_delete_all(ArsHistoryView *self)
{
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));

    confirm(GTK_WINDOW(root), _("Delete the whole journal?"),
            _("All calls are forgotten. This cannot be undone."), _("_Delete all"), delete_all,
            self);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsHistoryView *self = ARS_HISTORY_VIEW(object);

    if (self->list)
        gtk_list_view_set_model(self->list, NULL);
    g_clear_object(&self->bridge);
    g_clear_object(&self->items);
    G_OBJECT_CLASS(ars_history_view_parent_class)->dispose(object);
}

static void ars_history_view_class_init(ArsHistoryViewClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[DIAL] = g_signal_new("dial", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/history_view.ui");
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, search);
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, empty);
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, none);
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, list);
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, scroller);
    gtk_widget_class_bind_template_child(widget, ArsHistoryView, delete_all);
    gtk_widget_class_bind_template_callback(widget, on_search);
    gtk_widget_class_bind_template_callback(widget, on_stop_search);
    gtk_widget_class_bind_template_callback(widget, on_edge);
    gtk_widget_class_bind_template_callback(widget, on_activate);
    gtk_widget_class_bind_template_callback(widget, on_key);
    gtk_widget_class_bind_template_callback(widget, on_delete_all);
}

static void ars_history_view_init(ArsHistoryView *self)
{
    g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
    g_autoptr(GtkSingleSelection) selection = NULL;

    gtk_widget_init_template(GTK_WIDGET(self));
    self->stale = TRUE;
    self->items = g_list_store_new(ARS_TYPE_JOURNAL_ITEM);
    selection = gtk_single_selection_new(g_object_ref(G_LIST_MODEL(self->items)));
    gtk_single_selection_set_autoselect(selection, FALSE);
    gtk_single_selection_set_can_unselect(selection, TRUE);
    g_signal_connect_swapped(factory, "setup", G_CALLBACK(on_setup), self);
    g_signal_connect_swapped(factory, "bind", G_CALLBACK(on_bind), self);
    g_signal_connect_swapped(factory, "unbind", G_CALLBACK(on_unbind), self);
    gtk_list_view_set_factory(self->list, factory);
    gtk_list_view_set_model(self->list, GTK_SELECTION_MODEL(selection));
    g_signal_connect(self, "map", G_CALLBACK(on_map), NULL);
    show_state(self);
}

/* The rows are made anew: with the names of their accounts, or without. */
static void on_lines_changed(ArsHistoryView *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    gboolean several = app && ars_app_lines_on(app) > 1;

    if (several == self->several)
        return;
    self->several = several;
    g_list_store_remove_all(self->items);
    reload(self);
}

void ars_history_view_set_bridge(ArsHistoryView *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_object(bridge, "journal-changed", G_CALLBACK(reload), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "journal-page", G_CALLBACK(on_page), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "lines-changed", G_CALLBACK(on_lines_changed), self,
                            G_CONNECT_SWAPPED);
    reload(self);
}

void ars_history_view_focus_search(ArsHistoryView *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

gboolean ars_history_view_clear_search(ArsHistoryView *self)
{
    if (gtk_editable_get_text(GTK_EDITABLE(self->search))[0] == '\0')
        return FALSE;
    gtk_editable_set_text(GTK_EDITABLE(self->search), "");
    return TRUE;
}

gboolean ars_history_view_forward_key(ArsHistoryView *self, GtkEventControllerKey *controller)
{
    GtkEditable *text = gtk_editable_get_delegate(GTK_EDITABLE(self->search));

    if (!gtk_event_controller_key_forward(controller, GTK_WIDGET(text)))
        return FALSE;
    gtk_widget_grab_focus(GTK_WIDGET(self->search));
    gtk_editable_set_position(GTK_EDITABLE(self->search), -1);
    return TRUE;
}
