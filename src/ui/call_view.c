/* ui: the calls: one on the page, the others as cards above it. */
#include <glib/gi18n.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/reason.h>

#include "call_cards.h"
#include "call_figures.h"
#include "call_view.h"
#include "conference.h"
#include "keypad.h"
#include "ticker.h"
#include "transfer_panel.h"
#include "words.h"

/* Digits that are shown as sent. */
#define SENT_MAX 24

/* Of an item: the id of the call that it was made to ask for. */
#define ORIGIN "origin"

struct _ArsCallView {
    AdwBin parent_instance;

    /* template widgets */
    ArsCallCards *cards;
    GtkWidget *who;
    GtkLabel *title;
    GtkLabel *number;
    GtkLabel *status;
    GtkLabel *transfer_words;
    ArsCallFigures *media;
    GtkLabel *details;
    GtkLabel *sent;
    GtkWidget *keys_box;
    ArsKeypad *keypad;
    ArsTransferPanel *panel;
    GtkWidget *controls;
    GtkToggleButton *mute;
    GtkButton *hold;
    GtkLabel *hold_label;
    GtkToggleButton *keys;
    GtkToggleButton *transfer;
    GtkWidget *volume_box;
    GtkScale *volume;
    GtkWidget *incoming;
    GtkWidget *ended;
    GtkWidget *hang_up;

    ArsBridge *bridge;
    ArsCallItem *current;
    gulong changed;
    struct ticker *ticker;
    char *word;       /* of another call, until the user does something; NULL */
    guint asks_for;   /* the next call that is dialled is to ask for this one; 0 */
    gboolean setting; /* the change of a control is ours */
};

enum { FINISHED, REDIAL, WORD, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallView, ars_call_view, ADW_TYPE_BIN)

static const struct ars_app_call *current_call(ArsCallView *self)
{
    return self->current ? ars_call_item_get(self->current) : NULL;
}

static void command(ArsCallView *self, enum ars_command_type type, int number, const char *text)
{
    const struct ars_app_call *call = current_call(self);

    g_clear_pointer(&self->word, g_free);
    if (call && self->bridge)
        ars_bridge_command(self->bridge, type, call->id, number, text);
}

static gboolean in_conference(ArsCallView *self)
{
    return current_call(self) && current_call(self)->merged && self->bridge &&
           conference_legs(ars_bridge_calls(self->bridge)) > 1;
}

/* To all who talk together. */
static void command_all(ArsCallView *self, enum ars_command_type type, int number)
{
    GListModel *calls = ars_bridge_calls(self->bridge);

    if (!in_conference(self)) {
        command(self, type, number, NULL);
        return;
    }
    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);

        if (ars_call_item_get(item)->merged)
            ars_bridge_command(self->bridge, type, ars_call_item_get(item)->id, number, NULL);
    }
}

/* ---- what is shown ---- */

static void set_text(GtkLabel *label, const char *text)
{
    if (strcmp(gtk_label_get_text(label), text) != 0)
        gtk_label_set_text(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), text[0] != '\0');
}

static char *conference_clock(ArsCallView *self)
{
    guint64 now = ars_clock_ms(), since = conference_since(ars_bridge_calls(self->bridge));

    return words_clock(now > since ? now - since : 0);
}

static guint on_tick(GtkWidget *widget)
{
    ArsCallView *self = ARS_CALL_VIEW(widget);
    g_autofree char *line = NULL;
    guint ms = 0;

    if (!self->current)
        return 0;
    line = in_conference(self) && !ars_call_item_status(self->current)[0]
               ? conference_clock(self)
               : ars_call_item_line(self->current);
    set_text(self->status, line);
    return ars_call_item_ticks(self->current, &ms) ? ms : 0;
}

static void show_who(ArsCallView *self)
{
    guint n = conference_legs(ars_bridge_calls(self->bridge));
    g_autofree char *others = NULL;

    if (!in_conference(self)) {
        set_text(self->title, ars_call_item_title(self->current));
        set_text(self->number, ars_call_item_number(self->current));
        return;
    }
    others = g_strdup_printf(ngettext("You and %u other", "You and %u others", n), n);
    set_text(self->title, _("Conference"));
    set_text(self->number, others);
}

