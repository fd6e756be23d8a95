/*
 * app: the calls as the face sees them, made of the engine's events.
 */
#ifndef ARS_APP_CALLS_H
#define ARS_APP_CALLS_H

#include <ars/app.h>

struct ars_app;
struct ars_event;

#define CALLS_DIALS_MAX 16

struct call {
    struct ars_app_call view;
    char *number; /* who calls, or whom it is for */
    char *name;
    char *peer_number; /* who the far end has become, NULL: it has not changed */
    char *peer_name;
    int64_t start_us; /* since 1970 */
    bool answered;    /* the user took it */
    bool changed;     /* since the face was told */
    uint32_t mute_tag;
    uint32_t volume_tag;
    unsigned volume_was;
};

/* Asked for, and no call yet. */
struct dial {
    uint32_t tag;
    char *number;
};

struct calls {
    struct call **list;
    size_t n;
    struct dial dials[CALLS_DIALS_MAX];
    size_t dials_n;
};

/* Whether it was news of a call, or of a dial. */
bool calls_event(struct ars_app *app, const struct ars_event *ev);

/* Tells the face of what has changed. */
void calls_flush(struct ars_app *app);
void app_calls_close(struct calls *cs);

struct call *app_calls_find(const struct calls *cs, ars_id id);

#endif
