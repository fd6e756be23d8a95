/* ui: the page of the settings for what becomes of callers. Each choice counts at once. */
#ifndef ARS_UI_SETTINGS_CALLS_H
#define ARS_UI_SETTINGS_CALLS_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_SETTINGS_CALLS (ars_settings_calls_get_type())
G_DECLARE_FINAL_TYPE(ArsSettingsCalls, ars_settings_calls, ARS, SETTINGS_CALLS, AdwPreferencesPage)

void ars_settings_calls_set_bridge(ArsSettingsCalls *self, ArsBridge *bridge);

#endif
