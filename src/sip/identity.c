/*
 * Who the far end is.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "identity.h"
#include "msg_in.h"

/* What FreeSWITCH calls a far end that it has called itself, beside the user of its Contact. */
#define NOBODY "Outbound Call"

struct who {
    char *name;
    char *number;
};

static void close_who(struct who *w)
{
    free(w->name);
    free(w->number);
}

/* The first value that names a user. Every message comes over the account's own connection. */
static bool read_asserted(const struct sip_in *in, const char *header, struct who *ret)
{
    struct in_list it = {0};
    struct in_addr_hdr a;
    struct pl pl;

    while (msg_in_list(in, header, &it, &pl)) {
        if (msg_in_addr(&a, &pl) || pl_strcmp(&a.addr.dname, NOBODY) == 0)
            continue;
        if (!a.addr.uri.user.l && pl_strcasecmp(&a.addr.uri.scheme, "tel"))
            continue;
        ret->name = msg_in_name_of(&a.addr);
        ret->number = msg_in_number_of(&a.addr);
        return true;
    }
    return false;
}

/* RFC 3325 and its predecessor, which answers seldom have right. */
static bool read_server(const struct sip_in *in, struct who *ret)
{
    return read_asserted(in, "P-Asserted-Identity", ret) ||
           (in->req && read_asserted(in, "Remote-Party-ID", ret));
}

static bool replace(char **field, char **with)
{
    bool changed = *with && **with && (!*field || strcmp(*field, *with) != 0);

    if (changed) {
        free(*field);
        *field = *with;
        *with = NULL;
    }
    return changed;
}

static bool take(struct ars_sip_call *call, struct who *w)
{
    bool number = replace(&call->peer_number, &w->number);
    bool name = replace(&call->peer_name, &w->name);

    /* another far end without a name must not go by the one before */
    if (number && !name && call->peer_name && *call->peer_name && w->name) {
        *call->peer_name = '\0';
        name = true;
    }
    return number || name;
}

void identity_read(struct ars_sip_call *call, const struct sip_in *in)
{
    char *shown = in->req ? msg_in_shown_name(in) : NULL;
    struct who w = {0};
    bool changed;

    if (read_server(in, &w)) {
        call->asserted = true;
    } else if (in->req && !call->asserted) {
        w.name = msg_in_name_of(&in->from.addr);
        w.number = msg_in_number_of(&in->from.addr);
    }
    if (shown) {
        free(w.name);
        w.name = shown;
    }
    changed = take(call, &w);
    close_who(&w);
    if (changed && call->h.identity)
        call->h.identity(call, call->arg);
}
