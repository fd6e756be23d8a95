/*
 * A whole engine as a test drives it: post a command, wait for the event that must follow. Events
 * stay until the phone goes, or phone_forget(); each is found once.
 */
#ifndef ARS_TEST_PHONE_H
#define ARS_TEST_PHONE_H

#include <stddef.h>
#include <stdint.h>

#include <ars/engine.h>

struct line;
struct phone;

/* audio specs as in ars/audio.h. */
int phone_start(struct phone **ret, const char *name, const char *in, const char *out);

/* Shuts down in order and waits for it: `unregistered` if it was registered, and `stopped`. */
int phone_end(struct phone *p);

/* Takes NULL. */
void phone_free(struct phone *p);

/* The line's account; password and pin NULL: the right ones. */
int phone_account(struct phone *p, const struct line *l, const char *password, const uint8_t *pin);

/* phone_account() and its `registered`. */
int phone_register(struct phone *p, const struct line *l);

int phone_command(struct phone *p, enum ars_command_type type, ars_id call, int number,
                  const char *text);

/* Dials and waits for `dialing`. */
int phone_dial(struct phone *p, const char *number, ars_id *ret_call);

/* phone_dial() up to the first sound of the far end. */
int phone_call(struct phone *p, const char *number, ars_id *ret_call);

/* Hangs up and waits for `ended`. */
int phone_hangup(struct phone *p, ars_id call);

/*
 * The oldest event of that type and call (0: any) not found yet. ETIMEDOUT, with a line that says
 * what came instead.
 */
int phone_wait(struct phone *p, enum ars_event_type type, ars_id call, uint32_t ms,
               const struct ars_event **ret);

/* Figures since the last time, taken now. */
int phone_stats(struct phone *p, ars_id call, struct ars_media_stats *ret);

/* Whether such an event has come and was not found yet. Waits `ms` for it. */
bool phone_heard(struct phone *p, enum ars_event_type type, ars_id call, uint32_t ms);

/* Lets time pass, for as long as sound takes to be recorded. */
void phone_listen(struct phone *p, uint32_t ms);

void phone_forget(struct phone *p);

#endif
