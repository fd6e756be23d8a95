/*
 * ui: a window of its own for a call that comes in, above all others and without the keyboard.
 * Signals "answer", "decline". It closes itself when the call no longer rings.
 */
#ifndef ARS_UI_INCOMING_WINDOW_H
#define ARS_UI_INCOMING_WINDOW_H

#include <adwaita.h>

#include "call_item.h"

#define ARS_TYPE_INCOMING_WINDOW (ars_incoming_window_get_type())
G_DECLARE_FINAL_TYPE(ArsIncomingWindow, ars_incoming_window, ARS, INCOMING_WINDOW, AdwWindow)

ArsIncomingWindow *ars_incoming_window_new(GtkApplication *app, ArsCallItem *item);
ArsCallItem *ars_incoming_window_get_item(ArsIncomingWindow *self);

/* For which of several accounts it is, in words; or "". */
void ars_incoming_window_set_account(ArsIncomingWindow *self, const char *words);

/* Shows it without taking the focus: never gtk_window_present(). */
void ars_incoming_window_show(ArsIncomingWindow *self);

#endif
