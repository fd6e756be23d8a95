/* ui: the calls: what their page shows, and what is said of those that are over. */
#include <glib/gi18n.h>
#include <string.h>

#include <ars/app_watched.h>
#include <ars/clock.h>
#include <ars/reason.h>

#include "call_view_private.h"
#include "conference.h"
#include "ticker.h"
#include "words.h"

const struct ars_app_call *call_view_call(ArsCallView *self)
{
    return self->current ? ars_call_item_get(self->current) : NULL;
}

gboolean call_view_in_conference(ArsCallView *self)
{
    return call_view_call(self) && call_view_call(self)->merged && self->bridge &&
           conference_legs(ars_bridge_calls(self->bridge)) > 1;
}

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

guint call_view_tick(GtkWidget *widget)
{
    ArsCallView *self = ARS_CALL_VIEW(widget);
    g_autofree char *line = NULL;
    guint ms = 0;

    if (!self->current)
        return 0;
    line = call_view_in_conference(self) && !ars_call_item_status(self->current)[0]
               ? conference_clock(self)
               : ars_call_item_line(self->current);
    set_text(self->status, line);
    return ars_call_item_ticks(self->current, &ms) ? ms : 0;
}

static void show_who(ArsCallView *self)
{
    guint n = conference_legs(ars_bridge_calls(self->bridge));
    const struct ars_app_call *call = call_view_call(self);
    g_autofree char *others = NULL;
    g_autofree char *account =
        words_which_account(ars_bridge_app(self->bridge), call->account_id, call->incoming);

    set_text(self->account, call_view_in_conference(self) ? "" : account);
    if (!call_view_in_conference(self)) {
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
    ars_call_levels_set(self->levels, call);
    details = call->state == ARS_CALL_ENDED ? words_call_details(&call->reason) : g_strdup("");
    set_text(self->details, details);
    if (call->held || call->remote_held)
        gtk_widget_add_css_class(self->who, "held");
    else
        gtk_widget_remove_css_class(self->who, "held");
    ticker_kick(self->ticker);
}

gboolean call_view_is_open(ArsCallView *self)
{
    return gtk_toggle_button_get_active(self->keys) || gtk_toggle_button_get_active(self->transfer);
}

static void show_controls(ArsCallView *self, const struct ars_app_call *call)
{
    gboolean talking = call->state == ARS_CALL_ESTABLISHED;
    gboolean is_free = conference_is_free(self->current);
    gboolean alone = is_free && !call_view_in_conference(self);
    gboolean ours = call->state != ARS_CALL_INCOMING && call->state < ARS_CALL_ENDING;
    const char *hold = call->held ? _("Resume") : _("Hold");

    self->setting = TRUE;
    gtk_widget_set_sensitive(self->controls, ours);
    gtk_widget_set_visible(self->volume_box, ours && !call_view_is_open(self));
    gtk_widget_set_visible(self->park,
                           talking && alone && !call_view_is_open(self) &&
                               ars_app_can_park(ars_bridge_app(self->bridge), call->account_id));
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
    gtk_widget_set_sensitive(GTK_WIDGET(self->transfer),
                             ars_transfer_panel_is_for(self->panel, self->current) &&
                                 !call_view_in_conference(self) && !call->reconnecting);
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

void call_view_update(ArsCallView *self)
{
    const struct ars_app_call *call = call_view_call(self);

    show_words(self, call);
    show_controls(self, call);
}

/* ---- words ---- */

gboolean call_view_worth_a_word(const struct ars_app_call *call)
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

char *call_view_word_of(ArsCallItem *item, gboolean shown)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (call->transfer == ARS_APP_TRANSFER_DONE)
        return words_transfer(call);
    if (shown || !call_view_worth_a_word(call))
        return NULL;
    /* Translators: who, and why that call ended */
    return g_strdup_printf(_("%s: %s"), ars_call_item_title(item),
                           words_call_reason(call->reason.code));
}
