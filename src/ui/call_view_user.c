/* ui: the calls: what the user does on their page. */
#include <string.h>

#include "call_view_private.h"
#include "conference.h"

/* Digits that are shown as sent. */
#define SENT_MAX 24

void call_view_command(ArsCallView *self, enum ars_command_type type, int number, const char *text)
{
    const struct ars_app_call *call = call_view_call(self);

    g_clear_pointer(&self->word, g_free);
    if (call && self->bridge)
        ars_bridge_command(self->bridge, type, call->id, number, text);
}

void call_view_command_all(ArsCallView *self, enum ars_command_type type, int number)
{
    GListModel *calls = ars_bridge_calls(self->bridge);

    if (!call_view_in_conference(self)) {
        call_view_command(self, type, number, NULL);
        return;
    }
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);

        if (ars_call_item_get(item)->merged)
            ars_bridge_command(self->bridge, type, ars_call_item_get(item)->id, number, NULL);
    }
}

static void send_digit(ArsCallView *self, const char *digit)
{
    g_autofree char *text = g_strconcat(gtk_label_get_text(self->sent), digit, NULL);
    size_t n = strlen(text);

    call_view_command(self, ARS_CMD_DTMF, 0, digit);
    gtk_label_set_text(self->sent, text + (n > SENT_MAX ? n - SENT_MAX : 0));
}

static void on_key(ArsCallView *self, const char *digit)
{
    send_digit(self, digit);
}

static void on_mute(ArsCallView *self)
{
    if (!self->setting)
        call_view_command_all(self, ARS_CMD_MUTE, gtk_toggle_button_get_active(self->mute));
}

static void on_hold(ArsCallView *self)
{
    const struct ars_app_call *call = call_view_call(self);

    if (call)
        call_view_command(self, call->held ? ARS_CMD_RESUME : ARS_CMD_HOLD, 0, NULL);
}

static void show_open(ArsCallView *self)
{
    gtk_widget_set_visible(self->keys_box, gtk_toggle_button_get_active(self->keys));
    gtk_widget_set_visible(GTK_WIDGET(self->panel), gtk_toggle_button_get_active(self->transfer));
    gtk_widget_set_visible(self->volume_box,
                           !call_view_is_open(self) && gtk_widget_get_sensitive(self->controls));
    if (self->current)
        call_view_update(self);
}

static void on_keys(ArsCallView *self)
{
    if (gtk_toggle_button_get_active(self->keys))
        gtk_toggle_button_set_active(self->transfer, FALSE);
    show_open(self);
}

/* Where Enter does no harm: left alone, GTK would go on to the button that hangs up. */
static void keep_focus(ArsCallView *self)
{
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    GtkWidget *focus = root ? gtk_root_get_focus(root) : NULL;

    if (focus && gtk_widget_is_ancestor(focus, GTK_WIDGET(self->panel)))
        gtk_widget_grab_focus(GTK_WIDGET(self->mute));
}

static void on_transfer(ArsCallView *self)
{
    gboolean open = gtk_toggle_button_get_active(self->transfer);

    if (open)
        gtk_toggle_button_set_active(self->keys, FALSE);
    else
        keep_focus(self);
    show_open(self);
    if (open && self->current)
        ars_transfer_panel_open(self->panel, self->current, 0);
    else
        ars_transfer_panel_close(self->panel);
}

static void on_panel_done(ArsCallView *self)
{
    gtk_toggle_button_set_active(self->transfer, FALSE);
}

/* By the same account: a server connects best what are two calls of its own. */
static void on_panel_ask(ArsCallView *self, const char *number)
{
    const struct ars_app_call *call = call_view_call(self);
    g_autofree char *account = g_strdup(call->account_id[0] ? call->account_id : NULL);

    self->asks_for = call->id;
    gtk_toggle_button_set_active(self->transfer, FALSE);
    ars_bridge_dial(self->bridge, account, number);
}

