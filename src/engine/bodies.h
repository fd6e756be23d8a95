/* engine: what NOTIFYs carry. Pure functions over bytes of a peer. */
#ifndef ENGINE_BODIES_H
#define ENGINE_BODIES_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/types.h>

/* RFC 3842 section 5. account: whom to call to hear them, "" when not said; caller frees. */
struct summary {
    unsigned fresh; /* new messages; 1 when only "yes" is said */
    char *account;
};

/* EBADMSG: no message summary; ENOMEM. */
int summary_parse(struct summary *ret, const char *body, size_t len);

/* Dialogs of one watched line, over several NOTIFYs (RFC 4235 section 4.3). Zeroed before use. */
#define DIALOGS_MAX 16
#define DIALOG_ID   64
struct dialogs {
    struct {
        char id[DIALOG_ID];
        enum ars_watch_state state;
    } list[DIALOGS_MAX];
    size_t n;
};

/* Takes in a body; what the line is then. UNKNOWN: not a dialog-info. */
enum ars_watch_state dialogs_take(struct dialogs *ds, const char *body, size_t len);

#endif
