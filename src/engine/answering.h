/*
 * engine: what is done about a caller before the user hears of it. Pure; any thread.
 */
#ifndef ENGINE_ANSWERING_H
#define ENGINE_ANSWERING_H

#include <stdbool.h>

#include <ars/answering.h>
#include <ars/reason.h>
#include <ars/sip_call.h>

struct answering_verdict {
    int status;         /* 0: it rings; 302: to `target`; else the refusal */
    const char *target; /* borrowed */
    enum ars_sip_diversion diversion;
    enum ars_reason_code code; /* when it does not ring */
};

/* full: no room for another call; busy: there is one. */
struct answering_verdict answering_judge(const struct ars_answering *a,
                                         const struct ars_sip_incoming *in, bool full, bool busy);

/* Whether the caller may have an answer without the user. */
bool answering_allows(const struct ars_answering *a, const struct ars_sip_incoming *in);

#endif
