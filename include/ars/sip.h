/*
 * sip: signalling of one identity over one connection at a time (RFC 3261 over RFC 7118). Bodies
 * are opaque bytes. Everything here is called, and calls back, on one thread (the engine's). An
 * object may be freed from inside its own handlers. Texts handed to a handler are valid during the
 * call only; texts handed in are copied.
 */
#ifndef ARS_SIP_H
#define ARS_SIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/reason.h>

struct ars_secret;
struct ars_sip;
struct ars_sip_call;
struct ars_sip_request;
struct ars_timers;
struct ars_transport;

struct ars_sip_body {
    const char *type; /* "application/sdp" */
    const char *data;
    size_t len; /* 0: no body */
};

struct ars_sip_header {
    const char *name;
    const char *value;
};

/* ---- endpoint ---- */

struct ars_sip_conf {
    const char *user; /* user part of the address of record */
    const char *domain;
    const char *auth_user; /* NULL: user */
    const struct ars_secret *password;
    const char *display_name; /* UTF-8, may be NULL */
    const char *user_agent;
    const char *instance; /* UUID for +sip.instance (RFC 5626), stable between runs */
    uint32_t expires_s;   /* 0: 600 */
    struct ars_timers *timers;
};

struct ars_sip_incoming {
    const char *number;       /* user part of From (or the whole URI without one) */
    const char *display_name; /* X-Display-Name, else From's name, else "" ; valid UTF-8 */
    const char *called;       /* user part of the Request-URI, "" without one */
    const char *call_id;
    struct ars_sip_body offer; /* len 0: late offer */
};

/* Any may be NULL. */
struct ars_sip_handlers {
    /* Also after each refresh. */
    void (*registered)(uint32_t expires_s, void *arg);
    /* retry_after_s: the peer's wish or 0. final: the same credentials need not be tried again. */
    void (*register_failed)(const struct ars_reason *why, uint32_t retry_after_s, bool final,
                            void *arg);
    /* The answer to ars_sip_unregister(), or its time-out. */
    void (*unregistered)(void *arg);
    /* A new call, 100 is out: ars_sip_call_set_handlers() and 0, or a status to refuse with. */
    int (*incoming)(struct ars_sip_call *call, const struct ars_sip_incoming *in, void *arg);
    /*
     * Not INVITE, outside any dialog. True: taken, ars_sip_request_reply() follows within 32 s.
     * NULL or false: answered here (OPTIONS, NOTIFY 200; MESSAGE 405; REFER 603; 481; 489; 501).
     */
    bool (*request)(struct ars_sip_request *req, void *arg);
    /* Sending failed, or REGISTER had no answer (then instead of register_failed): reconnect. */
    void (*flow_failed)(const struct ars_reason *why, void *arg);
};

/* ENOMEM, EINVAL. */
int ars_sip_alloc(struct ars_sip **ret, const struct ars_sip_conf *conf,
                  const struct ars_sip_handlers *handlers, void *arg);

/* Calls that are left end silently, without a handler. Takes NULL. */
void ars_sip_free(struct ars_sip *sip);

/*
 * The open connection, or NULL when it is lost: then calls that are not answered yet end with
 * CONNECTION_LOST, a re-INVITE with 503; established calls live on. `secure`: WSS or WS in Via.
 */
void ars_sip_set_transport(struct ars_sip *sip, struct ars_transport *tp, bool secure);

/* A whole message. What cannot be parsed is logged and dropped, or answered with 400. */
void ars_sip_receive(struct ars_sip *sip, const char *msg, size_t len);

/* REGISTER now and keep it refreshed at 50-75 % of what was granted. ENOTCONN, ENOMEM. */
int ars_sip_register(struct ars_sip *sip);

/* REGISTER with expires 0, once; no answer within 2 s counts as done. ENOTCONN: nothing to do. */
int ars_sip_unregister(struct ars_sip *sip);

/* Live transactions, dialogs and timers: what a leak check looks at. */
struct ars_sip_counts {
    size_t client_transactions;
    size_t server_transactions;
    size_t calls;
};
void ars_sip_get_counts(const struct ars_sip *sip, struct ars_sip_counts *ret);

