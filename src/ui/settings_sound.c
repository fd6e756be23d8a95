/* ui: the page of the settings for microphone, speaker and ringing. */
#include <string.h>

#include <glib/gi18n.h>

#include <ars/settings.h>
#include <ars/str.h>
#include <ars/voice.h>

#include "settings_sound.h"

#define DEVICE "device:" /* as in ars/audio.h */

struct _ArsSettingsSound {
    AdwPreferencesPage parent_instance;

    /* template widgets */
    AdwComboRow *microphone;
    AdwComboRow *speaker;
    AdwComboRow *echo;
    AdwComboRow *noise;
    AdwComboRow *gain;
    AdwComboRow *highpass;
    AdwComboRow *ring_device;
    GtkSwitch *ring;

    ArsBridge *bridge;
    gboolean setting; /* the change is ours */
};

G_DEFINE_FINAL_TYPE(ArsSettingsSound, ars_settings_sound, ADW_TYPE_PREFERENCES_PAGE)

/*
 * A list of choices: the default first, then the devices, and what is stored even if it is away.
 * Each has the spec that is stored behind it (NULL: the default).
 */
static void fill(AdwComboRow *row, const char *first, const char *stored,
                 const struct ars_device *devices, gsize n, gboolean input)
{
    g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
    g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func(g_free);
    guint chosen = 0;

    gtk_string_list_append(names, first);
    g_ptr_array_add(specs, NULL);
    for (gsize i = 0; i < n; i++) {
        if (input ? !devices[i].input : !devices[i].output)
            continue;
        gtk_string_list_append(names, devices[i].label);
        g_ptr_array_add(specs, g_strconcat(DEVICE, devices[i].name, NULL));
        if (stored && strcmp(stored, specs->pdata[specs->len - 1]) == 0)
            chosen = specs->len - 1;
    }
    if (stored && chosen == 0) {
        const char *name = g_str_has_prefix(stored, DEVICE) ? stored + strlen(DEVICE) : stored;
        /* Translators: a sound device that is not there now */
        g_autofree char *away = n ? g_strdup_printf(_("%s (not connected)"), name) : g_strdup(name);

        gtk_string_list_append(names, away);
        g_ptr_array_add(specs, g_strdup(stored));
        chosen = specs->len - 1;
    }
    adw_combo_row_set_model(row, G_LIST_MODEL(names));
    adw_combo_row_set_selected(row, chosen);
    g_object_set_data_full(G_OBJECT(row), "specs", g_steal_pointer(&specs),
                           (GDestroyNotify)g_ptr_array_unref);
}

static const char *spec_of(AdwComboRow *row)
{
    GPtrArray *specs = g_object_get_data(G_OBJECT(row), "specs");
    guint i = adw_combo_row_get_selected(row);

    return specs && i < specs->len ? specs->pdata[i] : NULL;
}

static void show_strength(AdwComboRow *row, const char *stored, enum ars_strength usual)
{
    enum ars_strength s = usual;

    if (stored)
        (void)ars_strength_parse(stored, &s);
    adw_combo_row_set_selected(row, (guint)s);
}

static int take_strength(AdwComboRow *row, enum ars_strength usual, char **text)
{
    enum ars_strength s = (enum ars_strength)adw_combo_row_get_selected(row);

    return ars_settings_set_text(text, s == usual ? NULL : ars_strength_name(s));
}

static void show_voice(ArsSettingsSound *self, const struct ars_settings *s)
{
    show_strength(self->echo, s->echo, ARS_VOICE_DEFAULT.echo);
    show_strength(self->noise, s->noise, ARS_VOICE_DEFAULT.noise);
    show_strength(self->gain, s->gain, ARS_VOICE_DEFAULT.gain);
    show_strength(self->highpass, s->highpass, ARS_VOICE_DEFAULT.highpass);
}

static gboolean take_voice(ArsSettingsSound *self, struct ars_settings *s)
{
    return take_strength(self->echo, ARS_VOICE_DEFAULT.echo, &s->echo) == 0 &&
           take_strength(self->noise, ARS_VOICE_DEFAULT.noise, &s->noise) == 0 &&
           take_strength(self->gain, ARS_VOICE_DEFAULT.gain, &s->gain) == 0 &&
           take_strength(self->highpass, ARS_VOICE_DEFAULT.highpass, &s->highpass) == 0;
}

static void show(ArsSettingsSound *self, const struct ars_device *devices, gsize n)
{
    const struct ars_settings *s = ars_app_settings(ars_bridge_app(self->bridge));

    self->setting = TRUE;
    fill(self->microphone, _("As in the system"), s->audio_in, devices, n, TRUE);
    fill(self->speaker, _("As in the system"), s->audio_out, devices, n, FALSE);
    fill(self->ring_device, _("Same as the speaker"), s->audio_ring, devices, n, FALSE);
    show_voice(self, s);
    gtk_switch_set_active(self->ring, !s->ring_off);
    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_device), !s->ring_off);
    self->setting = FALSE;
}

static void on_devices(ArsSettingsSound *self, const struct ars_device *devices, gulong n)
{
    if (ars_bridge_app(self->bridge))
        show(self, devices, n);
}

static void on_changed(ArsSettingsSound *self)
{
    struct ars_app *app = self->bridge ? ars_bridge_app(self->bridge) : NULL;
    struct ars_settings *s;

    if (self->setting || !app)
        return;
    s = ars_settings_dup(ars_app_settings(app));
    if (!s)
        return;
    if (ars_settings_set_text(&s->audio_in, spec_of(self->microphone)) == 0 &&
        ars_settings_set_text(&s->audio_out, spec_of(self->speaker)) == 0 &&
        ars_settings_set_text(&s->audio_ring, spec_of(self->ring_device)) == 0 &&
        take_voice(self, s)) {
        s->ring_off = !gtk_switch_get_active(self->ring);
        (void)ars_app_save_preferences(app, s);
    }
    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_device), !s->ring_off);
    ars_settings_free(s);
}

static void dispose(GObject *object)
{
    ArsSettingsSound *self = ARS_SETTINGS_SOUND(object);

    g_clear_object(&self->bridge);
    G_OBJECT_CLASS(ars_settings_sound_parent_class)->dispose(object);
}

static void ars_settings_sound_class_init(ArsSettingsSoundClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dispose;
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/settings_sound.ui");
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, microphone);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, speaker);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, echo);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, noise);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, gain);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, highpass);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring_device);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring);
    gtk_widget_class_bind_template_callback(widget, on_changed);
}

static void ars_settings_sound_init(ArsSettingsSound *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

void ars_settings_sound_set_bridge(ArsSettingsSound *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    if (!ars_bridge_app(bridge))
        return;
    show(self, NULL, 0);
    g_signal_connect_object(bridge, "devices", G_CALLBACK(on_devices), self, G_CONNECT_SWAPPED);
    (void)ars_app_list_devices(ars_bridge_app(bridge));
}
