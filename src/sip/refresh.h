/*
 * sip: the session timer of a call (RFC 4028): a call that neither side refreshes any more ends.
 */
#ifndef SIP_REFRESH_H
#define SIP_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/fsm.h>
#include <ars/str.h>
#include <ars/timer.h>

struct ars_sip_call;
struct sip_in;

enum refresh_state {
    REFRESH_OFF,
    REFRESH_OURS,   /* due at half the interval */
    REFRESH_OUT,    /* an UPDATE is out, or the owner was asked for a re-INVITE */
    REFRESH_THEIRS, /* the far end refreshes */
    REFRESH_STATES,
};

extern const struct ars_fsm refresh_fsm;

/* Zeroed before first use. */
struct refresh {
    int state;
    uint32_t interval_s;  /* agreed */
    uint32_t min_s;       /* of a 422; 0: none came */
    unsigned raised;      /* 422s so far */
    uint64_t deadline_ms; /* the call ends then */
    struct ars_timer timer;
};

/* An INVITE or UPDATE asks for less than may be (section 9: 422). */
bool refresh_is_too_short(const struct sip_in *in);

/* Min-SE, for that 422. */
void refresh_add_min(struct ars_buf *b);

/* The lines of an INVITE, re-INVITE or UPDATE of ours (sections 7.1, 7.4). */
void refresh_add_request(const struct ars_sip_call *call, struct ars_buf *b);

/* The 2xx to one of ours: it may begin, go on or end (section 7.2). */
void refresh_answered(struct ars_sip_call *call, const struct sip_in *in);

/* A 422: true when it is to be sent once more with what refresh_add_request() says now. */
bool refresh_raise(struct ars_sip_call *call, const struct sip_in *in);

/* Lines of our 2xx to theirs (section 9); the timer runs from here. */
void refresh_agree(struct ars_sip_call *call, const struct sip_in *req, struct ars_buf *b);

/* Ours was refused or could not be sent: once more soon. */
void refresh_failed(struct ars_sip_call *call);

void refresh_stop(struct ars_sip_call *call);

#endif
