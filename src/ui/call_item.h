/*
 * ui: one call as an object. Properties (read only): "id" (uint), "title" (name, number or "Unknown
 * caller"), "number" (as shown; "" where the title is it), "status" (in words, "" while talking).
 * Signal "changed": any of what ars_call_item_get() gives.
 */
#ifndef ARS_UI_CALL_ITEM_H
#define ARS_UI_CALL_ITEM_H

#include <glib-object.h>

#include <ars/app.h>

#define ARS_TYPE_CALL_ITEM (ars_call_item_get_type())
G_DECLARE_FINAL_TYPE(ArsCallItem, ars_call_item, ARS, CALL_ITEM, GObject)

ArsCallItem *ars_call_item_new(const struct ars_app_call *call);

/* The bridge alone. */
void ars_call_item_update(ArsCallItem *self, const struct ars_app_call *call);

/* A copy that stays good after the call has left the model. Borrowed. */
const struct ars_app_call *ars_call_item_get(ArsCallItem *self);
const char *ars_call_item_title(ArsCallItem *self);
const char *ars_call_item_number(ArsCallItem *self);
const char *ars_call_item_status(ArsCallItem *self);

/* State in words, or the time talked: what stands under the title. Caller frees. */
char *ars_call_item_line(ArsCallItem *self);

/* Whether ars_call_item_line() changes with time, and in how many ms next. */
gboolean ars_call_item_ticks(ArsCallItem *self, guint *ret_ms);

#endif
