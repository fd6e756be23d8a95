/*
 * ui: the fields of an account with what is wrong with each. Signals "edited"; "submit": Enter in a
 * field.
 */
#ifndef ARS_UI_ACCOUNT_FORM_H
#define ARS_UI_ACCOUNT_FORM_H

#include <adwaita.h>

#include <ars/reason.h>
#include <ars/settings.h>

struct ars_secret;

#define ARS_TYPE_ACCOUNT_FORM (ars_account_form_get_type())
G_DECLARE_FINAL_TYPE(ArsAccountForm, ars_account_form, ARS, ACCOUNT_FORM, AdwPreferencesGroup)

/* NULL: an empty form. A stored password is not shown; it stays when none is typed. */
void ars_account_form_fill(ArsAccountForm *self, const struct ars_stored_account *account,
                           const struct ars_secret *password);

/*
 * Checks the fields and marks the bad ones: then FALSE. Else *ret is `stored` (NULL: a new account)
 * with what was entered, and *ret_password is what was typed, or NULL; both the caller's.
 */
gboolean ars_account_form_collect(ArsAccountForm *self, const struct ars_stored_account *stored,
                                  struct ars_stored_account *ret, struct ars_secret **ret_password);

/* As ars_relay_row_get_password(). */
struct ars_secret *ars_account_form_get_relay_password(ArsAccountForm *self);

/* Whether saving would make another account of `stored`. */
gboolean ars_account_form_differs(ArsAccountForm *self, const struct ars_stored_account *stored);

/* Marks the field that the server refused. FALSE where it is none of them. */
gboolean ars_account_form_show_reason(ArsAccountForm *self, enum ars_reason_code code,
                                      const char *words);
void ars_account_form_clear_reason(ArsAccountForm *self);

/* Where one begins to type. */
void ars_account_form_focus(ArsAccountForm *self);

#endif
