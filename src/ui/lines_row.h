/*
 * ui: a row of settings that holds lines of text, and below them in words what they mean or what is
 * wrong with them. Signal "changed".
 */
#ifndef ARS_UI_LINES_ROW_H
#define ARS_UI_LINES_ROW_H

#include <adwaita.h>

#define ARS_TYPE_LINES_ROW (ars_lines_row_get_type())
G_DECLARE_FINAL_TYPE(ArsLinesRow, ars_lines_row, ARS, LINES_ROW, AdwPreferencesRow)

/* Without white space at both ends. Caller frees. */
char *ars_lines_row_get_text(ArsLinesRow *self);
void ars_lines_row_set_text(ArsLinesRow *self, const char *text);

/* words "": nothing to say. */
void ars_lines_row_set_check(ArsLinesRow *self, const char *words, gboolean is_error);
gboolean ars_lines_row_is_good(ArsLinesRow *self);

#endif
