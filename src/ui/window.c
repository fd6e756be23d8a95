/* ui: the main window: pages on the one side, the call beside them or in their place. */
#include <glib/gi18n.h>

#include <ars/reason.h>

#include "referral.h"
#include "reveal.h"
#include "ticker.h"
#include "window_private.h"
#include "words.h"

/* From this width on the call stands beside the pages. */
#define WIDE 860

/* Pixels that a toast needs around its text. */
#define TOAST_FRAME 170

G_DEFINE_FINAL_TYPE(ArsWindow, ars_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- where one is ---- */

gboolean window_shows_call(ArsWindow *self)
{
    return ars_call_view_get_current(self->call_view) &&
           (!adw_leaflet_get_folded(self->leaflet) ||
            adw_leaflet_get_visible_child(self->leaflet) == GTK_WIDGET(self->call_view));
}

/* The bar that leads back to a call out of sight. */
static guint on_tick(GtkWidget *widget)
{
    ArsWindow *self = ARS_WINDOW(widget);
    ArsCallItem *item = ars_call_view_get_current(self->call_view);
    g_autofree char *line = NULL;
    guint ms = 0;

    if (!item || window_shows_call(self))
        return 0;
    line = ars_call_item_line(item);
    gtk_label_set_text(self->call_bar_title, ars_call_item_title(item));
    gtk_label_set_text(self->call_bar_status, line);
    return ars_call_item_ticks(item, &ms) ? ms : 0;
}

/* GTK 4.8 tells a screen reader of pages that are out of sight, too. */
static void tell_hidden(GtkWidget *widget, gboolean hidden)
{
    gtk_accessible_update_state(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

/*
 * The line's words are the title, or, beside the switcher, at the start: there they get no more
 * than half of the width.
 */
static void update_header(ArsWindow *self)
{
    GtkWidget *title = self->wide ? self->switcher : GTK_WIDGET(self->line_button);

    if (adw_bin_get_child(self->title) == title)
        return;
    if (!self->wide && gtk_widget_get_parent(GTK_WIDGET(self->line_button)))
        adw_header_bar_remove(self->header, GTK_WIDGET(self->line_button));
    adw_bin_set_child(self->title, title);
    if (self->wide)
        adw_header_bar_pack_start(self->header, GTK_WIDGET(self->line_button));
}

static void update_layout(ArsWindow *self)
{
    ArsCallItem *item = ars_call_view_get_current(self->call_view);
    gboolean shows = window_shows_call(self);

    gtk_widget_set_visible(GTK_WIDGET(self->call_view), item != NULL);
    update_header(self);
    gtk_widget_set_visible(self->switcher_bar, !self->wide);
    gtk_widget_set_visible(self->back, shows && adw_leaflet_get_folded(self->leaflet));
    reveal(self->call_bar, item && !shows);
    tell_hidden(self->pages, shows && adw_leaflet_get_folded(self->leaflet));
    tell_hidden(GTK_WIDGET(self->call_view), !shows);
    tell_hidden(GTK_WIDGET(self->dialpad),
                adw_view_stack_get_visible_child(self->stack) != GTK_WIDGET(self->dialpad));
    tell_hidden(GTK_WIDGET(self->watched),
                adw_view_stack_get_visible_child(self->stack) != GTK_WIDGET(self->watched));
    tell_hidden(GTK_WIDGET(self->journal),
                adw_view_stack_get_visible_child(self->stack) != GTK_WIDGET(self->journal));
    ticker_kick(self->ticker);
}

void window_show_pages(ArsWindow *self)
{
    adw_leaflet_set_visible_child(self->leaflet, self->pages);
    update_layout(self);
}

static void show_call(ArsWindow *self)
{
    GtkWidget *focus;

    gtk_widget_set_visible(GTK_WIDGET(self->call_view), TRUE);
    adw_leaflet_set_visible_child(self->leaflet, GTK_WIDGET(self->call_view));
    if (self->toast)
        adw_toast_dismiss(self->toast); /* it would cover what ends the call */
    update_layout(self);
    focus = gtk_window_get_focus(GTK_WINDOW(self));
    if (window_shows_call(self) &&
        !(focus && gtk_widget_is_ancestor(focus, GTK_WIDGET(self->call_view))))
        gtk_widget_child_focus(GTK_WIDGET(self->call_view), GTK_DIR_TAB_FORWARD);
}

static gboolean on_layout_idle(gpointer arg)
{
    ArsWindow *self = arg;

    self->layout_idle = 0;
    adw_leaflet_set_can_unfold(self->leaflet, self->wide);
    ars_banner_adapt(self->line_banner, gtk_widget_get_width(GTK_WIDGET(self)));
    ars_banner_adapt(self->answering, gtk_widget_get_width(GTK_WIDGET(self)));
    ars_banner_adapt(self->notice, gtk_widget_get_width(GTK_WIDGET(self)));
    update_layout(self);
    return G_SOURCE_REMOVE;
}

/* No child may change while sizes are given out: it would be left without one. */
static void queue_layout(ArsWindow *self)
{
    if (!self->layout_idle)
        self->layout_idle = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_layout_idle, self, NULL);
}

static void size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    ArsWindow *self = ARS_WINDOW(widget);
    gboolean wide = width >= WIDE;

    if (wide != self->wide || !ars_banner_fits(self->line_banner, width) ||
        !ars_banner_fits(self->answering, width) || !ars_banner_fits(self->notice, width)) {
        self->wide = wide;
        queue_layout(self);
    }
    GTK_WIDGET_CLASS(ars_window_parent_class)->size_allocate(widget, width, height, baseline);
}

/* ---- the line, the journal ---- */

static void on_line_changed(ArsWindow *self)
{
    ars_dialpad_set_ready(self->dialpad, ars_account_item_ready(ars_bridge_line(self->bridge)));
    window_notices_update_line(self);
    ars_line_button_show_others(self->line_button, ars_bridge_lines(self->bridge));
    window_mailbox_update(self);
}

static void update_missed(ArsWindow *self)
{
    guint missed = ars_bridge_missed(self->bridge);
    AdwViewStackPage *page = adw_view_stack_get_page(self->stack, GTK_WIDGET(self->journal));
    gboolean looks =
        gtk_window_is_active(GTK_WINDOW(self)) && gtk_widget_get_mapped(GTK_WIDGET(self->journal));

    if (missed && looks && ars_bridge_app(self->bridge))
        (void)ars_app_journal_seen(ars_bridge_app(self->bridge));
    adw_view_stack_page_set_badge_number(page, missed);
    adw_view_stack_page_set_needs_attention(page, missed > 0);
}

/* The number called last, from the first look at the journal. */
static void on_journal_page(ArsWindow *self, gulong offset, GPtrArray *page)
{
    for (guint i = 0; i < page->len && !self->knows_last; i++) {
        const struct ars_history_entry *e = ars_journal_item_get(page->pdata[i]);

        if (e->incoming)
            continue;
        ars_dialpad_set_last(self->dialpad, e->number);
        self->knows_last = TRUE;
    }
}

/* ---- calls ---- */

static void on_call_added(ArsWindow *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (!call->incoming) {
        ars_dialpad_set_last(self->dialpad, self->dialled ? self->dialled : call->number);
        self->knows_last = TRUE;
        g_clear_pointer(&self->dialled, g_free);
        ars_dialpad_clear(self->dialpad);
        show_call(self);
    }
    update_layout(self);
}

/* An answered call comes to the front, wherever it was answered. */
static void on_call_changed(ArsCallItem *item, ArsWindow *self)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (call->state != ARS_CALL_INCOMING && call->incoming &&
        !g_object_get_data(G_OBJECT(item), "answered")) {
        g_object_set_data(G_OBJECT(item), "answered", GINT_TO_POINTER(1));
        if (call->state == ARS_CALL_ANSWERING || call->state == ARS_CALL_ESTABLISHED) {
            ars_call_view_show(self->call_view, item);
            show_call(self);
        }
    }
    referral_update(GTK_WINDOW(self), self->bridge, item);
    update_layout(self);
}