/* Every message in and out, redacted, one line or many; for logs and traces. */
void ars_sip_set_trace(struct ars_sip *sip,
                       void (*trace)(bool out, const char *msg, size_t len, void *arg), void *arg);

/* ---- requests outside a dialog (the demo line's registrar) ---- */

const char *ars_sip_request_method(const struct ars_sip_request *req);
/* Of To for REGISTER, else of the Request-URI. */
const char *ars_sip_request_user(const struct ars_sip_request *req);
/* First header of that name, or NULL. */
const char *ars_sip_request_header(const struct ars_sip_request *req, const char *name);
struct ars_sip_body ars_sip_request_body(const struct ars_sip_request *req);
/* A final answer; req is gone afterwards. */
int ars_sip_request_reply(struct ars_sip_request *req, int status, const char *phrase,
                          const struct ars_sip_header *headers, size_t n);

/*
 * Server side of digest (RFC 7616, "MD5", "SHA-256", "SHA-512-256"). 0 good; EACCES wrong; ENOENT
 * none or stale: then *ret_challenge is the WWW-Authenticate to send with 401, caller frees.
 */
int ars_sip_digest_check(const struct ars_sip_request *req, const char *realm, const char *user,
                         const struct ars_secret *password, const char *algorithm,
                         char **ret_challenge);

/* ---- calls ---- */

struct ars_sip_call_handlers {
    /* 18x to our INVITE; body.len 0 when it had none. */
    void (*progress)(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                     void *arg);
    /* 2xx to our INVITE, ACK is out. When we sent no offer, body is one: ars_sip_call_ack(). */
    void (*answered)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /* ACK to our 2xx; body.len > 0 when it carries the answer to an offer of ours. */
    void (*confirmed)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
    /*
     * re-INVITE or UPDATE (len 0: the peer asks us to offer): ars_sip_call_answer() or
     * ars_sip_call_refuse(), now or later.
     */
    void (*reoffer)(struct ars_sip_call *call, const struct ars_sip_body *offer, void *arg);
    /* To our re-INVITE: 2xx with body, or a failure. 408, 481 and silence end the call instead. */
    void (*reanswered)(struct ars_sip_call *call, int status, const struct ars_sip_body *body,
                       void *arg);
    /* INFO in the dialog; 200 has been sent. */
    void (*info)(struct ars_sip_call *call, const struct ars_sip_body *body, void *arg);
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

/* 180, 183 (with a body: early media) to an incoming call. EPROTO: wrong state. */
int ars_sip_call_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body);

/* 200 to the INVITE, re-INVITE or UPDATE that waits. EPROTO: none waits. */
int ars_sip_call_answer(struct ars_sip_call *call, const struct ars_sip_body *body);

/* Final refusal of the INVITE, re-INVITE or UPDATE that waits; a refused INVITE ends the call. */
int ars_sip_call_refuse(struct ars_sip_call *call, int status, const char *phrase);

/* Our answer in the ACK, after `answered` with an offer. */
int ars_sip_call_ack(struct ars_sip_call *call, const struct ars_sip_body *body);

/*
 * A new offer inside the dialog. EBUSY: one is pending either way. EPROTO: not established. A 491
 * is retried by itself (RFC 3261 14.1), unless the peer's offer comes first: `reanswered` with 491.
 */
int ars_sip_call_reinvite(struct ars_sip_call *call, const struct ars_sip_body *offer);

/*
 * Ends the call by what its state needs: CANCEL, refusal with 603 (or `status` if not 0), BYE (with
 * `status` in a Reason header if not 0). `ended` follows, at once or within 0.5 s; what is left is
 * done without the owner, for 32 s: CANCEL after the first provisional answer, ACK and BYE to a 2xx
 * that crossed it, BYE on the next connection.
 */
void ars_sip_call_hangup(struct ars_sip_call *call, int status);

/* Forget it without a word on the wire and without `ended`. Takes NULL. */
void ars_sip_call_free(struct ars_sip_call *call);

const char *ars_sip_call_id(const struct ars_sip_call *call);
/* Name and number of the far end as known now (UTF-8). */
const char *ars_sip_call_peer_name(const struct ars_sip_call *call);
const char *ars_sip_call_peer_number(const struct ars_sip_call *call);

#endif
