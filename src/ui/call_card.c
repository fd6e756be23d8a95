/* ui: a call beside the one on the page, or one of a conference. */
#include <glib/gi18n.h>
#include <string.h>

#include "call_card.h"
#include "conference.h"
#include "ticker.h"
#include "words.h"

struct _ArsCallCard {
    AdwBin parent_instance;

    /* template widgets */
    GtkLabel *title;
    GtkLabel *status;
    GtkWidget *answer;
    GtkWidget *decline;
    GtkWidget *swap;
    GtkWidget *merge;
    GtkToggleButton *silence;
    GtkWidget *split;
    GtkWidget *hang_up;

    ArsCallItem *item;
    struct ticker *ticker;
    gboolean leg;
    gboolean can_merge;
    gboolean setting; /* the change of a control is ours */
};

enum { ANSWER, DECLINE, SWAP, MERGE, SPLIT, HANG_UP, SILENCE, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallCard, ars_call_card, ADW_TYPE_BIN)

static char *line_of(ArsCallCard *self)
{
    const struct ars_app_call *call = ars_call_item_get(self->item);
    char *transfer = words_transfer(call);

    if (transfer)
        return transfer;
    if (self->leg && call->silenced)
        return g_strdup(_("Silenced"));
    return ars_call_item_line(self->item);
}

static guint on_tick(GtkWidget *widget)
{
    ArsCallCard *self = ARS_CALL_CARD(widget);
    g_autofree char *line = line_of(self);
    guint ms = 0;

    if (strcmp(gtk_label_get_text(self->status), line) != 0)
        gtk_label_set_text(self->status, line);
    return ars_call_item_ticks(self->item, &ms) ? ms : 0;
}

static void show_buttons(ArsCallCard *self, const struct ars_app_call *call)
{
    gboolean incoming = call->state == ARS_CALL_INCOMING;
    gboolean is_free = conference_is_free(self->item);

    self->setting = TRUE;
    gtk_toggle_button_set_active(self->silence, call->silenced);
    self->setting = FALSE;
    gtk_widget_set_visible(self->answer, incoming);
    gtk_widget_set_visible(self->decline, incoming);
    gtk_widget_set_visible(self->swap, is_free && !self->leg);
    gtk_widget_set_visible(self->merge, self->can_merge && !self->leg);
    gtk_widget_set_visible(GTK_WIDGET(self->silence), self->leg);
    gtk_widget_set_visible(self->split, self->leg);
    gtk_widget_set_visible(self->hang_up, !incoming);
    gtk_widget_set_sensitive(self->hang_up, call->state < ARS_CALL_ENDING);
}

static void on_changed(ArsCallCard *self)
{
    gtk_label_set_text(self->title, ars_call_item_title(self->item));
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->title), ars_call_item_number(self->item));
    show_buttons(self, ars_call_item_get(self->item));
    (void)on_tick(GTK_WIDGET(self));
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

static void emit_merge(ArsCallCard *self)
{
    g_signal_emit(self, signals[MERGE], 0);
}

static void emit_split(ArsCallCard *self)
{
    g_signal_emit(self, signals[SPLIT], 0);
}

static void emit_silence(ArsCallCard *self)
{
    if (!self->setting)
        g_signal_emit(self, signals[SILENCE], 0, gtk_toggle_button_get_active(self->silence));
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
    static const char *const names[] = {"answer", "decline", "swap", "merge", "split", "hang-up"};

    G_OBJECT_CLASS(klass)->dispose = dispose;
    for (int i = 0; i < SILENCE; i++)
        signals[i] =
            g_signal_new(names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SILENCE] = g_signal_new("silence", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/call_card.ui");
    gtk_widget_class_bind_template_child(widget, ArsCallCard, title);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, status);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, answer);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, decline);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, swap);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, merge);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, silence);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, split);
    gtk_widget_class_bind_template_child(widget, ArsCallCard, hang_up);
    gtk_widget_class_bind_template_callback(widget, emit_answer);
    gtk_widget_class_bind_template_callback(widget, emit_decline);
    gtk_widget_class_bind_template_callback(widget, emit_swap);
    gtk_widget_class_bind_template_callback(widget, emit_merge);
    gtk_widget_class_bind_template_callback(widget, emit_silence);
    gtk_widget_class_bind_template_callback(widget, emit_split);
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

void ars_call_card_set_role(ArsCallCard *self, gboolean leg, gboolean can_merge)
{
    self->leg = leg;
    self->can_merge = can_merge;
    on_changed(self);
}
