/*
 * ui: a card for each call beside the one on the page, or for each of a conference's. What is
 * pressed on one is done. Signal "show-call" (ArsCallItem): it is to be on the page now.
 */
#ifndef ARS_UI_CALL_CARDS_H
#define ARS_UI_CALL_CARDS_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_CALL_CARDS (ars_call_cards_get_type())
G_DECLARE_FINAL_TYPE(ArsCallCards, ars_call_cards, ARS, CALL_CARDS, AdwBin)

void ars_call_cards_set_bridge(ArsCallCards *self, ArsBridge *bridge);
/* The call on the page; NULL: none. */
void ars_call_cards_set_current(ArsCallCards *self, ArsCallItem *item);
/* The newest other that waits is talked to, and the one on the page is held. */
void ars_call_cards_swap(ArsCallCards *self);
/* The same one joins the one on the page. */
void ars_call_cards_merge(ArsCallCards *self);

#endif
