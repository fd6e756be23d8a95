/* Calls of an account that is registered, over the played rooms of fakes.h. */
#ifndef ENGINE_CALLS_RIG_H
#define ENGINE_CALLS_RIG_H

#include "calls.h"
#include "fakes.h"

struct fixture {
    struct account *account;
    struct calls calls;
    unsigned gone;
    struct ars_event *ev;
};

extern const struct ars_sip_body no_body;
extern const struct ars_sip_body sdp; /* of the far end */

/* Up to a registered account. */
int set_up(struct fixture *f);
/* Another account that is registered, for f->account. */
int second_account(struct fixture *f, const char *server, struct account **ret);
/* Also checks that nothing is left behind. Returns err, or the check's. */
int tear_down(struct fixture *f, int err);

/* The next event of that type, f->ev until the next call; NULL and a failed check without one. */
struct ars_event *take(struct fixture *f, enum ars_event_type type);
struct call *nth(struct fixture *f, ars_id id);

/* The far end, by the index of sip_calls or media. */
void gathered(size_t i);
void progress(size_t i, int status, const struct ars_sip_body *body);
void answered(size_t i, const struct ars_sip_body *body);
void agreed(size_t i, const struct ars_sip_body *body);
void confirmed(size_t i, const struct ars_sip_body *body);
void reanswered(size_t i, int status);
void reoffer(size_t i, const struct ars_sip_body *body);
void ended(size_t i, enum ars_reason_code code, int status);
/* Somebody calls; the status that the caller hears, 0: it rings. */
int called(const struct ars_sip_body *offer);
int called_with(const struct ars_sip_incoming *in);
/* A call of ours that is up: the next index of sip_calls and media. */
int talk(struct fixture *f, const char *number);

#endif
