/*
 * ui: the state of the line in the header: a dot and words; a click opens what is known of it and
 * what can be done.
 */
#ifndef ARS_UI_LINE_BUTTON_H
#define ARS_UI_LINE_BUTTON_H

#include <adwaita.h>

#include "account_item.h"

#define ARS_TYPE_LINE_BUTTON (ars_line_button_get_type())
G_DECLARE_FINAL_TYPE(ArsLineButton, ars_line_button, ARS, LINE_BUTTON, AdwBin)

/* In the popover: of lines (ArsAccountItem) all but the one of the button. */
void ars_line_button_show_others(ArsLineButton *self, GListModel *lines);
void ars_line_button_set_line(ArsLineButton *self, ArsAccountItem *line);

#endif
