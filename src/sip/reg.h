/*
 * sip: REGISTER (RFC 3261 section 10, RFC 5626), one binding, kept refreshed.
 */
#ifndef SIP_REG_H
#define SIP_REG_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/fsm.h>
#include <ars/timer.h>

#include "auth.h"
#include "route.h"

struct ars_sip;
struct ctrans;

enum reg_state {
    REG_NONE,
    REG_TRYING,  /* REGISTER is out, the first one or a refresh */
    REG_DONE,    /* the refresh timer runs */
    REG_LEAVING, /* REGISTER with expires 0 is out */
    REG_STATES,
};

extern const struct ars_fsm reg_fsm;

/* Call-ID, tag and CSeq live as long as the endpoint: RFC 3261 section 10.2.4. */
struct reg {
    int state;
    struct ctrans *ct;
    struct ars_timer timer;
    struct auth_try try;
    char call_id[SIP_CALL_ID_LEN + 1];
    char tag[SIP_TAG_LEN + 1];
    uint32_t cseq;
    uint32_t expires_s;      /* what we ask for; 423 raises it */
    uint64_t until_ms;       /* when the binding ends, 0: there is none */
    uint32_t again_ms;       /* the last wait after a refused refresh, 0: none was */
    char *server;            /* what it says it is, NULL: nothing */
    bool plain;              /* without RFC 5626: the way to the registrar does not know it */
    struct route_set routes; /* RFC 3608: of calls that we begin */
};

void reg_init(struct ars_sip *sip, uint32_t expires_s);
void reg_close(struct ars_sip *sip);

/* What a request that begins a dialog goes by: the registrar's, else the outbound proxy. */
const struct route_set *reg_routes(const struct ars_sip *sip);

/* The connection is gone: the binding with it. */
void reg_lost(struct ars_sip *sip);

#endif
