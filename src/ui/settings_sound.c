/* ui: the page of the settings for microphone, speaker and ringing. */
#include <string.h>

#include <glib/gi18n.h>

#include <ars/settings.h>
#include <ars/str.h>
#include <ars/voice.h>

#include "settings_sound.h"

#define DEVICE      "device:" /* as in ars/audio.h */
#define SAVE_MS     300       /* after the slider stands still */
#define FULL        100
#define QUIETEST_DB (-60.0) /* the left end of the level bar */
#define SILENT_DBFS (-90.0)

#define TESTS       (ARS_SOUND_TEST_MICROPHONE + 1)

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
    AdwComboRow *ring_sound;
    AdwComboRow *tones;
    GtkSwitch *ring;
    GtkScale *ring_volume;
    AdwActionRow *microphone_row;
    AdwActionRow *ring_volume_row;
    AdwActionRow *ring_row;
    GtkLevelBar *level;
    GtkButton *buttons[TESTS];

    ArsBridge *bridge;
    gboolean setting; /* the change is ours */
    guint save;       /* source of a change that is not saved yet */
    enum ars_sound_test asked;
    enum ars_sound_test test; /* under way */
    gboolean heard;           /* the microphone */
    gsize calls_gone;         /* that the model still has */
};

G_DEFINE_FINAL_TYPE(ArsSettingsSound, ars_settings_sound, ADW_TYPE_PREFERENCES_PAGE)

/* As PortAudio called the default one of a sound server. */
static gboolean is_default(const char *spec)
{
    return g_str_equal(spec, DEVICE "default") || g_str_equal(spec, DEVICE "pulse");
}

/* Whether this is the first of the devices that are stored. */
static gboolean is_chosen(const char *spec, const char *stored)
{
    gsize n = strlen(spec);

    return stored && strncmp(stored, spec, n) == 0 &&
           (!stored[n] || g_str_has_prefix(stored + n, ARS_DEVICE_OR));
}

/* What was chosen before is used while that is not there, as far as there is room. */
static char *put_first(const char *spec, const char *stored)
{
    g_autoptr(GString) list = g_string_new(spec);
    g_auto(GStrv) names = NULL;
    guint n = 1;

    if (!stored || !g_str_has_prefix(stored, DEVICE))
        return g_strdup(spec);
    names = g_strsplit(stored + strlen(DEVICE), ARS_DEVICE_OR, -1);
    for (char **name = names; *name && n < ARS_DEVICE_NAMES_MAX; name++) {
        gsize len = list->len + strlen(ARS_DEVICE_OR) + strlen(*name);
        if (!**name || g_str_equal(*name, spec + strlen(DEVICE)) || len > ARS_SETTINGS_TEXT_MAX)
            continue;
        g_string_append_printf(list, "%s%s", ARS_DEVICE_OR, *name);
        n++;
    }
    return g_strdup(list->str);
}

/*
 * A list of choices: the default first, then the devices, and what is stored even if it is away.
 * Each has the spec that is stored behind it (NULL: the default).
 */
