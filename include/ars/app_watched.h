/*
 * app: the mailbox, and the lines of others that the user watches. Thread and handlers as in app.h:
 * `watched` is told when anything here has changed.
 */
#ifndef ARS_APP_WATCHED_H
#define ARS_APP_WATCHED_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/settings.h>
#include <ars/types.h>

struct ars_app;

struct ars_app_mailbox {
    bool known;         /* the server has told of it, or the settings have its number */
    unsigned fresh;     /* new messages */
    const char *number; /* whom to call for them, "" when nobody says */
};

/* Borrowed texts, "" where nothing is known. */
struct ars_app_watched {
    const char *number;
    const char *name;
    bool parking; /* a place where calls are parked: busy means that one waits there */
    enum ars_watch_state state;
    const char *peer_name; /* busy, ringing: who is at the other end */
    const char *peer_number;
    bool called;      /* ... and has called this line */
    bool can_pick_up; /* it rings, and there is a way to take the call */
};

struct ars_app_mailbox ars_app_get_mailbox(const struct ars_app *app);

/* In the user's order. i < count. */
size_t ars_app_watched_count(const struct ars_app *app);
struct ars_app_watched ars_app_watched_at(const struct ars_app *app, size_t i);

/*
 * The list as it shall be from now on, stored. EINVAL: a number is missing or twice. ENOSPC,
 * EMSGSIZE, ENOMEM: nothing has changed.
 */
int ars_app_set_watched(struct ars_app *app, const struct ars_stored_line *list, size_t n);

/* Takes the call that rings at that line; then as ars_app_dial(). */
int ars_app_pick_up(struct ars_app *app, const char *number);

/* Whether the account has a code for ARS_CMD_PARK. */
bool ars_app_can_park(const struct ars_app *app);

#endif
