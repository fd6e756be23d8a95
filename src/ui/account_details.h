/*
 * ui: what few accounts need: another name for the digest, an outbound proxy, one realm, another
 * expiry, codecs, another way for digits, headers of their own. Signal "changed".
 */
#ifndef ARS_UI_ACCOUNT_DETAILS_H
#define ARS_UI_ACCOUNT_DETAILS_H

#include <adwaita.h>

#include <ars/app.h>

#define ARS_TYPE_ACCOUNT_DETAILS (ars_account_details_get_type())
G_DECLARE_FINAL_TYPE(ArsAccountDetails, ars_account_details, ARS, ACCOUNT_DETAILS, AdwExpanderRow)

void ars_account_details_fill(ArsAccountDetails *self, const struct ars_stored_account *a);

/* Whether all of it can be used; says what is not, and opens itself. */
gboolean ars_account_details_check(ArsAccountDetails *self);

/* FALSE: out of memory. */
gboolean ars_account_details_collect(ArsAccountDetails *self, struct ars_stored_account *a);

/* Whether a connection would be another. */
gboolean ars_account_details_same(const struct ars_stored_account *a,
                                  const struct ars_stored_account *b);

/* The realm is not the server's. */
void ars_account_details_show_realm(ArsAccountDetails *self, const char *words);

#endif
