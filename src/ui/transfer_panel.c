/* ui: where a call is handed on. */
#include <glib/gi18n.h>

#include "conference.h"
#include "number_entry.h"
#include "transfer_panel.h"

struct _ArsTransferPanel {
    AdwBin parent_instance;

    /* template widgets */
    ArsNumberEntry *number;
    GtkWidget *to_number;
    GtkWidget *ask;
    GtkWidget *transfer;
    GtkBox *others;

    ArsBridge *bridge;
    ArsCallItem *item; /* NULL: closed */
    guint origin;
    char *offered; /* the others that there are buttons for */
};

enum { DONE, ASK, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsTransferPanel, ars_transfer_panel, ADW_TYPE_BIN)

static void on_changed(ArsTransferPanel *self)
{
    gboolean any = ars_number_entry_get_number(self->number)[0] != '\0';

    gtk_widget_set_sensitive(self->ask, any);
    gtk_widget_set_sensitive(self->transfer, any);
}

static void done(ArsTransferPanel *self)
{
    g_signal_emit(self, signals[DONE], 0);
}

static void on_transfer(ArsTransferPanel *self)
{
    const char *number = ars_number_entry_get_number(self->number);

    if (!self->item || !number[0])
        return;
    ars_bridge_command(self->bridge, ARS_CMD_TRANSFER, ars_call_item_get(self->item)->id, 0,
                       number);
    done(self);
}

static void on_ask(ArsTransferPanel *self)
{
    g_autofree char *number = g_strdup(ars_number_entry_get_number(self->number));

    if (self->item && number[0])
        g_signal_emit(self, signals[ASK], 0, number);
}

static gboolean rings_there(ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    return !call->incoming && call->state < ARS_CALL_INCOMING;
}

/* The older of the two is asked to take the other one's far end; one that rings cannot be asked. */
static void on_connect(GtkButton *button, ArsTransferPanel *self)
{
    guint other = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "call"));
    guint mine = ars_call_item_get(self->item)->id;
    ArsCallItem *item = ars_bridge_find_call(self->bridge, other);
    gboolean mine_is_asked =
        (item && rings_there(item)) || (mine < other && !rings_there(self->item));

    ars_bridge_command(self->bridge, ARS_CMD_CONNECT, mine_is_asked ? mine : other,
                       (int)(mine_is_asked ? other : mine), NULL);
    done(self);
}

/* ---- the other calls ---- */

static GtkWidget *connect_button(ArsTransferPanel *self, ArsCallItem *other)
{
    guint id = ars_call_item_get(other)->id;
    /* Translators: the two far ends talk to each other, and we leave */
    g_autofree char *words = g_strdup_printf(_("Connect with %s"), ars_call_item_title(other));
    GtkWidget *button = gtk_button_new_with_label(words);
    GtkWidget *label = gtk_button_get_child(GTK_BUTTON(button));

    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
    gtk_label_set_lines(GTK_LABEL(label), 3);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                   -1);
    gtk_widget_set_tooltip_text(button, _("They talk to each other, and you leave both calls"));
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_widget_add_css_class(button, "pill");
    if (id == self->origin)
        gtk_widget_add_css_class(button, "suggested-action");
    g_object_set_data(G_OBJECT(button), "call", GUINT_TO_POINTER(id));
    g_signal_connect(button, "clicked", G_CALLBACK(on_connect), self);
    return button;
}

static const char *server_of(ArsTransferPanel *self, ArsCallItem *item)
{
    const char *account = ars_call_item_get(item)->account_id;
    const struct ars_app_line *line = ars_app_find_line(ars_bridge_app(self->bridge), account);

    return line ? line->server : "";
}

/* One of them at least has been answered; the number of one that rings is its own server's. */
static gboolean fits(ArsTransferPanel *self, ArsCallItem *item, ArsCallItem *other)
{
    gboolean is_free = conference_is_free(item);
    gboolean other_is_free = conference_is_free(other);

    if (other == item || ars_call_item_get(item)->merged || ars_call_item_get(other)->merged)
        return FALSE;
    if (is_free && other_is_free)
        return TRUE;
    return ((is_free && rings_there(other)) || (other_is_free && rings_there(item))) &&
           g_ascii_strcasecmp(server_of(self, item), server_of(self, other)) == 0;
}

