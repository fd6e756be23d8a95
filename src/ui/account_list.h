/*
 * ui: the accounts of the settings, where there are several: the state of each in words, which one
 * dials, and a switch. Signal "selected" (char * id): the user wants to see its fields.
 */
#ifndef ARS_UI_ACCOUNT_LIST_H
#define ARS_UI_ACCOUNT_LIST_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_ACCOUNT_LIST (ars_account_list_get_type())
G_DECLARE_FINAL_TYPE(ArsAccountList, ars_account_list, ARS, ACCOUNT_LIST, AdwPreferencesGroup)

void ars_account_list_set_bridge(ArsAccountList *self, ArsBridge *bridge);

/* Marks the one whose fields are shown; NULL: none. */
void ars_account_list_select(ArsAccountList *self, const char *id);

#endif
