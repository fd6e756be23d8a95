/* ui: a card for each call beside the one on the page, or for each of a conference's. */
#include "call_card.h"
#include "call_cards.h"
#include "conference.h"

struct _ArsCallCards {
    AdwBin parent_instance;

    GtkBox *box;
    ArsBridge *bridge;
    ArsCallItem *current; /* borrowed: only compared */
};

enum { SHOW, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallCards, ars_call_cards, ADW_TYPE_BIN)

static ArsCallCard *next_of(GtkWidget *card)
{
    GtkWidget *next = card ? gtk_widget_get_next_sibling(card) : NULL;

    return next ? ARS_CALL_CARD(next) : NULL;
}

static ArsCallCard *first_of(ArsCallCards *self)
{
    GtkWidget *card = gtk_widget_get_first_child(GTK_WIDGET(self->box));

    return card ? ARS_CALL_CARD(card) : NULL;
}

static gboolean in_conference(ArsCallCards *self)
{
    return self->current && ars_call_item_get(self->current)->merged &&
           conference_legs(ars_bridge_calls(self->bridge)) > 1;
}

static void update(ArsCallCards *self)
{
    GListModel *calls = ars_bridge_calls(self->bridge);
    gboolean conference = in_conference(self);
    gboolean any = FALSE;

    for (ArsCallCard *card = first_of(self); card; card = next_of(GTK_WIDGET(card))) {
        ArsCallItem *item = ars_call_card_get_item(card);
        gboolean leg = conference && ars_call_item_get(item)->merged;
        gboolean shown = (leg || item != self->current) && !conference_is_replaced(calls, item);

        ars_call_card_set_role(card, leg, conference_can_merge(calls, item));
        gtk_widget_set_visible(GTK_WIDGET(card), shown);
        any = any || shown;
    }
    gtk_widget_set_visible(GTK_WIDGET(self), any);
}

static void command(ArsCallCards *self, enum ars_command_type type, ArsCallItem *item, int number)
{
    ars_bridge_command(self->bridge, type, ars_call_item_get(item)->id, number, NULL);
}

static void show(ArsCallCards *self, ArsCallItem *item)
{
    g_signal_emit(self, signals[SHOW], 0, item);
}

/* ---- what is pressed ---- */

static void on_answer(ArsCallCard *card, ArsCallCards *self)
{
    ArsCallItem *item = ars_call_card_get_item(card);

    command(self, ARS_CMD_ANSWER, item, 0);
    show(self, item);
}

static void on_decline(ArsCallCard *card, ArsCallCards *self)
{
    command(self, ARS_CMD_REJECT, ars_call_card_get_item(card), 0);
}

/* Resuming one holds the other: the engine lets one be heard at a time. */
static void swap_to(ArsCallCards *self, ArsCallItem *item)
{
    if (ars_call_item_get(item)->held)
        command(self, ARS_CMD_RESUME, item, 0);
    show(self, item);
}

static void on_swap(ArsCallCard *card, ArsCallCards *self)
{
    swap_to(self, ars_call_card_get_item(card));
}

static void on_merge(ArsCallCard *card, ArsCallCards *self)
{
    command(self, ARS_CMD_MERGE, ars_call_card_get_item(card), 0);
}

static void on_silence(ArsCallCard *card, gboolean on, ArsCallCards *self)
{
    command(self, ARS_CMD_SILENCE, ars_call_card_get_item(card), on);
}

/* The page stays with those who go on talking. */
static void on_split(ArsCallCard *card, ArsCallCards *self)
{
    ArsCallItem *item = ars_call_card_get_item(card);
    ArsCallItem *other = conference_leg(ars_bridge_calls(self->bridge), item);

    command(self, ARS_CMD_SPLIT, item, 0);
    if (item == self->current && other)
        show(self, other);
}

static void on_hang_up(ArsCallCard *card, ArsCallCards *self)
{
    command(self, ARS_CMD_HANGUP, ars_call_card_get_item(card), 0);
}

/* ---- calls come and go ---- */

static void on_call_added(ArsCallCards *self, ArsCallItem *item)
{
    GtkWidget *card = ars_call_card_new(item);

    g_signal_connect(card, "answer", G_CALLBACK(on_answer), self);
    g_signal_connect(card, "decline", G_CALLBACK(on_decline), self);
    g_signal_connect(card, "swap", G_CALLBACK(on_swap), self);
    g_signal_connect(card, "merge", G_CALLBACK(on_merge), self);
    g_signal_connect(card, "silence", G_CALLBACK(on_silence), self);
    g_signal_connect(card, "split", G_CALLBACK(on_split), self);
    g_signal_connect(card, "hang-up", G_CALLBACK(on_hang_up), self);
    g_signal_connect_object(item, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
    gtk_box_append(self->box, card);
    update(self);
}

static void on_call_ended(ArsCallCards *self, ArsCallItem *item)
{
    for (ArsCallCard *card = first_of(self); card; card = next_of(GTK_WIDGET(card))) {
        if (ars_call_card_get_item(card) != item)
            continue;
        gtk_box_remove(self->box, GTK_WIDGET(card));
        break;
    }
    g_signal_handlers_disconnect_by_func(item, update, self);
    update(self);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    g_clear_object(&ARS_CALL_CARDS(object)->bridge);
    G_OBJECT_CLASS(ars_call_cards_parent_class)->dispose(object);
}

static void ars_call_cards_class_init(ArsCallCardsClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SHOW] = g_signal_new("show-call", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, ARS_TYPE_CALL_ITEM);
}

static void ars_call_cards_init(ArsCallCards *self)
{
    self->box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 6));
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(self->box));
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}

void ars_call_cards_set_bridge(ArsCallCards *self, ArsBridge *bridge)
{
    GListModel *calls = ars_bridge_calls(bridge);

    self->bridge = g_object_ref(bridge);
    g_signal_connect_object(bridge, "call-added", G_CALLBACK(on_call_added), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-ended", G_CALLBACK(on_call_ended), self,
                            G_CONNECT_SWAPPED);
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);

        on_call_added(self, item);
    }
}

void ars_call_cards_set_current(ArsCallCards *self, ArsCallItem *item)
{
    self->current = item;
    update(self);
}

/* The newest that waits beside the one on the page. */
static ArsCallItem *waiting(ArsCallCards *self)
{
    ArsCallItem *found = NULL;

    for (ArsCallCard *card = first_of(self); card; card = next_of(GTK_WIDGET(card))) {
        ArsCallItem *item = ars_call_card_get_item(card);

        if (gtk_widget_get_visible(GTK_WIDGET(card)) && conference_is_free(item) &&
            !(in_conference(self) && ars_call_item_get(item)->merged))
            found = item;
    }
    return found;
}

void ars_call_cards_swap(ArsCallCards *self)
{
    ArsCallItem *item = waiting(self);

    if (item)
        swap_to(self, item);
}

void ars_call_cards_merge(ArsCallCards *self)
{
    ArsCallItem *item = waiting(self);

    if (item && conference_can_merge(ars_bridge_calls(self->bridge), item))
        command(self, ARS_CMD_MERGE, item, 0);
}
