/* ui: the twelve keys of a telephone. Signal "key" (string of one character). */
#ifndef ARS_UI_KEYPAD_H
#define ARS_UI_KEYPAD_H

#include <adwaita.h>

#define ARS_TYPE_KEYPAD (ars_keypad_get_type())
G_DECLARE_FINAL_TYPE(ArsKeypad, ars_keypad, ARS, KEYPAD, AdwBin)

/* Whether a long press on 0 gives "+". */
void ars_keypad_set_plus(ArsKeypad *self, gboolean plus);

#endif
