/*
 * sip: the early dialogs of an INVITE of ours (RFC 3261 section 12.1.2): one to each far end that
 * a fork has reached.
 */
#ifndef SIP_EARLY_H
#define SIP_EARLY_H

#include <stdbool.h>
#include <re.h>

#include <ars/sip.h>

#include "prack.h"

struct ars_sip_call;
struct dialog;
struct sip_in;

struct early {
    struct le le;
    struct dialog *dlg;
    struct prack prack;
    struct ars_sip_body answer; /* its last, owned; len 0: none came */
    bool agreed;                /* it came reliably: offers may follow (RFC 3311 section 5.1) */
};

/* With that tag of the far end; NULL: none. */
struct early *early_find(const struct ars_sip_call *call, const struct pl *tag);

/*
 * A provisional response above 100: keeps its dialog, acknowledges it when it wants that. False: it
 * is not for the owner. *ret_early is NULL when it makes no dialog.
 */
bool early_receive(struct ars_sip_call *call, const struct sip_in *in, struct early **ret_early);

/* What the first far end that we heard says; a body of another is none of the owner's business. */
struct ars_sip_body early_body(struct ars_sip_call *call, const struct early *e,
                               const struct sip_in *in);

/* The answer of a 2xx, or the one that its far end gave before when the owner has another's. */
struct ars_sip_body early_answer(const struct ars_sip_call *call, const struct sip_in *in);

void early_clear(struct ars_sip_call *call);

#endif
