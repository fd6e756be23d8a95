/* ui: the program, for application.c, application_actions.c and application_calls.c. */
#ifndef ARS_UI_APPLICATION_PRIVATE_H
#define ARS_UI_APPLICATION_PRIVATE_H

#include "application.h"
#include "settings.h"
#include "window.h"

struct _ArsApplication {
    AdwApplication parent_instance;

    ArsBridge *bridge;
    ArsWindow *window;      /* borrowed */
    ArsSettings *settings;  /* borrowed, NULL while closed */
    GtkWindow *certificate; /* the same */
    char *certificate_of;   /* the account's id */
    guint inhibit;          /* cookie, 0: none */
    gboolean aside;         /* the settings make room for a call */
    gboolean use_demo;      /* asked for on the command line */
    gboolean quitting;
};

/* resources.c, made of data/ars-phone.gresource.xml */
void ars_register_resource(void);

/* application.c */
void application_quit(ArsApplication *self);
void application_open_settings(ArsApplication *self, gboolean sound);
/* account_id NULL: of the line that dials. */
void application_look_at_certificate(ArsApplication *self, const char *account_id);

/* application_actions.c */
void application_actions_setup(ArsApplication *self);

/* application_calls.c */
void application_calls_setup(ArsApplication *self);

#endif
