/* ui: a window of its own for a call that comes in. */
#include <glib/gi18n.h>

#include <ars/clock.h>

#include "incoming_window.h"
#include "ticker.h"
#include "x11.h"

/* The line that runs out: smooth enough for the eye, few enough for the processor. */
#define STEP_MS       100
#define STEP_STILL_MS 1000

struct _ArsIncomingWindow {
    AdwWindow parent_instance;

    /* template widgets */
    GtkLabel *title;
    GtkLabel *number;
    GtkLabel *account;
    GtkProgressBar *left;
    GtkWidget *answer;
    GtkWidget *decline;

    ArsCallItem *item;
    struct ticker *ticker;
    gboolean decided;
};

enum { ANSWER, DECLINE, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsIncomingWindow, ars_incoming_window, ADW_TYPE_WINDOW)

static guint on_tick(GtkWidget *widget)
{
    ArsIncomingWindow *self = ARS_INCOMING_WINDOW(widget);
    const struct ars_app_call *call = ars_call_item_get(self->item);
    guint64 rung = ars_clock_ms() - call->begun_ms;

    if (!call->ring_ms)
        return 0;
    gtk_progress_bar_set_fraction(self->left,
                                  rung < call->ring_ms ? 1 - (double)rung / call->ring_ms : 0);
    if (rung >= call->ring_ms)
        return 0;
    return adw_get_enable_animations(widget) ? STEP_MS : STEP_STILL_MS;
}

static void on_changed(ArsIncomingWindow *self)
{
    const struct ars_app_call *call = ars_call_item_get(self->item);
    g_autofree char *title = NULL;

    gtk_label_set_text(self->title, ars_call_item_title(self->item));
    gtk_label_set_text(self->number, ars_call_item_number(self->item));
    gtk_widget_set_visible(GTK_WIDGET(self->number), ars_call_item_number(self->item)[0] != '\0');
    /* Translators: title of the window; name or number of the caller follows */
    title = g_strdup_printf(_("Incoming call: %s"), ars_call_item_title(self->item));
    gtk_window_set_title(GTK_WINDOW(self), title);
    if (call->state != ARS_CALL_INCOMING)
        gtk_window_destroy(GTK_WINDOW(self));
}

static void decide(ArsIncomingWindow *self, int signal)
{
    if (self->decided)
        return;
    self->decided = TRUE;
    gtk_widget_set_sensitive(self->answer, FALSE);
    gtk_widget_set_sensitive(self->decline, FALSE);
    g_signal_emit(self, signals[signal], 0);
}

static void on_answer(ArsIncomingWindow *self)
{
    decide(self, ANSWER);
}

static void on_decline(ArsIncomingWindow *self)
{
    decide(self, DECLINE);
}

/* Closing it by the window manager only hides the question: the main window still has it. */
static void dispose(GObject *object)
{
    ArsIncomingWindow *self = ARS_INCOMING_WINDOW(object);

    g_clear_pointer(&self->ticker, ticker_free);
    if (self->item)
        g_signal_handlers_disconnect_by_data(self->item, self);
    g_clear_object(&self->item);
    G_OBJECT_CLASS(ars_incoming_window_parent_class)->dispose(object);
}

static void ars_incoming_window_class_init(ArsIncomingWindowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[ANSWER] =
        g_signal_new("answer", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[DECLINE] =
        g_signal_new("decline", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/incoming_window.ui");
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, title);
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, number);
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, account);
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, left);
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, answer);
    gtk_widget_class_bind_template_child(widget, ArsIncomingWindow, decline);
    gtk_widget_class_bind_template_callback(widget, on_answer);
    gtk_widget_class_bind_template_callback(widget, on_decline);
}

static void ars_incoming_window_init(ArsIncomingWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

ArsIncomingWindow *ars_incoming_window_new(GtkApplication *app, ArsCallItem *item)
{
    ArsIncomingWindow *self = g_object_new(ARS_TYPE_INCOMING_WINDOW, "application", app, NULL);
    /* of its own: a modal dialog that is open keeps the pointer from all windows of its group */
    g_autoptr(GtkWindowGroup) group = gtk_window_group_new();

    gtk_window_group_add_window(group, GTK_WINDOW(self));
    self->item = g_object_ref(item);
    self->ticker = ticker_new(GTK_WIDGET(self), on_tick);
    g_signal_connect_swapped(item, "changed", G_CALLBACK(on_changed), self);
    on_changed(self);
    return self;
}

void ars_incoming_window_set_account(ArsIncomingWindow *self, const char *words)
{
    gtk_label_set_text(self->account, words);
    gtk_widget_set_visible(GTK_WIDGET(self->account), words[0] != '\0');
}

ArsCallItem *ars_incoming_window_get_item(ArsIncomingWindow *self)
{
    return self->item;
}

void ars_incoming_window_show(ArsIncomingWindow *self)
{
    gtk_widget_realize(GTK_WIDGET(self));
    x11_take_no_focus(GTK_WINDOW(self));
    gtk_widget_set_visible(GTK_WIDGET(self), TRUE);
    x11_keep_above(GTK_WINDOW(self));
}
