/* ui: the page of the settings for do not disturb, forwarding and answers by itself. */
#include <stdlib.h>
#include <string.h>

#include <ars/answering.h>
#include <ars/engine.h>
#include <ars/settings.h>

#include "settings_calls.h"

struct _ArsSettingsCalls {
    AdwPreferencesPage parent_instance;

    /* template widgets */
    GtkSwitch *do_not_disturb;
    GtkSwitch *forwarding;
    AdwEntryRow *always;
    AdwEntryRow *busy;
    AdwEntryRow *no_answer;
    GtkSpinButton *after;
    GtkSwitch *refuse_anonymous;
    AdwEntryRow *auto_answer;

    ArsBridge *bridge;
    gboolean setting; /* the change is ours */
};

G_DEFINE_FINAL_TYPE(ArsSettingsCalls, ars_settings_calls, ADW_TYPE_PREFERENCES_PAGE)

static void set_text(AdwEntryRow *row, const char *text)
{
    gtk_editable_set_text(GTK_EDITABLE(row), text ? text : "");
}

static void show(ArsSettingsCalls *self)
{
    const struct ars_settings *s = ars_app_settings(ars_bridge_app(self->bridge));
    guint after = s->forward_after_s ? s->forward_after_s : ARS_FORWARD_AFTER_S;

    self->setting = TRUE;
    gtk_switch_set_active(self->do_not_disturb, s->do_not_disturb);
    gtk_switch_set_active(self->forwarding, s->forwarding);
    gtk_switch_set_active(self->refuse_anonymous, s->refuse_anonymous);
    gtk_spin_button_set_value(self->after, after);
    set_text(self->always, s->forward_always);
    set_text(self->busy, s->forward_busy);
    set_text(self->no_answer, s->forward_no_answer);
    set_text(self->auto_answer, s->auto_answer);
    self->setting = FALSE;
}

/* Digits behind a comma are no place to send a caller to. */
static gboolean can_be_called(const char *typed)
{
    char *number = NULL;
    char *wire = NULL;
    gboolean ok =
        !*typed || (!strchr(typed, ',') &&
                    ars_engine_check_number(NULL, typed, NULL, NULL, &number, &wire, NULL) == 0);

    free(number);
    free(wire);
    return ok;
}

/* What cannot be called is marked, and what was stored stays. */
static void take_number(AdwEntryRow *row, char **to)
{
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(row));

    if (!can_be_called(typed)) {
        gtk_widget_add_css_class(GTK_WIDGET(row), "error");
        return;
    }
    gtk_widget_remove_css_class(GTK_WIDGET(row), "error");
    (void)ars_settings_set_text(to, typed);
}

static void on_changed(ArsSettingsCalls *self)
{
    struct ars_app *app = self->bridge ? ars_bridge_app(self->bridge) : NULL;
    struct ars_settings *s = self->setting || !app ? NULL : ars_settings_dup(ars_app_settings(app));

    if (!s)
        return;
    s->do_not_disturb = gtk_switch_get_active(self->do_not_disturb);
    s->forwarding = gtk_switch_get_active(self->forwarding);
    s->refuse_anonymous = gtk_switch_get_active(self->refuse_anonymous);
    s->forward_after_s = (uint32_t)gtk_spin_button_get_value_as_int(self->after);
    take_number(self->always, &s->forward_always);
    take_number(self->busy, &s->forward_busy);
    take_number(self->no_answer, &s->forward_no_answer);
    (void)ars_settings_set_text(&s->auto_answer,
                                gtk_editable_get_text(GTK_EDITABLE(self->auto_answer)));
    ars_bridge_save_preferences(self->bridge, s);
    ars_settings_free(s);
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
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/settings_calls.ui");
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, do_not_disturb);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, forwarding);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, always);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, busy);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, no_answer);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, after);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, refuse_anonymous);
    gtk_widget_class_bind_template_child(widget, ArsSettingsCalls, auto_answer);
    gtk_widget_class_bind_template_callback(widget, on_changed);
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
    show(self);
    g_signal_connect_object(bridge, "preferences", G_CALLBACK(show), self, G_CONNECT_SWAPPED);
}
