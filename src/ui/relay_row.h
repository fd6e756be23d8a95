/*
 * ui: the relay (TURN) of an account: server, way there, login and password. Signals "changed";
 * "submit": Enter in a field.
 */
#ifndef ARS_UI_RELAY_ROW_H
#define ARS_UI_RELAY_ROW_H

#include <adwaita.h>

#include <ars/settings.h>

struct ars_secret;

#define ARS_TYPE_RELAY_ROW (ars_relay_row_get_type())
G_DECLARE_FINAL_TYPE(ArsRelayRow, ars_relay_row, ARS, RELAY_ROW, AdwExpanderRow)

/* A stored password is not shown; it stays when none is typed. */
void ars_relay_row_fill(ArsRelayRow *self, const struct ars_stored_account *a);

/* Whether all of it can be used; says what is not, and opens itself. */
gboolean ars_relay_row_check(ArsRelayRow *self);

/* FALSE: out of memory. */
gboolean ars_relay_row_collect(ArsRelayRow *self, struct ars_stored_account *a);

/* What was typed, the caller's (ars_secret_free); NULL: nothing, or there is no relay. */
struct ars_secret *ars_relay_row_get_password(ArsRelayRow *self);

#endif
