/* ui: the main window. */
#ifndef ARS_UI_WINDOW_H
#define ARS_UI_WINDOW_H

#include <adwaita.h>

#include "bridge.h"

#define ARS_TYPE_WINDOW (ars_window_get_type())
G_DECLARE_FINAL_TYPE(ArsWindow, ars_window, ARS, WINDOW, AdwApplicationWindow)

ArsWindow *ars_window_new(GtkApplication *app, ArsBridge *bridge);

/* Puts a number or URI into the field, on the page for dialling. */
void ars_window_enter_number(ArsWindow *self, const char *number);
/* As ars_bridge_dial(). */
void ars_window_dial(ArsWindow *self, const char *account_id, const char *number);
void ars_window_show_call(ArsWindow *self, guint id);
void ars_window_show_page(ArsWindow *self, const char *name);

void ars_window_toast(ArsWindow *self, const char *words);
void ars_window_show_problem(ArsWindow *self, const struct ars_app_problem *problem);

#endif
