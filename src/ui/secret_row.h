/*
 * ui: the row for a password. Its text is bullets alone, so that neither the clipboard nor the
 * accessibility tree can give the password away; what was typed is kept apart and wiped.
 */
#ifndef ARS_UI_SECRET_ROW_H
#define ARS_UI_SECRET_ROW_H

#include <adwaita.h>

struct ars_secret;

#define ARS_TYPE_SECRET_ROW (ars_secret_row_get_type())
G_DECLARE_FINAL_TYPE(ArsSecretRow, ars_secret_row, ARS, SECRET_ROW, AdwEntryRow)

/* NULL when nothing was typed. The caller's (ars_secret_free). */
struct ars_secret *ars_secret_row_get_secret(ArsSecretRow *self);
/* NULL empties the row. */
void ars_secret_row_set_secret(ArsSecretRow *self, const struct ars_secret *secret);

#endif
