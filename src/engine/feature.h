/* engine: pick-up and parking, as far as a PBX has them. Engine thread. */
#ifndef ENGINE_FEATURE_H
#define ENGINE_FEATURE_H

#include <stdint.h>

struct account;
struct call;
struct calls;

/*
 * Takes the call that rings at another line: in the place of the caller's early dialog, where the
 * server says which that is (RFC 4235, RFC 3891), or by the account's pick-up code before the
 * number; number "": the code alone. ENOTSUP: neither; EINVAL: no number; as calls_dial().
 */
int feature_pick_up(struct calls *cs, struct account *a, const char *number, uint32_t tag);

/* The server did not understand that: by the code, if there is one. */
void feature_pick_up_again(struct calls *cs, struct account *a, const char *number);

/*
 * Parks the far end: transfers it to the code (NULL: the account's), or sends the code as digits
 * when it begins with #. ENOTSUP: there is none; as call_transfer() and call_dtmf().
 */
int feature_park(struct call *c, const char *code, uint32_t tag);

#endif
