/*
 * ui: between the telephone (ars/app.h) and the widgets. Owns the app; turns its handlers into
 * objects and signals. GTK's thread.
 *
 * Signals:
 *   "watched-changed": the mailbox or a watched line, see ars/app_watched.h
 *   "lines-changed": any of the lines, or how many there are
 *   "call-added" (ArsCallItem), "call-ended" (ArsCallItem): also in the list of calls
 *   "dtmf" (uint call, char * digit)
 *   "levels" (uint call, double, double): as in app.h
 *   "problem" (pointer: const struct ars_app_problem *, for the time of the call)
 *   "devices" (pointer: const struct ars_device *, ulong n)
 *   "sound-test" (int: enum ars_sound_test_step, double: dBFS)
 *   "journal-changed": ask again
 *   "journal-page" (ulong offset, GPtrArray of ArsJournalItem, int err)
 *   "preferences": saved, see ars_bridge_save_preferences()
 *   "stopped": after ars_bridge_quit()
 * Property "missed" (uint): missed calls that nobody has looked at.
 */
#ifndef ARS_UI_BRIDGE_H
#define ARS_UI_BRIDGE_H

#include <gio/gio.h>

#include <ars/app.h>

#include "account_item.h"
#include "call_item.h"
#include "journal_item.h"

#define ARS_TYPE_BRIDGE (ars_bridge_get_type())
G_DECLARE_FINAL_TYPE(ArsBridge, ars_bridge, ARS, BRIDGE, GObject)

ArsBridge *ars_bridge_new(void);

/* conf without bell and handlers, which are the bridge's own. 0, or ars_app_start()'s error. */
int ars_bridge_start(ArsBridge *self, const struct ars_app_conf *conf);

/* Hangs up and un-registers; "stopped" follows. */
void ars_bridge_quit(ArsBridge *self);

/* NULL before start and after the end. Borrowed. */
struct ars_app *ars_bridge_app(ArsBridge *self);

/* The one that dials; and of ArsAccountItem, in the order of the settings. */
ArsAccountItem *ars_bridge_line(ArsBridge *self);
GListModel *ars_bridge_lines(ArsBridge *self);
/* Of ArsCallItem, oldest first. */
GListModel *ars_bridge_calls(ArsBridge *self);
ArsCallItem *ars_bridge_find_call(ArsBridge *self, guint id);
guint ars_bridge_missed(ArsBridge *self);

/* The user's wish for a call; what fails comes as "problem". */
void ars_bridge_command(ArsBridge *self, enum ars_command_type type, guint call, int number,
                        const char *text);
/* Into a file of its own, or no more. */
void ars_bridge_record(ArsBridge *self, guint call, gboolean on);
/* How many calls of that account there are. */
guint ars_bridge_calls_of(ArsBridge *self, const char *account_id);
/* account_id NULL, or of an account that is gone or switched off: the line that dials. */
void ars_bridge_dial(ArsBridge *self, const char *account_id, const char *number);

/* As ars_app_save_preferences(); what goes wrong is a "problem". "preferences" follows. */
void ars_bridge_save_preferences(ArsBridge *self, const struct ars_settings *s);
/* Takes the call that rings at that account's line; as ars_bridge_dial(). */
void ars_bridge_pick_up(ArsBridge *self, const char *account_id, const char *number);

/* One page of the journal; a later request takes the place of an earlier one. */
void ars_bridge_journal(ArsBridge *self, const char *search, gsize offset, gsize limit);

#endif
