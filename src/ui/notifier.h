/* ui: what the desktop is told: a call that rings where no window may rise, and a missed call. */
#ifndef ARS_UI_NOTIFIER_H
#define ARS_UI_NOTIFIER_H

#include <gio/gio.h>

#include "call_item.h"

/*
 * Urgent, with Answer and Decline; the application has the actions "answer" and "decline" (u).
 * account: which one is called, or "".
 */
void notifier_ring(GApplication *app, ArsCallItem *item, const char *account);
void notifier_ring_over(GApplication *app, ArsCallItem *item);

/* With "Call back", the action "call-back" (ss: number, account). */
void notifier_missed(GApplication *app, ArsCallItem *item);
void notifier_missed_seen(GApplication *app);

#endif
