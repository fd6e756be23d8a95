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

uint32_t event_hdr_expires(const struct sip_in *in, uint32_t fallback)
{
    const struct pl *state = msg_in_hdr(in, "Subscription-State");
    uint32_t s = fallback;
    struct pl val;

    if (state && msg_in_param(state, "expires", &val))
        (void)msg_in_number(&val, SIP_EXPIRES_MAX, &s);
    return s;
}
