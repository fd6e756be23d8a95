/* ui: whether to call whom a far end, or a redirection, sends us to. */
#ifndef ARS_UI_REFERRAL_H
#define ARS_UI_REFERRAL_H

#include <gtk/gtk.h>

#include "bridge.h"

/* Asks over parent where the call wants an answer; the question goes where it does not any more. */
void referral_update(GtkWindow *parent, ArsBridge *bridge, ArsCallItem *item);

#endif