static void show_words(ArsCallView *self, const struct ars_app_call *call)
{
    g_autofree char *transfer = words_transfer(call);
    g_autofree char *details = NULL;

    show_who(self);
    set_text(self->transfer_words, call->state >= ARS_CALL_ENDING ? ""
                                   : transfer                     ? transfer
                                   : self->word                   ? self->word
                                                                  : "");
    ars_call_figures_set(self->media, call);
    details = call->state == ARS_CALL_ENDED ? words_details(&call->reason) : g_strdup("");
    set_text(self->details, details);
    if (call->held || call->remote_held)
        gtk_widget_add_css_class(self->who, "held");
    else
        gtk_widget_remove_css_class(self->who, "held");
    ticker_kick(self->ticker);
}

/* What takes the place of the volume. */
static gboolean is_open(ArsCallView *self)
{
    return gtk_toggle_button_get_active(self->keys) || gtk_toggle_button_get_active(self->transfer);
}

static void show_controls(ArsCallView *self, const struct ars_app_call *call)
{
    gboolean talking = call->state == ARS_CALL_ESTABLISHED;
    gboolean is_free = conference_is_free(self->current);
    gboolean alone = is_free && !in_conference(self);
    gboolean ours = call->state != ARS_CALL_INCOMING && call->state < ARS_CALL_ENDING;
    const char *hold = call->held ? _("Resume") : _("Hold");

    self->setting = TRUE;
    gtk_widget_set_sensitive(self->controls, ours);
    gtk_widget_set_visible(self->volume_box, ours && !is_open(self));
    gtk_toggle_button_set_active(self->mute, call->muted);
    gtk_label_set_label(self->hold_label, hold);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->hold), GTK_ACCESSIBLE_PROPERTY_LABEL, hold,
                                   -1);
    gtk_button_set_icon_name(self->hold, call->held ? "ars-resume-symbolic" : "ars-hold-symbolic");
    if (call->held)
        gtk_widget_add_css_class(GTK_WIDGET(self->hold), "suggested-action");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self->hold), "suggested-action");
    gtk_widget_set_sensitive(GTK_WIDGET(self->hold), is_free);
    gtk_widget_set_sensitive(GTK_WIDGET(self->keys), talking ? alone : call->early_media);
    gtk_widget_set_sensitive(GTK_WIDGET(self->transfer), alone);
    gtk_range_set_value(GTK_RANGE(self->volume), call->volume);
    self->setting = FALSE;
    gtk_widget_set_visible(self->controls, ours || call->state == ARS_CALL_ENDING);
    gtk_widget_set_visible(self->incoming, call->state == ARS_CALL_INCOMING);
    gtk_widget_set_visible(self->ended, call->state == ARS_CALL_ENDED);
    /* keeps its place: nothing else is ever where it was */
    gtk_widget_set_opacity(self->hang_up, ours ? 1 : 0);
    gtk_widget_set_sensitive(self->hang_up, ours);
    gtk_accessible_update_state(GTK_ACCESSIBLE(self->hang_up), GTK_ACCESSIBLE_STATE_HIDDEN, !ours,
                                -1);
}

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
    const struct ars_app_call *call = current_call(self);

    if (!call)
        return;
    if (call->state >= ARS_CALL_ENDING || in_conference(self))
        gtk_toggle_button_set_active(self->keys, FALSE);
    if (!conference_is_free(self->current) || in_conference(self))
        gtk_toggle_button_set_active(self->transfer, FALSE);
    show_words(self, call);
    show_controls(self, call);
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
    return !self->current || current_call(self)->state == ARS_CALL_ENDED;
}

