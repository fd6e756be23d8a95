/* ui: the page of the settings for microphone, speaker and ringing. Each choice counts at once. */
#ifndef ARS_UI_SETTINGS_SOUND_H
#define ARS_UI_SETTINGS_SOUND_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_SETTINGS_SOUND (ars_settings_sound_get_type())
G_DECLARE_FINAL_TYPE(ArsSettingsSound, ars_settings_sound, ARS, SETTINGS_SOUND, AdwPreferencesPage)

void ars_settings_sound_set_bridge(ArsSettingsSound *self, ArsBridge *bridge);

#endif
