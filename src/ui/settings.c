/* ui: the settings: the account first, then the sound. */
#include "settings.h"
#include "settings_account.h"
#include "settings_calls.h"
#include "settings_sound.h"

struct _ArsSettings {
    AdwPreferencesWindow parent_instance;

    /* template widgets */
    ArsSettingsAccount *account;
    ArsSettingsCalls *calls;
    ArsSettingsSound *sound;
};

enum { CONNECTED, DEMO, LOOK, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsSettings, ars_settings_window, ADW_TYPE_PREFERENCES_WINDOW)

static void on_connected(ArsSettings *self)
{
    g_signal_emit(self, signals[CONNECTED], 0);
    gtk_window_close(GTK_WINDOW(self));
}

static void on_demo(ArsSettings *self)
{
    g_signal_emit(self, signals[DEMO], 0);
    gtk_window_close(GTK_WINDOW(self));
}

static void on_look(ArsSettings *self)
{
    g_signal_emit(self, signals[LOOK], 0);
}

static void ars_settings_window_class_init(ArsSettingsClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);
    static const char *const names[] = {"connected", "demo", "look"};

    g_type_ensure(ARS_TYPE_SETTINGS_ACCOUNT);
    g_type_ensure(ARS_TYPE_SETTINGS_CALLS);
    g_type_ensure(ARS_TYPE_SETTINGS_SOUND);
    for (int i = 0; i < SIGNALS; i++)
        signals[i] =
            g_signal_new(names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget, "/io/github/arsphone/ArsPhone/settings.ui");
    gtk_widget_class_bind_template_child(widget, ArsSettings, account);
    gtk_widget_class_bind_template_child(widget, ArsSettings, calls);
    gtk_widget_class_bind_template_child(widget, ArsSettings, sound);
    gtk_widget_class_bind_template_callback(widget, on_connected);
    gtk_widget_class_bind_template_callback(widget, on_demo);
    gtk_widget_class_bind_template_callback(widget, on_look);
    gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void ars_settings_window_init(ArsSettings *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

ArsSettings *ars_settings_window_new(GtkWindow *parent, ArsBridge *bridge)
{
    ArsSettings *self = g_object_new(ARS_TYPE_SETTINGS, "transient-for", parent, NULL);

    ars_settings_account_set_bridge(self->account, bridge);
    ars_settings_calls_set_bridge(self->calls, bridge);
    ars_settings_sound_set_bridge(self->sound, bridge);
    return self;
}

const char *ars_settings_window_account_id(ArsSettings *self)
{
    return ars_settings_account_get_id(self->account);
}

void ars_settings_window_show_sound(ArsSettings *self)
{
    adw_preferences_window_set_visible_page(ADW_PREFERENCES_WINDOW(self),
                                            ADW_PREFERENCES_PAGE(self->sound));
}