static void on_item_added(ArsWindow *self, ArsCallItem *item)
{
    if (ars_call_item_get(item)->replaces) /* answered long ago, for the user */
        g_object_set_data(G_OBJECT(item), "answered", GINT_TO_POINTER(1));
    g_signal_connect_object(item, "changed", G_CALLBACK(on_call_changed), self, 0);
    on_call_added(self, item);
}

static void on_call_ended(ArsWindow *self, ArsCallItem *item)
{
    referral_update(GTK_WINDOW(self), self->bridge, item);
    update_layout(self);
}

static void on_finished(ArsWindow *self, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);

    if (call->established_ms && call->reason.code == ARS_REASON_REMOTE_HANGUP)
        ars_window_toast(self, _("The other side hung up"));
    gtk_widget_set_visible(GTK_WIDGET(self->call_view), FALSE);
    window_show_pages(self);
    if (g_strcmp0(adw_view_stack_get_visible_child_name(self->stack), "dial") == 0)
        ars_dialpad_focus(self->dialpad);
}

static void on_dial(ArsWindow *self, const char *number)
{
    ars_window_dial(self, NULL, number);
}

static void on_redial(ArsWindow *self, const char *number, const char *account_id)
{
    ars_window_dial(self, account_id, number);
}

/* The page of a call says it itself. */
static void on_word(ArsWindow *self, const char *word)
{
    if (!window_shows_call(self))
        ars_window_toast(self, word);
}

static void on_call_bar(ArsWindow *self)
{
    show_call(self);
}

