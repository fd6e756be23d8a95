/* ui: questions with two answers. */
#ifndef ARS_UI_CONFIRM_H
#define ARS_UI_CONFIRM_H

#include <adwaita.h>

/*
 * Not shown yet. Its responses are "yes" and "no"; Enter and Escape say no. no, yes: what the
 * buttons say, no is static.
 */
AdwMessageDialog *question_new(GtkWindow *parent, const char *heading, const char *body,
                               const char *no, const char *yes, AdwResponseAppearance appearance);

typedef void confirm_fn(gpointer owner);

/*
 * Before something that cannot be undone. fn is called only for a yes, while the owner lives.
 */
void confirm(GtkWindow *parent, const char *heading, const char *body, const char *yes,
             confirm_fn *fn, gpointer owner);

#endif
