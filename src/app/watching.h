/*
 * app: the mailbox and the watched lines, from the settings to what the engine tells of them.
 */
#ifndef APP_WATCHING_H
#define APP_WATCHING_H

#include <ars/app_watched.h>

struct ars_app;
struct ars_event;

struct watching {
    struct watched *list; /* as many, and in the order, of settings->lines */
    size_t n;
    bool changed; /* since the face was told */
};

/* The lines of the settings. ENOMEM. */
int watching_start(struct ars_app *app);

/* Whether it was news of them. */
bool watching_event(struct ars_app *app, const struct ars_event *ev);

/* Follows the accounts, and tells the face of what has changed. */
void watching_flush(struct ars_app *app);
void watching_close(struct watching *w);

#endif