static void on_back(ArsWindow *self)
{
    window_show_pages(self);
}

static void on_visible_child(ArsWindow *self)
{
    update_layout(self);
}

/* ---- the object ---- */

static gboolean close_request(GtkWindow *window)
{
    ArsWindow *self = ARS_WINDOW(window);
    struct ars_app *app = ars_bridge_app(self->bridge);
    struct ars_settings *s = app ? ars_settings_dup(ars_app_settings(app)) : NULL;
    int width, height;

    gtk_window_get_default_size(window, &width, &height);
    if (s && (s->window_width != width || s->window_height != height)) {
        s->window_width = width;
        s->window_height = height;
        (void)ars_app_save_preferences(app, s);
    }
    ars_settings_free(s);
    /* asks during a call, un-registers, and then closes all windows */
    g_action_group_activate_action(G_ACTION_GROUP(gtk_window_get_application(window)), "quit",
                                   NULL);
    return GDK_EVENT_STOP;
}

static void dispose(GObject *object)
{
    ArsWindow *self = ARS_WINDOW(object);

    g_clear_handle_id(&self->layout_idle, g_source_remove);
    g_clear_pointer(&self->ticker, ticker_free);
    window_notices_clear(self);
    g_clear_pointer(&self->dialled, g_free);
    g_clear_weak_pointer(&self->toast);
    if (self->bridge)
        g_signal_handlers_disconnect_by_data(ars_bridge_line(self->bridge), self);
    g_clear_object(&self->bridge);
    G_OBJECT_CLASS(ars_window_parent_class)->dispose(object);
}

static void bind_template(GtkWidgetClass *widget)
{
    gtk_widget_class_set_template_from_resource(widget, "/io/github/arsphone/ArsPhone/window.ui");
    gtk_widget_class_bind_template_child(widget, ArsWindow, line_button);
    gtk_widget_class_bind_template_child(widget, ArsWindow, back);
    gtk_widget_class_bind_template_child(widget, ArsWindow, header);
    gtk_widget_class_bind_template_child(widget, ArsWindow, title);
    gtk_widget_class_bind_template_child(widget, ArsWindow, switcher);
    gtk_widget_class_bind_template_child(widget, ArsWindow, toasts);
    gtk_widget_class_bind_template_child(widget, ArsWindow, line_banner);
    gtk_widget_class_bind_template_child(widget, ArsWindow, answering);
    gtk_widget_class_bind_template_child(widget, ArsWindow, notice);
    gtk_widget_class_bind_template_child(widget, ArsWindow, leaflet);
    gtk_widget_class_bind_template_child(widget, ArsWindow, pages);
    gtk_widget_class_bind_template_child(widget, ArsWindow, stack);
    gtk_widget_class_bind_template_child(widget, ArsWindow, dialpad);
    gtk_widget_class_bind_template_child(widget, ArsWindow, journal);
    gtk_widget_class_bind_template_child(widget, ArsWindow, watched);
    gtk_widget_class_bind_template_child(widget, ArsWindow, mailbox);
    gtk_widget_class_bind_template_child(widget, ArsWindow, mailbox_count);
    gtk_widget_class_bind_template_child(widget, ArsWindow, mailboxes);
    gtk_widget_class_bind_template_child(widget, ArsWindow, mailboxes_count);
    gtk_widget_class_bind_template_child(widget, ArsWindow, mailbox_list);
    gtk_widget_class_bind_template_child(widget, ArsWindow, switcher_bar);
    gtk_widget_class_bind_template_child(widget, ArsWindow, call_bar);
    gtk_widget_class_bind_template_child(widget, ArsWindow, call_bar_button);
    gtk_widget_class_bind_template_child(widget, ArsWindow, call_bar_title);
    gtk_widget_class_bind_template_child(widget, ArsWindow, call_bar_status);
    gtk_widget_class_bind_template_child(widget, ArsWindow, call_view);
    gtk_widget_class_bind_template_callback(widget, on_dial);
    gtk_widget_class_bind_template_callback(widget, on_redial);
    gtk_widget_class_bind_template_callback(widget, on_finished);
    gtk_widget_class_bind_template_callback(widget, on_word);
    gtk_widget_class_bind_template_callback(widget, on_call_bar);
    gtk_widget_class_bind_template_callback(widget, on_back);
    gtk_widget_class_bind_template_callback(widget, on_visible_child);
    gtk_widget_class_bind_template_callback(widget, queue_layout);
    gtk_widget_class_bind_template_callback(widget, window_notices_on_line_clicked);
    gtk_widget_class_bind_template_callback(widget, window_notices_on_clicked);
    gtk_widget_class_bind_template_callback(widget, window_answering_on_clicked);
    gtk_widget_class_bind_template_callback(widget, window_mailbox_on_clicked);
}

