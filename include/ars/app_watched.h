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
    const char *account_id;
    bool known;         /* the server has told of it, or the settings have its number */
    unsigned fresh;     /* new messages */
    const char *number; /* whom to call for them, "" when nobody says */
};

/* Borrowed texts, "" where nothing is known. */
struct ars_app_watched {
    const char *account_id; /* of the line of app_line.h that watches it */
    const char *number;
    const char *name;
    bool parking; /* a place where calls are parked: busy means that one waits there */
    enum ars_watch_state state;
    const char *peer_name; /* busy, ringing: who is at the other end */
    const char *peer_number;
    bool called;      /* ... and has called this line */
    bool can_pick_up; /* it rings, and there is a way to take the call */
};

/* Of a line of app_line.h, in the same order. i < how many there are. */
struct ars_app_mailbox ars_app_mailbox_at(const struct ars_app *app, size_t i);

/* In the user's order. i < count. */
size_t ars_app_watched_count(const struct ars_app *app);
struct ars_app_watched ars_app_watched_at(const struct ars_app *app, size_t i);

/*
 * The list as it shall be from now on, stored. EINVAL: a number is missing, or an
 * account has it twice. ENOSPC, EMSGSIZE, ENOMEM: nothing has changed.
 */
int ars_app_set_watched(struct ars_app *app, const struct ars_stored_line *list, size_t n);

/* Takes the call that rings at that line of that account; then as ars_app_dial_from(). */
int ars_app_pick_up(struct ars_app *app, const char *account_id, const char *number);

/* Whether the account has a code for ARS_CMD_PARK. */
bool ars_app_can_park(const struct ars_app *app, const char *account_id);

#endif
