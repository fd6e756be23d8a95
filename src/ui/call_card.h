/*
 * ui: a call beside the one on the page, or one of a conference: who, its state, and what can be
 * done. Signals "answer", "decline", "swap" (it becomes the one that is talked to), "merge",
 * "silence" (boolean: nobody shall hear it), "split" (it leaves the conference), "hang-up".
 */
#ifndef ARS_UI_CALL_CARD_H
#define ARS_UI_CALL_CARD_H

#include <adwaita.h>

#include "call_item.h"

#define ARS_TYPE_CALL_CARD (ars_call_card_get_type())
G_DECLARE_FINAL_TYPE(ArsCallCard, ars_call_card, ARS, CALL_CARD, AdwBin)

GtkWidget *ars_call_card_new(ArsCallItem *item);
ArsCallItem *ars_call_card_get_item(ArsCallCard *self);

/* leg: of the conference that is on the page. can_merge: there is somebody to join it to. */
void ars_call_card_set_role(ArsCallCard *self, gboolean leg, gboolean can_merge);

#endif
