/*
 * ui: where a call is handed on: to a number, after asking there, or to another call's far end.
 * Signals "done": it has been asked for; "ask" (string): the number is to be called first.
 */
#ifndef ARS_UI_TRANSFER_PANEL_H
#define ARS_UI_TRANSFER_PANEL_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_TRANSFER_PANEL (ars_transfer_panel_get_type())
G_DECLARE_FINAL_TYPE(ArsTransferPanel, ars_transfer_panel, ARS, TRANSFER_PANEL, AdwBin)

void ars_transfer_panel_set_bridge(ArsTransferPanel *self, ArsBridge *bridge);

/* Whether that call can be handed on, or what it rings be connected with another one. */
gboolean ars_transfer_panel_is_for(ArsTransferPanel *self, ArsCallItem *item);

/* Opens for that call, with an empty field; origin: the call it was made to ask for, 0: none. */
void ars_transfer_panel_open(ArsTransferPanel *self, ArsCallItem *item, guint origin);
/* Forgets the call. */
void ars_transfer_panel_close(ArsTransferPanel *self);
/* Calls have changed: which of them there are to connect with. */
void ars_transfer_panel_update(ArsTransferPanel *self);
void ars_transfer_panel_type(ArsTransferPanel *self, const char *text);

#endif
