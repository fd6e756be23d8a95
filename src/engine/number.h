/* engine: from what somebody typed or pasted to what is dialled. */
#ifndef ENGINE_NUMBER_H
#define ENGINE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A number without its visual separators, a user name, or a SIP URI; "a@b" becomes "sip:a@b",
 * "tel:" goes with its parameters (RFC 3966), and so do quotes and brackets around, invisible marks
 * and the end of a sentence. EINVAL: nothing that can be dialled. ENOMEM. Caller frees.
 */
int number_to_target(const char *typed, char **ret);

/* And what dial rules (or NULL) make of it. *ret_rule (or NULL): which did it, 0: none. */
int number_for(const char *rules, const char *typed, char **ret_number, char **ret_wire,
               size_t *ret_rule);

/* The digits that are to be sent after the answer, from their comma on; NULL: none. Borrowed. */
const char *number_digits(const char *target);

/* Of what number_to_target() made: it says itself where it leads. */
bool number_is_uri(const char *number);

#endif
