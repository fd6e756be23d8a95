/*
 * Tests: an engine without a network. It implements <ars/engine.h>: link ars_fake_engine, and what
 * stands above the engine talks to it instead of the real one. It keeps what it was asked for, says
 * what the test pushes, and, unless told not to, answers like a friendly PBX at once. One engine,
 * one thread: the test's.
 */
#ifndef ARS_TEST_FAKE_ENGINE_H
#define ARS_TEST_FAKE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/engine.h>

/* What it does by itself; all on at first. fake_reset() puts it back. */
struct fake_manners {
    bool registers;              /* ACCOUNT_SET: connects and registers */
    struct ars_reason refuse;    /* code set: that fails for this reason instead */
    const struct ars_cert *cert; /* with `refuse` */
    uint32_t retry_ms;           /* with `refuse`: 0 is FAILED, else WAITING */
    bool rings;                  /* DIAL: a call that rings */
    bool answers;                /* ... and is answered at once, with media */
    bool obeys;                  /* ANSWER, REJECT, HANGUP, HOLD, RESUME: are done */
    int start_error;             /* of ars_engine_start(): the first time */
    bool full;                   /* ars_engine_post() says EAGAIN */
    const struct ars_device *devices;
    size_t devices_n;
};

extern struct fake_manners fake_manners;

/* Between tests: manners as at first, no commands kept. */
void fake_reset(void);

/* What was asked for, oldest first, but for STATS_EVERY; caller frees. NULL: nothing more. */
struct ars_command *fake_next_command(void);

/* The next command of that type; those before it are thrown away. Caller frees; NULL: none. */
struct ars_command *fake_find_command(enum ars_command_type type);

/* How often figures are wanted, by the newest STATS_EVERY. */
int fake_stats_ms(void);

/* How the engine was started last: in, out, ring (borrowed). */
const char *fake_audio(size_t i);

/* A zeroed event of now; the test fills it and pushes it. Aborts when there is no memory. */
struct ars_event *fake_event(enum ars_event_type type);
struct ars_event *fake_call_event(enum ars_event_type type, ars_id call, enum ars_call_state state);

/* Takes the event over; the bell rings. */
void fake_push(struct ars_event *ev);

/* Ids count from 1; what follows is of that account, until another is set. */
void fake_speak_of(ars_id id);
/* The account that was set last comes into that state. */
void fake_account(enum ars_event_type type, enum ars_account_state state);
/* It fails for good. */
void fake_account_fails(enum ars_reason_code code);
/* An incoming call; returns its id. */
ars_id fake_incoming(const char *name, const char *number);
/* The call ends; talk_ms as the engine counts it. */
void fake_end(ars_id call, enum ars_reason_code code, int sip_status, const char *text,
              bool by_remote, int talk_ms);
/* Encrypted media with these figures flows. */
void fake_media(ars_id call, const char *codec);

#endif
