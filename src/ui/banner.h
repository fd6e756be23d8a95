/* ui: one sentence and at most one button under the header. Signal "clicked". */
#ifndef ARS_UI_BANNER_H
#define ARS_UI_BANNER_H

#include <adwaita.h>

#define ARS_TYPE_BANNER (ars_banner_get_type())
G_DECLARE_FINAL_TYPE(ArsBanner, ars_banner, ARS, BANNER, AdwBin)

/* button NULL: none. */
void ars_banner_show(ArsBanner *self, const char *sentence, const char *button);
void ars_banner_hide(ArsBanner *self);
/* Whether its shape is right for a window of that width; adapt: makes it so, between layouts. */
gboolean ars_banner_fits(ArsBanner *self, int width);
void ars_banner_adapt(ArsBanner *self, int width);
gboolean ars_banner_is_shown(ArsBanner *self);

#endif
