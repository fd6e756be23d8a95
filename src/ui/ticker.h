/*
 * ui: wakes a widget when its clocks show another second: one timeout at a time, none while the
 * widget is not mapped or nothing in it counts.
 */
#ifndef ARS_UI_TICKER_H
#define ARS_UI_TICKER_H

#include <gtk/gtk.h>

struct ticker;

/* Brings what is shown up to date; returns in how many ms again, 0: not until ticker_kick(). */
typedef guint ticker_fn(GtkWidget *widget);

struct ticker *ticker_new(GtkWidget *widget, ticker_fn *fn);
void ticker_free(struct ticker *t);

/* Now, if the widget is mapped. */
void ticker_kick(struct ticker *t);

#endif
