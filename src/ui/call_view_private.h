/* ui: the calls, for call_view.c, call_view_show.c and call_view_user.c. */
#ifndef ARS_UI_CALL_VIEW_PRIVATE_H
#define ARS_UI_CALL_VIEW_PRIVATE_H

#include "call_cards.h"
#include "call_figures.h"
#include "call_levels.h"
#include "call_view.h"
#include "keypad.h"
#include "transfer_panel.h"

struct ticker;

struct _ArsCallView {
    AdwBin parent_instance;

    /* template widgets */
    ArsCallCards *cards;
    GtkWidget *who;
    GtkLabel *title;
    GtkLabel *number;
    GtkLabel *account;
    GtkLabel *status;
    GtkLabel *transfer_words;
    ArsCallFigures *media;
    ArsCallLevels *levels;
    GtkLabel *details;
    GtkLabel *sent;
    GtkWidget *keys_box;
    ArsKeypad *keypad;
    ArsTransferPanel *panel;
    GtkWidget *controls;
    GtkToggleButton *mute;
    GtkButton *hold;
    GtkLabel *hold_label;
    GtkToggleButton *keys;
    GtkToggleButton *transfer;
    GtkWidget *volume_box;
    GtkWidget *park;
    GtkScale *volume;
    GtkWidget *incoming;
    GtkWidget *ended;
    GtkWidget *hang_up;

    ArsBridge *bridge;
    ArsCallItem *current;
    gulong changed;
    struct ticker *ticker;
    char *word;       /* of another call, until the user does something; NULL */
    guint asks_for;   /* the next call that is dialled is to ask for this one; 0 */
    gboolean setting; /* the change of a control is ours */
};

/* ---- call_view_show.c ---- */

/* The call on the page; NULL: none. */
const struct ars_app_call *call_view_call(ArsCallView *self);
/* The page is that of all who talk together. */
gboolean call_view_in_conference(ArsCallView *self);
/* Keypad or transfer are open, in the place of the volume. */
gboolean call_view_is_open(ArsCallView *self);
/* Words and controls of the call on the page, which there is. */
void call_view_update(ArsCallView *self);
guint call_view_tick(GtkWidget *widget);
/* An end that was not asked for is shown until the user has seen it. */
gboolean call_view_worth_a_word(const struct ars_app_call *call);
/* What the page, if it shows something else, does not say by itself. NULL: nothing. */
char *call_view_word_of(ArsCallItem *item, gboolean shown);

/* ---- call_view_user.c ---- */

void call_view_command(ArsCallView *self, enum ars_command_type type, int number, const char *text);
/* To all who talk together. */
void call_view_command_all(ArsCallView *self, enum ars_command_type type, int number);
void call_view_bind_user(GtkWidgetClass *widget);

#endif
