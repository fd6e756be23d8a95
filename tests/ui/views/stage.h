/*
 * Tests of the views: the program itself, on a fake engine, and what a test does with it: waits,
 * finds what can be seen, presses, types. One thread, GTK's. What fails is noted, and the scene
 * goes on.
 */
#ifndef ARS_TEST_STAGE_H
#define ARS_TEST_STAGE_H

#include <adwaita.h>

#include <ars/app.h>

#include "fake_engine.h"

struct scene {
    const char *name;
    void (*play)(void);
};

/* Scenes that follow each other in one run of the program. */
struct group {
    const char *name;
    const struct scene *scenes;
    size_t n;
    gboolean first_start;                                          /* no account is stored */
    void (*prepare)(const char *config_dir, const char *data_dir); /* before the start; or NULL */
};

extern const struct group first_group, line_group, dial_group, lines_group, call_group, calls_group,
    together_group, incoming_group, journal_group, settings_group, accounts_group, problems_group,
    keys_group, quiet_group, words_group, wayland_group;

/* The text of the language that is shown. */
const char *say(const char *english, const char *russian);
gboolean is_russian(void);

void fail_at(const char *file, int line, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
#define fail(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)
#define must(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond))                                                                               \
            fail("%s", #cond);                                                                     \
    } while (0)

const char *stage_folder(void);
struct ars_app *stage_app(void);
GtkApplication *stage_application(void);
/* The main window. */
GtkWindow *stage_window(void);
/* The topmost window: the dialog, where there is one. */
GtkWindow *stage_top(void);

/* ---- time: it stands still but for these ---- */

void clock_forward(guint64 ms);
/* Runs the program until nothing is left to do and all windows are painted. */
void settle(void);
gboolean until(gboolean (*holds)(void *arg), void *arg);
/* Runs the program for real milliseconds. */
void run_for(guint ms);

/* ---- what can be seen; texts in both languages ---- */

/* A visible widget that reads, or is called, so; NULL: none. */
GtkWidget *find(GType type, const char *name);
/* Its name for a screen reader, or its text. Caller frees. */
char *name_of(GtkWidget *widget);
gboolean shown(const char *text);

void sees_at(const char *file, int line, const char *english, const char *russian);
void sees_not_at(const char *file, int line, const char *english, const char *russian);
void button_at(const char *file, int line, const char *english, const char *russian,
               gboolean works);
#define sees(...)     sees_at(__FILE__, __LINE__, __VA_ARGS__)
#define sees_not(...) sees_not_at(__FILE__, __LINE__, __VA_ARGS__)
#define button(...)   button_at(__FILE__, __LINE__, __VA_ARGS__)

/* ---- what a user does ---- */

void press(const char *english, const char *russian);
/* Keys as xdotool calls them: "ctrl+d". */
void key(const char *keys);
void type(const char *text);
/* Into the field of that name, in the place of what it holds. */
void fill(const char *english, const char *russian, const char *text);
void close_top(void);

/* ---- starting points ---- */

/* The account of the tests is in use; how it fares is fake_manners'. */
void account_on(void);
/* All calls over, no dialogs, the dial page with an empty field. */
void fresh(void);
ars_id dial(const char *number);

/* ---- windows and screenshots ---- */

/* Checks what is seen in every theme, width and size of text, with a screenshot of each. */
void look(const char *name);
/* Texts that may be cut off with an ellipsis: of peers, as long as they please. NULL: none. */
void may_be_cut(const char *text);

void resize(int width, int height);

/* What a screen reader is told of everything that is visible: no control without a name. */
void hear(const char *name);

#endif
