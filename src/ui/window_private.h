/* ui: the main window, for window.c, window_keys.c and window_notices.c. */
#ifndef ARS_UI_WINDOW_PRIVATE_H
#define ARS_UI_WINDOW_PRIVATE_H

#include "banner.h"
#include "call_view.h"
#include "dialpad.h"
#include "history_view.h"
#include "line_button.h"
#include "watched_view.h"
#include "window.h"

struct ticker;

struct _ArsWindow {
    AdwApplicationWindow parent_instance;

    /* template widgets */
    ArsLineButton *line_button;
    GtkWidget *back;
    AdwHeaderBar *header;
    AdwBin *title;
    GtkWidget *switcher;
    AdwToastOverlay *toasts;
    ArsBanner *line_banner;
    ArsBanner *answering; /* nobody reaches us, or somebody else instead */
    ArsBanner *notice;
    AdwLeaflet *leaflet;
    GtkWidget *pages;
    AdwViewStack *stack;
    ArsDialpad *dialpad;
    ArsHistoryView *journal;
    ArsWatchedView *watched;
    GtkWidget *mailbox;
    GtkLabel *mailbox_count;
    GtkMenuButton *mailboxes;
    GtkLabel *mailboxes_count;
    GtkBox *mailbox_list;
    GtkWidget *switcher_bar;
    GtkRevealer *call_bar;
    GtkButton *call_bar_button;
    GtkLabel *call_bar_title;
    GtkLabel *call_bar_status;
    ArsCallView *call_view;

    ArsBridge *bridge;
    struct ticker *ticker; /* of the call bar */
    GQueue notices;        /* struct notice */
    char *dialled;         /* on its way to the engine */
    AdwToast *toast;       /* the newest, while it is there */
    gboolean knows_last;
    gboolean wide;
    guint layout_idle;
};

/* window_keys.c */
void window_keys_init(ArsWindowClass *klass);
void window_keys_setup(ArsWindow *self);

/* window_notices.c */
void window_notices_update_line(ArsWindow *self);
void window_notices_clear(ArsWindow *self);
void window_notices_on_line_clicked(ArsWindow *self);
void window_notices_on_clicked(ArsWindow *self);

/* window_mailbox.c */
void window_mailbox_update(ArsWindow *self);
void window_mailbox_on_clicked(ArsWindow *self);

/* window.c */
gboolean window_shows_call(ArsWindow *self);
void window_show_pages(ArsWindow *self);

/* ---- window_answering.c ---- */

/* Says whether callers reach us; from any change of the settings on. */
void window_answering_update(ArsWindow *self);
void window_answering_on_clicked(ArsWindow *self);

#endif
