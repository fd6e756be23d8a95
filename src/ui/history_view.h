/* ui: the journal. Signal "dial" (string, string): a number to call back, by that account. */
#ifndef ARS_UI_HISTORY_VIEW_H
#define ARS_UI_HISTORY_VIEW_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_HISTORY_VIEW (ars_history_view_get_type())
G_DECLARE_FINAL_TYPE(ArsHistoryView, ars_history_view, ARS, HISTORY_VIEW, AdwBin)

void ars_history_view_set_bridge(ArsHistoryView *self, ArsBridge *bridge);
void ars_history_view_focus_search(ArsHistoryView *self);
/* Empties the search; FALSE when it was empty. */
gboolean ars_history_view_clear_search(ArsHistoryView *self);
/* Keys that were typed elsewhere on the page. */
gboolean ars_history_view_forward_key(ArsHistoryView *self, GtkEventControllerKey *controller);

#endif
