/*
 * ui: the page of the settings where the account is entered. Signals: "connected": it was saved and
 * is ready; "demo": the user would rather try the demo line; "look": at the refused certificate.
 */
#ifndef ARS_UI_SETTINGS_ACCOUNT_H
#define ARS_UI_SETTINGS_ACCOUNT_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_SETTINGS_ACCOUNT (ars_settings_account_get_type())
G_DECLARE_FINAL_TYPE(ArsSettingsAccount, ars_settings_account, ARS, SETTINGS_ACCOUNT,
                     AdwPreferencesPage)

/* Which account the form is about; NULL: a new one. Borrowed. */
const char *ars_settings_account_get_id(ArsSettingsAccount *self);

void ars_settings_account_set_bridge(ArsSettingsAccount *self, ArsBridge *bridge);

#endif
