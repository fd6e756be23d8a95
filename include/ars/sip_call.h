/*
 * sip: a call, from its INVITE to its BYE. Thread and ownership as in sip.h.
 */
#ifndef ARS_SIP_CALL_H
#define ARS_SIP_CALL_H

#include <ars/sip.h>

struct ars_sip_call_handlers {
    /* 18x to our INVITE; body.len 0 when it had none. */
    void (*progress)(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                     void *arg);
    /*
     * 3xx to our INVITE: number is whom to call instead, ars_sip_call_redirect() goes there or not,
     * now or later. Again, with the next best, when that one refuses. NULL: the call ends.
     */
    void (*redirected)(struct ars_sip_call *call, const char *number, void *arg);
    /* 2xx to our INVITE, ACK is out. When we sent no offer, body is one: ars_sip_call_ack(). */
    void (*answered)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /* PRACK to a 18x with our offer: body is the answer, len 0: none came. */
    void (*agreed)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /* ACK to our 2xx; body.len > 0 when it carries the answer to an offer of ours. */
    void (*confirmed)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /*
     * re-INVITE or UPDATE (len 0: the peer asks us to offer): ars_sip_call_answer() or
     * ars_sip_call_refuse(), now or later.
     */
    void (*reoffer)(struct ars_sip_call *call, const struct ars_sip_body *offer, void *arg);
    /*
     * To our re-INVITE, once: a response with the answer (2xx, or a reliable 18x), or a failure.
     * 408, 481 and silence end the call instead.
     */
    void (*reanswered)(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                       void *arg);
    /* The session timer wants a re-INVITE (RFC 4028): ars_sip_call_reinvite(), as it stands. */
    void (*refresh)(struct ars_sip_call *call, void *arg);
    /*
     * ars_sip_call_peer_name() or _number() say something else now: the server tells who has
     * answered, or whom the call has been handed on to.
     */
    void (*identity)(struct ars_sip_call *call, void *arg);
    /* INFO in the dialog; 200 has been sent. */
    void (*info)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /* To ars_sip_call_info(): the final status, 408 when none came. */
    void (*informed)(struct ars_sip_call *call, int status, void *arg);
    /* The last one; call is gone afterwards. */
    void (*ended)(struct ars_sip_call *call, const struct ars_reason *why, void *arg);
};

/* To be called inside `incoming`. */
void ars_sip_call_set_handlers(struct ars_sip_call *call,
                               const struct ars_sip_call_handlers *handlers, void *arg);

/*
 * Calls `target`: a number, or a sip: URI. headers go beside X-Display-Name, which is there anyway.
 * ENOTCONN, EINVAL (target), EAGAIN (too many calls), ENOMEM, the transport's.
 */
int ars_sip_call_invite(struct ars_sip *sip, struct ars_sip_call **ret, const char *target,
                        const struct ars_sip_body *offer, const struct ars_sip_header *headers,
                        size_t n, const struct ars_sip_call_handlers *handlers, void *arg);

/*
 * After `redirected`: calls there, or ends with what was said last. No URI is called twice, and no
 * more than five. EPROTO: nothing was asked. ENOMEM.
 */
int ars_sip_call_redirect(struct ars_sip_call *call, bool follow);

/*
 * 180, 183 (with a body: early media) to an incoming call; where our offer is to come first the
 * first has it. EPROTO: wrong state, or there is none. EBUSY: the one before waits for its PRACK.
 */
int ars_sip_call_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body);

/*
 * 200 to the INVITE, re-INVITE or UPDATE that waits. EPROTO: none waits. EBUSY: `agreed` comes
 * first, after which body is NULL.
 */
int ars_sip_call_answer(struct ars_sip_call *call, const struct ars_sip_body *body);

/* Final refusal of the INVITE, re-INVITE or UPDATE that waits; a refused INVITE ends the call. */
int ars_sip_call_refuse(struct ars_sip_call *call, int status, const char *phrase);

/* Why somebody is sent away (RFC 5806). */
enum ars_sip_diversion {
    ARS_SIP_DIVERSION_UNCONDITIONAL,
    ARS_SIP_DIVERSION_BUSY,
    ARS_SIP_DIVERSION_NO_ANSWER,
    ARS_SIP_DIVERSION_DO_NOT_DISTURB,
    ARS_SIP_DIVERSIONS,
};

/*
 * 302 to the INVITE that waits, also inside `incoming` (then 0 from there): the caller is to call
 * target, as in ars_sip_call_invite(). The call ends. EPROTO: none waits. EINVAL, ENOMEM, EMSGSIZE.
 */
int ars_sip_call_divert(struct ars_sip_call *call, const char *target, enum ars_sip_diversion why);

/* INFO (RFC 6086, without a package); `informed` follows. EBUSY: one is out. EPROTO, ENOMEM. */
int ars_sip_call_info(struct ars_sip_call *call, const struct ars_sip_body *body);

/* Our answer in the ACK, after `answered` with an offer. */
int ars_sip_call_ack(struct ars_sip_call *call, const struct ars_sip_body *body);

/*
 * A new offer inside the dialog. EBUSY: one is pending either way. EPROTO: not established. A 491
 * (RFC 3261 14.1) or a Retry-After of 10 s at most is waited for by itself, unless the peer's offer
 * comes first: `reanswered` with 491.
 */
int ars_sip_call_reinvite(struct ars_sip_call *call, const struct ars_sip_body *offer);

/*
 * Ends the call by what its state needs: CANCEL, refusal with 603 (or `status` if not 0), BYE (with
 * `status` in a Reason header if not 0). `ended` follows, at once or within 0.5 s; what is left is
 * done without the owner: CANCEL after the first provisional answer, ACK and BYE to a 2xx that
 * crossed it, for 32 s; BYE on the next connection, when one comes within 10 min.
 */
void ars_sip_call_hangup(struct ars_sip_call *call, int status);

/* Forget it without a word on the wire and without `ended`. Takes NULL. */
void ars_sip_call_free(struct ars_sip_call *call);

const char *ars_sip_call_id(const struct ars_sip_call *call);
/* Name and number of the far end as known now (UTF-8). */
const char *ars_sip_call_peer_name(const struct ars_sip_call *call);
const char *ars_sip_call_peer_number(const struct ars_sip_call *call);

#endif
