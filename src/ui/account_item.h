/*
 * ui: the line as an object. Properties (read only): "words" (for the header), "dot" (an icon).
 * Signal "changed": any of what ars_account_item_get() gives. The seconds in "words" are as they
 * were; ars_account_item_refresh() brings them up to date.
 */
#ifndef ARS_UI_ACCOUNT_ITEM_H
#define ARS_UI_ACCOUNT_ITEM_H

#include <glib-object.h>

#include <ars/app.h>

#define ARS_TYPE_ACCOUNT_ITEM (ars_account_item_get_type())
G_DECLARE_FINAL_TYPE(ArsAccountItem, ars_account_item, ARS, ACCOUNT_ITEM, GObject)

ArsAccountItem *ars_account_item_new(void);

/* The bridge alone; line is copied, NULL: gone. */
void ars_account_item_update(ArsAccountItem *self, const struct ars_app_line *line);

/* Borrowed; an empty line before there is one. */
const struct ars_app_line *ars_account_item_get(ArsAccountItem *self);
const char *ars_account_item_words(ArsAccountItem *self);
void ars_account_item_refresh(ArsAccountItem *self);

/* The icon that stands for the state of a line; NULL: of none. */
const char *ars_account_item_dot(const struct ars_app_line *line);

/* Whether calls can be made. */
gboolean ars_account_item_ready(ArsAccountItem *self);

#endif