static void on_park(ArsCallView *self)
{
    call_view_command(self, ARS_CMD_PARK, 0, NULL);
}

static void on_volume(ArsCallView *self)
{
    if (!self->setting)
        call_view_command_all(self, ARS_CMD_VOLUME,
                              (int)gtk_range_get_value(GTK_RANGE(self->volume)));
}

static void on_hang_up(ArsCallView *self)
{
    call_view_command_all(self, ARS_CMD_HANGUP, 0);
}

static void on_answer(ArsCallView *self)
{
    call_view_command(self, ARS_CMD_ANSWER, 0, NULL);
}

static void on_decline(ArsCallView *self)
{
    call_view_command(self, ARS_CMD_REJECT, 0, NULL);
}

static void on_again(ArsCallView *self)
{
    g_autofree char *number = g_strdup(call_view_call(self)->number);
    g_autofree char *account = g_strdup(call_view_call(self)->account_id);

    g_signal_emit_by_name(self, "redial", number, account);
}

static void on_close(ArsCallView *self)
{
    (void)ars_call_view_dismiss(self);
}

void call_view_bind_user(GtkWidgetClass *widget)
{
    gtk_widget_class_bind_template_callback(widget, on_key);
    gtk_widget_class_bind_template_callback(widget, on_park);
    gtk_widget_class_bind_template_callback(widget, on_mute);
    gtk_widget_class_bind_template_callback(widget, on_hold);
    gtk_widget_class_bind_template_callback(widget, on_keys);
    gtk_widget_class_bind_template_callback(widget, on_transfer);
    gtk_widget_class_bind_template_callback(widget, on_panel_ask);
    gtk_widget_class_bind_template_callback(widget, on_panel_done);
    gtk_widget_class_bind_template_callback(widget, on_volume);
    gtk_widget_class_bind_template_callback(widget, on_hang_up);
    gtk_widget_class_bind_template_callback(widget, on_answer);
    gtk_widget_class_bind_template_callback(widget, on_decline);
    gtk_widget_class_bind_template_callback(widget, on_again);
    gtk_widget_class_bind_template_callback(widget, on_close);
}

/* ---- what the keyboard does ---- */

void ars_call_view_hang_up(ArsCallView *self)
{
    const struct ars_app_call *call = call_view_call(self);

    if (!call || call->state >= ARS_CALL_ENDING)
        return;
    if (call->state == ARS_CALL_INCOMING)
        on_decline(self);
    else
        on_hang_up(self);
}

void ars_call_view_toggle_hold(ArsCallView *self)
{
    if (self->current && conference_is_free(self->current))
        on_hold(self);
}

void ars_call_view_toggle_mute(ArsCallView *self)
{
    const struct ars_app_call *call = call_view_call(self);

    if (call && call->state != ARS_CALL_INCOMING && call->state < ARS_CALL_ENDING)
        call_view_command_all(self, ARS_CMD_MUTE, !call->muted);
}

void ars_call_view_transfer(ArsCallView *self)
{
    if (self->current && gtk_widget_is_sensitive(GTK_WIDGET(self->transfer)))
        gtk_toggle_button_set_active(self->transfer, !gtk_toggle_button_get_active(self->transfer));
}

void ars_call_view_swap(ArsCallView *self)
{
    ars_call_cards_swap(self->cards);
}

void ars_call_view_merge(ArsCallView *self)
{
    ars_call_cards_merge(self->cards);
}

gboolean ars_call_view_type(ArsCallView *self, const char *digit)
{
    if (gtk_toggle_button_get_active(self->transfer)) {
        ars_transfer_panel_type(self->panel, digit);
        return TRUE;
    }
    if (!digit[0] || !strchr("0123456789*#", digit[0]) ||
        !gtk_widget_get_sensitive(GTK_WIDGET(self->keys)) ||
        !gtk_widget_get_sensitive(self->controls))
        return FALSE;
    gtk_toggle_button_set_active(self->keys, TRUE);
    send_digit(self, digit);
    return TRUE;
}
