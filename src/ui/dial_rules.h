/*
 * ui: the dial rules of an account, tried with a number while one types. Signal "changed".
 */
#ifndef ARS_UI_DIAL_RULES_H
#define ARS_UI_DIAL_RULES_H

#include <adwaita.h>

#define ARS_TYPE_DIAL_RULES (ars_dial_rules_get_type())
G_DECLARE_FINAL_TYPE(ArsDialRules, ars_dial_rules, ARS, DIAL_RULES, AdwExpanderRow)

/* Caller frees. */
char *ars_dial_rules_get_rules(ArsDialRules *self);
void ars_dial_rules_set_rules(ArsDialRules *self, const char *rules);

/* Whether no rule is broken; opens itself where one is. */
gboolean ars_dial_rules_check(ArsDialRules *self);

#endif