/* Who rings does not take the place of the one that is talked to; who replaces it does. */
static gboolean belongs_here(ArsCallView *self, const struct ars_app_call *call)
{
    if (call->replaces)
        return current_call(self) && current_call(self)->id == call->replaces;
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

/* An end that was not asked for is shown until the user has seen it. */
static gboolean worth_a_word(const struct ars_app_call *call)
{
    switch (call->reason.code) {
    case ARS_REASON_NONE:
    case ARS_REASON_LOCAL_HANGUP:
    case ARS_REASON_CANCELLED:
    case ARS_REASON_ANSWERED_ELSEWHERE:
    case ARS_REASON_TRANSFERRED:
        return FALSE;
    case ARS_REASON_REMOTE_HANGUP:
        return call->established_ms == 0 && !call->incoming;
    default:
        return !call->incoming || call->established_ms != 0 || call->result == ARS_HISTORY_FAILED;
    }
}

static void finish(ArsCallView *self)
{
    g_autoptr(ArsCallItem) item = g_object_ref(self->current);

    set_current(self, NULL);
    g_signal_emit(self, signals[FINISHED], 0, item);
}

/* What the page, which shows something else then, does not say by itself. NULL: nothing. */
static char *word_of(ArsCallItem *item, gboolean shown)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (call->transfer == ARS_APP_TRANSFER_DONE)
        return words_transfer(call);
    if (shown || !worth_a_word(call))
        return NULL;
    /* Translators: who, and why that call ended */
    return g_strdup_printf(_("%s: %s"), ars_call_item_title(item),
                           words_call_reason(call->reason.code));
}

/* On the page of another call, or, where none is seen, by who listens. */
static void say(ArsCallView *self, char *word)
{
    if (!word)
        return;
    g_free(self->word);
    self->word = word;
    on_current_changed(self);
    g_signal_emit(self, signals[WORD], 0, word);
}

static void on_call_ended(ArsCallView *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);
    ArsCallItem *next = best_call(self);
    g_autofree char *kept = g_steal_pointer(&self->word);
    char *word = word_of(item, item == self->current && !next);

    g_signal_handlers_disconnect_by_func(item, on_any_changed, self);
    ars_transfer_panel_update(self->panel);
    if (item != self->current)
        on_current_changed(self);
    else if (next)
        set_current(self, next);
    else if (worth_a_word(call))
        on_current_changed(self);
    else
        finish(self);
    say(self, word ? word : g_steal_pointer(&kept));
}

static void on_problem(ArsCallView *self, const struct ars_app_problem *problem)
{
    if (problem->kind == ARS_APP_DIAL)
        self->asks_for = 0;
}

static void on_dtmf(ArsCallView *self, guint call, const char *digit)
{
    const struct ars_app_call *mine = current_call(self);
    g_autofree char *text = NULL;

    if (!mine || mine->id != call)
        return;
    /* Translators: a digit that the other side pressed */
    text = g_strdup_printf(_("Received: %s"), digit);
    set_text(self->details, text);
}

/* ---- the user ---- */

static void send_digit(ArsCallView *self, const char *digit)
{
    g_autofree char *text = g_strconcat(gtk_label_get_text(self->sent), digit, NULL);
    size_t n = strlen(text);

    command(self, ARS_CMD_DTMF, 0, digit);
    gtk_label_set_text(self->sent, text + (n > SENT_MAX ? n - SENT_MAX : 0));
}

static void on_key(ArsCallView *self, const char *digit)
{
    send_digit(self, digit);
}

static void on_mute(ArsCallView *self)
{
    if (!self->setting)
        command_all(self, ARS_CMD_MUTE, gtk_toggle_button_get_active(self->mute));
}

static void on_hold(ArsCallView *self)
{
    const struct ars_app_call *call = current_call(self);

    if (call)
        command(self, call->held ? ARS_CMD_RESUME : ARS_CMD_HOLD, 0, NULL);
}

static void show_open(ArsCallView *self)
{
    gtk_widget_set_visible(self->keys_box, gtk_toggle_button_get_active(self->keys));
    gtk_widget_set_visible(GTK_WIDGET(self->panel), gtk_toggle_button_get_active(self->transfer));
    gtk_widget_set_visible(self->volume_box,
                           !is_open(self) && gtk_widget_get_sensitive(self->controls));
}

static void on_keys(ArsCallView *self)
{
    if (gtk_toggle_button_get_active(self->keys))
        gtk_toggle_button_set_active(self->transfer, FALSE);
    show_open(self);
}

