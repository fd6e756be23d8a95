/*
 * Event and Subscription-State.
 */
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include "event_hdr.h"
#include "msg_in.h"

/* What stands before the parameters. */
static bool is_token(const struct pl *val, const char *token)
{
    const char *semi = val ? memchr(val->p, ';', val->l) : NULL;
    struct pl head;

    if (!val)
        return false;
    head = msg_in_trim((struct pl){val->p, semi ? (size_t)(semi - val->p) : val->l});
    return pl_strcasecmp(&head, token) == 0;
}

bool event_hdr_is(const struct sip_in *in, const char *package)
{
    return is_token(msg_in_hdr(in, "Event"), package);
}

bool event_hdr_is_over(const struct sip_in *in)
{
    return is_token(msg_in_hdr(in, "Subscription-State"), "terminated");
}
