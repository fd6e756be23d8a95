/* engine: dialog-info (RFC 4235), as far as it is shown or acted on. Engine thread. */
#ifndef ENGINE_DIALOG_INFO_H
#define ENGINE_DIALOG_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/types.h>

#define DIALOGS_MAX 16
#define DIALOG_ID   64

/* One call of a watched line. Texts are owned, NULL when not said. */
struct line_dialog {
    char id[DIALOG_ID];
    enum ars_watch_state state;
    bool called;    /* the line is the one that was called */
    char *name;     /* who is at the other end, UTF-8 */
    char *number;   /* the same: the user part */
    char *target;   /* URI that reaches the other end */
    char *replaces; /* header value (RFC 3891) that takes the call over while it rings */
};

/* Of one watched line, over several NOTIFYs (section 4.3). Zeroed before use. */
struct dialogs {
    struct line_dialog list[DIALOGS_MAX];
    size_t n;
    bool begun;
    uint32_t version;
};

/*
 * Takes in a body; what the line is then. UNKNOWN: not a dialog-info. *ret_gap: a document is
 * missing before this one, which counts for nothing; ask for all of it anew.
 */
enum ars_watch_state dialogs_take(struct dialogs *ds, const char *body, size_t len, bool *ret_gap);

/* The call that makes the line what it is, or NULL. */
const struct line_dialog *dialogs_first(const struct dialogs *ds);

/* Forgets all. */
void dialogs_clear(struct dialogs *ds);

#endif
