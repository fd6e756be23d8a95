/*
 * app: the calls as the face sees them, made of the engine's events.
 */
#ifndef ARS_APP_CALLS_H
#define ARS_APP_CALLS_H

#include <ars/app.h>

struct ars_app;
struct ars_command;
struct ars_event;

#define CALLS_DIALS_MAX 16

struct call {
    struct ars_app_call view;
    char *number; /* who calls, or whom it is for */
    char *name;
    char *wire;
    char *account_id;
    char *peer_number; /* who the far end has become, NULL: it has not changed */
    char *peer_name;
    char *transfer_to;
    char *refer_to;
    char *refer_by;
    char *record_path;
    char *record_problem;
    uint64_t figures_us; /* the newest that the face was told of */
    uint64_t since_ms;   /* the first call in whose place it is was established; 0: none */
    int64_t start_us;    /* since 1970 */
    bool answered;       /* the user took it */
    bool recorded;       /* record_path holds something */
    bool changed;        /* since the face was told */
    uint32_t mute_tag;
    uint32_t silence_tag;
    uint32_t transfer_tag;
    uint32_t volume_tag;
    unsigned volume_was;
};

/* Asked for, and no call yet. */
struct dial {
    uint32_t tag;
    ars_id account; /* the engine's */
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

/* Takes cmd over, which makes a call with that number. EAGAIN, ENOMEM. */
int app_calls_post_dial(struct ars_app *app, struct ars_command *cmd, const char *number);

/* Tells the face of what has changed. */
void calls_flush(struct ars_app *app);
void app_calls_close(struct calls *cs);

struct call *app_calls_find(const struct calls *cs, ars_id id);

/* ---- levels.c ---- */

/* News of its figures; whether it is more than levels, which are told by themselves. */
bool levels_event(struct ars_app *app, struct call *c, const struct ars_event *ev);

/* ---- recording.c ---- */

void recording_event(struct call *c, const struct ars_event *ev);
void recording_free(struct call *c);

/* ---- calls_together.c: transfer, conference, calls that come of others ---- */

void calls_together_event(struct ars_app *app, struct call *c, const struct ars_event *ev);
/* What was asked for with this tag cannot be done. */
void calls_together_refused(struct call *c, uint32_t tag);
/* What is to be seen before the engine says it. */
void calls_together_expect(struct ars_app *app, struct call *c, enum ars_command_type type,
                           int number, const char *text, uint32_t tag);
/* c comes in the place of the call of that id. */
void calls_together_succeed(const struct calls *cs, struct call *c, ars_id id);
void calls_together_free(struct call *c);

#endif
