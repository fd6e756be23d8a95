/* ui: what only X11 knows. Elsewhere, and where GTK was built without X11, nothing happens. */
#ifndef ARS_UI_X11_H
#define ARS_UI_X11_H

#include <gtk/gtk.h>

/* Whether the window is one of X11. */
gboolean x11_is(GtkWidget *widget);

/* Between realize and map: the window gets no keyboard focus when it appears. */
void x11_take_no_focus(GtkWindow *window);

/* After map: above all other windows. */
void x11_keep_above(GtkWindow *window);

#endif
