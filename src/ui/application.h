/* ui: the program: one instance, its windows, what the command line and the desktop ask of it. */
#ifndef ARS_UI_APPLICATION_H
#define ARS_UI_APPLICATION_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_APPLICATION_ID   "io.github.arsphone.ArsPhone"

#define ARS_TYPE_APPLICATION (ars_application_get_type())
G_DECLARE_FINAL_TYPE(ArsApplication, ars_application, ARS, APPLICATION, AdwApplication)

ArsApplication *ars_application_new(void);

/* NULL before the start. Borrowed. */
ArsBridge *ars_application_get_bridge(ArsApplication *self);

#endif