static void ars_window_class_init(ArsWindowClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    widget->size_allocate = size_allocate;
    GTK_WINDOW_CLASS(klass)->close_request = close_request;
    g_type_ensure(ARS_TYPE_BANNER);
    g_type_ensure(ARS_TYPE_CALL_VIEW);
    g_type_ensure(ARS_TYPE_DIALPAD);
    g_type_ensure(ARS_TYPE_HISTORY_VIEW);
    g_type_ensure(ARS_TYPE_LINE_BUTTON);
    g_type_ensure(ARS_TYPE_WATCHED_VIEW);
    bind_template(widget);
    window_keys_init(klass);
}

static void ars_window_init(ArsWindow *self)
{
    g_queue_init(&self->notices);
    gtk_widget_init_template(GTK_WIDGET(self));
    reveal_setup(self->call_bar);
}

static void restore_size(ArsWindow *self)
{
    const struct ars_settings *s = ars_app_settings(ars_bridge_app(self->bridge));

    if (s->window_width > 0 && s->window_height > 0)
        gtk_window_set_default_size(GTK_WINDOW(self), s->window_width, s->window_height);
}

ArsWindow *ars_window_new(GtkApplication *app, ArsBridge *bridge)
{
    ArsWindow *self = g_object_new(ARS_TYPE_WINDOW, "application", app, NULL);

    self->bridge = g_object_ref(bridge);
    self->ticker = ticker_new(GTK_WIDGET(self), on_tick);
    ars_line_button_set_line(self->line_button, ars_bridge_line(bridge));
    ars_call_view_set_bridge(self->call_view, bridge);
    ars_history_view_set_bridge(self->journal, bridge);
    ars_dialpad_set_bridge(self->dialpad, bridge);
    g_signal_connect_object(bridge, "preferences", G_CALLBACK(window_answering_update), self,
                            G_CONNECT_SWAPPED);
    window_answering_update(self);
    ars_watched_view_set_bridge(self->watched, bridge);
    g_signal_connect_object(bridge, "watched-changed", G_CALLBACK(window_mailbox_update), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-added", G_CALLBACK(on_item_added), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-ended", G_CALLBACK(on_call_ended), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "notify::missed", G_CALLBACK(update_missed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "journal-page", G_CALLBACK(on_journal_page), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self, "notify::is-active", G_CALLBACK(update_missed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->journal, "map", G_CALLBACK(update_missed), self,
                            G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    g_signal_connect_object(bridge, "lines-changed", G_CALLBACK(on_line_changed), self,
                            G_CONNECT_SWAPPED);
    window_keys_setup(self);
    if (ars_bridge_app(bridge))
        restore_size(self);
    on_line_changed(self);
    update_missed(self);
    update_layout(self);
    ars_bridge_journal(bridge, "", 0, 50);
    ars_dialpad_focus(self->dialpad);
    return self;
}

void ars_window_show_page(ArsWindow *self, const char *name)
{
    adw_view_stack_set_visible_child_name(self->stack, name);
    window_show_pages(self);
    if (g_strcmp0(name, "dial") == 0)
        ars_dialpad_focus(self->dialpad);
}

void ars_window_enter_number(ArsWindow *self, const char *number)
{
    ars_window_show_page(self, "dial");
    ars_dialpad_set_number(self->dialpad, number);
}

void ars_window_dial(ArsWindow *self, const char *account_id, const char *number)
{
    g_free(self->dialled);
    self->dialled = g_strdup(number);
    ars_bridge_dial(self->bridge, account_id, number);
}

void ars_window_show_call(ArsWindow *self, guint id)
{
    ArsCallItem *item = ars_bridge_find_call(self->bridge, id);

    if (!item)
        return;
    ars_call_view_show(self->call_view, item);
    show_call(self);
}

/* How many characters fit in a line of it: it would not wrap by itself. */
static int toast_chars(ArsWindow *self)
{
    PangoFontMetrics *metrics =
        pango_context_get_metrics(gtk_widget_get_pango_context(GTK_WIDGET(self)), NULL, NULL);
    int width = PANGO_PIXELS(pango_font_metrics_get_approximate_char_width(metrics));

    pango_font_metrics_unref(metrics);
    return MAX(8, (gtk_widget_get_width(GTK_WIDGET(self->toasts)) - TOAST_FRAME) / MAX(width, 1));
}

void ars_window_toast(ArsWindow *self, const char *words)
{
    GtkWidget *label = gtk_label_new(words);
    AdwToast *toast = adw_toast_new("");

    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), toast_chars(self));
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "heading");
    adw_toast_set_custom_title(toast, label);
    if (self->toast)
        adw_toast_dismiss(self->toast); /* the newest counts */
    g_set_weak_pointer(&self->toast, toast);
    adw_toast_overlay_add_toast(self->toasts, toast);
}
