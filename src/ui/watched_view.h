/*
 * ui: the page of the lines of others that the user watches: who is free, whose call can be taken.
 * Signal "dial" (char * number, char * account).
 */
#ifndef ARS_UI_WATCHED_VIEW_H
#define ARS_UI_WATCHED_VIEW_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_WATCHED_VIEW (ars_watched_view_get_type())
G_DECLARE_FINAL_TYPE(ArsWatchedView, ars_watched_view, ARS, WATCHED_VIEW, AdwBin)

void ars_watched_view_set_bridge(ArsWatchedView *self, ArsBridge *bridge);

#endif
