/*
 * ui: the calls: one on the page, the others as cards above it. Signal "finished" (the
 * ArsCallItem): there is nothing to look at here any more. "redial" (string, string): the number is
 * to be called, by that account. "word" (string): is said by the way.
 */
#ifndef ARS_UI_CALL_VIEW_H
#define ARS_UI_CALL_VIEW_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_CALL_VIEW (ars_call_view_get_type())
G_DECLARE_FINAL_TYPE(ArsCallView, ars_call_view, ARS, CALL_VIEW, AdwBin)

void ars_call_view_set_bridge(ArsCallView *self, ArsBridge *bridge);

/* The call on the page, also when it has ended and says why; NULL: none. Borrowed. */
ArsCallItem *ars_call_view_get_current(ArsCallView *self);
void ars_call_view_show(ArsCallView *self, ArsCallItem *item);

/* What the keyboard does, to the call on the page. */
void ars_call_view_hang_up(ArsCallView *self);
void ars_call_view_toggle_hold(ArsCallView *self);
void ars_call_view_toggle_mute(ArsCallView *self);
void ars_call_view_transfer(ArsCallView *self);
void ars_call_view_swap(ArsCallView *self);
void ars_call_view_merge(ArsCallView *self);
/* A digit typed on the page is sent; FALSE where it means nothing. */
gboolean ars_call_view_type(ArsCallView *self, const char *digit);
/* Closes what is open on the page, or leaves that of a call that has ended; FALSE: neither. */
gboolean ars_call_view_dismiss(ArsCallView *self);

#endif
