/* ui: the calls: one on the page, the others as cards above it. */
#include <glib/gi18n.h>
#include <string.h>

#include <ars/reason.h>

#include "call_view_private.h"
#include "conference.h"
#include "ticker.h"
#include "words.h"

/* Of an item: the id of the call that it was made to ask for. */
#define ORIGIN "origin"

enum { FINISHED, REDIAL, WORD, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallView, ars_call_view, ADW_TYPE_BIN)

/* The call that was made to ask has been answered: now they can be connected. */
static void open_for_origin(ArsCallView *self, const struct ars_app_call *call)
{
    guint origin = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(self->current), ORIGIN));

    if (call->state != ARS_CALL_ESTABLISHED || !origin)
        return;
    g_object_set_data(G_OBJECT(self->current), ORIGIN, NULL);
    if (!ars_bridge_find_call(self->bridge, origin))
        return;
    gtk_toggle_button_set_active(self->transfer, TRUE);
    ars_transfer_panel_open(self->panel, self->current, origin);
}

static void on_current_changed(ArsCallView *self)
{
    const struct ars_app_call *call = call_view_call(self);

    if (!call)
        return;
    if (call->state >= ARS_CALL_ENDING || call_view_in_conference(self))
        gtk_toggle_button_set_active(self->keys, FALSE);
    if (!ars_transfer_panel_is_for(self->panel, self->current) || call_view_in_conference(self))
        gtk_toggle_button_set_active(self->transfer, FALSE);
    call_view_update(self);
    ars_transfer_panel_update(self->panel);
    open_for_origin(self, call);
}

/* Of any call: what is on the page may have to do with it. */
static void on_any_changed(ArsCallView *self, ArsCallItem *item)
{
    if (item != self->current)
        on_current_changed(self);
    ars_transfer_panel_update(self->panel);
}

static void set_current(ArsCallView *self, ArsCallItem *item)
{
    if (item == self->current)
        return;
    if (self->current)
        g_clear_signal_handler(&self->changed, self->current);
    g_set_object(&self->current, item);
    g_clear_pointer(&self->word, g_free);
    gtk_toggle_button_set_active(self->keys, FALSE);
    gtk_toggle_button_set_active(self->transfer, FALSE);
    gtk_label_set_text(self->sent, "");
    if (item)
        self->changed =
            g_signal_connect_swapped(item, "changed", G_CALLBACK(on_current_changed), self);
    on_current_changed(self);
    ars_call_cards_set_current(self->cards, item);
}

/* Whom one talks to, else the last that is ours, else one that rings. */
static ArsCallItem *best_call(ArsCallView *self)
{
    GListModel *calls = ars_bridge_calls(self->bridge);
    ArsCallItem *best = NULL;
    int best_rank = -1;

    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);
        const struct ars_app_call *call = ars_call_item_get(item);
        int rank = call->state == ARS_CALL_INCOMING ? 0 : call->held ? 1 : 2;

        if (rank >= best_rank) {
            best = item; /* the list keeps it */
            best_rank = rank;
        }
    }
    return best;
}

/* ---- calls come and go ---- */

static gboolean is_over(ArsCallView *self)
{
    return !self->current || call_view_call(self)->state == ARS_CALL_ENDED;
}

/* Who rings does not take the place of the one that is talked to; who replaces it does. */
static gboolean belongs_here(ArsCallView *self, const struct ars_app_call *call)
{
    if (call->replaces)
        return call_view_call(self) && call_view_call(self)->id == call->replaces;
    return is_over(self) || !call->incoming;
}

static void on_call_added(ArsCallView *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (self->asks_for && !call->incoming) {
        g_object_set_data(G_OBJECT(item), ORIGIN, GUINT_TO_POINTER(self->asks_for));
        self->asks_for = 0;
    }
    g_signal_connect_object(item, "changed", G_CALLBACK(on_any_changed), self, G_CONNECT_SWAPPED);
    if (belongs_here(self, call))
        set_current(self, item);
}

static void finish(ArsCallView *self)
{
    g_autoptr(ArsCallItem) item = g_object_ref(self->current);

    set_current(self, NULL);
    g_signal_emit(self, signals[FINISHED], 0, item);
}

/* On the page of another call. */
static void keep_word(ArsCallView *self, char *word)
{
    g_free(self->word);
    self->word = word;
    on_current_changed(self);
}

static void on_call_ended(ArsCallView *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);
    ArsCallItem *next = best_call(self);
    g_autofree char *kept = g_steal_pointer(&self->word);
    char *word = call_view_word_of(item, item == self->current && !next);
    /* both ends of a transfer go together: nobody has read it yet */
    gboolean news = word || (kept && call->reason.code == ARS_REASON_TRANSFERRED);

    g_signal_handlers_disconnect_by_func(item, on_any_changed, self);
    ars_transfer_panel_update(self->panel);
    if (item != self->current)
        on_current_changed(self);
    else if (next)
        set_current(self, next);
    else if (call_view_worth_a_word(call))
        on_current_changed(self);
    else
        finish(self);
    keep_word(self, word ? word : g_steal_pointer(&kept));
    if (news) /* where no page is seen, by who listens */
        g_signal_emit(self, signals[WORD], 0, self->word);
}

static void on_problem(ArsCallView *self, const struct ars_app_problem *problem)
{
    if (problem->kind == ARS_APP_DIAL)
        self->asks_for = 0;
}

