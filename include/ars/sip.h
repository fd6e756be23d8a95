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
    const char *realm;    /* the only one whose challenges are answered; NULL: all are */
    const char *route;    /* URI of an outbound proxy, for Route (section 8.1.2), or NULL */
    const char *headers;  /* as ars_sip_check_headers() takes them, or NULL */
    uint32_t session_s;   /* session interval that calls ask for (RFC 4028), 90 or more; 0: 1800 */
    struct ars_timers *timers;
};

struct ars_sip_incoming {
    const char *number;       /* user part of From (or the whole URI without one) */
    const char *display_name; /* X-Display-Name, else From's name, else "" ; valid UTF-8 */
    const char *called;       /* user part of the Request-URI, "" without one */
    const char *call_id;
    struct ars_sip_body offer; /* len 0: late offer */
    bool offer_first;          /* which the first 18x must hold (RFC 3262 section 5) */
    bool wants_answer;         /* the caller wishes to be answered without the user */
    uint32_t answer_after_s;
    bool answer_required; /* or none at all (RFC 5373) */
    bool anonymous;       /* the caller withholds who it is (RFC 5079 section 4) */
    bool diverted_here;   /* we have sent it away once already (RFC 5806) */
};

/* Any may be NULL. */
struct ars_sip_handlers {
    /* Also after each refresh. */
    void (*registered)(uint32_t expires_s, void *arg);
    /*
     * retry_after_s: the peer's wish or 0. final: the same credentials need not be tried again. Not
     * told of a refresh that is refused for now and tried again before the binding ends.
     */
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

/*
 * Whether "Name: value" lines may go into REGISTER and INVITE: none that is our own, no control
 * characters; empty lines count for nothing. EINVAL: *ret_line (from 1) and *ret_why say where and
 * why in English. Any thread.
 */
int ars_sip_check_headers(const char *lines, size_t *ret_line, const char **ret_why);

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

/* What the registrar says it is ("FreeSWITCH-mod_sofia/1.10.12"), "" before it has answered. */
const char *ars_sip_server(const struct ars_sip *sip);

/* What lives: what a leak check looks at. */
struct ars_sip_counts {
    size_t client_transactions;
    size_t server_transactions;
    size_t calls;
    size_t subscriptions;
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

#endif
