/* cli: what is done with callers before anybody hears them. */
#include <stdlib.h>
#include <string.h>

#include <ars/answering.h>
#include <ars/str.h>

#include "option_ids.h"
#include "options.h"

bool answering_forward(struct ars_answering *a, const char *when, const char *number,
                       const char *seconds)
{
    static const char *const words[ARS_FORWARDS] = {
        [ARS_FORWARD_ALWAYS] = "always",
        [ARS_FORWARD_BUSY] = "busy",
        [ARS_FORWARD_NO_ANSWER] = "no-answer",
    };
    uint32_t after = 0;

    if (seconds && (ars_str_to_u32(seconds, ARS_FORWARD_AFTER_MAX_S, &after) || after == 0))
        return false;
    for (int i = 0; i < ARS_FORWARDS; i++) {
        if (!ars_streq(when, words[i]))
            continue;
        free(a->forward[i]);
        a->forward[i] = ars_strdup(number);
        if (i == ARS_FORWARD_NO_ANSWER)
            a->forward_after_s = after;
        return a->forward[i] || !number;
    }
    return false;
}

/* NUMBER[:S] */
static bool set_forward_no_answer(struct ars_answering *a, const char *value)
{
    const char *colon = strrchr(value, ':');
    bool seconds = colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
    char *number = seconds ? ars_strndup(value, (size_t)(colon - value)) : ars_strdup(value);
    bool ok = number && answering_forward(a, "no-answer", number, seconds ? colon + 1 : NULL);

    free(number);
    return ok || bad("--forward-no-answer", value);
}

bool take_answering(struct ars_answering *a, int id, const char *value)
{
    switch (id) {
    case OPT_DND:
        a->do_not_disturb = true;
        return true;
    case OPT_FORWARD:
        return answering_forward(a, "always", value, NULL);
    case OPT_FORWARD_BUSY:
        return answering_forward(a, "busy", value, NULL);
    case OPT_FORWARD_NO_ANSWER:
        return set_forward_no_answer(a, value);
    case OPT_CALLS:
        return set_number("--calls", value, 1, ARS_CALLS_AT_ONCE_MAX, &a->calls_max);
    case OPT_REFUSE_ANONYMOUS:
        a->refuse_anonymous = true;
        return true;
    case OPT_AUTO_ANSWER:
        return set_text(&a->auto_answer, value);
    default:
        return false;
    }
}
