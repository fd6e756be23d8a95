/*
 * ui: the field for a number. It shows what ars_app_format_number() makes of it and keeps what was
 * typed: the caret stays between the same two digits.
 */
#ifndef ARS_UI_NUMBER_ENTRY_H
#define ARS_UI_NUMBER_ENTRY_H

#include <gtk/gtk.h>

#define ARS_TYPE_NUMBER_ENTRY (ars_number_entry_get_type())
G_DECLARE_FINAL_TYPE(ArsNumberEntry, ars_number_entry, ARS, NUMBER_ENTRY, GtkEntry)

/* As it was typed. Borrowed. */
const char *ars_number_entry_get_number(ArsNumberEntry *self);
void ars_number_entry_set_number(ArsNumberEntry *self, const char *number);

/* As if typed at the caret, over the selection. */
void ars_number_entry_type(ArsNumberEntry *self, const char *text);
/* The Backspace key. */
void ars_number_entry_backspace(ArsNumberEntry *self);

#endif
