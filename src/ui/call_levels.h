/*
 * ui: how loud both sides of a call are, as two small bars. The engine is asked for it only while
 * they are seen.
 */
#ifndef ARS_UI_CALL_LEVELS_H
#define ARS_UI_CALL_LEVELS_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_CALL_LEVELS (ars_call_levels_get_type())
G_DECLARE_FINAL_TYPE(ArsCallLevels, ars_call_levels, ARS, CALL_LEVELS, AdwBin)

void ars_call_levels_set_bridge(ArsCallLevels *self, ArsBridge *bridge);
void ars_call_levels_set(ArsCallLevels *self, const struct ars_app_call *call);

#endif
