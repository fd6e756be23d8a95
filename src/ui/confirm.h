/* ui: a question before something that cannot be undone. */
#ifndef ARS_UI_CONFIRM_H
#define ARS_UI_CONFIRM_H

#include <adwaita.h>

typedef void confirm_fn(gpointer owner);

/*
 * yes: what the button that does it says. fn is called only then, while the owner lives. Enter and
 * Escape do no harm.
 */
void confirm(GtkWindow *parent, const char *heading, const char *body, const char *yes,
             confirm_fn *fn, gpointer owner);

#endif
