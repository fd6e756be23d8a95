/*
 * sip: dialogs (RFC 3261 section 12). Requests inside one always go out on the open transport,
 * whatever transport the remote target names.
 */
#ifndef SIP_DIALOG_H
#define SIP_DIALOG_H

#include <stdbool.h>
#include <re.h>

#include "ctrans.h"
#include "msg_in.h"
#include "route.h"

/* Refcounted. */
struct dialog {
    char *call_id;
    char *local;  /* our From value, with tag */
    char *remote; /* our To value, with tag once there is one */
    char *ltag;
    char *rtag;   /* "" before the peer has answered */
    char *target; /* remote target URI */
    struct route_set routes;
    char *credentials; /* lines of our last INVITE, or NULL; its ACK has the same (13.2.2.4) */
    uint32_t lseq;
    int64_t rseq; /* -1: none yet */
};

/* Ours, before an answer. name may be NULL. preloaded: the way of the first request (RFC 3608). */
int dialog_alloc_uac(struct dialog **ret, const char *name, const char *aor, const char *target,
                     const struct route_set *preloaded);

/* The peer's, from its INVITE. EBADMSG: no usable Contact. */
int dialog_alloc_uas(struct dialog **ret, const struct sip_in *in, const char *ltag);

/* half with what the response says: tag, target, route set (section 12.1.2, 13.2.2.4). */
int dialog_confirm(struct dialog **ret, const struct dialog *half, const struct sip_in *in);

/* From the response alone, for a 2xx that belongs to no call any more. */
int dialog_from_response(struct dialog **ret, const struct sip_in *in);

/* Ours, which a request of the peer establishes: its tag, target, routes (RFC 6665 4.4.1). */
int dialog_adopt(struct dialog *half, const struct sip_in *in);

/* Is the request inside the dialog? any_tag: while the peer's tag is not settled. */
bool dialog_match(const struct dialog *d, const struct sip_in *in, bool any_tag);

/* Is the response to a request of the dialog by Call-ID and our tag? */
bool dialog_match_response(const struct dialog *d, const struct sip_in *in);

/* False: older than the last (section 12.2.2: 500). */
bool dialog_accept_seq(struct dialog *d, const struct sip_in *in);

/* Target refresh; a message without Contact changes nothing. ENOMEM. */
int dialog_retarget(struct dialog *d, const struct sip_in *in);

/*
 * A request inside the dialog with the next CSeq. headers: whole lines. Errors as ctrans_request.
 */
int dialog_request(struct dialog *d, struct ctrans **slot, struct ars_sip *sip, const char *method,
                   const char *headers, const struct ars_sip_body *body, ctrans_fn *fn, void *arg);

/* The Request-URI of the next request, after strict routing; the caller frees. NULL on ENOMEM. */
char *dialog_uri(const struct dialog *d);

/* Of the peer: the URI of our To value. The caller frees. NULL on ENOMEM. */
char *dialog_remote_uri(const struct dialog *d);

/* The ACK for a 2xx to the INVITE with that CSeq and credentials, into b (initialised here). */
void dialog_ack(const struct dialog *d, struct ars_buf *b, const struct ars_sip *sip, uint32_t cseq,
                const char *credentials, const struct ars_sip_body *body);

#endif
