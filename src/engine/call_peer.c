/* engine: who the far end of a call is, as the server tells in the course of it. */
#include <stdlib.h>

#include <ars/sip_call.h>
#include <ars/str.h>

#include "call_priv.h"

static void replace(char **field, const char *with)
{
    char *copy = ars_strdup(with);

    if (!copy)
        return;
    free(*field);
    *field = copy;
}

void call_on_identity(struct ars_sip_call *sc, void *arg)
{
    struct call *c = arg;

    replace(&c->peer_name, ars_sip_call_peer_name(sc));
    replace(&c->peer_number, ars_sip_call_peer_number(sc));
    call_tell_peer(c, ARS_EV_PEER);
}
