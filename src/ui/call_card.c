/* ui: a call beside the one on the page. */
#include <glib/gi18n.h>

#include "call_card.h"
#include "ticker.h"

struct _ArsCallCard {
    AdwBin parent_instance;

    /* template widgets */
    GtkLabel *title;
    GtkLabel *status;
    GtkWidget *answer;
    GtkWidget *decline;
    GtkWidget *swap;
    GtkWidget *hang_up;

    ArsCallItem *item;
    struct ticker *ticker;
};

enum { ANSWER, DECLINE, SWAP, HANG_UP, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallCard, ars_call_card, ADW_TYPE_BIN)

static guint on_tick(GtkWidget *widget)
{
    ArsCallCard *self = ARS_CALL_CARD(widget);
    g_autofree char *line = ars_call_item_line(self->item);
    guint ms = 0;

    gtk_label_set_text(self->status, line);
    return ars_call_item_ticks(self->item, &ms) ? ms : 0;
}

static void on_changed(ArsCallCard *self)
{
    const struct ars_app_call *call = ars_call_item_get(self->item);
    gboolean incoming = call->state == ARS_CALL_INCOMING;
    g_autofree char *line = ars_call_item_line(self->item);

    gtk_label_set_text(self->title, ars_call_item_title(self->item));
    gtk_label_set_text(self->status, line);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->title), ars_call_item_number(self->item));
    gtk_widget_set_visible(self->answer, incoming);
    gtk_widget_set_visible(self->decline, incoming);
    gtk_widget_set_visible(self->swap, call->state == ARS_CALL_ESTABLISHED);
    gtk_widget_set_visible(self->hang_up, !incoming);
    ticker_kick(self->ticker);
}

static void emit_answer(ArsCallCard *self)
{
    g_signal_emit(self, signals[ANSWER], 0);
}

static void emit_decline(ArsCallCard *self)
{
    g_signal_emit(self, signals[DECLINE], 0);
}

static void emit_swap(ArsCallCard *self)
{
    g_signal_emit(self, signals[SWAP], 0);
}

static void emit_hang_up(ArsCallCard *self)
{
    g_signal_emit(self, signals[HANG_UP], 0);
}

static void dispose(GObject *object)
{
    ArsCallCard *self = ARS_CALL_CARD(object);

    g_clear_pointer(&self->ticker, ticker_free);
    g_clear_object(&self->item);
    G_OBJECT_CLASS(ars_call_card_parent_class)->dispose(object);
}

static void ars_call_card_class_init(ArsCallCardClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);
    static const char *const names[] = {"answer", "decline", "swap", "hang-up"};

    G_OBJECT_CLASS(klass)->dispose = dispose;
    for (int i = 0; i < SIGNALS; i++)
        signals[i] =
            g_signal_new(names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/call_card.ui");
    gtk_widget_class_bind_template_child(widget, ArsCallCard, title);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, status);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, answer);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, decline);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, swap);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, hang_up);
    gtk_widget_class_bind_template_callback(widget, emit_answer);
    gtk_widget_class_bind_template_callback(widget, emit_decline);
    gtk_widget_class_bind_template_callback(widget, emit_swap);
    gtk_widget_class_bind_template_callback(widget, emit_hang_up);
}

static void ars_call_card_init(ArsCallCard *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *ars_call_card_new(ArsCallItem *item)
{
    ArsCallCard *self = g_object_new(ARS_TYPE_CALL_CARD, NULL);

    self->item = g_object_ref(item);
    self->ticker = ticker_new(GTK_WIDGET(self), on_tick);
    g_signal_connect_object(item, "changed", G_CALLBACK(on_changed), self, G_CONNECT_SWAPPED);
    on_changed(self);
    return GTK_WIDGET(self);
}

ArsCallItem *ars_call_card_get_item(ArsCallCard *self)
{
    return self->item;
}
