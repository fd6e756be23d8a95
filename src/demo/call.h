/*
 * demo: one call of the demo line. Loop's thread.
 */
#ifndef ARS_DEMO_CALL_H
#define ARS_DEMO_CALL_H

#include <stdbool.h>

#include <ars/sip_call.h>

struct ars_loop;
struct ars_resolver;
struct demo_call;

enum demo_service {
    DEMO_NONE,
    DEMO_ECHO,      /* 600: what is said comes back, and so do the digits */
    DEMO_TONE,      /* 601: 440 Hz */
    DEMO_CALL_BACK, /* 602: rings, answers, hangs up; whoever owns the call then calls back */
};

/* What stands behind a number; DEMO_NONE for any other. */
enum demo_service demo_service_of(const char *number);

struct demo_call_conf {
    struct ars_loop *loop;
    struct ars_resolver *resolver;
    enum demo_service service;
    /* The last one, never from inside the two below: it frees c. served: it was answered. */
    void (*ended)(struct demo_call *c, bool served, void *arg);
    void *arg;
};

/* Takes an incoming call, inside its `incoming` handler. ENOMEM, or an errno of media. */
int demo_call_take(struct demo_call **ret, const struct demo_call_conf *conf,
                   struct ars_sip_call *call, const struct ars_sip_incoming *in);

/* Calls target from sip, which outlives the call. ENOMEM, or an errno of media. */
int demo_call_make(struct demo_call **ret, const struct demo_call_conf *conf, struct ars_sip *sip,
                   const char *target);

/* Says nothing on the wire. Takes NULL. */
void demo_call_free(struct demo_call *c);

#endif