static void on_transfer(ArsCallView *self)
{
    gboolean open = gtk_toggle_button_get_active(self->transfer);

    if (open)
        gtk_toggle_button_set_active(self->keys, FALSE);
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

static void on_panel_ask(ArsCallView *self, const char *number)
{
    self->asks_for = current_call(self)->id;
    gtk_toggle_button_set_active(self->transfer, FALSE);
    g_signal_emit(self, signals[REDIAL], 0, number);
}

static void on_volume(ArsCallView *self)
{
    if (!self->setting)
        command_all(self, ARS_CMD_VOLUME, (int)gtk_range_get_value(GTK_RANGE(self->volume)));
}

static void on_hang_up(ArsCallView *self)
{
    command_all(self, ARS_CMD_HANGUP, 0);
}

static void on_answer(ArsCallView *self)
{
    command(self, ARS_CMD_ANSWER, 0, NULL);
}

static void on_decline(ArsCallView *self)
{
    command(self, ARS_CMD_REJECT, 0, NULL);
}

static void on_again(ArsCallView *self)
{
    g_autofree char *number = g_strdup(current_call(self)->number);

    g_signal_emit(self, signals[REDIAL], 0, number);
}

static void on_close(ArsCallView *self)
{
    (void)ars_call_view_dismiss(self);
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
    gtk_widget_class_bind_template_child(widget, ArsCallView, status);
    gtk_widget_class_bind_template_child(widget, ArsCallView, transfer_words);
    gtk_widget_class_bind_template_child(widget, ArsCallView, media);
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
    gtk_widget_class_bind_template_child(widget, ArsCallView, volume);
    gtk_widget_class_bind_template_child(widget, ArsCallView, incoming);
    gtk_widget_class_bind_template_child(widget, ArsCallView, ended);
    gtk_widget_class_bind_template_child(widget, ArsCallView, hang_up);
    gtk_widget_class_bind_template_callback(widget, on_key);
    gtk_widget_class_bind_template_callback(widget, on_mute);
    gtk_widget_class_bind_template_callback(widget, on_hold);
    gtk_widget_class_bind_template_callback(widget, on_keys);
    gtk_widget_class_bind_template_callback(widget, on_transfer);
    gtk_widget_class_bind_template_callback(widget, on_panel_ask);
    gtk_widget_class_bind_template_callback(widget, on_panel_done);
    gtk_widget_class_bind_template_callback(widget, set_current);
    gtk_widget_class_bind_template_callback(widget, on_volume);
    gtk_widget_class_bind_template_callback(widget, on_hang_up);
    gtk_widget_class_bind_template_callback(widget, on_answer);
    gtk_widget_class_bind_template_callback(widget, on_decline);
    gtk_widget_class_bind_template_callback(widget, on_again);
    gtk_widget_class_bind_template_callback(widget, on_close);
}

static void ars_call_view_class_init(ArsCallViewClass *klass)
{
    const GType type = G_TYPE_FROM_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_CALL_CARDS);
    g_type_ensure(ARS_TYPE_KEYPAD);
    g_type_ensure(ARS_TYPE_CALL_FIGURES);
    g_type_ensure(ARS_TYPE_TRANSFER_PANEL);
    signals[FINISHED] = g_signal_new("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, ARS_TYPE_CALL_ITEM);
    signals[REDIAL] = g_signal_new("redial", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[WORD] = g_signal_new("word", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRING);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void ars_call_view_init(ArsCallView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->ticker = ticker_new(GTK_WIDGET(self), on_tick);
}

void ars_call_view_set_bridge(ArsCallView *self, ArsBridge *bridge)
{
    GListModel *calls = ars_bridge_calls(bridge);

    self->bridge = g_object_ref(bridge);
    ars_call_cards_set_bridge(self->cards, bridge);
    ars_transfer_panel_set_bridge(self->panel, bridge);
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

void ars_call_view_hang_up(ArsCallView *self)
{
    const struct ars_app_call *call = current_call(self);

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
    const struct ars_app_call *call = current_call(self);

    if (call && call->state != ARS_CALL_INCOMING && call->state < ARS_CALL_ENDING)
        command_all(self, ARS_CMD_MUTE, !call->muted);
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

gboolean ars_call_view_dismiss(ArsCallView *self)
{
    if (gtk_toggle_button_get_active(self->transfer)) {
        gtk_toggle_button_set_active(self->transfer, FALSE);
        return TRUE;
    }
    if (!self->current || current_call(self)->state != ARS_CALL_ENDED)
        return FALSE;
    finish(self);
    return TRUE;
}
