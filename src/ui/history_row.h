/* ui: a row of the journal. Signal "call-back". */
#ifndef ARS_UI_HISTORY_ROW_H
#define ARS_UI_HISTORY_ROW_H

#include <adwaita.h>

#include "journal_item.h"

#define ARS_TYPE_HISTORY_ROW (ars_history_row_get_type())
G_DECLARE_FINAL_TYPE(ArsHistoryRow, ars_history_row, ARS, HISTORY_ROW, AdwBin)

/* NULL: nothing is shown. account: whose call it was, in words; or "". */
void ars_history_row_set_item(ArsHistoryRow *self, ArsJournalItem *item, const char *account);
ArsJournalItem *ars_history_row_get_item(ArsHistoryRow *self);

#endif
