/*
 * store: the journal of calls, in SQLite on a thread of its own. A call is written when it begins,
 * when it is answered and when it ends, so a crash loses at most its end. Asked from one thread
 * (the face's); what it has to say waits until ars_history_dispatch() hands it out there.
 */
#ifndef ARS_HISTORY_H
#define ARS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARS_HISTORY_TEXT_MAX  256 /* bytes of each text; what is longer is cut */
#define ARS_HISTORY_PATH_MAX  4096
#define ARS_HISTORY_LIMIT_MAX 1000

struct ars_history;

/* Kept as numbers: never renumber. */
enum ars_history_result {
    ARS_HISTORY_RUNNING, /* begun, not answered yet */
    ARS_HISTORY_TALKING, /* answered, not ended yet */
    ARS_HISTORY_ANSWERED,
    ARS_HISTORY_MISSED,
    ARS_HISTORY_ELSEWHERE, /* answered on another phone */
    ARS_HISTORY_DECLINED,  /* by us when incoming, else by the other side */
    ARS_HISTORY_CANCELLED, /* by us, before the answer */
    ARS_HISTORY_BUSY,
    ARS_HISTORY_NO_ANSWER,
    ARS_HISTORY_FAILED,
    ARS_HISTORY_FORWARDED, /* to somebody else, without us */
    ARS_HISTORY_RESULTS,
};

/*
 * When the phone ended before a call did: the next start makes MISSED, FAILED or ANSWERED of
 * RUNNING and TALKING, with this reason.
 */
#define ARS_HISTORY_BROKEN_OFF "broken_off"

struct ars_history_entry {
    int64_t id;
    bool incoming;
    bool seen; /* a missed call that was looked at; true for all others */
    enum ars_history_result result;
    char *reason;  /* ars_reason_name(), ARS_HISTORY_BROKEN_OFF, or "" when it ended well */
    char *details; /* status and the PBX's words, for "Details"; "" */
    char *number;
    char *name;          /* "" when not known */
    char *account;       /* of settings: its id; "" when not known, or on the demo line */
    char *recording;     /* the file of it, "": none. Cut at ARS_HISTORY_PATH_MAX */
    int64_t start_us;    /* since 1970, UTC */
    int64_t duration_ms; /* of the talk; 0: none */
};

/* Newest first, borrowed. err: EIO and the like, with n 0. */
typedef void ars_history_fn(int err, const struct ars_history_entry *v, size_t n, void *arg);

struct ars_history_handlers {
    /* Something was written; missed: missed calls that nobody has looked at. Once after open. */
    void (*changed)(size_t missed, void *arg);
    /*
     * Why the journal is not kept, once until it works again: ENOSPC, EACCES, EIO, EPERM (a later
     * version's file: left alone); EBADMSG: it was damaged, has been set aside as `where`, and a
     * new one begun. Until it can be written, what happens is kept in memory.
     */
    void (*problem)(int err, const char *where, void *arg);
};

struct ars_history_conf {
    const char *file;        /* its folder is made when it is missing */
    void (*bell)(void *arg); /* call ars_history_dispatch() soon; any thread, must not block */
    void *bell_arg;
    const struct ars_history_handlers *handlers;
    void *arg;
};

/* Opens the file on the thread, where numbered migrations run. ENOMEM, EAGAIN. */
int ars_history_open(struct ars_history **ret, const struct ars_history_conf *conf);

/* Writes what is queued, then joins. Nothing calls back after. Takes NULL. */
void ars_history_close(struct ars_history *h);

/* Calls back what waits. Face's thread. */
void ars_history_dispatch(struct ars_history *h);

/*
 * A call as it is now: when it begins, when it is answered, when it ends (any result but RUNNING
 * and TALKING). key: the caller's own name for it, used for one call in a run. id is not read; NULL
 * texts are "". Queued; ENOMEM, EAGAIN.
 */
int ars_history_put(struct ars_history *h, uint32_t key, const struct ars_history_entry *e);

/* id 0: all that have ended. */
int ars_history_delete(struct ars_history *h, int64_t id);
int ars_history_mark_seen(struct ars_history *h);

/*
 * text: what name or number must contain, whatever the case ("" or NULL: all); digits are found
 * through brackets, dashes and +7 or 8. limit at most ARS_HISTORY_LIMIT_MAX. Each query is answered
 * once, but one that a later query of the same fn and arg overtook is dropped.
 */
int ars_history_query(struct ars_history *h, const char *text, size_t offset, size_t limit,
                      ars_history_fn *fn, void *arg);

#endif
