/*
 * ui: which account dials, where more than one is connected; else it is not seen. What is chosen
 * stays chosen.
 */
#ifndef ARS_UI_ACCOUNT_CHOICE_H
#define ARS_UI_ACCOUNT_CHOICE_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_ACCOUNT_CHOICE (ars_account_choice_get_type())
G_DECLARE_FINAL_TYPE(ArsAccountChoice, ars_account_choice, ARS, ACCOUNT_CHOICE, AdwBin)

void ars_account_choice_set_bridge(ArsAccountChoice *self, ArsBridge *bridge);

#endif
