/* ui: how good a call sounds: in a few words, and in figures when one asks; and who hears whom. */
#ifndef UI_CALL_FIGURES_H
#define UI_CALL_FIGURES_H

#include <adwaita.h>

#include <ars/app_call.h>

#define ARS_TYPE_CALL_FIGURES (ars_call_figures_get_type())
G_DECLARE_FINAL_TYPE(ArsCallFigures, ars_call_figures, ARS, CALL_FIGURES, AdwBin)

/* Emits "record" with whether the user wants it. */
void ars_call_figures_set(ArsCallFigures *self, const struct ars_app_call *call);

#endif