static void fill(AdwComboRow *row, const char *first, const char *stored, const char *label,
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
        if (is_chosen(specs->pdata[specs->len - 1], stored))
            chosen = specs->len - 1;
    }
    if (stored && chosen == 0 && !is_default(stored)) {
        char *spec = g_strndup(stored, strcspn(stored, ARS_DEVICE_OR));
        const char *name = g_str_has_prefix(spec, DEVICE) ? spec + strlen(DEVICE) : spec;
        /* Translators: a sound device that is not there now */
        g_autofree char *away =
            g_strdup_printf(n ? _("%s (not connected)") : "%s", label ? label : name);

        gtk_string_list_append(names, away);
        g_ptr_array_add(specs, spec);
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

/* The choice, and what it is called should it be away one day. */
static gboolean take_device(AdwComboRow *row, char **spec, char **label)
{
    const char *chosen = spec_of(row);
    GtkStringObject *item = adw_combo_row_get_selected_item(row);
    g_autofree char *list = NULL;

    if (chosen ? is_chosen(chosen, *spec) : !*spec)
        return TRUE;
    list = chosen ? put_first(chosen, *spec) : NULL;
    return ars_settings_set_text(spec, list) == 0 &&
           ars_settings_set_text(label, chosen ? gtk_string_object_get_string(item) : NULL) == 0;
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

static void show_ring(ArsSettingsSound *self, const struct ars_settings *s)
{
    enum ars_ring_sound sound = ARS_RING_TRILL;

    if (s->ring_sound)
        (void)ars_ring_sound_parse(s->ring_sound, &sound);
    gtk_switch_set_active(self->ring, !s->ring_off);
    adw_combo_row_set_selected(self->ring_sound, sound);
    gtk_range_set_value(GTK_RANGE(self->ring_volume), s->ring_volume ? s->ring_volume : FULL);
}

/* The first of the list is none; the countries follow. */
static void show_tones(ArsSettingsSound *self, const struct ars_settings *s)
{
    enum ars_tones country;
    gboolean chosen = s->tones && ars_tones_parse(s->tones, &country);

    adw_combo_row_set_selected(self->tones, chosen ? 1 + (guint)country : 0);
}

static gboolean take_tones(ArsSettingsSound *self, struct ars_settings *s)
{
    guint i = adw_combo_row_get_selected(self->tones);

    return ars_settings_set_text(&s->tones, i ? ars_tones_name((enum ars_tones)(i - 1)) : NULL) ==
           0;
}

/* One test at a time, and none during a call. */
static void show_what_can_be(ArsSettingsSound *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    gboolean rings = gtk_switch_get_active(self->ring);
    gboolean free = app && ars_app_call_count(app) <= self->calls_gone;

    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_device), rings);
    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_sound), rings);
    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_volume_row), rings);
    gtk_widget_set_sensitive(GTK_WIDGET(self->ring_row), rings);
    for (enum ars_sound_test t = ARS_SOUND_TEST_SPEAKER; t < TESTS; t++) {
        gtk_button_set_label(self->buttons[t], self->test == t ? C_("sound test", "Stop")
                                               : t == ARS_SOUND_TEST_MICROPHONE ? _("Record")
                                                                                : _("Play"));
        gtk_widget_set_sensitive(GTK_WIDGET(self->buttons[t]),
                                 free && (!self->test || self->test == t));
    }
}

static gboolean take_ring(ArsSettingsSound *self, struct ars_settings *s)
{
    enum ars_ring_sound sound = adw_combo_row_get_selected(self->ring_sound);
    guint volume = (guint)gtk_range_get_value(GTK_RANGE(self->ring_volume));

    s->ring_off = !gtk_switch_get_active(self->ring);
    s->ring_volume = volume == FULL ? 0 : volume;
    return take_device(self->ring_device, &s->audio_ring, &s->audio_ring_label) &&
           ars_settings_set_text(&s->ring_sound,
                                 sound == ARS_RING_TRILL ? NULL : ars_ring_sound_name(sound)) == 0;
}

static void show(ArsSettingsSound *self, const struct ars_device *devices, gsize n)
{
    const struct ars_settings *s = ars_app_settings(ars_bridge_app(self->bridge));

    self->setting = TRUE;
    fill(self->microphone, _("As in the system"), s->audio_in, s->audio_in_label, devices, n, TRUE);
    fill(self->speaker, _("As in the system"), s->audio_out, s->audio_out_label, devices, n, FALSE);
    fill(self->ring_device, _("Same as the speaker"), s->audio_ring, s->audio_ring_label, devices,
         n, FALSE);
    show_voice(self, s);
    show_ring(self, s);
    show_tones(self, s);
    show_what_can_be(self);
    self->setting = FALSE;
}

static void on_devices(ArsSettingsSound *self, const struct ars_device *devices, gulong n)
{
    if (ars_bridge_app(self->bridge))
        show(self, devices, n);
}

static void save(ArsSettingsSound *self)
{
    struct ars_app *app = self->bridge ? ars_bridge_app(self->bridge) : NULL;
    struct ars_settings *s = app ? ars_settings_dup(ars_app_settings(app)) : NULL;

    g_clear_handle_id(&self->save, g_source_remove);
    if (!s)
        return;
    if (take_device(self->microphone, &s->audio_in, &s->audio_in_label) &&
        take_device(self->speaker, &s->audio_out, &s->audio_out_label) && take_ring(self, s) &&
        take_voice(self, s) && take_tones(self, s))
        ars_bridge_save_preferences(self->bridge, s);
    show_what_can_be(self);
    ars_settings_free(s);
}

static void on_changed(ArsSettingsSound *self)
{
    if (!self->setting)
        save(self);
}

static gboolean on_still(gpointer arg)
{
    ArsSettingsSound *self = arg;

    self->save = 0;
    save(self);
    return G_SOURCE_REMOVE;
}

/* Each step would be a file that is written. */
static void on_volume(ArsSettingsSound *self)
{
    if (self->setting)
        return;
    g_clear_handle_id(&self->save, g_source_remove);
    self->save = g_timeout_add(SAVE_MS, on_still, self);
}

