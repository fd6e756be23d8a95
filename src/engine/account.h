/*
 * engine: one account: finds the server, connects, registers, and does so again after every loss.
 * Engine thread.
 */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include <stdbool.h>

#include <ars/addr.h>
#include <ars/fsm.h>
#include <ars/stats.h>
#include <ars/types.h>

#include "outbox.h"

struct account;
struct ars_loop;
struct ars_resolver;
struct ars_sip;
struct ars_sip_call;
struct ars_sip_incoming;
struct watches;

extern const struct ars_fsm account_fsm;

/* Borrowed by every account. */
struct account_env {
    struct ars_loop *loop;
    struct outbox *outbox;
    const char *user_agent;
    bool sip_trace;
    /* As in ars_sip_handlers. */
    int (*incoming)(struct account *a, struct ars_sip_call *sc, const struct ars_sip_incoming *in,
                    void *arg);
    /* The connection is gone: calls go on without it for a while. */
    void (*lost)(struct account *a, void *arg);
    /* It was out of reach, and is as before. */
    void (*found)(struct account *a, void *arg);
    /* Registered over a new connection: calls tell the server where they are reached now. */
    void (*rebound)(struct account *a, void *arg);
    /* Its signalling goes away: calls hang up (politely), or end at once. */
    void (*leave_calls)(struct account *a, bool politely, void *arg);
    /* It has arrived in OFF, or sleeps. */
    void (*off)(struct account *a, void *arg);
    void *arg;
};

/* Takes conf on 0 only. ENOMEM. */
int account_alloc(struct account **ret, ars_id id, struct ars_account_conf *conf,
                  const struct account_env *env);

/* Without a word to the server. Takes NULL. */
void account_free(struct account *a);

/*
 * Connects; with a conf (taken) the new settings hold: over the open connection where that is
 * possible, else after un-registering. tag: of the first event.
 */
void account_start(struct account *a, struct ars_account_conf *conf, uint32_t tag);

/* Now instead of after the wait. EALREADY: it is at work. */
int account_retry(struct account *a);

/* The network of this machine has changed. */
void account_network(struct account *a);

/* Whether its connection still carries anything is to be known soon. */
void account_probe(struct account *a);

/* Un-registers and disconnects until it is woken; calls are left as they are. `off` follows. */
void account_sleep(struct account *a);
void account_wake(struct account *a);
bool account_is_asleep(const struct account *a);

/* Whether anything that is sent to the server can leave this machine. */
bool account_has_way(const struct account *a);

/* Whether the server can be spoken to now. */
bool account_is_reached(const struct account *a);

/* Un-registers, if there is something to; `off` follows, perhaps at once. */
void account_stop(struct account *a);

ars_id account_id(const struct account *a);
enum ars_account_state account_state(const struct account *a);
const struct ars_account_conf *account_conf(const struct account *a);
struct ars_resolver *account_resolver(const struct account *a);
struct watches *account_watches(struct account *a);
struct ars_sip *account_sip(const struct account *a);

/* Adds its dialogs and transactions. */
void account_count(const struct account *a, struct ars_counts *sum);

/* Of the server in use; family NONE before the first connection. */
struct ars_addr account_server(const struct account *a);

#endif
