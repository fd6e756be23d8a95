/*
 * sip: a subscription to the state of something (RFC 6665), as subscriber. Thread and ownership as
 * in sip.h.
 */
#ifndef ARS_SIP_SUB_H
#define ARS_SIP_SUB_H

#include <ars/sip.h>

struct ars_sip_sub;

struct ars_sip_sub_conf {
    const char *target; /* whose state: a number or a URI; NULL: our own address of record */
    const char *event;  /* "dialog" */
    const char *accept; /* "application/dialog-info+xml" */
    uint32_t expires_s;
};

/* Any may be NULL. */
struct ars_sip_sub_handlers {
    /* NOTIFY; 200 has been sent. body.len 0: nothing is known. */
    void (*notify)(struct ars_sip_sub *sub, const struct ars_sip_body *body, void *arg);
    /*
     * The last one; sub is gone afterwards. retry_after_s: the peer's wish or 0. final: it need not
     * be tried again (section 4.1.3: rejected, noresource, invariant; 4xx that say so).
     * DIALOG_LOST: it may be at once (deactivated, timeout; 481).
     */
    void (*ended)(struct ars_sip_sub *sub, const struct ars_reason *why, uint32_t retry_after_s,
                  bool final, void *arg);
};

/* Kept refreshed until it ends. ENOTCONN, EINVAL (target), EAGAIN (too many), ENOMEM. */
int ars_sip_subscribe(struct ars_sip *sip, struct ars_sip_sub **ret,
                      const struct ars_sip_sub_conf *conf,
                      const struct ars_sip_sub_handlers *handlers, void *arg);

/* Un-subscribes, if there is a connection, without `ended`. Takes NULL. */
void ars_sip_sub_close(struct ars_sip_sub *sub);

#endif