/* ---- trying it out ---- */

static void try_out(ArsSettingsSound *self, enum ars_sound_test test)
{
    if (self->save)
        save(self);
    self->asked = self->test ? ARS_SOUND_TEST_NONE : test;
    self->heard = FALSE;
    (void)ars_app_sound_test(ars_bridge_app(self->bridge), self->asked);
}

static void on_test_speaker(ArsSettingsSound *self)
{
    try_out(self, ARS_SOUND_TEST_SPEAKER);
}

static void on_test_ring(ArsSettingsSound *self)
{
    try_out(self, ARS_SOUND_TEST_RING);
}

static void on_test_microphone(ArsSettingsSound *self)
{
    try_out(self, ARS_SOUND_TEST_MICROPHONE);
}

static const char *microphone_words(ArsSettingsSound *self, enum ars_sound_test_step step)
{
    switch (step) {
    case ARS_SOUND_TEST_LISTENS:
        return _("Speak now…");
    case ARS_SOUND_TEST_REPEATS:
        return self->heard ? _("This is how others hear you")
                           : _("Nothing was heard. Is the microphone switched off?");
    default:
        return self->test != ARS_SOUND_TEST_MICROPHONE || self->heard
                   ? _("Speak for four seconds, then hear yourself")
                   : _("Nothing was heard. Is the microphone switched off?");
    }
}

static void on_sound_test(ArsSettingsSound *self, int step, double dbfs)
{
    double level = 1 - dbfs / QUIETEST_DB;

    if (step != ARS_SOUND_TEST_ENDED)
        self->test = self->asked;
    if (step == ARS_SOUND_TEST_LISTENS && dbfs > SILENT_DBFS)
        self->heard = TRUE;
    adw_action_row_set_subtitle(self->microphone_row, microphone_words(self, step));
    gtk_level_bar_set_value(self->level, CLAMP(level, 0, 1));
    gtk_widget_set_visible(GTK_WIDGET(self->level), step == ARS_SOUND_TEST_LISTENS);
    if (step == ARS_SOUND_TEST_ENDED)
        self->test = ARS_SOUND_TEST_NONE;
    show_what_can_be(self);
}

static void on_call_added(ArsSettingsSound *self)
{
    show_what_can_be(self);
}

/* It is still in the model. */
static void on_call_ended(ArsSettingsSound *self)
{
    self->calls_gone = 1;
    show_what_can_be(self);
    self->calls_gone = 0;
}

static void dispose(GObject *object)
{
    ArsSettingsSound *self = ARS_SETTINGS_SOUND(object);

    if (self->save)
        save(self);
    if (self->test && ars_bridge_app(self->bridge))
        (void)ars_app_sound_test(ars_bridge_app(self->bridge), ARS_SOUND_TEST_NONE);
    self->test = ARS_SOUND_TEST_NONE;
    g_clear_object(&self->bridge);
    G_OBJECT_CLASS(ars_settings_sound_parent_class)->dispose(object);
}

static void bind_button(GtkWidgetClass *widget, const char *name, enum ars_sound_test test)
{
    gtk_widget_class_bind_template_child_full(
        widget, name, FALSE,
        (gssize)(G_STRUCT_OFFSET(ArsSettingsSound, buttons) + test * sizeof(GtkButton *)));
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
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring_sound);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, tones);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring_volume);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring_volume_row);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, ring_row);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, microphone_row);
    gtk_widget_class_bind_template_child(widget, ArsSettingsSound, level);
    bind_button(widget, "speaker_test", ARS_SOUND_TEST_SPEAKER);
    bind_button(widget, "ring_test", ARS_SOUND_TEST_RING);
    bind_button(widget, "microphone_test", ARS_SOUND_TEST_MICROPHONE);
    gtk_widget_class_bind_template_callback(widget, on_changed);
    gtk_widget_class_bind_template_callback(widget, on_volume);
    gtk_widget_class_bind_template_callback(widget, on_test_speaker);
    gtk_widget_class_bind_template_callback(widget, on_test_ring);
    gtk_widget_class_bind_template_callback(widget, on_test_microphone);
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
    g_signal_connect_object(bridge, "sound-test", G_CALLBACK(on_sound_test), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-added", G_CALLBACK(on_call_added), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(bridge, "call-ended", G_CALLBACK(on_call_ended), self,
                            G_CONNECT_SWAPPED);
    (void)ars_app_list_devices(ars_bridge_app(bridge));
}
