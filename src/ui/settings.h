/*
 * ui: the settings. Signals "demo": the user would rather try the demo line; "look": at the refused
 * certificate; "connected": the account was saved and is ready, the window closes.
 */
#ifndef ARS_UI_SETTINGS_H
#define ARS_UI_SETTINGS_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_SETTINGS (ars_settings_window_get_type())
G_DECLARE_FINAL_TYPE(ArsSettings, ars_settings_window, ARS, SETTINGS, AdwPreferencesWindow)

ArsSettings *ars_settings_window_new(GtkWindow *parent, ArsBridge *bridge);
void ars_settings_window_show_sound(ArsSettings *self);

/* Which account is looked at; NULL: a new one. Borrowed. */
const char *ars_settings_window_account_id(ArsSettings *self);

#endif
