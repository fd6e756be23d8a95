/*
 * ui: all that is known of one call of the journal, in a small window. Signals "call-back",
 * "delete".
 */
#ifndef ARS_UI_HISTORY_DETAILS_H
#define ARS_UI_HISTORY_DETAILS_H

#include <adwaita.h>

#include "journal_item.h"

#define ARS_TYPE_HISTORY_DETAILS (ars_history_details_get_type())
G_DECLARE_FINAL_TYPE(ArsHistoryDetails, ars_history_details, ARS, HISTORY_DETAILS, AdwWindow)

/* account: whose call it was, in words; or "". */
ArsHistoryDetails *ars_history_details_new(GtkWindow *parent, ArsJournalItem *item,
                                           const char *account);
ArsJournalItem *ars_history_details_get_item(ArsHistoryDetails *self);

#endif