gboolean ars_transfer_panel_is_for(ArsTransferPanel *self, ArsCallItem *item)
{
    GListModel *calls = ars_bridge_calls(self->bridge);

    if (conference_is_free(item))
        return TRUE;
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) other = g_list_model_get_item(calls, i);

        if (fits(self, item, other))
            return TRUE;
    }
    return FALSE;
}

static void offer(ArsTransferPanel *self, GPtrArray *calls)
{
    GtkWidget *old;

    while ((old = gtk_widget_get_first_child(GTK_WIDGET(self->others))))
        gtk_box_remove(self->others, old);
    for (guint i = 0; i < calls->len; i++)
        gtk_box_append(self->others, connect_button(self, calls->pdata[i]));
    gtk_widget_set_visible(GTK_WIDGET(self->others), calls->len > 0);
}

/* The buttons stay as long as they are right: one of them may have the focus. */
void ars_transfer_panel_update(ArsTransferPanel *self)
{
    g_autoptr(GPtrArray) fitting = g_ptr_array_new_with_free_func(g_object_unref);
    GListModel *calls;
    GString *offered;

    if (!self->item)
        return;
    gtk_widget_set_visible(self->to_number, conference_is_free(self->item));
    calls = ars_bridge_calls(self->bridge);
    offered = g_string_new(NULL);
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) other = g_list_model_get_item(calls, i);

        if (!fits(self, self->item, other))
            continue;
        g_string_append_printf(offered, "%u %s\n", ars_call_item_get(other)->id,
                               ars_call_item_title(other));
        g_ptr_array_add(fitting, g_steal_pointer(&other));
    }
    if (g_strcmp0(offered->str, self->offered) != 0)
        offer(self, fitting);
    g_free(self->offered);
    self->offered = g_string_free(offered, FALSE);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsTransferPanel *self = ARS_TRANSFER_PANEL(object);

    g_clear_object(&self->item);
    g_clear_object(&self->bridge);
    g_clear_pointer(&self->offered, g_free);
    G_OBJECT_CLASS(ars_transfer_panel_parent_class)->dispose(object);
}

static void ars_transfer_panel_class_init(ArsTransferPanelClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_NUMBER_ENTRY);
    signals[DONE] =
        g_signal_new("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[ASK] = g_signal_new("ask", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/transfer_panel.ui");
    gtk_widget_class_bind_template_child(widget, ArsTransferPanel, number);
    gtk_widget_class_bind_template_child(widget, ArsTransferPanel, to_number);
    gtk_widget_class_bind_template_child(widget, ArsTransferPanel, ask);
    gtk_widget_class_bind_template_child(widget, ArsTransferPanel, transfer);
    gtk_widget_class_bind_template_child(widget, ArsTransferPanel, others);
    gtk_widget_class_bind_template_callback(widget, on_changed);
    gtk_widget_class_bind_template_callback(widget, on_transfer);
    gtk_widget_class_bind_template_callback(widget, on_ask);
}

static void ars_transfer_panel_init(ArsTransferPanel *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    on_changed(self);
}

void ars_transfer_panel_set_bridge(ArsTransferPanel *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
}

void ars_transfer_panel_open(ArsTransferPanel *self, ArsCallItem *item, guint origin)
{
    GtkWidget *suggested;

    g_set_object(&self->item, item);
    self->origin = origin;
    g_clear_pointer(&self->offered, g_free); /* another one may be the one to suggest */
    ars_number_entry_set_number(self->number, "");
    ars_transfer_panel_update(self);
    suggested = origin || !conference_is_free(item)
                    ? gtk_widget_get_first_child(GTK_WIDGET(self->others))
                    : NULL;
    gtk_widget_grab_focus(suggested ? suggested : GTK_WIDGET(self->number));
}

void ars_transfer_panel_close(ArsTransferPanel *self)
{
    g_clear_object(&self->item);
}

void ars_transfer_panel_type(ArsTransferPanel *self, const char *text)
{
    if (!gtk_widget_get_visible(self->to_number))
        return;
    gtk_widget_grab_focus(GTK_WIDGET(self->number));
    ars_number_entry_type(self->number, text);
}
