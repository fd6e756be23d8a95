/* engine: the inside of an account, for account*.c. */
#ifndef ENGINE_ACCOUNT_PRIV_H
#define ENGINE_ACCOUNT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/backoff.h>
#include <ars/event.h>
#include <ars/resolver.h>
#include <ars/timer.h>
#include <ars/trust.h>

#include "account.h"
#include "account_conf.h"
#include "event.h"
#include "watch.h"

struct ars_query;
struct ars_wss;

/* Of the addresses of this attempt, those whose certificate is not trusted. */
struct distrust {
    size_t n;
    struct ars_reason why; /* the first's */
    struct ars_cert cert;
};

struct account {
    ars_id id;
    struct account_env env;
    int state; /* enum ars_account_state, by account_go() alone */
    struct ars_account_conf *conf;
    struct ars_account_conf *next; /* takes over when the old one has left */
    char instance[37];             /* for this run, when conf has none */
    uint32_t tag;
    struct ars_resolver *resolver;
    struct ars_query *query;
    struct ars_addr addrs[ARS_RESOLVE_MAX];
    size_t addrs_n;
    size_t addrs_i; /* in use */
    struct distrust distrust;
    bool addrs_good; /* it was registered at one of them */
    bool name_slow;  /* the name took too long since */
    bool proven;     /* it has been registered with the settings that it has */
    struct ars_addr proxy;
    struct ars_wss *wss;
    struct ars_sip *sip;
    struct watches watches;
    struct ars_backoff backoff;
    struct ars_timer timer;
    uint32_t retry_ms;
    uint32_t patience_ms;   /* with an unanswered REGISTER; 0: as at the beginning */
    uint64_t attempt_ms;    /* when the attempt under way began; 0: none is */
    struct ars_addr source; /* where the connection leaves this machine, or the question for it */
    bool cut;               /* that address has no way to the server for now */
    bool asleep;            /* un-registered until it is woken */
    bool rebind;            /* calls of an earlier connection wait for the registration */
};

/* The only way to change state, and tells so; false: refused. */
bool account_go(struct account *a, enum ars_account_state to);

/* About a as it is now; NULL on ENOMEM, which outbox_put() takes. */
struct ars_event *account_event(const struct account *a, enum ars_event_type type);

/* Trouble that may pass: once more after a while. */
void account_wait(struct account *a, const struct ars_reason *why, uint32_t at_least_s);

/* The same without waiting: what is wrong is known, and mended. */
void account_reconnect(struct account *a, const struct ars_reason *why);

/*
 * A certificate that is not trusted, where the server's was before: mostly somebody in between who
 * wants a login page to be seen first (a captive portal). Asked again slowly, and told each time.
 */
void account_wait_for_trust(struct account *a, const struct ars_reason *why,
                            const struct ars_cert *cert);

/*
 * Refused by 403, where it was registered before: the server's directory is away, or it still holds
 * a binding of ours from another address and takes no second one. Asked again seldom.
 */
void account_wait_refused(struct account *a, const struct ars_reason *why);

/* Trouble that stays until the user does something. cert: what was refused, or NULL. */
void account_fail(struct account *a, const struct ars_reason *why, const struct ars_cert *cert);

/* Nothing is left of it but its settings; newer ones are begun with. */
void account_go_off(struct account *a);

/* ---- account_connect.c ---- */

/* From the name on. */
void account_resolve(struct account *a);

/*
 * The connection is of no use: where it has not been registered over, the next address of the name
 * is tried at once (RFC 3263 section 4.3); else, and behind the last, it waits.
 */
void account_try_next(struct account *a, const struct ars_reason *why, uint32_t at_least_s);

/* The name is asked for once more, over the network that there is now. */
void account_ask_again(struct account *a);

/* The connection and what belongs to it; dialogs live on in a->sip. */
void account_disconnect(struct account *a);

/* ---- account_network.c ---- */

/* Its connection leaves from where packets to the server leave now. */
void account_note_source(struct account *a);

/* From where a name is asked for, and the server would be reached. */
void account_note_way(struct account *a);

/* Nothing is tried until there is a network, or until it is woken. */
void account_wait_for_network(struct account *a);

/* It has un-registered, or cannot. */
void account_left(struct account *a);

/* As in ars_wss_handlers. */
void account_on_alive(void *arg);

/* ---- account_sip.c ---- */

/* a->sip, if there is none yet. EINVAL: bad settings; ENOMEM. */
int account_make_sip(struct account *a);

#endif
