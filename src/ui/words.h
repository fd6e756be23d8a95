/*
 * ui: what is said to the user, translated. Returned char * are the caller's (g_free), const char *
 * are static.
 */
#ifndef ARS_UI_WORDS_H
#define ARS_UI_WORDS_H

#include <glib.h>

#include <ars/app.h>
#include <ars/app_watched.h>

/* What the dot beside the line's words looks like. */
enum words_dot {
    WORDS_DOT_OFF,
    WORDS_DOT_BUSY,
    WORDS_DOT_READY,
    WORDS_DOT_WAITING,
    WORDS_DOT_FAILED,
};

enum words_dot words_line_dot(const struct ars_app_line *line);
/* For the header: "Ready · 100", "No connection, trying again in 4 s". */
char *words_line(const struct ars_app_line *line);
/* The same without a time that runs, for where it is not rewritten each second. */
char *words_line_still(const struct ars_app_line *line);
/* Which account it is: "100 at pbx.example". */
char *words_account(const char *login, const char *server);
/* Which of several accounts a call comes to or goes from; "" where there is one alone. */
char *words_which_account(const struct ars_app *app, const char *account_id, gboolean incoming);
/* What happened, then what to do, in one or two sentences. */
char *words_line_advice(const struct ars_app_line *line);

/* "Busy": why a call ended. */
const char *words_call_reason(enum ars_reason_code code);
/* Why there is no connection, short. */
const char *words_line_reason(enum ars_reason_code code);
/* Code, status and the PBX's own words, for "Details"; "" when there are none. */
char *words_details(const struct ars_reason *reason);
/* The same with how long the other side asks to wait. */
char *words_call_details(const struct ars_reason *reason);

/* "Calling…", "On hold", or NULL where a timer stands instead. */
const char *words_call_state(const struct ars_app_call *call);
/* How handing it on goes; NULL: there is nothing to say. */
char *words_transfer(const struct ars_app_call *call);
/* Name, or number as it is shown, or "Unknown caller". */
char *words_caller(const char *name, const char *number);
/* "Encrypted · Opus · good"; "" before there is media. */
char *words_call_media(const struct ars_app_call *call);

/* Who cannot hear whom, and why; "" while all is well. */
char *words_call_trouble(const struct ars_app_call *call);

/* Where it is or was recorded, or why no more; "" when it was not. */
char *words_call_recording(const struct ars_app_call *call);

/* The figures of a call, in the order in which they are shown. */
enum words_figure {
    WORDS_QUALITY,
    WORDS_CODEC,
    WORDS_ENCRYPTION,
    WORDS_PATH,
    WORDS_ROUND_TRIP,
    WORDS_JITTER,
    WORDS_BUFFER,
    WORDS_LOST,
    WORDS_LOST_THERE,
    WORDS_CONCEALED,
    WORDS_FIGURES,
};

const char *words_figure_name(enum words_figure figure);
/* "12 ms", "unknown" */
char *words_figure(enum words_figure figure, const struct ars_media_stats *stats);

/* "02:41", "1:02:41" */
char *words_clock(guint64 ms);
/* "2 minutes 41 seconds" */
char *words_duration(guint64 ms);
/* When, as short as it can be: "10:02", "Yesterday, 10:02", "12 Mar, 10:02". same clock. */
char *words_when(gint64 us, gint64 now_us);
/* "Thursday, 12 March 2026, 10:02:33" */
char *words_when_long(gint64 us);

/* "Missed", "Answered elsewhere", "Outgoing" */
const char *words_result(const struct ars_history_entry *e);
/* The icon for direction and result. */
const char *words_result_icon(const struct ars_history_entry *e);
/* The reason kept in the journal, by its name; NULL when there is nothing to say. */
const char *words_result_reason(const struct ars_history_entry *e);

/* Why a certificate was refused. */
char *words_certificate_problem(const struct ars_cert *cert);
/* A text of a room below in the user's language, where it is known: rules of the host map. */
const char *words_rule_problem(const char *reason);

/* ---- words_watched.c: a watched line's number, state and other end; the mailbox ---- */

char *words_watched(const struct ars_app_watched *w);
char *words_mailbox(unsigned fresh);
/* All of them together; and of one among others. */
char *words_mailboxes(unsigned fresh);
char *words_mailbox_of(const struct ars_app_line *line, unsigned fresh);

#endif
