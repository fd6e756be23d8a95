/* engine: message summaries (RFC 3842). Pure function over bytes of a peer. */
#ifndef ENGINE_SUMMARY_H
#define ENGINE_SUMMARY_H

#include <stddef.h>

/* RFC 3842 section 5. account: whom to call to hear them, "" when not said; caller frees. */
struct summary {
    unsigned fresh; /* new messages; 1 when only "yes" is said */
    char *account;
};

/* EBADMSG: no message summary; ENOMEM. */
int summary_parse(struct summary *ret, const char *body, size_t len);

#endif
