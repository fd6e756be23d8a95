/*
 * sip: a call that is handed on (RFC 3515 REFER inside its dialog, RFC 3892 Referred-By, RFC 5589).
 * Thread and ownership as in sip.h.
 */
#ifndef ARS_SIP_TRANSFER_H
#define ARS_SIP_TRANSFER_H

#include <stdbool.h>

#include <ars/sip_call.h>

/* What the far end asks of us. */
struct ars_sip_referral {
    const char *target;      /* whom to call, for ars_sip_call_invite() */
    const char *number;      /* its user part (or the whole URI without one), UTF-8 */
    const char *replaces;    /* value for a Replaces header of the new INVITE, or NULL */
    const char *referred_by; /* value for its Referred-By header, or NULL */
    const char *by;          /* who that is: the user part, else the display name, else "" */
};

/* Any may be NULL. */
struct ars_sip_transfer_handlers {
    /*
     * News of our REFER: the status of the call that the far end makes. The last one has `final`:
     * 200 to 699, or 0 when the far end has said that no more comes and not how it ended. why:
     * always there, its text the far end's phrase.
     */
    void (*progress)(struct ars_sip_call *call, int status, bool final,
                     const struct ars_reason *why, void *arg);
    /*
     * REFER of the far end: a status to refuse with, or 0: 202 goes out, and
     * ars_sip_call_refer_tell() says what comes of it. NULL: 603.
     */
    int (*referred)(struct ars_sip_call *call, const struct ars_sip_referral *r, void *arg);
};

/* arg is that of the call's other handlers. */
void ars_sip_call_set_transfer_handlers(struct ars_sip_call *call,
                                        const struct ars_sip_transfer_handlers *handlers);

/*
 * Asks the far end to call `target` (as in ars_sip_call_invite()) instead of us. EPROTO: not
 * established; EBUSY: one is under way; EINVAL (target), ENOTCONN, ENOMEM.
 */
int ars_sip_call_refer(struct ars_sip_call *call, const char *target);

/*
 * The same for somebody whom we talk to in `other`: the new call takes the place of ours there
 * (RFC 3891). It may be of another endpoint. EINVAL: of the same call. EPROTO: not established.
 */
int ars_sip_call_refer_call(struct ars_sip_call *call, const struct ars_sip_call *other);

/*
 * Inside `incoming`: the call whose place the new one wants (RFC 3891), NULL without such a wish.
 * To be answered at once; the old one is hung up then.
 */
struct ars_sip_call *ars_sip_call_replaced(const struct ars_sip_call *call);

/*
 * The value of a Replaces header (RFC 3891) for a call of ours in the place of this one: the far
 * end stays. Caller frees; NULL: ENOMEM.
 */
char *ars_sip_call_place(const struct ars_sip_call *call);

/*
 * NOTIFY with the status of the call that we were asked to make; 200 and more ends the reports.
 * phrase may be NULL. EPROTO: nothing was asked, or it has been told.
 */
int ars_sip_call_refer_tell(struct ars_sip_call *call, int status, const char *phrase);

#endif
