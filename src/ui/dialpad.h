/*
 * ui: the page where a number is entered. Signal "dial" (string, as typed): the user wants it
 * called; on an empty field the last number called.
 */
#ifndef ARS_UI_DIALPAD_H
#define ARS_UI_DIALPAD_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_DIALPAD (ars_dialpad_get_type())
G_DECLARE_FINAL_TYPE(ArsDialpad, ars_dialpad, ARS, DIALPAD, AdwBin)

/* Whose accounts and dial rules they are. */
void ars_dialpad_set_bridge(ArsDialpad *self, ArsBridge *bridge);
/* Puts it there without calling. */
void ars_dialpad_set_number(ArsDialpad *self, const char *number);
/* What an empty field and Call put there. */
void ars_dialpad_set_last(ArsDialpad *self, const char *number);
/* Whether there is a line to call on. */
void ars_dialpad_set_ready(ArsDialpad *self, gboolean ready);
/* A sentence under the number, NULL for none; it goes when the number is changed. */
void ars_dialpad_set_hint(ArsDialpad *self, const char *hint);
void ars_dialpad_clear(ArsDialpad *self);
void ars_dialpad_focus(ArsDialpad *self);
/* Keys that were typed elsewhere on the page. */
gboolean ars_dialpad_forward_key(ArsDialpad *self, GtkEventControllerKey *controller);

#endif
