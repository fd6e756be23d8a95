/* ui: the page of the settings for do not disturb, forwarding and answers by itself. */
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include <ars/answering.h>
#include <ars/engine.h>
#include <ars/reason.h>
#include <ars/settings.h>

#include "hint_row.h"
#include "settings_calls.h"
#include "words.h"

struct _ArsSettingsCalls {
    AdwPreferencesPage parent_instance;

    /* template widgets */
    GtkSwitch *do_not_disturb;
    AdwActionRow *forwarding_row;
    GtkSwitch *forwarding;
    AdwEntryRow *always;
    AdwEntryRow *busy;
    AdwEntryRow *no_answer;
    ArsHintRow *always_hint;
    ArsHintRow *busy_hint;
    ArsHintRow *no_answer_hint;
    GtkSpinButton *after;
    GtkSpinButton *calls_max;
    GtkSwitch *refuse_anonymous;
    GtkSwitch *record_tone;
    AdwEntryRow *auto_answer;
    ArsHintRow *auto_answer_hint;

    ArsBridge *bridge;
    gboolean setting; /* the change is ours */
};

G_DEFINE_FINAL_TYPE(ArsSettingsCalls, ars_settings_calls, ADW_TYPE_PREFERENCES_PAGE)

static struct ars_app *app_of(ArsSettingsCalls *self)
{
    return self->bridge ? ars_bridge_app(self->bridge) : NULL;
}

static void set_text(AdwEntryRow *row, const char *text)
{
    gtk_editable_set_text(GTK_EDITABLE(row), text ? text : "");
}

static void show_texts(ArsSettingsCalls *self)
{
    const struct ars_settings *s = ars_app_settings(app_of(self));

    set_text(self->always, s->forward_always);
    set_text(self->busy, s->forward_busy);
    set_text(self->no_answer, s->forward_no_answer);
    set_text(self->auto_answer, s->auto_answer);
}

static gboolean has_target(const struct ars_settings *s)
{
    return s->forward_always || s->forward_busy || s->forward_no_answer;
}

/* The texts are left alone: the user may be typing. */
static void show(ArsSettingsCalls *self)
{
    const struct ars_settings *s = ars_app_settings(app_of(self));
    guint after = s->forward_after_s ? s->forward_after_s : ARS_FORWARD_AFTER_S;

    self->setting = TRUE;
    gtk_switch_set_active(self->do_not_disturb, s->do_not_disturb);
    gtk_switch_set_active(self->forwarding, s->forwarding && has_target(s));
    gtk_widget_set_sensitive(GTK_WIDGET(self->forwarding), has_target(s));
    adw_action_row_set_subtitle(self->forwarding_row,
                                has_target(s) ? "" : _("First enter below to whom."));
    gtk_switch_set_active(self->refuse_anonymous, s->refuse_anonymous);
    gtk_switch_set_active(self->record_tone, s->record_tone);
    gtk_spin_button_set_value(self->after, after);
    gtk_spin_button_set_value(self->calls_max, s->calls_max ? s->calls_max : ARS_CALLS_AT_ONCE);
    self->setting = FALSE;
}

/* Digits behind a comma are no place to send a caller to. */
static gboolean can_be_called(const char *typed)
{
    char *number = NULL;
    char *wire = NULL;
    gboolean ok =
        !*typed || (!strchr(typed, ',') && strlen(typed) <= ARS_SETTINGS_TEXT_MAX &&
                    ars_engine_check_number(NULL, typed, NULL, NULL, &number, &wire, NULL) == 0);

    free(number);
    free(wire);
    return ok;
}

/* Without anybody to forward to, forwarding is off. */
static void save(ArsSettingsCalls *self, struct ars_settings *s)
{
    s->forwarding = s->forwarding && has_target(s);
    ars_bridge_save_preferences(self->bridge, s);
    ars_settings_free(s);
}

/* What can be changed; NULL: nothing now. */
static struct ars_settings *begin(ArsSettingsCalls *self)
{
    struct ars_app *app = app_of(self);

    return app && !self->setting ? ars_settings_dup(ars_app_settings(app)) : NULL;
}

static void on_switched(ArsSettingsCalls *self)
{
    struct ars_settings *s = begin(self);

    if (!s)
        return;
    s->do_not_disturb = gtk_switch_get_active(self->do_not_disturb);
    s->forwarding = gtk_switch_get_active(self->forwarding);
    s->refuse_anonymous = gtk_switch_get_active(self->refuse_anonymous);
    s->record_tone = gtk_switch_get_active(self->record_tone);
    s->forward_after_s = (uint32_t)gtk_spin_button_get_value_as_int(self->after);
    s->calls_max = (uint32_t)gtk_spin_button_get_value_as_int(self->calls_max);
    save(self, s);
}

static ArsHintRow *hint_of(ArsSettingsCalls *self, AdwEntryRow *row)
{
    return row == self->always      ? self->always_hint
           : row == self->busy      ? self->busy_hint
           : row == self->no_answer ? self->no_answer_hint
                                    : self->auto_answer_hint;
}

static void on_number_typed(ArsSettingsCalls *self, AdwEntryRow *row)
{
    ars_hint_row_set_error(hint_of(self, row), NULL);
}

/* Of this row alone: in the others somebody may be typing. What cannot be called is not stored. */
static void on_number(ArsSettingsCalls *self, AdwEntryRow *row)
{
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(row));
    struct ars_settings *s;

    if (!can_be_called(typed)) {
        ars_hint_row_set_error(hint_of(self, row), words_call_reason(ARS_REASON_BAD_NUMBER));
        return;
    }
    s = begin(self);
    if (!s)
        return;
    (void)ars_settings_set_text(row == self->always ? &s->forward_always
                                : row == self->busy ? &s->forward_busy
                                                    : &s->forward_no_answer,
                                typed);
    save(self, s);
}

static void on_auto_answer(ArsSettingsCalls *self)
{
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->auto_answer));
    struct ars_settings *s;

    if (strlen(typed) > ARS_SETTINGS_TEXT_MAX) {
        ars_hint_row_set_error(self->auto_answer_hint,
                               _("This is too long. An asterisk stands for many numbers."));
        return;
    }
    s = begin(self);
    if (!s)
        return;
    (void)ars_settings_set_text(&s->auto_answer, typed);
    save(self, s);
}

static void dispose(GObject *object)
{
    ArsSettingsCalls *self = ARS_SETTINGS_CALLS(object);

    g_clear_object(&self->bridge);
    G_OBJECT_CLASS(ars_settings_calls_parent_class)->dispose(object);
}

static void ars_settings_calls_class_init(ArsSettingsCallsClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_HINT_ROW);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/settings_calls.ui");
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, do_not_disturb);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, forwarding_row);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, forwarding);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, always);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, busy);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, no_answer);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, always_hint);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, busy_hint);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, no_answer_hint);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, after);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, calls_max);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, refuse_anonymous);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, record_tone);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, auto_answer);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, auto_answer_hint);
    gtk_widget_class_bind_template_callback(widget, on_switched);
    gtk_widget_class_bind_template_callback(widget, on_number);
    gtk_widget_class_bind_template_callback(widget, on_number_typed);
    gtk_widget_class_bind_template_callback(widget, on_auto_answer);
}

static void ars_settings_calls_init(ArsSettingsCalls *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

void ars_settings_calls_set_bridge(ArsSettingsCalls *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    if (!ars_bridge_app(bridge))
        return;
    show_texts(self);
    show(self);
    g_signal_connect_object(bridge, "preferences", G_CALLBACK(show), self, G_CONNECT_SWAPPED);
}
