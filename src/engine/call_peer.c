/* engine: who the far end of a call is, as the server tells in the course of it. */
#include <errno.h>
#include <stdlib.h>

#include <ars/sip_call.h>
#include <ars/str.h>

#include "account_conf.h"
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

/* The same question as a REFER's, before the answer. */
void call_on_redirected(struct ars_sip_call *sc, const char *number, void *arg)
{
    struct call *c = arg;

    c->answered_early = c->told_ringing = c->ringback = false;
    c->first_audio_ms = -1;
    call_changed(c);
    switch (account_conf(c->account)->refer) {
    case ARS_REFER_FOLLOW:
        (void)ars_sip_call_redirect(sc, true);
        break;
    case ARS_REFER_REFUSE:
        (void)ars_sip_call_redirect(sc, false);
        break;
    default:
        call_tell_redirected(c, number);
        break;
    }
}

int call_redirect(struct call *c, bool follow)
{
    return c->sip ? ars_sip_call_redirect(c->sip, follow) : EPROTO;
}
