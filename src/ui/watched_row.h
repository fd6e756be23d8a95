/*
 * ui: a watched line. Signals "dial", "pick-up", "move" (int: -1 up, 1 down), "remove".
 */
#ifndef ARS_UI_WATCHED_ROW_H
#define ARS_UI_WATCHED_ROW_H

#include <adwaita.h>

#include <ars/app_watched.h>

#define ARS_TYPE_WATCHED_ROW (ars_watched_row_get_type())
G_DECLARE_FINAL_TYPE(ArsWatchedRow, ars_watched_row, ARS, WATCHED_ROW, AdwActionRow)

GtkWidget *ars_watched_row_new(const char *account_id, const char *number);
const char *ars_watched_row_account(ArsWatchedRow *self);
const char *ars_watched_row_number(ArsWatchedRow *self);
gboolean ars_watched_row_is(ArsWatchedRow *self, const struct ars_app_watched *w);

/* Which of all lines it is now. */
gsize ars_watched_row_place(ArsWatchedRow *self);

/* editing: it is moved and removed instead of called. */
void ars_watched_row_update(ArsWatchedRow *self, const struct ars_app_watched *w, gsize place,
                            gboolean editing);

#endif
