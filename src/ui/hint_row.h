/* ui: words under a field of a list of settings: what is wrong with it, or what it does. */
#ifndef ARS_UI_HINT_ROW_H
#define ARS_UI_HINT_ROW_H

#include <adwaita.h>

#define ARS_TYPE_HINT_ROW (ars_hint_row_get_type())
G_DECLARE_FINAL_TYPE(ArsHintRow, ars_hint_row, ARS, HINT_ROW, AdwPreferencesRow)

/* Property "field" (GtkWidget, construct only): what it speaks of, marked while in error. */

/* NULL or "": there is none. */
void ars_hint_row_set_error(ArsHintRow *self, const char *words);
void ars_hint_row_set_hint(ArsHintRow *self, const char *words);
gboolean ars_hint_row_has_error(ArsHintRow *self);

#endif
