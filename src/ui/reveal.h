/*
 * ui: a part that slides in and out. Once out it is not there for a screen reader either, which in
 * GTK 4.8 a revealer alone does not see to.
 */
#ifndef ARS_UI_REVEAL_H
#define ARS_UI_REVEAL_H

#include <gtk/gtk.h>

/* Once for each revealer; it begins hidden. */
void reveal_setup(GtkRevealer *revealer);
void reveal(GtkRevealer *revealer, gboolean shown);

#endif
