/*
 * sip: one identity over one connection. Private to the room.
 *
 * Ownership: the endpoint's lists own a reference of each transaction, call and pending request.
 * Code that calls a handler holds one more reference over the call, for the handler may free
 * anything.
 */
#ifndef SIP_ENDPOINT_H
#define SIP_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <re.h>

#include <ars/sip.h>
#include <ars/timer.h>

#include "auth.h"
#include "bounds.h"
#include "reg.h"
#include "route.h"

struct sip_in;

struct ars_sip {
    struct ars_sip_handlers h;
    void *arg;
    struct ars_timers *timers;
    struct ars_transport *tp;
    bool secure;

    char *user;
    char *domain;
    char *auth_user;
    char *display_name;
    char *agent;
    char *instance;
    char *realm;               /* or NULL */
    char *extra;               /* header lines of REGISTER and INVITE */
    struct route_set outbound; /* what the first request goes by while nothing else is known */
    uint32_t session_s;
    struct ars_secret *password;
    char *aor;                                    /* sip:user@domain */
    char *contact;                                /* <sip:user@host;transport=ws> */
    char host[SIP_HOST_LEN + sizeof(".invalid")]; /* RFC 7118 section 5.2.2 */

    struct auth auth;
    uint8_t nonce_key[32];
    struct reg reg;
    struct list ctl;
    struct list stl;
    struct list calls;
    struct list subs;
    struct list requests;
    struct ars_timer flow_timer;

    void (*trace)(bool out, const char *msg, size_t len, void *arg);
    void *trace_arg;
};

/* ENOTCONN, or the transport's error; a dead flow is told about from a timer. */
int endpoint_send(struct ars_sip *sip, const char *msg, size_t len);

/* Tells flow_failed from a timer. */
void endpoint_flow_failed(struct ars_sip *sip);

#endif
