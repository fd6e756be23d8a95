/* ui: calls outside the main window: the window of who rings, notifications, keeping awake. */
#include <glib/gi18n.h>

#include <ars/reason.h>

#include "application_private.h"
#include "incoming_window.h"
#include "notifier.h"
#include "words.h"
#include "x11.h"

static void update_inhibit(ArsApplication *self)
{
    gboolean calls = g_list_model_get_n_items(ars_bridge_calls(self->bridge)) > 0;

    if (calls && !self->inhibit)
        self->inhibit = gtk_application_inhibit(
            GTK_APPLICATION(self), self->window ? GTK_WINDOW(self->window) : NULL,
            GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_IDLE, _("In a call"));
    if (!calls && self->inhibit) {
        gtk_application_uninhibit(GTK_APPLICATION(self), self->inhibit);
        self->inhibit = 0;
    }
}

static void on_answer(ArsIncomingWindow *window, ArsApplication *self)
{
    ars_bridge_command(self->bridge, ARS_CMD_ANSWER,
                       ars_call_item_get(ars_incoming_window_get_item(window))->id, 0, NULL);
}

static void on_decline(ArsIncomingWindow *window, ArsApplication *self)
{
    ars_bridge_command(self->bridge, ARS_CMD_REJECT,
                       ars_call_item_get(ars_incoming_window_get_item(window))->id, 0, NULL);
}

/* Questions above it are answered with no. */
static void close_above(GtkWindow *below)
{
    GListModel *all = gtk_window_get_toplevels();
    g_autoptr(GPtrArray) above = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(GtkWindow) window = g_list_model_get_item(all, i);

        if (gtk_window_get_transient_for(window) == below)
            g_ptr_array_add(above, g_steal_pointer(&window));
    }
    for (guint i = 0; i < above->len; i++)
        gtk_window_close(above->pdata[i]);
}

/* Who answered wants to talk: the settings keep what was typed, and come back after the calls. */
static void put_settings_aside(ArsApplication *self)
{
    if (!self->settings || !gtk_widget_get_visible(GTK_WIDGET(self->settings)))
        return;
    close_above(GTK_WINDOW(self->settings));
    gtk_widget_set_visible(GTK_WIDGET(self->settings), FALSE);
    self->aside = TRUE;
}

static void bring_settings_back(ArsApplication *self)
{
    gboolean calls = g_list_model_get_n_items(ars_bridge_calls(self->bridge)) > 0;

    if (!self->aside || calls || self->quitting)
        return;
    self->aside = FALSE;
    if (self->settings)
        gtk_window_present(GTK_WINDOW(self->settings));
}

static void on_no_longer_rings(ArsCallItem *item, ArsApplication *self)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (call->state == ARS_CALL_INCOMING)
        return;
    notifier_ring_over(G_APPLICATION(self), item);
    if (self->window &&
        (call->state == ARS_CALL_ANSWERING || call->state == ARS_CALL_ESTABLISHED)) {
        put_settings_aside(self);
        gtk_window_present(GTK_WINDOW(self->window));
    }
    g_signal_handlers_disconnect_by_func(item, on_no_longer_rings, self);
}

/*
 * X11 lets a window stand above the others without taking the keyboard. Wayland does not, so there
 * the desktop's notification asks, and the main window.
 */
static void ring(ArsApplication *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);
    ArsIncomingWindow *window;
    g_autofree char *account =
        words_which_account(ars_bridge_app(self->bridge), call->account_id, TRUE);

    g_signal_connect_object(item, "changed", G_CALLBACK(on_no_longer_rings), self, 0);
    if (self->window && !x11_is(GTK_WIDGET(self->window))) {
        notifier_ring(G_APPLICATION(self), item, account);
        ars_window_show_call(self->window, call->id);
        return;
    }
    window = ars_incoming_window_new(GTK_APPLICATION(self), item);
    ars_incoming_window_set_account(window, account);
    g_signal_connect_object(window, "answer", G_CALLBACK(on_answer), self, 0);
    g_signal_connect_object(window, "decline", G_CALLBACK(on_decline), self, 0);
    ars_incoming_window_show(window);
}

static void on_call_added(ArsApplication *self, ArsCallItem *item)
{
    update_inhibit(self);
    if (ars_call_item_get(item)->state == ARS_CALL_INCOMING && !self->quitting)
        ring(self, item);
}

static void on_call_ended(ArsApplication *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    update_inhibit(self);
    if (call->result == ARS_HISTORY_MISSED && self->window &&
        !gtk_window_is_active(GTK_WINDOW(self->window)))
        notifier_missed(G_APPLICATION(self), item);
    bring_settings_back(self);
}

/* The journal has been looked at. */
static void on_missed(ArsApplication *self)
{
    if (ars_bridge_missed(self->bridge) == 0)
        notifier_missed_seen(G_APPLICATION(self));
}

void application_calls_setup(ArsApplication *self)
{
    g_signal_connect_object(self->bridge, "call-added", G_CALLBACK(on_call_added), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->bridge, "call-ended", G_CALLBACK(on_call_ended), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->bridge, "notify::missed", G_CALLBACK(on_missed), self,
                            G_CONNECT_SWAPPED);
}
