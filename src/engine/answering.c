/* engine: do not disturb, forwarding, anonymous callers, answers without the user. */
#include "answering.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#define PATTERN_MAX 128
#define SEPARATORS  ", \t\r\n;"

int ars_answering_copy(struct ars_answering *to, const struct ars_answering *from)
{
    bool failed = false;

    *to = *from;
    for (int i = 0; i < ARS_FORWARDS; i++) {
        to->forward[i] = ars_strdup(from->forward[i]);
        failed = failed || (from->forward[i] && !to->forward[i]);
    }
    to->auto_answer = ars_strdup(from->auto_answer);
    failed = failed || (from->auto_answer && !to->auto_answer);
    if (failed)
        ars_answering_clear(to);
    return failed ? ENOMEM : 0;
}

void ars_answering_clear(struct ars_answering *a)
{
    for (int i = 0; i < ARS_FORWARDS; i++)
        free(a->forward[i]);
    free(a->auto_answer);
    *a = (struct ars_answering){0};
}

static struct answering_verdict divert(const char *target, enum ars_sip_diversion why)
{
    return (struct answering_verdict){
        .status = 302, .target = target, .diversion = why, .code = ARS_REASON_FORWARDED};
}

static struct answering_verdict refuse(int status, enum ars_reason_code code)
{
    return (struct answering_verdict){.status = status, .code = code};
}

/* One that has come back is not sent away again: two phones could do so for ever. */
static const char *forward_of(const struct ars_answering *a, const struct ars_sip_incoming *in,
                              enum ars_forward which)
{
    return in->diverted_here ? NULL : a->forward[which];
}

struct answering_verdict answering_judge(const struct ars_answering *a,
                                         const struct ars_sip_incoming *in, bool full, bool busy)
{
    const char *always = forward_of(a, in, ARS_FORWARD_ALWAYS);
    const char *when_busy = forward_of(a, in, ARS_FORWARD_BUSY);

    if (a->refuse_anonymous && in->anonymous)
        return refuse(433, ARS_REASON_ANONYMOUS);
    if (always)
        return divert(always, ARS_SIP_DIVERSION_UNCONDITIONAL);
    if (a->do_not_disturb && when_busy)
        return divert(when_busy, ARS_SIP_DIVERSION_DO_NOT_DISTURB);
    if (a->do_not_disturb)
        return refuse(486, ARS_REASON_DO_NOT_DISTURB);
    if ((busy || full) && when_busy)
        return divert(when_busy, ARS_SIP_DIVERSION_BUSY);
    if (full)
        return refuse(486, ARS_REASON_BUSY);
    /* RFC 5373 section 4.4.2: what must be answered by itself, and may not */
    if (in->answer_required && (busy || !answering_allows(a, in)))
        return refuse(403, ARS_REASON_FORBIDDEN);
    return (struct answering_verdict){0};
}

bool answering_allows(const struct ars_answering *a, const struct ars_sip_incoming *in)
{
    const char *s = a->auto_answer ? a->auto_answer : "";

    if (!in->wants_answer || in->anonymous || !*in->number)
        return false;
    for (s += strspn(s, SEPARATORS); *s; s += strspn(s, SEPARATORS)) {
        size_t len = strcspn(s, SEPARATORS);
        char pattern[PATTERN_MAX];

        if (len < sizeof(pattern)) {
            memcpy(pattern, s, len);
            pattern[len] = '\0';
            if (fnmatch(pattern, in->number, FNM_NOESCAPE) == 0)
                return true;
        }
        s += len;
    }
    return false;
}