static void on_record(ArsCallView *self, gboolean on)
{
    if (self->current && self->bridge)
        ars_bridge_record(self->bridge, ars_call_item_get(self->current)->id, on);
}

static void on_dtmf(ArsCallView *self, guint call, const char *digit)
{
    const struct ars_app_call *mine = call_view_call(self);
    g_autofree char *text = NULL;

    if (!mine || mine->id != call)
        return;
    /* Translators: a digit that the other side pressed */
    text = g_strdup_printf(_("Received: %s"), digit);
    gtk_label_set_text(self->details, text);
    gtk_widget_set_visible(GTK_WIDGET(self->details), TRUE);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsCallView *self = ARS_CALL_VIEW(object);

    if (self->current)
        g_clear_signal_handler(&self->changed, self->current);
    g_clear_object(&self->current);
    g_clear_pointer(&self->word, g_free);
    g_clear_pointer(&self->ticker, ticker_free);
    g_clear_object(&self->bridge);
    G_OBJECT_CLASS(ars_call_view_parent_class)->dispose(object);
}

static void bind_template(GtkWidgetClass *widget)
{
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/call_view.ui");
    gtk_widget_class_bind_template_child(widget, ArsCallView, cards);
    gtk_widget_class_bind_template_child(widget, ArsCallView, who);
    gtk_widget_class_bind_template_child(widget, ArsCallView, title);
    gtk_widget_class_bind_template_child(widget, ArsCallView, number);
    gtk_widget_class_bind_template_child(widget, ArsCallView, account);
    gtk_widget_class_bind_template_child(widget, ArsCallView, status);
    gtk_widget_class_bind_template_child(widget, ArsCallView, transfer_words);
    gtk_widget_class_bind_template_child(widget, ArsCallView, media);
    gtk_widget_class_bind_template_child(widget, ArsCallView, levels);
    gtk_widget_class_bind_template_child(widget, ArsCallView, details);
    gtk_widget_class_bind_template_child(widget, ArsCallView, sent);
    gtk_widget_class_bind_template_child(widget, ArsCallView, keys_box);
    gtk_widget_class_bind_template_child(widget, ArsCallView, keypad);
    gtk_widget_class_bind_template_child(widget, ArsCallView, panel);
    gtk_widget_class_bind_template_child(widget, ArsCallView, controls);
    gtk_widget_class_bind_template_child(widget, ArsCallView, mute);
    gtk_widget_class_bind_template_child(widget, ArsCallView, hold);
    gtk_widget_class_bind_template_child(widget, ArsCallView, hold_label);
    gtk_widget_class_bind_template_child(widget, ArsCallView, keys);
    gtk_widget_class_bind_template_child(widget, ArsCallView, transfer);
    gtk_widget_class_bind_template_child(widget, ArsCallView, volume_box);
    gtk_widget_class_bind_template_child(widget, ArsCallView, park);
    gtk_widget_class_bind_template_child(widget, ArsCallView, volume);
    gtk_widget_class_bind_template_child(widget, ArsCallView, incoming);
    gtk_widget_class_bind_template_child(widget, ArsCallView, ended);
    gtk_widget_class_bind_template_child(widget, ArsCallView, hang_up);
    gtk_widget_class_bind_template_callback(widget, set_current);
    call_view_bind_user(widget);
}

static void ars_call_view_class_init(ArsCallViewClass *klass)
{
    const GType type = G_TYPE_FROM_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_CALL_CARDS);
    g_type_ensure(ARS_TYPE_CALL_FIGURES);
    g_type_ensure(ARS_TYPE_CALL_LEVELS);
    g_type_ensure(ARS_TYPE_KEYPAD);
    g_type_ensure(ARS_TYPE_TRANSFER_PANEL);
    signals[FINISHED] = g_signal_new("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, ARS_TYPE_CALL_ITEM);
    signals[REDIAL] = g_signal_new("redial", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
    signals[WORD] = g_signal_new("word", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRING);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void ars_call_view_init(ArsCallView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect_swapped(self->media, "record", G_CALLBACK(on_record), self);
    self->ticker = ticker_new(GTK_WIDGET(self), call_view_tick);
}

void ars_call_view_set_bridge(ArsCallView *self, ArsBridge *bridge)
{
    GListModel *calls = ars_bridge_calls(bridge);

    self->bridge = g_object_ref(bridge);
    ars_call_cards_set_bridge(self->cards, bridge);
    ars_transfer_panel_set_bridge(self->panel, bridge);
    ars_call_levels_set_bridge(self->levels, bridge);
    g_signal_connect_object(bridge, "problem", G_CALLBACK(on_problem), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-added", G_CALLBACK(on_call_added), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-ended", G_CALLBACK(on_call_ended), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "dtmf", G_CALLBACK(on_dtmf), self, G_CONNECT_SWAPPED);
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);

        on_call_added(self, item);
    }
}

ArsCallItem *ars_call_view_get_current(ArsCallView *self)
{
    return self->current;
}

void ars_call_view_show(ArsCallView *self, ArsCallItem *item)
{
    set_current(self, item);
}

gboolean ars_call_view_dismiss(ArsCallView *self)
{
    if (gtk_toggle_button_get_active(self->transfer)) {
        gtk_toggle_button_set_active(self->transfer, FALSE);
        return TRUE;
    }
    if (!self->current || call_view_call(self)->state != ARS_CALL_ENDED)
        return FALSE;
    finish(self);
    return TRUE;
}
