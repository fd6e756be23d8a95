/* ui: one call of the journal as an object, never changed. */
#ifndef ARS_UI_JOURNAL_ITEM_H
#define ARS_UI_JOURNAL_ITEM_H

#include <glib-object.h>

#include <ars/history.h>

#define ARS_TYPE_JOURNAL_ITEM (ars_journal_item_get_type())
G_DECLARE_FINAL_TYPE(ArsJournalItem, ars_journal_item, ARS, JOURNAL_ITEM, GObject)

/* Copies e. */
ArsJournalItem *ars_journal_item_new(const struct ars_history_entry *e);

const struct ars_history_entry *ars_journal_item_get(ArsJournalItem *self);
gboolean ars_journal_item_equal(ArsJournalItem *a, ArsJournalItem *b);

#endif
